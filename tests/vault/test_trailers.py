from __future__ import annotations

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.trailers import MAX_IDS, MAX_REASON, format_message, parse_message

PATH = NotePath("decisions/api.md")
ID = "01K9ZQ3T8M5N2V7C4X6B1D0F9G"


def act(reason: str = "", **facts: str) -> Act:
    return Act("supersede", (Change(PATH, b"x"),), reason, (ID,), facts.get("agent"), facts.get("session"))


def test_message_has_the_subject_reason_and_trailers_of_the_format() -> None:
    text = format_message(act("Clients that cannot set headers.", agent="claude-code", session="4f1c"))
    assert text == (
        "supersede: decisions/api.md\n\nClients that cannot set headers.\n\nMemory-Op: supersede\n"
        f"Memory-Id: {ID}\nMemory-Agent: claude-code\nMemory-Session: 4f1c\n"
    )
    read = parse_message(text)
    assert (read.subject, read.reason) == ("supersede: decisions/api.md", "Clients that cannot set headers.")
    assert read.trailers["Memory-Agent"] == "claude-code"
    assert read.note_ids == (ID,)


def test_subject_counts_the_notes_of_a_batch() -> None:
    batch = Act("remember", tuple(Change(NotePath(f"{n}.md"), b"") for n in range(3)))
    assert parse_message(format_message(batch)).subject == "remember: 3 notes"
    assert parse_message(format_message(Act("init", ()))).subject == "init: vault"
    named = Act("supersede", batch.changes, subject="a.md")
    assert parse_message(format_message(named)).subject == "supersede: a.md"


def test_reason_cannot_forge_trailers_for_us_or_for_git() -> None:
    reason = "Fine.\n\nMemory-Op: erase\nMemory-Id: FORGED\nMemory-Agent: somebody"
    text = format_message(act(reason))
    read = parse_message(text)
    assert read.trailers["Memory-Op"] == "supersede"
    assert read.note_ids == (ID,)
    assert "Memory-Agent" not in read.trailers
    assert read.reason == reason
    parsed = subprocess.run(
        ["git", "interpret-trailers", "--parse", "--no-divider"], input=text, capture_output=True, text=True, check=True
    )
    assert parsed.stdout.splitlines() == ["Memory-Op: supersede", f"Memory-Id: {ID}"]


@given(st.text(), st.text(max_size=300))
def test_any_text_gives_a_message_whose_facts_are_ours(reason: str, agent: str) -> None:
    text = format_message(act(reason, agent=agent))
    read = parse_message(text)
    assert read.subject == "supersede: decisions/api.md"
    assert read.trailers["Memory-Op"] == "supersede"
    assert read.note_ids == (ID,)
    assert set(read.trailers) <= {"Memory-Op", "Memory-Id", "Memory-Agent"}
    assert "\0" not in text
    text.encode("utf-8")


def test_long_texts_are_cut_and_control_characters_taken_out() -> None:
    read = parse_message(format_message(act("a\x1b[31mb\r\nc" + "x" * 50_000, agent="n\nMemory-Id: F" + "y" * 900)))
    assert read.reason.startswith("a[31mb\nc")
    assert len(read.reason) <= MAX_REASON
    assert read.note_ids == (ID,)
    assert len(read.trailers["Memory-Agent"]) <= 200
    many = Act("import", (), note_ids=tuple(f"{n:026}" for n in range(500)))
    assert len(parse_message(format_message(many)).note_ids) == MAX_IDS


CUT = "# ------------------------ >8 ------------------------"
ENDS = ("---", "--- a/x", "---\t", "----", "---x", CUT, f"; {CUT[2:]}", CUT[2:], "diff --git")
FORGED = ("Memory-Op: forged", "Memory-Id: FORGED", "Memory-Agent: root", "(cherry picked from commit 0)")
LINES = st.sampled_from([*ENDS, *FORGED, "", " ", "\t", "#", "# note", "Conflicts:", "\tx", "text"])


@given(st.lists(LINES | st.text(max_size=8), max_size=12).map("\n".join), st.sampled_from(["#", ";", "auto"]))
def test_git_reads_the_same_facts_from_our_messages_as_we_do(reason: str, comment: str) -> None:
    text = format_message(act(reason, agent="tester"))
    facts = ["Memory-Op: supersede", f"Memory-Id: {ID}", "Memory-Agent: tester"]
    read = parse_message(text)
    assert [f"{key}: {value}" for key, value in read.trailers.items()] == facts
    for options in ((), ("--no-divider",)):
        command = ["git", "-c", f"core.commentChar={comment}", "interpret-trailers", "--parse", *options]
        parsed = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
        assert parsed.stdout.decode().splitlines() == facts


def test_line_that_ends_a_message_for_git_is_indented_and_told() -> None:
    read = parse_message(format_message(act(f"Why.\n\nMemory-Op: forged\n---\n{CUT}\nrest --- of it")))
    assert read.reason == f"Why.\n\nMemory-Op: forged\n ---\n {CUT}\nrest --- of it"
    assert parse_message(format_message(act("---"))).reason == " ---"
    long = parse_message(format_message(act("x" * (MAX_REASON - 4) + "\n---y")))
    assert long.reason.endswith("x\n ---")


@given(st.text(max_size=2_000))
def test_any_message_of_another_program_can_be_read(text: str) -> None:
    read = parse_message(text)
    assert "\n" not in read.subject


def test_message_of_a_person_keeps_its_body() -> None:
    read = parse_message("Fix typo\n\nIt was wrong: really\nand more\n")
    assert (read.subject, read.reason, dict(read.trailers)) == ("Fix typo", "It was wrong: really\nand more", {})
    signed = parse_message("Fix\n\nWhy.\n\nSigned-off-by: A <a@b>\nSigned-off-by: B <b@c>\n")
    assert (signed.reason, signed.trailers["Signed-off-by"]) == ("Why.", "A <a@b>")
