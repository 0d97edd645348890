"""Tags of the vault in questions: `before the v2 checkpoint`, `since v1.2`, `v2之前`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vault_mem.recall.temporal.bounds import Bound
from vault_mem.recall.temporal.calendar import FIRST_YEAR, LAST_YEAR
from vault_mem.recall.temporal.patterns import Pattern

MAX_NAME_WORDS = 5
_MAX_NAME = 100
# A tag's own commit belongs to what came before it; commits are timed in whole seconds.
_SECOND = timedelta(seconds=1)
_NOUNS = frozenset({"checkpoint", "tag", "release", "version", "milestone"})
_LATEST = frozenset(f"{which} {noun}" for which in ("last", "latest") for noun in _NOUNS)
_SIDES = {"before": "before", "prior to": "before", "until": "before", "till": "before", "up to": "before"} | {
    "after": "after",
    "since": "after",
    "between": "between",
    "from": "between",
}
_AHEAD = Pattern(rf"(?<![\w-])(?P<side>{'|'.join(_SIDES)})[ ](?:the[ ])?", re.IGNORECASE)
_BEHIND = Pattern(
    r"(?<![A-Za-z0-9._/-])(?P<name>[A-Za-z0-9._/-]{1,80})[ ]?"
    r"(?:版本|版|标签|標籤|检查点|檢查點|发布|發布"
    r"|チェックポイント|リリース|タグ|バージョン|태그|버전|릴리스|체크포인트)?[ ]?"
    r"(?:(?P<before>之前|以前|より前|の前|前|까지|まで|이전|전)|(?P<after>之后|之後|以后|以後|以来|以來|以降|の後|より後|から|后|後|부터|이후|후))"
)
_WORD = Pattern(r"\S{1,100}")
_TO = Pattern(r"[ ](?:and|to|until)[ ](?:the[ ])?", re.IGNORECASE)
_GAPS = Pattern(r"[\s_/`'\"“”‘’-]+")


@dataclass(frozen=True, slots=True)
class _Name:
    """A tag that a text names from an offset on: its name, its time, where the words end, and whether surely."""

    tag: str
    time: datetime
    last: int
    is_sure: bool


def may_name_tag(text: str) -> bool:
    """Whether a question has a word after which a tag's name may stand; without one no tags need to be looked up."""
    return _AHEAD.compiled.search(text) is not None or (
        not text.isascii() and _BEHIND.compiled.search(text) is not None
    )


def tag_bounds(text: str, tags: Mapping[str, datetime], now: datetime) -> Iterator[Bound]:
    """Yield the bounds that tags are, in no order.

    One is explicit if the tag's name has letters and digits, is in backquotes, or is called a tag: `before lunch` is no
    clear bound, even if there is a tag `lunch`.

    Args:
        text: the question.
        tags: names, and the times of the commits they name, aware.
        now: the present, for `since the last tag`.
    """
    tags = {name: time for name, time in tags.items() if FIRST_YEAR <= time.year <= LAST_YEAR}
    known = _known(tags)
    for match in _AHEAD.compiled.finditer(text):
        bound = _ahead(text, match, known, tags, now)
        if bound is not None:
            yield bound
    for match in () if text.isascii() else _BEHIND.compiled.finditer(text):
        name = known.get(_folded(match["name"]))
        if name is not None:
            before = match["before"] is not None
            yield _half(
                match.start(), match.end(), _Name(name, tags[name], match.end(), _is_clear(match["name"], name)), before
            )


def _known(tags: Mapping[str, datetime]) -> dict[str, str]:
    """Return each tag by its folded name, and by shorter forms of it where no other tag has them."""
    known = {_folded(tag): tag for tag in tags}
    for tag in tags:
        last = _folded(tag.rpartition("/")[2])
        for form in (last, last[1:] if re.match(r"v\d+\.", last) else last):
            known.setdefault(form, tag)
    return known


def _ahead(
    text: str, match: re.Match[str], known: Mapping[str, str], tags: Mapping[str, datetime], now: datetime
) -> Bound | None:
    side = _SIDES[match["side"].lower()]
    left = _name(text, match.end(), known, tags, now)
    if left is None:
        return None
    if side != "between":
        return _half(match.start(), left.last, left, side == "before")
    to = _TO.compiled.match(text, left.last)
    right = _name(text, to.end(), known, tags, now) if to else None
    if right is None or left.time == right.time:
        return None
    earlier, later = sorted((left, right), key=lambda name: name.time)
    return Bound(
        match.start(),
        right.last,
        earlier.time + _SECOND,
        later.time + _SECOND,
        is_explicit=left.is_sure and right.is_sure,
        is_absolute=True,
        label=f"{earlier.tag}..{later.tag}",
    )


def _half(first: int, last: int, name: _Name, before: bool) -> Bound:
    cut = name.time + _SECOND
    start, end = (None, cut) if before else (cut, None)
    return Bound(first, last, start, end, name.is_sure, is_absolute=True, label=name.tag)


def _name(text: str, at: int, known: Mapping[str, str], tags: Mapping[str, datetime], now: datetime) -> _Name | None:
    """Return the tag whose name begins at an offset, the longest one."""
    words = []
    for word in _WORD.compiled.finditer(text, at, at + _MAX_NAME):
        words.append(word)
        if len(words) == MAX_NAME_WORDS:
            break
    for count in range(len(words), 0, -1):
        written = text[at : words[count - 1].end()]
        bare = written.strip("`'\"“”‘’.,;:?!()[]")
        tag, is_called = _tag(_folded(bare), known, tags, now)
        if tag is not None:
            last = at + written.rfind(bare) + len(bare)
            return _Name(tag, tags[tag], last, is_called or _is_clear(bare, tag) or written.startswith("`"))
    return None


def _tag(folded: str, known: Mapping[str, str], tags: Mapping[str, datetime], now: datetime) -> tuple[str | None, bool]:
    """Return the tag of a folded name, and whether the words call it a tag."""
    if folded in known:
        return known[folded], folded.rpartition(" ")[2] in _NOUNS
    if folded in _LATEST:
        past = [tag for tag, time in tags.items() if time <= now]
        return (max(past, key=lambda tag: tags[tag]) if past else None), not folded.endswith("release")
    words = folded.split()
    if len(words) > 1 and words[-1] in _NOUNS:
        return known.get(" ".join(words[:-1])), True
    if len(words) > 1 and words[0] in _NOUNS:
        return known.get(" ".join(words[1:])), True
    return None, False


def _folded(name: str) -> str:
    return _GAPS.compiled.sub(" ", name.casefold()).strip()


def _is_clear(written: str, tag: str) -> bool:
    """Whether a name can be nothing else: with a digit, no mere number, and not cut short (`1.2` of `v1.2`)."""
    whole = _folded(written) in {_folded(tag), _folded(tag.rpartition("/")[2])}
    return whole and not written.isdecimal() and any(character.isdigit() for character in written)
