from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shell
from tests.vaults import git, write


def test_a_vault_is_shared(shell: Shell, vault: Path, tmp_path: Path) -> None:
    refused = shell("sync")
    assert refused.code == 1
    assert "git remote add origin URL" in refused.err
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(vault, "remote", "add", "origin", str(tmp_path / "remote.git"))
    write(vault, "draft.md", "# Draft\n")
    shown = shell("sync", "--dry-run")
    assert (shown.code, "would be committed" in shown.err) == (0, True)
    assert not git(tmp_path / "remote.git", "for-each-ref")
    done = shell("sync")
    assert (done.code, "pushed" in done.err) == (0, True)
    assert shell("sync", "--json").json["is_pushed"] is True
    assert "has what we have" in shell("sync").err
    assert "level with origin/" in shell("status").out
    assert shell("remember", "Oat milk.").code == 0
    assert shell("status", "--json").json["standing"]["ahead"] == 1
    assert "1 ahead of origin/" in shell("status").out
    assert shell("sync").code == 0
    git(tmp_path, "clone", "-q", "remote.git", "other")
    write(tmp_path / "other", "tea.md", "# Tea\n")
    git(tmp_path / "other", "add", "-A")
    git(tmp_path / "other", "commit", "-qm", "tea")
    git(tmp_path / "other", "push", "-q")
    assert shell("sync").out == "from the remote tea.md\n"
    git(vault, "remote", "set-url", "origin", "http://127.0.0.1:9/x.git")
    offline = shell("sync")
    assert (offline.code, "sync again later" in offline.err) == (0, True)
