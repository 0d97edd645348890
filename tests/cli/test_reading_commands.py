from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Shell

READING = (
    ["recall", "tea"],
    ["read", "tea"],
    ["related", "tea"],
    ["history", "tea"],
    ["history", "tea", "--view", "diff"],
    ["history", "tea", "--view", "blame"],
    ["history", "tea", "--view", "as-of", "--at", "HEAD"],
    ["context", "making", "tea"],
    ["status"],
    ["reindex"],
    ["eval", "--self"],
    ["check"],
    ["fsck"],
)
HOSTILE = "\x1b]0;owned\x07\x1b[31m[bold]red[/bold]\u202e"


@pytest.fixture
def tea(shell: Shell, vault: Path) -> Path:
    """Return a vault with a note that was revised and superseded nothing yet."""
    shell("remember", "# Tea\n\nSteep it for three minutes.", "--key", "tea", "--agent", "brewer", "--tags", "drink")
    shell(
        "revise",
        "tea",
        "# Tea\n\nSteep it for four minutes. See [[kettle]].",
        "--reason",
        "Stronger.",
        "--session",
        "s",
    )
    return vault


def head(vault: Path, revision: str = "HEAD") -> str:
    done = subprocess.run(["git", "-C", str(vault), "rev-parse", revision], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_every_reading_command_speaks_json_and_names_its_revision(shell: Shell, tea: Path) -> None:
    for arguments in READING:
        outcome = shell(*arguments, "--json")
        assert outcome.code == 0, (arguments, outcome.err)
        assert outcome.json["revision"] == head(tea), arguments


def test_no_note_reaches_the_terminal_raw(shell: Shell, tea: Path) -> None:
    (tea / "notes").mkdir(exist_ok=True)
    note = tea / shell("read", "tea", "--json").json["path"]
    with note.open("a", encoding="utf-8", newline="") as file:
        file.write(f"\n## {HOSTILE} tea\n\n{HOSTILE} [[{HOSTILE}]]\n")
    for arguments in READING:
        outcome = shell(*arguments)
        assert outcome.code == 0, (arguments, outcome.err)
        assert not set("\x1b\x07\u202e") & set(outcome.out + outcome.err), arguments


def test_recall_shows_its_evidence(shell: Shell, tea: Path) -> None:
    outcome = shell("recall", "how", "to", "steep", "tea")
    first, place, *excerpt = outcome.out.splitlines()
    assert first.startswith("1. Tea  ")
    assert place.startswith("   notes/tea.md:")
    assert head(tea)[:9] in place
    assert "today" in place
    assert "#drink" in place
    assert excerpt[0] == "   Steep it for four minutes. See [[kettle]]."
    assert outcome.err == f"1 of 1 note at {head(tea)[:9]}\n"


def test_recall_json_has_revision_and_hits(shell: Shell, tea: Path) -> None:
    answer = shell("recall", "steep", "--json").json
    (hit,) = answer["hits"]
    assert answer["revision"] == head(tea)
    assert hit["path"] == "notes/tea.md"
    assert {"id", "title", "excerpt", "lines", "score", "relevance", "scores", "commit", "version"} <= set(hit)
    assert set(hit["lines"]) == {"first", "last"}


def test_recall_at_an_old_revision(shell: Shell, tea: Path) -> None:
    answer = shell("recall", "steep", "--at", head(tea, "HEAD~1"), "--json").json
    assert "three minutes" in answer["hits"][0]["excerpt"]
    assert answer["revision"] == head(tea, "HEAD~1")


def test_recall_explains_itself(shell: Shell, tea: Path) -> None:
    outcome = shell("recall", "steep", "--explain")
    assert "relevance " in outcome.out
    assert len(outcome.out) > len(shell("recall", "steep").out)


def test_recall_marks_what_is_superseded(shell: Shell, tea: Path) -> None:
    shell("remember", "# Green tea\n\nSteep it for two minutes.", "--key", "green", "--links", "supersedes=tea")
    assert "four minutes" not in shell("recall", "steep").out
    assert "superseded by notes/green.md" in shell("recall", "steep", "--statuses", "superseded").out


def test_recall_without_words_lists_what_filters_leave(shell: Shell, tea: Path) -> None:
    listed = shell("recall", "--tags", "drink")
    assert listed.out.startswith("1. Tea\n")
    assert shell("recall", "--tags", "food").out == ""
    assert "nothing found" in shell("recall", "--tags", "food").err
    assert shell("recall").code == 1


def test_recall_pages(shell: Shell, vault: Path) -> None:
    notes = "\n".join(f'{{"text": "# Note {number}", "tags": ["page"]}}' for number in range(5))
    shell("remember", "--notes", "-", stdin=notes.encode())
    first = shell("recall", "--tags", "page", "--limit", "2")
    assert "more with --offset 2" in first.err
    second = shell("recall", "--tags", "page", "--limit", "2", "--offset", "2")
    assert second.out.startswith("3. ")
    assert not set(first.out.splitlines()) & set(second.out.splitlines()) - {""}


def test_read_prints_the_file_and_tells_about_it_elsewhere(shell: Shell, tea: Path) -> None:
    outcome = shell("read", "tea")
    assert outcome.out == (tea / "notes" / "tea.md").read_text(encoding="utf-8")
    assert outcome.err.startswith("notes/tea.md:1-")
    assert "three minutes" in shell("read", "tea", "--at", head(tea, "HEAD~1")).out


def test_read_a_section(shell: Shell, vault: Path) -> None:
    shell("remember", "# A\n\nIntro.\n\n## B\n\nInner.\n\n## C\n\nLast.", "--key", "a")
    assert shell("read", "a", "--section", "B").out.strip() == "## B\n\nInner."
    outcome = shell("read", "a", "--section", "Z")
    assert outcome.code == 1
    assert "'B'" in outcome.err


def test_an_unknown_note_is_refused_with_a_hint(shell: Shell, tea: Path) -> None:
    outcome = shell("read", "coffee", "--json")
    assert outcome.code == 1
    assert outcome.json["error"]["code"] == "note-not-found"
    assert outcome.json["error"]["hint"]


def test_related_lists_and_changes(shell: Shell, tea: Path) -> None:
    shell("remember", "# Kettle\n\nBoils.", "--key", "kettle")
    assert "->  links  notes/kettle.md  Kettle" in shell("related", "tea").out
    changed = shell("related", "kettle", "--add", "part_of=tea", "--reason", "It is.")
    assert "->  part_of  notes/tea.md" in changed.out
    assert f"commit {head(tea)[:9]}" in changed.err
    removed = shell("related", "kettle", "--remove", "part_of=tea", "--json").json
    assert [item["relation"] for item in removed["relations"]] == ["links"]


def test_history_views(shell: Shell, tea: Path) -> None:
    log = shell("history", "tea").out.splitlines()
    assert [line.split()[0] for line in log] == [head(tea)[:9], head(tea, "HEAD~1")[:9]]
    assert log[0].endswith("Stronger.")
    assert "brewer" in log[1]
    difference = shell("history", "tea", "--view", "diff")
    assert "-Steep it for three minutes." in difference.out
    assert f"{head(tea, 'HEAD~1')[:9]}..{head(tea)[:9]}" in difference.err
    blame = shell("history", "tea", "--view", "blame").out.splitlines()
    assert any(line.startswith(head(tea)[:9]) and line.endswith("[[kettle]].") for line in blame)
    assert any(line.startswith(f"{head(tea)[:9]}: ") and line.endswith("session s · Stronger.") for line in blame)
    past = shell("history", "tea", "--view", "as-of", "--at", head(tea, "HEAD~1")).out
    assert "three minutes" in past
    shell("remember", "# Kettle")
    assert f"(new)..{head(tea)[:9]}" in shell("history", "kettle", "--view", "diff").err


def test_context_prints_the_block(shell: Shell, tea: Path) -> None:
    shell("revise", "tea", "--set", "pinned=true")
    outcome = shell("context", "steep", "some", "tea", "--max-tokens", "500")
    assert "four minutes" in outcome.out
    assert "1 note, " in outcome.err


def test_status_counts(shell: Shell, tea: Path) -> None:
    (tea / "loose.md").write_text("# Loose\n", encoding="utf-8")
    outcome = shell("status")
    assert f"vault        {tea}" in outcome.out
    assert "uncommitted  loose.md" in outcome.out
    assert "notes        2 in " in outcome.out


def test_status_times_a_recall(shell: Shell, tea: Path) -> None:
    outcome = shell("status", "--timings")
    assert "lexical" in outcome.out
    assert "git objects are not packed" in outcome.err
    assert shell("status", "--timings", "--json").json["timings"]["first"]["total"] > 0
    assert shell("status", "--json").json["timings"] is None


def test_reindex_says_what_it_did(shell: Shell, tea: Path) -> None:
    assert shell("reindex", "--history").out.startswith("1 note, 1 passage indexed in ")


def test_check_fails_on_an_error_only(shell: Shell, tea: Path) -> None:
    assert shell("check").code == 0
    assert "remark" in shell("check").out
    (tea / "torn.md").write_text("<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", encoding="utf-8")
    outcome = shell("check", "--json")
    assert outcome.code == 1
    assert outcome.json["is_ok"] is False
    assert outcome.json["findings"][0]["path"] == "torn.md"
    assert "torn.md:" in shell("check").out


def test_fsck_finds_a_lost_object(shell: Shell, tea: Path) -> None:
    assert shell("fsck").code == 0
    blob = head(tea, "HEAD~1:notes/tea.md")
    lost = tea / ".git" / "objects" / blob[:2] / blob[2:]
    lost.chmod(0o600)
    lost.unlink()
    outcome = shell("fsck")
    assert outcome.code == 1
    assert outcome.out.startswith("error ")
