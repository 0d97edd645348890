"""The inverse of a change on a note that has changed since."""

from __future__ import annotations

from vault_mem.memory.undo.inverse import taken_back
from vault_mem.notes.model import NotePath

ID = "id: 01K9ZQ3T8M5N2V7C4X6B1D0F9G\n"


def inverse(old: str, new: str, now: str) -> str | None:
    """Take a change of the frontmatter back."""
    old, new, now = (f"---\n{ID}{block}---\n{body}" for block, _, body in (t.rpartition("|") for t in (old, new, now)))
    done = taken_back(NotePath("n.md"), old=old.encode(), new=new.encode(), now=now.encode())
    return None if done is None else done.decode().removeprefix(f"---\n{ID}")


def test_a_list_that_nobody_changed_since_is_what_it_was() -> None:
    old, new = "tags: [b, a, a]\n|One.\n", "tags: [a, b]\n|One.\n"
    assert inverse(old, new, "tags: [a, b]\n|One.\n\nMore.\n") == "tags: [b, a, a]\n---\nOne.\n\nMore.\n"


def test_a_single_value_that_became_a_list_is_not_lost() -> None:
    old, new = "tags: a\n|One.\n", "tags: [a, b]\n|One.\n"
    assert inverse(old, new, "tags: [a, b]\n|Two.\n") == "tags: a\n---\nTwo.\n"
    assert inverse(old, new, "tags: [a, b, c]\n|One.\n") is None
