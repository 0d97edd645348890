"""Three-way merges of what two clones made of the files of a vault; every clone gets the same files.

A note is followed by its id, so that one side's move and the other's edit meet. Nothing that anyone wrote is lost:

- A note that one side deleted and the other edited stays, edited.
- A note that both moved is where the first of both paths, by the alphabet, has it.
- Two notes at one path, or at paths that differ in case alone: the one that was there stays, else the one with the
  smaller id; the other moves to `<name>-<last 4 of its id>`.
- A note that both sides made with the same namespace, category and key is one note, with the smaller id.
- A note in which a merge of git's left the other text in a callout (`notes/callouts.py`) is parted.
- A note that both sides say something else of: one text stays, the other becomes a note beside it with an id of its
  own; both are `disputed` and `contradicts` leads from each to the other.

Source: the vault format, "Sync".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from vault_mem.errors import InvalidNoteError, MalformedFrontmatterError
from vault_mem.notes.callouts import joined, parted
from vault_mem.notes.document import id_in
from vault_mem.notes.editing import REMOVED, Change
from vault_mem.notes.frontmatter import edit, read
from vault_mem.notes.identifiers import derived_id, fold
from vault_mem.notes.merging import both_merged
from vault_mem.notes.model import NotePath
from vault_mem.notes.threeway import MergedNote, merge_note
from vault_mem.notes.wikilinks import format_link
from vault_mem.vault.layout import is_note, namespace_of

Files = Mapping[NotePath, bytes]
_LAST = 4
_MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class _File:
    path: NotePath
    content: bytes

    @property
    def id(self) -> str:
        """The note's id; empty without one."""
        return (id_in(self.content) or "") if is_note(self.path) else ""


