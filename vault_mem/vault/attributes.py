"""Git attributes under which a note's bytes in git are not its bytes on disk."""

from __future__ import annotations

from collections.abc import Iterator

from vault_mem.vault.repository import Repository, split_nul

ATTRIBUTES_HINT = "Take notes out of it (for LFS: 'git lfs untrack'): git must keep the bytes that are on disk"
_SAMPLE_NOTES = 2_000
_HOSTILE = ("filter", "working-tree-encoding")


def hostile_attributes(repository: Repository) -> Iterator[tuple[str, str]]:
    """Yield (path, `attribute=value`) of every note, up to 2,000, and of one that may be written, that has such one."""
    listed = split_nul(repository.run("ls-files", "-z", "--cached", "--others", "--exclude-standard"))
    names = [b"x.md", *(name for name in listed if name.lower().endswith(b".md"))][:_SAMPLE_NOTES]
    output = repository.run("check-attr", "-z", "--stdin", *_HOSTILE, stdin=b"\0".join(names) + b"\0")
    fields = iter(split_nul(output))
    for name, attribute, value in zip(fields, fields, fields, strict=True):
        if value not in {b"unspecified", b"unset"}:
            yield name.decode("utf-8", "replace"), f"{attribute.decode()}={value.decode('utf-8', 'replace')}"
