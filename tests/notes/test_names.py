"""Names to paths and back."""

from __future__ import annotations

import pytest

from vault_mem.notes.model import NotePath
from vault_mem.notes.names import Names, Resolution

PATHS = {
    "index.md": (),
    "decisions/api.md": ("interface",),
    "people/Ada Lovelace.md": ("Ada", "countess"),
    "people/Zoë.md": (),
    "a/twin.md": (),
    "b/twin.md": (),
    "c/Case.md": (),
    "d/case.md": (),
    "e/index.md": (),
    "projects/x/decisions/api2.md": ("countess",),
    "pages/setting___file format.md": (),
    "pages/old%2Fname.md": (),
    "pages/100%.md": (),
    "pages/v1.2.md": (),
}


def names() -> Names:
    return Names((NotePath(path), aliases, path.upper()) for path, aliases in PATHS.items())


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("api", "decisions/api.md"),
        ("API", "decisions/api.md"),
        ("api.md", "decisions/api.md"),
        ("decisions/api", "decisions/api.md"),
        ("/decisions/api.md", "decisions/api.md"),
        ("Decisions/API", "decisions/api.md"),
        ("interface", "decisions/api.md"),
        ("ada lovelace", "people/Ada Lovelace.md"),
        ("ADA", "people/Ada Lovelace.md"),
        ("Zoe\u0308", "people/Zoë.md"),
        ("index", "index.md"),
        ("e/index", "e/index.md"),
        ("a/twin", "a/twin.md"),
        ("Case", "c/Case.md"),
        ("case", "d/case.md"),
        ("decisions/api2", "projects/x/decisions/api2.md"),
        ("setting/file format", "pages/setting___file format.md"),
        ("setting___file format", "pages/setting___file format.md"),
        ("old/name", "pages/old%2Fname.md"),
        ("Ada%20Lovelace", "people/Ada Lovelace.md"),
        ("100%", "pages/100%.md"),
        ("v1.2", "pages/v1.2.md"),
    ],
)
def test_a_target_means_this_note(target: str, path: str) -> None:
    assert names().resolve(target) == Resolution(NotePath(path), (NotePath(path),))


@pytest.mark.parametrize(
    ("target", "candidates"),
    [
        ("twin", ("a/twin.md", "b/twin.md")),
        ("CASE", ("c/Case.md", "d/case.md")),
        ("countess", ("people/Ada Lovelace.md", "projects/x/decisions/api2.md")),
    ],
)
def test_what_several_notes_answer_to_stays_ambiguous(target: str, candidates: tuple[str, ...]) -> None:
    found = names().resolve(target, source=NotePath("a/other.md"))
    assert found.path is None
    assert found.candidates == candidates


@pytest.mark.parametrize(
    "target", ["nothing", "x/api", "../index", "a/../index", "%", "", "  ", ".md", "decisions/", "%2F"]
)
def test_a_broken_name_means_nothing(target: str) -> None:
    assert names().resolve(target) == Resolution()


def test_markdown_links_count_from_their_note() -> None:
    source = NotePath("b/here.md")
    assert names().resolve("twin.md", source=source, style="markdown").path == "b/twin.md"
    assert names().resolve("../a/twin.md", source=source).path == "a/twin.md"
    assert names().resolve("./twin", source=source).path == "b/twin.md"
    assert names().resolve("decisions/api.md", source=source, style="markdown").path == "decisions/api.md"
    assert names().resolve("../../../a/twin.md", source=source).path is None


def test_a_link_without_target_means_its_own_note() -> None:
    assert names().resolve("", source=NotePath("index.md")).path == "index.md"


def test_titles_are_for_people() -> None:
    assert names().by_title("decisions/api.MD") == ("decisions/api.md",)
    assert names().by_title("none") == ()
    assert Names([(NotePath("a.md"), (), "Same"), (NotePath("b.md"), (), "same")]).by_title("SAME") == ("a.md", "b.md")


def test_the_shortest_name_of_each_note_means_it() -> None:
    known = names()
    for path in map(NotePath, PATHS):
        assert known.resolve(known.shortest(path)).path == path
    assert known.shortest(NotePath("decisions/api.md")) == "api"
    assert known.shortest(NotePath("b/twin.md")) == "b/twin"
    assert known.shortest(NotePath("e/index.md")) == "e/index"


def test_twins() -> None:
    assert names().twins() == (("c/Case.md", "d/case.md"), ("e/index.md", "index.md"), ("a/twin.md", "b/twin.md"))