@dataclass(frozen=True, slots=True)
class _Unit:
    """One file as both had it and as each side has it, wherever it stands there."""

    base: _File | None
    ours: _File | None
    theirs: _File | None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A merged file, where it wants to stand, whether it was there before, and the other text if there are two."""

    path: NotePath
    merged: MergedNote
    was_there: bool = False


def merge_files(base: Files, ours: Files, theirs: Files, *, is_taken: Callable[[str], bool]) -> dict[NotePath, bytes]:
    """Return the files that both sides together have, of all paths that a side changed.

    Args:
        base: the files at those paths that both had.
        ours: the files at those paths that one side has.
        theirs: the files at those paths that the other side has.
        is_taken: whether a folded path is taken by a file that neither side changed.
    """
    placed = [each for unit in _units(base, ours, theirs) for each in _merged(unit)]
    return _settled(placed, is_taken)


def merge_in_one_file(base: bytes, ours: bytes, theirs: bytes, *, commits: Sequence[str]) -> bytes:
    """Return a note as both sides have it, for a merge that may write one file only; a clash leaves a callout in it.

    Args:
        base: the note as both had it; empty if each side made it.
        ours: as one side has it.
        theirs: as the other side has it.
        commits: those that are merged, for the callout.
    """
    merged = merge_note(base or None, ours, theirs)
    if merged.rival is None:
        return merged.content
    return joined(_edited(merged.content, {"status": "disputed"}), merged.rival, commits=commits)


# --- which files are one note? ---


def _units(base: Files, ours: Files, theirs: Files) -> Iterator[_Unit]:
    moves = [_moves(base, side) for side in (ours, theirs)]
    left = [{path: _File(path, content) for path, content in side.items()} for side in (ours, theirs)]
    for path, content in base.items():
        sides = [
            files.pop(found, None) if (found := moved(path)) else None for files, moved in zip(left, moves, strict=True)
        ]
        yield _Unit(_File(path, content), *sides)
    twins = _made_twice(*left)
    for one, other in twins:
        yield _Unit(None, left[0].pop(one), left[1].pop(other))
    for path in sorted({*left[0], *left[1]}):
        yield _Unit(None, left[0].get(path), left[1].get(path))


def _moves(base: Files, side: Files) -> Callable[[NotePath], NotePath | None]:
    """Return what says where a side has a note of the base, None if it has not: notes are followed by their ids."""
    old, now = ([_File(path, content) for path, content in files.items()] for files in (base, side))
    ids = [{file.path: file.id for file in files} for files in (old, now)]
    gone = _by_id(file for file in old if ids[1].get(file.path) != file.id)
    new = _by_id(file for file in now if ids[0].get(file.path) != file.id)
    moved = {gone[identity].path: new[identity].path for identity in gone.keys() & new.keys()}
    targets = frozenset(moved.values())
    return lambda path: moved.get(path, None if path in targets else path)


def _by_id(files: Iterable[_File]) -> dict[str, _File]:
    """Return the files that have an id which no other of them has."""
    ordered = sorted(files, key=lambda file: file.id)
    groups = ((identity, list(group)) for identity, group in groupby(ordered, key=lambda file: file.id))
    return {identity: group[0] for identity, group in groups if identity and len(group) == 1}


def _made_twice(ours: Mapping[NotePath, _File], theirs: Mapping[NotePath, _File]) -> list[tuple[NotePath, NotePath]]:
    """Return the paths of notes with one identity, or one id, that both sides made at different paths."""
    known = [_by_name(side.values()) for side in (ours, theirs)]
    pairs = {(known[0][name], known[1][name]) for name in known[0].keys() & known[1].keys()}
    once = [pair for pair in sorted(pairs) if pair[0] != pair[1]]
    used: set[NotePath] = {path for path in ours if path in theirs}
    found = []
    for one, other in once:
        if not used & {one, other}:
            used |= {one, other}
            found.append((one, other))
    return found


def _by_name(files: Iterable[_File]) -> dict[tuple[str, ...], NotePath]:
    names: dict[tuple[str, ...], NotePath] = {}
    for file in sorted(files, key=lambda file: file.path):
        for name in ((file.id,) if file.id else None, _identity(file)):
            if name is not None:
                names.setdefault(name, file.path)
    return names


def _identity(file: _File) -> tuple[str, ...] | None:
    """Return namespace, category and key of a keyed note."""
    if not is_note(file.path):
        return None
    properties = read(file.content).properties
    key, category = properties.get("key"), properties.get("category", properties.get("type", "note"))
    return (namespace_of(file.path), category, key) if isinstance(key, str) and isinstance(category, str) else None


# --- merging one ---


def _merged(unit: _Unit) -> Iterator[_Placed]:
    base, ours, theirs = unit.base, unit.ours, unit.theirs
    if ours is None or theirs is None:
        kept = ours or theirs
        if kept is not None and (base is None or kept.content != base.content):
            yield _Placed(kept.path, MergedNote(kept.content), was_there=base is not None)
        return
    if base is None and not _are_one(ours, theirs):
        for file in (ours, theirs):
            yield _Placed(file.path, MergedNote(file.content))
        return
    content = None if base is None else base.content
    merge = merge_note if is_note(ours.path) else _merged_text
    merged = merge(content, ours.content, theirs.content)
    yield _Placed(_path(base, ours, theirs), _with_one_id(merged, ours, theirs), was_there=base is not None)


def _are_one(ours: _File, theirs: _File) -> bool:
    """Whether files that both sides made are one note: they have no two ids, or one identity."""
    named = _identity(ours)
    return not ours.id or not theirs.id or ours.id == theirs.id or (named is not None and named == _identity(theirs))


def _merged_text(base: bytes | None, ours: bytes, theirs: bytes) -> MergedNote:
    """Merge a file that is no note: of two texts that clash the first in order holds, and history has the other."""
    first, second = sorted((ours, theirs))
    if base is None:
        return MergedNote(first)
    return MergedNote(both_merged(base, first, second)[0])


def _path(base: _File | None, ours: _File, theirs: _File) -> NotePath:
    if base is not None and base.path in (ours.path, theirs.path):
        return theirs.path if ours.path == base.path else ours.path
    return min(ours.path, theirs.path)


def _with_one_id(merged: MergedNote, ours: _File, theirs: _File) -> MergedNote:
    """Give the note the smaller of two ids."""
    if not ours.id or not theirs.id or ours.id == theirs.id:
        return merged
    smaller = min(ours.id, theirs.id)
    content = _edited(merged.content, {"id": smaller})
    rival = None if merged.rival is None else _edited(merged.rival, {"id": smaller})
    return MergedNote(content, None if rival == content else rival)


# --- where they stand ---


def _settled(placed: Iterable[_Placed], is_taken: Callable[[str], bool]) -> dict[NotePath, bytes]:
    """Give each file a path of its own, and each rival a note beside it."""
    files: dict[NotePath, bytes] = {}
    folded: set[str] = set()

    def put(path: NotePath, content: bytes, *, mark: str, was_there: bool = False) -> NotePath:
        for end in _endings(mark):
            free = _beside(path, end)
            if fold(free) not in folded and (not is_taken(fold(free)) or (was_there and not end)):
                break
        files[free] = content
        folded.add(fold(free))
        return free

    ordered = sorted(
        placed, key=lambda each: (not each.was_there, _mark(each.merged.content), each.path, each.merged.content)
    )
    rivals = []
    for each in ordered:
        content, left = parted(each.merged.content) if is_note(each.path) else (each.merged.content, ())
        path = put(each.path, content, mark=_mark(content), was_there=each.was_there)
        if each.merged.rival is not None:
            rival, more = parted(each.merged.rival)
            left = tuple(dict.fromkeys((*left, rival, *more)))
        rivals += [(path, content, other) for other in left]
    for path, content, rival in sorted(rivals):
        identity = derived_id(id_in(content) or "", rival)
        other = put(path, rival, mark=identity)
        files[other] = _disputed(rival, path, {"id": identity, "key": REMOVED})
        files[path] = _disputed(files[path], other, {})
    return files


def _mark(content: bytes) -> str:
    """Return what tells notes of one name apart: the id, else a hash of the text."""
    return id_in(content) or hashlib.sha256(content).hexdigest()


def _endings(mark: str) -> Iterator[str]:
    """Yield nothing, then the last four letters of a mark, then more of them."""
    yield ""
    for length in range(_LAST, len(mark) + 1):
        yield f"-{mark[-length:].lower()}"
    for number in range(2, 1 << 30):
        yield f"-{mark.lower()}-{number}"


def _beside(path: NotePath, end: str) -> NotePath:
    """Return a path with an ending before its suffix, its name cut to what every file system takes."""
    if not end:
        return path
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    room = _MAX_NAME - len(f"{end}{dot}{suffix}".encode("utf-8", "surrogateescape"))
    cut = stem.encode("utf-8", "surrogateescape")[: max(room, 0)].decode("utf-8", "ignore")
    return NotePath(f"{folder}{slash}{cut}{end}{dot}{suffix}")


def _disputed(content: bytes, other: NotePath, changes: Mapping[str, Change]) -> bytes:
    """Mark a note as disputed by another one."""
    name = other.rpartition("/")[2].removesuffix(".md")
    known = read(content).properties.get("contradicts")
    links = [*(known if isinstance(known, list) else []), format_link(name)]
    return _edited(content, {**changes, "status": "disputed", "contradicts": list(dict.fromkeys(map(str, links)))})


def _edited(content: bytes, changes: Mapping[str, Change]) -> bytes:
    """Change properties, where they can be changed at all."""
    try:
        return edit(content, changes, path="")
    except (InvalidNoteError, MalformedFrontmatterError):
        return content
