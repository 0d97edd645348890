from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
import yaml

from tests.vaults import git, make_repository, open_vault, remember, write
from vault_mem.config import load_settings
from vault_mem.errors import NotAVaultError, OperationInProgressError, UnsupportedRepositoryError
from vault_mem.vault.scaffold import Scaffolded, initialise
from vault_mem.vault.templates import note_template, templates_dir, vault_template

ALL = [
    ".gitattributes",
    ".gitignore",
    ".obsidian/app.json",
    ".obsidian/types.json",
    ".vault-mem/config.yaml",
    "logseq/config.edn",
]
TYPES = [
    "fact",
    "decision",
    "preference",
    "pattern",
    "procedure",
    "gotcha",
    "event",
    "episode",
    "entity",
    "question",
    "task",
    "plan",
    "document",
    "state",
    "chain",
    "arc",
    "handoff",
    "note",
]


def init(folder: Path) -> Scaffolded:
    return initialise(folder, load_settings())


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def check_idempotent(folder: Path) -> None:
    before, head = digests(folder), git(folder, "rev-parse", "HEAD")
    again = init(folder)
    assert (again.created, again.commit) == ((), None)
    assert (digests(folder), git(folder, "rev-parse", "HEAD")) == (before, head)


@pytest.mark.parametrize("exists", [True, False])
def test_empty_or_missing_folder_becomes_a_vault(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "some" / "vault"
    if exists:
        folder.mkdir(parents=True)
    made = init(folder)
    assert sorted(made.created) == ALL
    assert git(folder, "ls-files").split() == ALL
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "log", "--format=%B").strip() == "init: vault\n\nMemory-Op: init"
    assert git(folder, "symbolic-ref", "--short", "HEAD").strip() == "main"
    check_idempotent(folder)
    with open_vault(folder) as vault:
        assert vault.is_writable
        remember(vault, "a.md", "x")


def test_users_default_branch_is_kept(tmp_path: Path, isolated: Path) -> None:
    (isolated / "gitconfig").write_text("[init]\n\tdefaultBranch = trunk\n")
    made = init(tmp_path / "v")
    assert git(tmp_path / "v", "symbolic-ref", "--short", "HEAD").strip() == "trunk"
    assert any("identity" in note for note in made.notes)


def test_folder_of_notes_keeps_them_uncommitted_and_says_so(tmp_path: Path) -> None:
    write(tmp_path / "v", "a.md", "one")
    write(tmp_path / "v", "deep/b.md", "two")
    made = init(tmp_path / "v")
    assert any(note.startswith("2 notes are not committed") for note in made.notes)
    assert sorted(git(tmp_path / "v", "ls-files", "--others").split()) == ["a.md", "deep/b.md"]
    with open_vault(tmp_path / "v") as vault:
        assert vault.current().dirty == {"a.md", "deep/b.md"}
    check_idempotent(tmp_path / "v")


