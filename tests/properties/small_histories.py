"""Small random histories: a few notes on two branches that are merged back and forth, by clocks that are wrong."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

IDS = {"one": "01K9ZQ3T8M5N2V7C4X6B1D0F9G", "two": "01K9ZQ3T8M5N2V7C4X6B1D0F9H"}
PATHS = ("a.md", "b.md", "deep/c.md", "deep/d.md")
WITH_IDS, WITHOUT = tuple(IDS), ("bare", "plain")
COPY = "copy of one"
START = 1_767_225_600
"""1 January 2026, 00:00 UTC."""
DAY = 86_400
_KINDS = (*("write",) * 5, *("move",) * 3, "delete")
_CHOICES = (*("first",) * 3, *("second",) * 5, *("both",) * 2, "neither")

Place = tuple[str, int]
"""Where a note is, and the number of its text."""
State = dict[str, Place]
"""The notes of a commit, by name: those of `IDS` have an id, a copy has that of another note."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A commit to make; its parents are places in the list of all commits."""

    branch: str
    parents: tuple[int, ...]
    seconds: int
    state: State

    @property
    def files(self) -> dict[str, str]:
        return {path: content(name, number) for name, (path, number) in self.state.items()}


def content(name: str, number: int) -> str:
    """Return a text of a note; notes without an id may have the same one."""
    identity = IDS.get(name.removeprefix("copy of "))
    return f"---\nid: {identity}\n---\n# Title\n\nText {number}.\n" if identity else f"# Title\n\nText {number}.\n"


@st.composite
def lines(draw: st.DrawFn, *, longest: int = 9) -> list[Planned]:
    """One branch; notes may have the same id or the same content."""
    made = [_root(draw)]
    for number in range(1, draw(st.integers(3, longest))):
        state = _changed(draw, made[-1].state, (*WITH_IDS, *WITHOUT, COPY))
        made.append(Planned("main", (number - 1,), _seconds(draw, number), state))
    return made


@st.composite
def branched(draw: st.DrawFn, *, longest: int = 9) -> list[Planned]:
    """Two branches, at last merged into `main`; an id is in one place."""
    made, tips, behind = [_root(draw)], {"main": 0}, [{0}]
    last = draw(st.integers(4, longest))
    for number in range(1, last):
        branch = draw(st.sampled_from(("main", "side"))) if number + 1 < last else "main"
        base, other = tips.get(branch, tips["main"]), tips.get("side" if branch == "main" else "main")
        parents: tuple[int, ...] = (base,)
        if (
            branch in tips
            and other is not None
            and other not in behind[base]
            and (number + 1 == last or draw(st.booleans()))
        ):
            parents = (base, other)
            state = _merged(draw, made[base].state, made[other].state)
        else:
            state = _changed(draw, made[base].state, (*WITH_IDS, *WITHOUT))
        made.append(Planned(branch, parents, _seconds(draw, number), state))
        behind.append({number}.union(*(behind[parent] for parent in parents)))
        tips[branch] = number
    return made


def build(root: Path, history: Sequence[Planned]) -> list[str]:
    """Make the commits in a new vault by one stream, check `main` out, and return their ids in order."""
    root.mkdir()
    _git(root, "init", "-q", "-b", "main")
    marks = root.parent / "marks"
    _git(root, "fast-import", "--quiet", f"--export-marks={marks}", stream="".join(_stream(history)))
    _git(root, "reset", "-q", "--hard", "main")
    found = dict(line.split() for line in marks.read_text().splitlines())
    return [found[f":{number}"] for number in range(1, len(history) + 1)]


def _stream(history: Sequence[Planned]) -> Iterator[str]:
    for number, planned in enumerate(history, start=1):
        message = f"{number}"
        yield f"commit refs/heads/{planned.branch}\nmark :{number}\n"
        yield f"committer Ada <ada@localhost> {planned.seconds} +0000\ndata {len(message)}\n{message}\n"
        for word, parent in zip(("from", "merge"), planned.parents, strict=False):
            yield f"{word} :{parent + 1}\n"
        yield "deleteall\n"
        for path, text in {".vault-mem/config.yaml": "format: 1\n", **planned.files}.items():
            yield f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"


def _git(root: Path, *arguments: str, stream: str = "") -> None:
    subprocess.run(["git", *arguments], cwd=root, input=stream.encode(), check=True, capture_output=True)


def _root(draw: st.DrawFn) -> Planned:
    state = {name: (path, 0) for name, path in zip(WITH_IDS, PATHS, strict=False)}
    return Planned("main", (), START, _changed(draw, state, (*WITH_IDS, *WITHOUT)))


def _seconds(draw: st.DrawFn, number: int) -> int:
    """Return a time about as many days after the start, before that of an older commit now and then."""
    return START + DAY * (number + draw(st.integers(-3, 3)))


def _changed(draw: st.DrawFn, state: Mapping[str, Place], names: Sequence[str]) -> State:
    """Do one to three things to notes; what would put two notes at one path is left out."""
    new = dict(state)
    for _ in range(draw(st.integers(1, 3))):
        name, kind, path = draw(st.sampled_from(names)), draw(st.sampled_from(_KINDS)), draw(st.sampled_from(PATHS))
        number = draw(st.integers(0, 2))
        if name not in new or kind == "move":
            _put(new, name, (path, new[name][1] if name in new and draw(st.booleans()) else number))
        elif kind == "write":
            new[name] = (new[name][0], number)
        else:
            del new[name]
    return new


def _merged(draw: st.DrawFn, first: Mapping[str, Place], second: Mapping[str, Place]) -> State:
    """Choose for each note one side, or a text that neither has, or neither."""
    new: State = {}
    for name in sorted({*first, *second}):
        choice = draw(st.sampled_from(_CHOICES))
        sides = [side[name] for side in (first, second) if name in side]
        if choice == "both":
            _put(new, name, (draw(st.sampled_from(sides))[0], 3))
        elif choice != "neither":
            side = first if choice == "first" else second
            if name in side:
                _put(new, name, side[name])
    return new


def _put(state: State, name: str, place: Place) -> None:
    if all(path != place[0] for other, (path, _) in state.items() if other != name):
        state[name] = place
