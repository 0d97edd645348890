from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Shell


def trailers(vault: Path) -> dict[str, str]:
    """Return the last commit's subject, body's first line and trailers."""
    message = subprocess.run(
        ["git", "-C", str(vault), "log", "-1", "--format=%B"],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    ).stdout
    pairs = (line.partition(": ") for line in message.splitlines() if line.startswith("Memory-"))
    return {"message": message, **{name: value for name, _, value in pairs}}


def commits(vault: Path) -> int:
    counted = subprocess.run(
        ["git", "-C", str(vault), "rev-list", "--count", "HEAD"], capture_output=True, text=True, check=True
    )
    return int(counted.stdout)


def test_init_says_what_it_made_and_a_second_time_nothing(shell: Shell, tmp_path: Path) -> None:
    first = shell("init", str(tmp_path / "new"), "--json")
    second = shell("--vault", str(tmp_path / "new"), "init")
    assert first.json["root"] == str(tmp_path / "new")
    assert ".gitattributes" in first.json["created"]
    assert len(first.json["commit"]) == 40
    assert (second.code, second.out) == (0, "")
    assert "nothing had to change" in second.err


def test_init_takes_the_current_folder(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = shell("init")
    assert outcome.code == 0
    assert "created .gitattributes" in outcome.out
    assert (tmp_path / ".vault-mem" / "config.yaml").is_file()


def test_remember_passes_every_option_on(shell: Shell, vault: Path) -> None:
    shell("remember", "# Old", "--key", "old")
    outcome = shell(
        *("remember", "# New\n\nText.", "--type", "decision", "--key", "new", "--tags", "a,b", "--tags", "c"),
        *("--importance", "0.9", "--confidence", "0.5", "--valid-from", "2026-01-02", "--expires", "2099-01-01"),
        *("--links", "supersedes=old", "--links", "about=old", "--source", "a talk", "--namespace", "web"),
        *("--category", "choice", "--reason", "Because.", "--agent", "tester", "--session", "s1"),
    )
    note = shell("read", "new", "--json").json
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith(f"created {note['path']} · New · {note['id']}")
    assert note["path"].startswith("projects/web/")
    wanted = {"type": "decision", "category": "choice", "tags": ["a", "b", "c"], "importance": 0.9, "confidence": 0.5}
    assert wanted.items() <= note["properties"].items()
    assert note["properties"]["source"] == "a talk"
    assert note["properties"]["supersedes"] == ["[[old]]"]
    assert note["properties"]["about"] == ["[[old]]"]
    commit = trailers(vault)
    assert (commit["Memory-Agent"], commit["Memory-Session"], commit["Memory-Op"]) == ("tester", "s1", "supersede")
    assert "\nBecause.\n" in commit["message"]
    assert shell("read", "old", "--json").json["status"] == "superseded"


@pytest.mark.parametrize("arguments", [["remember"], ["remember", "-"]])
def test_remember_reads_stdin(shell: Shell, vault: Path, arguments: list[str]) -> None:
    outcome = shell(*arguments, "--json", stdin="# From a pipe\n\nÜber.\n".encode())
    (note,) = outcome.json["notes"]
    assert note["title"] == "From a pipe"
    assert "Über." in (vault / note["path"]).read_text(encoding="utf-8")


def test_text_that_looks_like_an_option_is_text(shell: Shell, vault: Path) -> None:
    assert shell("remember", "--key", "dashes", "--", "--not an option").code == 0
    assert "--not an option" in shell("read", "dashes").out


def test_remember_many_is_one_commit(shell: Shell, vault: Path, tmp_path: Path) -> None:
    before = commits(vault)
    file = tmp_path / "notes.jsonl"
    file.write_text(
        "\n".join(json.dumps({"text": f"# Note {n}", "tags": ["many"]}) for n in range(30)), encoding="utf-8"
    )
    outcome = shell("remember", "--notes", str(file), "--reason", "An import.")
    assert outcome.out.count("created ") == 20
    assert "… and 10 more" in outcome.out
    assert commits(vault) == before + 1
    piped = shell("remember", "--notes", "-", "--json", stdin=b'{"text": "# One"}\n{"text": "# Two"}\n')
    assert [note["title"] for note in piped.json["notes"]] == ["One", "Two"]


def test_one_bad_line_and_nothing_is_written(shell: Shell, vault: Path) -> None:
    before = commits(vault)
    outcome = shell("remember", "--notes", "-", "--json", stdin=b'{"text": "# One"}\n{"txt": "# Two"}\n')
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "invalid-note")
    assert commits(vault) == before


