"""Two times: when we knew (`at`), and when it held (`valid_at`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.temporal.clocks import HOUR, commit, committing_at, day, merge, remembering
from tests.vaults import git
from vault_mem import Memory

PATH = "facts/price.md"
MAY = "# The price\n\nA container costs {price} crowns.\n"


def stated(price: int, *lines: str) -> str:
    frontmatter = "".join(f"{line}\n" for line in ("id: 01K9ZQ3T8M5N2V7C4X6B1D0F9G", *lines))
    return f"---\n{frontmatter}---\n{MAY.format(price=price)}"


def found(memory: Memory, **asked: str) -> list[str]:
    return [hit.excerpt for hit in memory.recall("what does a container cost?", **asked).hits]  # type: ignore[arg-type]


def is_told(memory: Memory, price: int, **asked: str) -> bool:
    (excerpt,) = found(memory, **asked) or ("",)
    return f"{price} crowns" in excerpt


def by_verbs(vault: Path) -> None:
    with committing_at(day(8)), remembering(vault, now=day(8)) as memory:
        memory.remember("A container costs 50 crowns.", title="The price", key="price", type="fact")
    with committing_at(day(22)), remembering(vault, now=day(22)) as memory:
        memory.revise(PATH, set={"valid_from": "2026-01-03", "valid_to": "2026-01-25T06:00:00"})


def by_git(vault: Path) -> None:
    commit(vault, day(8), {PATH: stated(50)})
    commit(vault, day(22), {PATH: stated(50, "valid_from: 2026-01-03", "valid_to: 2026-01-25T06:00:00")})


def by_merges(vault: Path) -> None:
    commit(vault, day(8), {PATH: stated(50)})
    git(vault, "switch", "-qc", "side")
    commit(vault, day(10), {PATH: stated(50, "valid_from: 2026-01-03", "valid_to: 2026-01-25T06:00:00")})
    git(vault, "switch", "-q", "main")
    commit(vault, day(22) - HOUR, {"other.md": "Other.\n"})
    merge(vault, day(22), "side")


@pytest.mark.parametrize("way", [by_verbs, by_git, by_merges])
def test_a_backdated_validity_changes_what_was_true_and_not_what_was_known(vault: Path, way: object) -> None:
    with remembering(vault) as memory:
        assert callable(way)
        way(vault)
        for at in ("2026-01-09", "2026-01-21", "2026-01-23"):
            assert is_told(memory, 50, at=at)
        assert found(memory, at="2026-01-07") == []
        # What we know now of then: it held from the third, exclusive of the end.
        assert found(memory, valid_at="2026-01-02T23:59:59Z") == []
        assert is_told(memory, 50, valid_at="2026-01-03T00:00:00Z")
        assert is_told(memory, 50, valid_at="2026-01-25T05:59:59Z")
        assert found(memory, valid_at="2026-01-25T06:00:00Z") == []
        # What we thought on the ninth: no bound was known. On the twenty-third, both were.
        assert is_told(memory, 50, at="2026-01-09", valid_at="2026-01-02")
        assert is_told(memory, 50, at="2026-01-09", valid_at="2026-01-30")
        assert found(memory, at="2026-01-23", valid_at="2026-01-30") == []
        assert found(memory, at="2026-01-23", valid_at="2026-01-02T12:00:00Z") == []
        assert is_told(memory, 50, at="2026-01-23", valid_at="2026-01-10")
        assert found(memory, at="2026-01-07", valid_at="2026-01-10") == []


def test_what_we_then_thought_was_true_then(vault: Path) -> None:
    """On the 8th we thought 50 since the 1st; on the 15th we learned that it had been 60 since the 5th."""
    commit(vault, day(8), {"facts/old.md": "---\nvalid_from: 2026-01-01\n---\n" + MAY.format(price=50)})
    old = "---\nvalid_from: 2026-01-01\nvalid_to: 2026-01-05\n---\n" + MAY.format(price=50)
    new = "---\nvalid_from: 2026-01-05\n---\n" + MAY.format(price=60)
    commit(vault, day(15), {"facts/old.md": old, "facts/new.md": new})
    with remembering(vault) as memory:
        for valid_at, then, now in (("2026-01-03", 50, 50), ("2026-01-06", 50, 60), ("2026-01-20", 50, 60)):
            assert is_told(memory, then, at="2026-01-09", valid_at=valid_at)
            assert is_told(memory, now, at="2026-01-16", valid_at=valid_at)
            assert is_told(memory, now, valid_at=valid_at)
        assert found(memory, at="2026-01-16", valid_at="2025-12-31") == []


def test_a_stored_date_alone_is_midnight_utc(vault: Path) -> None:
    commit(vault, day(8), {PATH: stated(50, "valid_from: 2026-01-05", "valid_to: 2026-01-07")})
    with remembering(vault) as memory:
        told = {
            "2026-01-04T23:59:59Z": False,
            "2026-01-05T00:00:00Z": True,
            "2026-01-05T01:00:00+02:00": False,
            "2026-01-05T02:00:00+02:00": True,
            "2026-01-06T23:59:59Z": True,
            "2026-01-07T00:00:00Z": False,
        }
        assert {moment: bool(found(memory, valid_at=moment)) for moment in told} == told


def test_a_note_expires_by_the_clock_of_the_moment_asked_about(vault: Path) -> None:
    commit(vault, day(8), {PATH: stated(50, "expires: 2026-01-15")})
    commit(vault, day(20), {"other.md": "Other.\n"})
    with remembering(vault) as memory:
        assert is_told(memory, 50, at="2026-01-14T23:59:59Z")
        assert found(memory, at="2026-01-15T00:00:00Z") == []
        assert found(memory, at="2026-01-21") == []
        assert found(memory) == []
        (hit,) = memory.recall("what does a container cost?", statuses=["expired"]).hits
        assert (hit.path, hit.status) == (PATH, "expired")