def test_existing_repository_keeps_its_files_and_what_is_staged(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "v", a="one")
    (folder / ".gitattributes").write_bytes(b"*.png binary\r\n*.txt text")
    (folder / ".gitignore").write_text("node_modules/\n.DS_Store\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "mine")
    write(folder, "staged.md", "staged")
    git(folder, "add", "staged.md")
    (folder / ".gitignore").write_text("node_modules/\n.DS_Store\n*.log\n")
    made = init(folder)
    assert made.commit == git(folder, "rev-parse", "HEAD").strip()
    assert (folder / ".gitattributes").read_bytes() == b"*.png binary\r\n*.txt text\r\n*.md -text merge=vault-mem\r\n"
    lines = (folder / ".gitignore").read_text().splitlines()
    assert lines[:3] == ["node_modules/", ".DS_Store", "*.log"]
    assert lines.count(".DS_Store") == 1
    assert git(folder, "status", "--porcelain") == "A  staged.md\n"
    check_idempotent(folder)


def test_obsidian_vault_and_logseq_graph_keep_their_settings(tmp_path: Path) -> None:
    write(tmp_path / "v", ".obsidian/app.json", '{"theme": "mine"}')
    write(tmp_path / "v", "logseq/config.edn", "{:mine true}")
    made = init(tmp_path / "v")
    assert sorted(made.created) == [".gitattributes", ".gitignore", ".vault-mem/config.yaml"]
    assert (tmp_path / "v" / ".obsidian" / "app.json").read_text() == '{"theme": "mine"}'
    check_idempotent(tmp_path / "v")


def test_ignored_folder_of_an_application_is_not_forced_into_git(tmp_path: Path) -> None:
    write(tmp_path / "v", ".gitignore", ".obsidian/\n")
    init(tmp_path / "v")
    init(tmp_path / "v")
    assert ".vault-mem/config.yaml" in git(tmp_path / "v", "ls-files")
    assert ".obsidian/" not in git(tmp_path / "v", "ls-files")


def test_folder_inside_another_repository_becomes_a_repository_of_its_own(tmp_path: Path) -> None:
    outer = make_repository(tmp_path / "code", src="x", docs__memory__a="tracked outside")
    made = init(outer / "docs" / "memory")
    assert (outer / "docs" / "memory" / ".git").is_dir()
    assert "/docs/memory/" in (outer / ".git" / "info" / "exclude").read_text().splitlines()
    assert any(str(outer) in note for note in made.notes)
    assert any("already tracks" in note for note in made.notes)
    fresh = init(outer / "odd [name]!")
    assert fresh.commit is not None
    assert git(outer, "status", "--porcelain") == ""
    check_idempotent(outer / "odd [name]!")
    assert (outer / ".git" / "info" / "exclude").read_text().count("odd") == 1


def test_attributes_that_change_the_bytes_of_notes_are_refused(tmp_path: Path) -> None:
    for number, (where, line) in enumerate(
        [
            (".gitattributes", "*.md filter=lfs diff=lfs merge=lfs -text"),
            (".gitattributes", "* working-tree-encoding=UTF-16"),
            ("deep/.gitattributes", "*.md filter=crypt"),
            (".gitattributes", "*.md ident"),
        ]
    ):
        folder = make_repository(tmp_path / str(number), deep__a="x")
        write(folder, where, line + "\n")
        before = digests(folder)
        with pytest.raises(UnsupportedRepositoryError, match=r"(filter|encoding|ident)="):
            init(folder)
        assert digests(folder) == before


def test_what_cannot_be_a_vault_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    git(tmp_path, "init", "-q", "--bare", "bare")
    repository = make_repository(tmp_path / "r", a="x")
    with pytest.raises(NotAVaultError):
        init(tmp_path / "file")
    with pytest.raises(UnsupportedRepositoryError):
        init(tmp_path / "bare")
    for folder in (repository / ".git" / "hooks", repository / ".git"):
        with pytest.raises(NotAVaultError):
            init(folder)
    git(repository, "bisect", "start")
    with pytest.raises(OperationInProgressError):
        init(repository)


def test_interrupted_init_is_completed(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    init(folder)
    git(folder, "update-ref", "-d", "HEAD")
    git(folder, "rm", "-rq", "--cached", ".")
    made = init(folder)
    assert made.created == ()
    assert made.commit is not None
    assert git(folder, "ls-files").split() == [".gitattributes", ".gitignore", ".vault-mem/config.yaml"]


@pytest.mark.parametrize("name", ["obsidian-kepano", "logseq-docs"])
def test_real_vaults_become_vaults_and_no_note_changes(tmp_path: Path, name: str) -> None:
    data = os.environ.get("VAULT_MEM_DATA")
    if not data:
        pytest.skip("set VAULT_MEM_DATA to the folder of real vaults")
    shutil.copytree(Path(data) / "vaults" / name, tmp_path / "v")
    before = digests(tmp_path / "v")
    made = init(tmp_path / "v")
    after = digests(tmp_path / "v")
    assert {path: after[path] for path in before if path not in made.created} == {
        path: digest for path, digest in before.items() if path not in made.created
    }
    assert not any(path.endswith(".md") for path in made.created)
    check_idempotent(tmp_path / "v")
    with open_vault(tmp_path / "v") as vault:
        snapshot = vault.current()
        assert len(snapshot.notes) > 100
        with vault.writing() as transaction:
            assert transaction.adopt(snapshot.dirty) is not None
        assert vault.current() == type(snapshot)(transaction.head, snapshot.notes)
        assert vault.state().changed == ()


def test_templates_are_found_and_valid() -> None:
    assert (templates_dir() / "note").is_dir()
    manifest = yaml.safe_load(vault_template("config.yaml"))
    assert manifest == {"format": 1}
    for name in TYPES:
        text = note_template(name)
        assert text is not None
        front = yaml.safe_load(text.split("---\n")[1])
        assert front["type"] == name
        assert "# {{title}}" in text
    assert note_template("../vault/config") is None
    assert note_template("unknown") is None
    assert len(list((templates_dir() / "note").glob("*.md"))) == len(TYPES)