def test_the_same_again_is_said_to_be_unchanged(shell: Shell, vault: Path) -> None:
    shell("remember", "# Same\n\nText.", "--key", "same")
    before = commits(vault)
    outcome = shell("remember", "# Same\n\nText.", "--key", "same")
    assert outcome.out.startswith("unchanged ")
    assert "nothing had to change" in outcome.err
    assert commits(vault) == before


def test_revise_changes_text_and_properties(shell: Shell, vault: Path) -> None:
    shell("remember", "# Title\n\nOld.", "--key", "it", "--confidence", "0.5", "--source", "hearsay")
    outcome = shell(
        *(
            "revise",
            "it",
            "-",
            "--set",
            "pinned=true",
            "--set",
            "source=",
            "--set",
            'tags=["x"]',
            "--reason",
            "Why not.",
        ),
        stdin=b"# Title\n\nNew.\n",
    )
    note = shell("read", "it", "--json").json
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("revised ")
    assert "New." in note["text"]
    assert "Old." not in note["text"]
    assert {"pinned": True, "tags": ["x"], "confidence": 0.5}.items() <= note["properties"].items()
    assert "source" not in note["properties"]
    assert "\nWhy not.\n" in trailers(vault)["message"]


def test_revise_refuses_a_version_that_is_gone(shell: Shell, vault: Path) -> None:
    seen = shell("remember", "# A\n\nOne.", "--key", "a", "--json").json["notes"][0]["version"]
    shell("revise", "a", "# A\n\nTwo.")
    outcome = shell("revise", "a", "# A\n\nThree.", "--version", seen)
    assert outcome.code == 1
    assert "-One." in outcome.err
    assert "+Two." in outcome.err
    assert "hint: Read it again" in outcome.err
    assert "Two." in shell("read", "a").out


def test_forget_and_both_ways_back(shell: Shell, vault: Path) -> None:
    shell("remember", "# Gone soon", "--key", "gone")
    assert shell("forget", "gone", "--reason", "Old.").out.startswith("archived ")
    assert shell("recall", "gone soon", "--json").json["hits"] == []
    assert shell("restore", "gone", "--json").json["action"] == "restored"
    version = shell("read", "gone", "--json").json["version"]
    assert shell("forget", "gone", "--version", version).code == 0
    assert shell("forget", "gone", "--undo").out.startswith("restored ")
    assert len(shell("recall", "gone soon", "--json").json["hits"]) == 1


def test_options_before_and_after_the_command(shell: Shell, vault: Path) -> None:
    shell("--agent", "before", "remember", "# A", "--session", "after")
    assert (trailers(vault)["Memory-Agent"], trailers(vault)["Memory-Session"]) == ("before", "after")
    shell("--agent", "before", "remember", "# B", "--agent", "after")
    assert trailers(vault)["Memory-Agent"] == "after"


def test_the_environment_says_who_writes(shell: Shell, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_MEM_AGENT", "from-environment")
    shell("remember", "# A")
    assert trailers(vault)["Memory-Agent"] == "from-environment"


def test_the_option_names_another_vault(shell: Shell, vault: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shell("init", str(other))
    shell("remember", "# Elsewhere", "--key", "elsewhere", "--vault", str(other))
    assert shell("read", "elsewhere").code == 1
    assert shell("--vault", str(other), "read", "elsewhere").code == 0


def test_many_notes_are_imported_a_number_a_commit(shell: Shell, vault: Path, tmp_path: Path) -> None:
    lines = tmp_path / "notes.jsonl"
    lines.write_text(
        "\n".join(json.dumps({"text": f"Fact {n}.", "title": f"Fact {n}"}) for n in range(5)) + '\n{"text": ""}\n'
    )
    outcome = shell("import", str(lines), "--per-commit", "2")
    assert outcome.out == "5 created, 0 revised, 0 there already, 1 skipped\n"
    assert "note 6 skipped: The text is empty" in outcome.err
    assert "3 commits" in outcome.err
    again = json.loads(shell("import", str(lines), "--json").out)
    assert (again["created"], again["unchanged"], again["commits"]) == (0, 5, 0)


def test_an_import_stops_at_a_line_that_is_no_note_and_keeps_what_came_before(shell: Shell, vault: Path) -> None:
    text = "\n".join([*(json.dumps({"text": f"Fact {n}."}) for n in range(4)), "no json"])
    outcome = shell("import", "-", "--per-commit", "2", stdin=text.encode())
    assert outcome.code != 0
    assert "stdin:5" in outcome.err
    assert json.loads(shell("status", "--json").out)["notes"] >= 4
