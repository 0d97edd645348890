from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.vault.killing import KILLED, POINTS
from tests.vaults import git, is_clean, make_vault, open_vault, write
from vault_mem.errors import (
    GitCommandError,
    NoRemoteError,
    RemoteError,
    UnsupportedRepositoryError,
    VaultBusyError,
    WriteConflictError,
)
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.vault import Vault

ONE = "---\nid: 01K9ZQ3T8M5N2V7C4X6B1D0F9G\n---\n"


class Team:
    """Vaults that share one bare remote."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.remote = folder / "remote.git"
        self._folder, self._stack = folder, stack
        git(folder, "init", "-q", "--bare", str(self.remote))
        self.first = stack.enter_context(make_vault(folder / "first", tea=f"{ONE}# Tea\n\nGreen.\n"))
        git(self.first.root, "remote", "add", "origin", str(self.remote))
        self.first.sync()
        self.second = self.clone("second")

    def clone(self, name: str) -> Vault:
        git(self._folder, "clone", "-q", str(self.remote), name)
        return self._stack.enter_context(open_vault(self._folder / name))


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with ExitStack() as stack:
        yield Team(tmp_path, stack)


def commit(vault: Vault, path: str, text: str | None) -> None:
    with vault.writing() as transaction:
        transaction.commit(Act("remember", (Change(NotePath(path), text.encode() if text is not None else None),)))


def text_of(vault: Vault, path: str) -> str:
    return (vault.root / path).read_text()


def parents(vault: Vault) -> list[str]:
    return git(vault.root, "show", "-s", "--format=%P", "HEAD").split()


def heads(*vaults: Vault) -> set[str]:
    return {git(vault.root, "rev-parse", "HEAD") for vault in vaults}


def test_what_one_clone_writes_the_other_reads(team: Team) -> None:
    commit(team.first, "milk.md", "Oat.\n")
    sent = team.first.sync()
    assert (sent.went, sent.is_pushed, sent.merged, sent.came) == (1, True, None, ())
    got = team.second.sync()
    assert (got.went, got.is_pushed, got.merged, got.came) == (0, True, None, ("milk.md",))
    assert text_of(team.second, "milk.md") == "Oat.\n"
    assert len(heads(team.first, team.second)) == 1
    assert all(map(is_clean, (team.first, team.second)))
    assert not team.second.sync().came


def test_both_write_and_the_shared_line_only_grows(team: Team) -> None:
    commit(team.first, "milk.md", "Oat.\n")
    team.first.sync()
    shared = git(team.first.root, "rev-parse", "HEAD").strip()
    commit(team.second, "sugar.md", "None.\n")
    mine = git(team.second.root, "rev-parse", "HEAD").strip()
    merged = team.second.sync()
    assert parents(team.second) == [shared, mine]
    assert merged.merged == git(team.second.root, "rev-parse", "HEAD").strip()
    team.first.sync()
    assert len(heads(team.first, team.second)) == 1
    assert {text_of(team.first, name) for name in ("milk.md", "sugar.md")} == {"Oat.\n", "None.\n"}
    assert all(map(is_clean, (team.first, team.second)))
    assert not git(team.first.root, "fsck", "--strict")


def test_both_change_one_line_and_both_texts_stay(team: Team) -> None:
    commit(team.first, "tea.md", f"{ONE}# Tea\n\nBlack.\n")
    team.first.sync()
    commit(team.second, "tea.md", f"{ONE}# Tea\n\nWhite.\n")
    done = team.second.sync()
    team.first.sync()
    assert len(done.disputed) == 1
    texts = {text_of(team.first, path) for path in ("tea.md", *done.disputed)}
    assert {word for text in texts for word in ("Black.", "White.") if word in text} == {"Black.", "White."}
    assert not any("<<<<" in text or ">>>>" in text for text in texts)
    assert all("status: disputed" in text and "contradicts" in text for text in texts)


def test_two_notes_that_met_at_one_path_are_not_called_disputed(team: Team) -> None:
    commit(team.first, "new.md", f"{ONE.replace('F9G', 'F9H')}Ours.\n")
    team.first.sync()
    commit(team.second, "new.md", f"{ONE.replace('F9G', 'F9Z')}Theirs.\n")
    done = team.second.sync()
    assert done.disputed == ()
    assert {text_of(team.second, path).splitlines()[-1] for path in ("new.md", "new-0f9z.md")} == {"Ours.", "Theirs."}


def test_a_version_that_is_not_here_is_said(team: Team) -> None:
    commit(team.first, "tea.md", f"{ONE}# Tea\n\nBlack.\n")
    team.first.sync()
    commit(team.second, "milk.md", "Oat.\n")
    git(team.second.root, "fetch", "-q", "origin")
    blob = git(team.first.root, "rev-parse", "HEAD:tea.md").strip()
    (team.second.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitCommandError, match="partial clone"):
        team.second.sync()


def test_hand_edits_are_committed_and_shared(team: Team) -> None:
    write(team.first.root, "tea.md", f"{ONE}# Tea\n\nGreen, by hand.\n")
    write(team.first.root, "new.md", "By hand.\n")
    assert team.first.sync().adopted == ("new.md", "tea.md")
    team.second.sync()
    assert "by hand" in text_of(team.second, "tea.md")
    assert text_of(team.second, "new.md") == "By hand.\n"


def test_a_dry_run_shows_what_would_come_and_go(team: Team) -> None:
    commit(team.first, "milk.md", "Oat.\n")
    team.first.sync()
    commit(team.second, "sugar.md", "None.\n")
    write(team.second.root, "tea.md", "edited\n")
    before = git(team.second.root, "rev-parse", "HEAD")
    shown = team.second.sync(dry_run=True)
    assert (shown.came, shown.went, shown.adopted, shown.is_pushed) == (("milk.md",), 1, ("tea.md",), False)
    assert git(team.second.root, "rev-parse", "HEAD") == before
    assert not (team.second.root / "milk.md").exists()


def test_another_file_with_uncommitted_edits_is_not_written_over(team: Team) -> None:
    commit(team.first, "setup.toml", "a = 1\n")
    team.first.sync()
    team.second.sync()
    commit(team.first, "setup.toml", "a = 2\n")
    team.first.sync()
    write(team.second.root, "setup.toml", "a = 3\n")
    with pytest.raises(WriteConflictError):
        team.second.sync()
    assert text_of(team.second, "setup.toml") == "a = 3\n"


def test_a_remote_that_is_gone_is_an_error_and_one_that_cannot_be_reached_is_none(team: Team) -> None:
    git(team.first.root, "remote", "set-url", "origin", "http://127.0.0.1:9/vault.git")
    commit(team.first, "milk.md", "Oat.\n")
    done = team.first.sync()
    assert done.offline is not None
    assert not done.is_pushed
    git(team.first.root, "remote", "set-url", "origin", str(team.remote.with_name("nowhere")))
    with pytest.raises(RemoteError):
        team.first.sync()


def test_a_vault_without_a_remote_says_what_to_do(tmp_path: Path) -> None:
    with make_vault(tmp_path / "vault", tea="Tea.\n") as vault:
        with pytest.raises(NoRemoteError, match="git remote add"):
            vault.sync()
        git(vault.root, "remote", "add", "one", "https://example.com/1")
        git(vault.root, "remote", "add", "two", "https://example.com/2")
        with pytest.raises(NoRemoteError, match="set-upstream-to"):
            vault.sync()


def test_a_history_that_was_rewritten_takes_nothing_of_ours(team: Team) -> None:
    commit(team.first, "milk.md", "Oat.\n")
    team.first.sync()
    team.second.sync()
    known = git(team.second.root, "rev-parse", "HEAD").strip()
    git(team.first.root, "reset", "-q", "--hard", "HEAD~1")
    commit(team.first, "other.md", "Other.\n")
    git(team.first.root, "push", "-q", "--force", "origin", "HEAD")
    commit(team.second, "sugar.md", "None.\n")
    team.second.sync()
    assert {text_of(team.second, name) for name in ("milk.md", "other.md", "sugar.md")} == {
        "Oat.\n",
        "Other.\n",
        "None.\n",
    }
    assert known in git(team.second.root, "for-each-ref", "--format=%(objectname)", "refs/vault-mem/rescue")
    team.first.sync()
    assert len(heads(team.first, team.second)) == 1


@pytest.mark.parametrize(
    ("key", "scope"),
    [
        ("credential.helper", "--local"),
        ("core.sshCommand", "--local"),
        ("core.alternateRefsCommand", "--local"),
        ("remote.origin.uploadpack", "--worktree"),
    ],
)
def test_a_program_that_the_repository_names_is_not_run(team: Team, tmp_path: Path, key: str, scope: str) -> None:
    git(team.second.root, "config", "extensions.worktreeConfig", "true")
    git(team.second.root, "config", scope, key, f"touch {tmp_path / 'run'};")
    with pytest.raises(RemoteError, match=re.escape(key.lower())):
        team.second.sync()
    assert not (tmp_path / "run").exists()


def test_a_push_that_is_refused_says_why(team: Team) -> None:
    hook = team.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho the branch is protected >&2\nexit 1\n")
    hook.chmod(0o755)
    commit(team.first, "milk.md", "Oat.\n")
    with pytest.raises(RemoteError, match="pre-receive hook declined"):
        team.first.sync()
    assert text_of(team.first, "milk.md") == "Oat.\n"


def test_a_push_that_loses_a_race_is_merged_and_repeated(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    from vault_mem.vault.remote import Remote

    push = Remote.push
    raced: list[str] = []

    def slow(self: Remote, commit_id: str) -> None:
        if not raced:
            raced.append(commit_id)
            commit(team.second, "sugar.md", "None.\n")
            team.second.sync()
        push(self, commit_id)  # type: ignore[arg-type]

    commit(team.first, "milk.md", "Oat.\n")
    monkeypatch.setattr(Remote, "push", slow)
    raced_second = team.first.sync()
    assert raced_second.is_pushed
    monkeypatch.undo()
    team.second.sync()
    assert len(heads(team.first, team.second)) == 1
    assert {text_of(team.second, name) for name in ("milk.md", "sugar.md")} == {"Oat.\n", "None.\n"}


def test_a_twin_that_a_remote_brings_gets_another_name_in_every_clone(team: Team) -> None:
    (team.first.root / "Tea.md").write_text("---\nid: 01K9ZQ3T8M5N2V7C4X6B1D0FZZ\n---\nTwin.\n")
    git(team.first.root, "add", "-A")
    git(team.first.root, "commit", "-qm", "a twin")
    team.first.sync()
    team.second.sync()
    team.first.sync()
    assert len(heads(team.first, team.second)) == 1
    for vault in (team.first, team.second):
        assert text_of(vault, "Tea-0fzz.md").endswith("Twin.\n")
        assert not [path.name for path in vault.root.iterdir() if path.name == "Tea.md"]
        assert is_clean(vault)


@pytest.mark.parametrize("name", [".gitattributes", "sub/.gitattributes"])
def test_attributes_that_change_notes_are_not_taken_over(team: Team, name: str) -> None:
    target = team.first.root / name
    target.parent.mkdir(exist_ok=True)
    target.write_text("*.md filter=evil working-tree-encoding=UTF-16\n")
    git(team.first.root, "add", "-A")
    git(team.first.root, "-c", "filter.evil.clean=cat", "commit", "-qm", "attributes")
    git(team.first.root, "push", "-q", "origin", "HEAD")
    with pytest.raises(UnsupportedRepositoryError, match="gitattributes"):
        team.second.sync()
    commit(team.second, "milk.md", "Oat.\n")
    assert text_of(team.second, "milk.md") == "Oat.\n"


def test_a_link_that_a_remote_brings_is_refused(team: Team) -> None:
    (team.first.root / "secrets.md").symlink_to("/etc/passwd")
    git(team.first.root, "add", "-A")
    git(team.first.root, "commit", "-qm", "a link")
    git(team.first.root, "push", "-q", "origin", "HEAD")
    with pytest.raises(Exception, match="link"):
        team.second.sync()
    assert not (team.second.root / "secrets.md").is_symlink()


SYNC_POINTS = [("fetch", "after"), *POINTS[1:], ("push", "before"), ("push", "after")]


@pytest.mark.parametrize("is_ahead", [True, False])
@pytest.mark.parametrize(("step", "when"), SYNC_POINTS)
def test_a_sync_that_is_killed_is_finished_by_the_next(team: Team, step: str, when: str, *, is_ahead: bool) -> None:
    commit(team.first, "tea.md", f"{ONE}# Tea\n\nBlack.\n")
    commit(team.first, "milk.md", "Oat.\n")
    team.first.sync()
    if is_ahead:
        commit(team.second, "tea.md", f"{ONE}# Tea\n\nWhite.\n")
    command = [sys.executable, "-m", "tests.vault.killing", str(team.second.root), step, when, "sync"]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    reached = is_ahead or step != "push"
    assert ended.returncode == (KILLED if reached else 0), ended.stderr.decode()
    team.second.sync()
    team.first.sync()
    assert len(heads(team.first, team.second)) == 1
    assert all(map(is_clean, (team.first, team.second)))
    texts = "".join(path.read_text() for path in team.second.root.glob("*.md"))
    assert {"Black.", "Oat.", *(["White."] if is_ahead else [])} <= set(texts.split())
    assert not git(team.second.root, "fsck", "--strict", "--no-dangling")


def test_a_branch_that_the_remote_lost_is_pushed_again(team: Team) -> None:
    known = git(team.first.root, "rev-parse", "HEAD").strip()
    branch = git(team.first.root, "symbolic-ref", "HEAD").strip()
    git(team.remote, "update-ref", "-d", branch)
    assert team.first.sync(dry_run=True).went > 0
    done = team.first.sync()
    assert done.went > 0
    assert git(team.remote, "rev-parse", branch).strip() == known


def test_a_branch_that_is_switched_to_meanwhile_is_not_pushed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    from vault_mem.vault.remote import Remote

    commit(team.first, "milk.md", "Oat.\n")
    team.first.sync()
    git(team.second.root, "switch", "-qc", "private")
    commit(team.second, "private.md", "Mine.\n")
    git(team.second.root, "switch", "-q", "-")
    fetch = Remote.fetch

    def slow(self: Remote) -> object:
        found = fetch(self)
        git(team.second.root, "switch", "-q", "private")
        return found

    monkeypatch.setattr(Remote, "fetch", slow)
    with pytest.raises(VaultBusyError, match="refs/heads/private"):
        team.second.sync()
    assert "private.md" not in git(team.remote, "ls-tree", "--name-only", "HEAD")
    assert not (team.second.root / "milk.md").exists()


def test_a_remote_that_says_nothing_is_offline_and_writers_go_on(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    from vault_mem.vault import remote

    monkeypatch.setattr(remote, "TIMEOUT", 2.0)
    commit(team.first, "milk.md", "Oat.\n")
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as pool:
        port = silent.getsockname()[1]
        git(team.first.root, "remote", "set-url", "origin", f"git://127.0.0.1:{port}/vault.git")
        syncing = pool.submit(team.first.sync)
        with silent.accept()[0]:
            commit(team.first, "sugar.md", "None.\n")
            assert not syncing.done()
            offline = syncing.result().offline
    assert offline is not None
    assert "did not answer" in offline


def test_what_a_hook_of_the_remote_prints_does_not_decide_what_went_wrong(team: Team) -> None:
    hook = team.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'Connection refused, error 403, fetch first' >&2\nexit 1\n")
    hook.chmod(0o755)
    commit(team.first, "milk.md", "Oat.\n")
    with pytest.raises(RemoteError, match="refuses the push"):
        team.first.sync()


@pytest.mark.parametrize("is_ahead", [True, False])
def test_a_program_stays_one_and_clones_come_to_rest(team: Team, *, is_ahead: bool) -> None:
    write(team.first.root, "run.sh", "#!/bin/sh\n").chmod(0o755)
    (team.first.root / "tea.md").chmod(0o755)
    git(team.first.root, "add", "-A")
    git(team.first.root, "commit", "-qm", "programs")
    team.first.sync()
    if is_ahead:
        commit(team.second, "milk.md", "Oat.\n")
    for vault in (team.second, team.first, team.second):
        vault.sync()
    assert len(heads(team.first, team.second)) == 1
    assert git(team.second.root, "ls-files", "-s", "run.sh", "tea.md").count("100755") == 2
    assert (team.second.root / "run.sh").stat().st_mode & 0o100
    assert all(map(is_clean, (team.first, team.second)))
