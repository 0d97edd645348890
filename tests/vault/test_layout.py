from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.errors import InvalidConfigError, UnsafePathError
from vault_mem.notes.model import NotePath
from vault_mem.vault.layout import Layout, Look, check_path, inside, is_note, namespace_of, plural
from vault_mem.vault.manifest import Manifest, parse_manifest

NOW = datetime(2026, 3, 9, tzinfo=UTC)

REFUSED = [
    "",
    "/etc/passwd",
    "../out.md",
    "a/../b.md",
    "a//b.md",
    "./a.md",
    "C:/a.md",
    "c:a.md",
    "a\\b.md",
    "a\0b.md",
    "a\nb.md",
    "a\x7f.md",
    ".git/config",
    "x/.GIT/hooks/pre-commit",
    ".g\u200cit/config",
    "git~1/config",
    "con.md",
    "x/NUL",
    "lpt1.txt",
    "aux .md",
    "a./b.md",
    "a /b.md",
    "name.md.",
    "a:stream.md",
    "x" * 256 + ".md",
    "é" * 130 + ".md",
    "\ud800.md",
    "a/" * 600 + "b.md",
]


@pytest.mark.parametrize("path", REFUSED)
def test_path_that_leaves_the_vault_or_that_some_system_cannot_hold_is_refused(path: str) -> None:
    with pytest.raises(UnsafePathError):
        check_path(path)


@pytest.mark.parametrize("path", ["decisions/api.md", "日本/メモ.md", ".vault-mem/config.yaml", "a b.md", "console.md"])
def test_ordinary_path_is_allowed(path: str) -> None:
    assert check_path(path) == path


@given(st.text(max_size=40))
def test_allowed_path_stays_below_any_root_on_any_system(text: str) -> None:
    try:
        path = check_path(text)
    except UnsafePathError:
        return
    windows = PureWindowsPath("C:/vault") / path
    assert windows.is_relative_to("C:/vault")
    assert ".." not in windows.parts
    assert Path("/vault", path).is_relative_to("/vault")


def test_folder_that_is_a_link_is_never_passed_through(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (root / "inner").mkdir()
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "in").symlink_to(root / "inner")
    (root / "file.md").symlink_to(tmp_path / "secret")
    for path in ("out/a.md", "in/a.md", "file.md", "../a.md", ".git/config", "inner/../../a.md"):
        with pytest.raises(UnsafePathError):
            inside(root, NotePath(path))
    assert inside(root, NotePath("inner/new/a.md")) == root / "inner" / "new" / "a.md"


def test_link_is_refused_for_every_file_behind_it_and_seen_by_the_next_look(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    for folder in (root / "a", root / "b", tmp_path / "outside"):
        folder.mkdir(parents=True)
    (root / "a" / "1.md").write_text("1")
    (root / "out").symlink_to(tmp_path / "outside")
    look = Look(root)
    assert [look.find(NotePath(f"a/{name}.md"))[1] is not None for name in "12"] == [True, False]
    assert look.find(NotePath("new/deep/1.md")) == (f"{root}/new/deep/1.md".replace("/", os.sep), None)
    assert look.find(NotePath("a/1.md/x.md"))[1] is None
    for _ in range(2):
        with pytest.raises(UnsafePathError):
            look.find(NotePath("out/1.md"))
    (root / "b").rmdir()
    (root / "b").symlink_to(tmp_path / "outside")
    with pytest.raises(UnsafePathError):
        Look(root).find(NotePath("b/1.md"))


_COMPONENTS = ["", ".", "..", "a", "g", "gi", ".git", ".GIT ", ".g\u200cit", "git~1", "GiT~12.", "gıt~1", "x.git", "\0"]
_GIT = re.compile(r"(\.git|git~[0-9]+)[. ]*\Z")


@given(st.lists(st.sampled_from(_COMPONENTS) | st.text(max_size=6), min_size=1, max_size=4).map("/".join))
def test_path_is_refused_by_its_text_if_a_component_is_nowhere_or_gits(path: str) -> None:
    parts = [part.replace("\u200c", "").casefold() for part in path.split("/")]
    is_unsafe = "\0" in path or any(part in {"", ".", ".."} or _GIT.match(part) for part in parts)
    is_unsafe |= os.sep != "/" and (os.sep in path or ":" in path)
    try:
        Look(Path("/no/such/vault")).find(NotePath(path))
    except UnsafePathError:
        assert is_unsafe
    else:
        assert not is_unsafe


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.md", True),
        ("x/A.MD", True),
        ("a.txt", False),
        (".md", False),
        ("x/.md", False),
        (".obsidian/a.md", False),
        ("x/.trash/a.md", False),
        ("logseq/bak/a.md", False),
        ("pages/logseq/a.md", True),
        ("md", False),
    ],
)
def test_notes_are_markdown_outside_hidden_folders(path: str, expected: bool) -> None:
    assert is_note(path) is expected


def test_the_namespace_comes_from_the_path() -> None:
    assert namespace_of(NotePath("projects/api/decisions/x.md")) == "api"
    assert namespace_of(NotePath("projects/x.md")) == ""
    assert namespace_of(NotePath("decisions/x.md")) == ""


PLURALS = {
    "decision": "decisions",
    "entity": "entities",
    "person": "people",
    "box": "boxes",
    "class": "classes",
    "day": "days",
    "people": "people",
    "news": "news",
    "メモ": "メモ",
}


@pytest.mark.parametrize(("word", "expected"), PLURALS.items())
def test_folder_is_the_plural_of_its_category(word: str, expected: str) -> None:
    assert plural(word) == expected


def test_new_note_goes_to_its_categorys_folder_and_a_full_one_continues_by_month() -> None:
    layout = Layout(Manifest(folders={"decision": "adr"}))
    assert layout.note_path("", "decision", "x", sibling_count=999, now=NOW) == "adr/x.md"
    assert layout.note_path("api", "fact", "x", sibling_count=1_000, now=NOW) == "projects/api/facts/2026/03/x.md"
    with pytest.raises(UnsafePathError):
        layout.note_path("../..", "fact", "x", sibling_count=0, now=NOW)


@pytest.mark.parametrize("name", ["../../etc", "/etc", ".git/hooks", ".obsidian", "projects/other", "logseq", "a\\b"])
def test_hostile_folder_name_of_a_manifest_is_refused_where_it_is_used(name: str) -> None:
    layout = Layout(parse_manifest({"format": 1, "folders": {"fact": name}}))
    with pytest.raises(InvalidConfigError, match=r"config\.yaml: the folder of fact"):
        layout.note_path("", "fact", "x", sibling_count=0, now=NOW)
    assert layout.note_path("", "note", "x", sibling_count=0, now=NOW) == "notes/x.md"


def test_manifest_keeps_known_keys_of_the_right_shape_only() -> None:
    manifest = parse_manifest(
        {
            "format": 2,
            "language": ["en"],
            "hook": "rm -rf /",
            "folders": {"fact": 3, "task": "todo"},
            "defaults": {"task": {"importance": 0.7, "tags": ["x"]}, "fact": "no"},
        }
    )
    assert manifest == Manifest(2, None, {"task": "todo"}, {"task": {"importance": 0.7}, "fact": {}})
    for bad in (0, "1", True, None, 1.0):
        with pytest.raises(InvalidConfigError):
            parse_manifest({"format": bad})
