from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.vaults import git, make_repository, write


@pytest.fixture
def past(shell: Shell, vault: Path) -> str:
    """Give the vault a past, and return a moment of it."""
    assert shell("remember", "The port is 80.", "--title", "Port").code == 0
    assert shell("revise", "Port", "The port is 8080.").code == 0
    return "HEAD~1"


def test_a_checkout_is_made_asked_listed_and_removed(
    shell: Shell, past: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = shell("checkout", "o", "--at", past)
    assert (made.code, made.out.split()[0]) == (0, str(tmp_path / "o"))
    assert f"vault-mem checkout --remove '{tmp_path / 'o'}'" in made.err
    assert "The port is 80." in shell("recall", "port", "--vault", "o").out
    refused = shell("remember", "x", "--vault", "o", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "detached-head")
    listed = shell("checkout", "--list")
    assert (listed.out.split()[0], listed.err) == (str(tmp_path / "o"), "1 checkout\n")
    (entry,) = shell("checkout", "--json").json["checkouts"]
    assert (entry["at"], entry["is_there"], entry["changed"]) == (past, True, [])
    removed = shell("checkout", "--remove", "o")
    assert (removed.code, removed.err) == (0, "1 checkout removed\n")
    assert not (tmp_path / "o").exists()
    assert shell("checkout", "--list").out == ""


def test_what_a_person_wrote_is_named_and_kept(shell: Shell, past: str, tmp_path: Path) -> None:
    for name in ("o", "p"):
        assert shell("checkout", str(tmp_path / name), "--at", past).code == 0
    write(tmp_path / "o", "mine.md", "# Mine\n")
    assert "changed or added there: mine.md" in shell("checkout", "--list").out
    pruned = shell("checkout", "--prune")
    assert (pruned.code, pruned.out.split()[0]) == (0, str(tmp_path / "p"))
    assert f"kept: {tmp_path / 'o'} · changed or added there: mine.md\n1 checkout removed\n" in pruned.err
    refused = shell("checkout", "--remove", str(tmp_path / "o"))
    assert (refused.code, "mine.md" in refused.err, "--force" in refused.err) == (1, True, True)
    forced = shell("checkout", "--remove", str(tmp_path / "o"), "--force", "--json").json
    assert [entry["changed"] for entry in forced["checkouts"]] == [["mine.md"]]
    assert not (tmp_path / "o").exists()


def test_one_that_is_gone_is_shown_so(shell: Shell, past: str, tmp_path: Path) -> None:
    shell("checkout", str(tmp_path / "o"), "--at", past)
    (tmp_path / "o").rename(tmp_path / "moved")
    assert shell("checkout").out.endswith("  gone\n")


def test_a_state_from_before_the_vault_was_one(shell: Shell, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "v", old="# Old\n")
    first = git(root, "rev-parse", "HEAD").strip()
    assert shell("init", str(root)).code == 0
    made = shell("checkout", str(tmp_path / "o"), "--at", first, "--vault", str(root))
    assert (made.code, "it was no vault then" in made.err) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["o"],
        ["--at", "HEAD"],
        ["--remove"],
        ["--prune", "o"],
        ["--list", "o"],
        ["o", "--force", "--at", "HEAD"],
        ["o", "--remove", "--at", "HEAD"],
        ["--list", "--prune"],
    ],
)
def test_wrong_usage(shell: Shell, past: str, arguments: list[str]) -> None:
    assert shell("checkout", *arguments).code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a name that Windows cannot hold")
def test_a_folder_whose_name_draws_on_the_terminal(shell: Shell, past: str, tmp_path: Path) -> None:
    name = str(tmp_path / "o\x1b[31m")
    for arguments in ((name, "--at", past), ("--list",), ("--remove", name)):
        outcome = shell("checkout", *arguments)
        assert outcome.code == 0, outcome.err
        assert "\x1b" not in outcome.out + outcome.err


def test_refusals_have_a_hint(shell: Shell, past: str, vault: Path, tmp_path: Path) -> None:
    for arguments in ((str(vault / "o"), "--at", past), ("--remove", str(tmp_path))):
        outcome = shell("checkout", *arguments)
        assert (outcome.code, "hint: " in outcome.err) == (1, True)
    assert not (vault / "o").exists()
