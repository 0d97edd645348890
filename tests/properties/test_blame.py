"""Blame by the note's own lineage says what `git blame` says, wherever each line of a note is told from every other."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import vault_mem
from tests.vaults import git

EDITS = st.lists(
    st.tuples(st.sampled_from(["insert", "delete", "replace"]), st.integers(0, 30)), min_size=1, max_size=3
)
STEPS = st.lists(st.tuples(st.sampled_from(["main", "side", "ours", "theirs"]), EDITS), min_size=1, max_size=10)


class History:
    """Two lines of commits of one note, as `git fast-import` reads them; no line of text is ever written twice."""

    def __init__(self, root: str) -> None:
        self.made = 0
        self.written = 0
        self.stream: list[str] = []
        start = ["---", "id: 01K9ZQ3T8M5N2V7C4X6B1D0F9G", "---", *self.new_lines(5)]
        self.tips: dict[str, tuple[str, list[str]]] = {}
        mark = self.commit((root,), start)
        self.tips = {"main": (mark, start), "side": (mark, start)}

    def new_lines(self, count: int) -> list[str]:
        self.written += count
        return [f"line {self.written - place}" for place in range(count)]

    def edited(self, lines: list[str], edits: list[tuple[str, int]]) -> list[str]:
        lines = list(lines)
        for kind, place in edits:
            at = 3 + place % max(1, len(lines) - 3)
            if kind == "insert":
                lines.insert(at, *self.new_lines(1))
            elif at < len(lines):
                lines[at : at + 1] = self.new_lines(1) if kind == "replace" else []
        return lines

    def commit(self, parents: tuple[str, ...], lines: list[str]) -> str:
        self.made += 1
        text = "\n".join(lines) + "\n"
        first, *others = parents
        merges = "".join(f"merge {other}\n" for other in others)
        self.stream.append(
            f"commit refs/heads/work\nmark :{self.made}\ncommitter Ada <ada@localhost> {1_700_000_000 + self.made} +0\n"
            f"data 1\nx\nfrom {first}\n{merges}M 100644 inline note.md\ndata {len(text)}\n{text}\n"
        )
        return f":{self.made}"

    def step(self, kind: str, edits: list[tuple[str, int]]) -> None:
        (main, ours), (side, theirs) = self.tips["main"], self.tips["side"]
        if kind in self.tips:
            tip, lines = self.tips[kind]
            lines = self.edited(lines, edits)
            self.tips[kind] = (self.commit((tip,), lines), lines)
        else:
            lines = self.edited(ours if kind == "ours" else theirs, edits if len(edits) > 1 else [])
            merged = (self.commit((main, side), lines), lines)
            self.tips = {"main": merged, "side": merged}


@settings(max_examples=15)
@given(STEPS)
def test_every_line_goes_to_the_commit_that_git_blames(steps: list[tuple[str, list[tuple[str, int]]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "vault")
        vault_mem.initialise(root)
        history = History(git(root, "rev-parse", "HEAD").strip())
        for kind, edits in steps:
            history.step(kind, edits)
        stream = "".join(history.stream) + f"reset refs/heads/tip\nfrom {history.tips['main'][0]}\n\n"
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=stream.encode(), check=True)
        git(root, "reset", "-q", "--hard", "tip")
        told = re.findall(r"^([0-9a-f]{40}) \d+ \d+", git(root, "blame", "--line-porcelain", "note.md"), re.MULTILINE)
        with vault_mem.open_memory(root) as memory:
            assert [line.commit for line in memory.history("note.md", view="blame").blame] == told
