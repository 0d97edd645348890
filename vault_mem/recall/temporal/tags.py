"""Tags of the vault in questions: `before the v2 checkpoint`, `since v1.2`, `v2之前`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

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
    return _AHEAD.search(text) is not None or (not text.isascii() and _BEHIND.search(text) is not None)


def tag_bounds(text: str, tags: Mapping[str, datetime], now: datetime) -> Iterator[Bound]:
    """Yield the bounds that tags are, in no order.

    One is explicit if the tag's name has letters and digits, is in backquotes, or is called a tag: `before lunch` is no
    clear bound, even if there is a tag `lunch`.

    Args:
        text: the question.
        tags: names, and the times of the commits they name, aware.
        now: the present, for `since the last tag`.
    """
    known = _Tags(tags, now)
    for match in _AHEAD.finditer(text):
        bound = _ahead(text, match, known)
        if bound is not None:
            yield bound
    for match in () if text.isascii() else _BEHIND.finditer(text):
        name = known.written(match["name"], match.end())
        if name is not None:
            yield _half(match.start(), name, is_before=match["before"] is not None)


class _Tags:
    """The tags of a vault, by what people call them."""

    def __init__(self, tags: Mapping[str, datetime], now: datetime) -> None:
        """Keep each tag by its folded name, and by shorter forms of it where no other tag has them."""
        self._now = now
        self._times = {tag: time for tag, time in tags.items() if FIRST_YEAR <= time.year <= LAST_YEAR}
        self._known = {_folded(tag): tag for tag in self._times}
        for tag in self._times:
            last = _folded(tag.rpartition("/")[2])
            for form in (last, last[1:] if re.match(r"v\d+\.", last) else last):
                self._known.setdefault(form, tag)

    def written(self, name: str, last: int) -> _Name | None:
        """Return the tag that a name is, which ends at an offset."""
        tag = self._known.get(_folded(name))
        return None if tag is None else _Name(tag, self._times[tag], last, _is_clear(name, tag))

    def beginning(self, text: str, at: int) -> _Name | None:
        """Return the tag whose name begins at an offset, the longest one."""
        words = list(islice(_WORD.finditer(text[at : at + _MAX_NAME]), MAX_NAME_WORDS))
        for word in reversed(words):
            written = text[at : at + word.end()]
            bare = written.strip("`'\"“”‘’.,;:?!()[]")
            tag, is_called = self._called(_folded(bare))
            if tag is not None:
                last = at + written.rfind(bare) + len(bare)
                return _Name(tag, self._times[tag], last, is_called or _is_clear(bare, tag) or written.startswith("`"))
        return None

    def _called(self, folded: str) -> tuple[str | None, bool]:
        """Return the tag of a folded name, and whether the words call it a tag."""
        if folded in self._known:
            return self._known[folded], folded.rpartition(" ")[2] in _NOUNS
        if folded in _LATEST:
            past = [tag for tag, time in self._times.items() if time <= self._now]
            return max(past, key=self._times.__getitem__, default=None), not folded.endswith("release")
        words = folded.split()
        if len(words) > 1 and words[-1] in _NOUNS:
            return self._known.get(" ".join(words[:-1])), True
        if len(words) > 1 and words[0] in _NOUNS:
            return self._known.get(" ".join(words[1:])), True
        return None, False


def _ahead(text: str, match: re.Match[str], tags: _Tags) -> Bound | None:
    side = _SIDES[match["side"].lower()]
    left = tags.beginning(text, match.end())
    if left is None:
        return None
    if side != "between":
        return _half(match.start(), left, is_before=side == "before")
    to = _TO.match(text, left.last)
    right = tags.beginning(text, to.end()) if to else None
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


def _half(first: int, name: _Name, *, is_before: bool) -> Bound:
    cut = name.time + _SECOND
    start, end = (None, cut) if is_before else (cut, None)
    return Bound(first, name.last, start, end, name.is_sure, is_absolute=True, label=name.tag)


def _folded(name: str) -> str:
    return _GAPS.sub(" ", name.casefold()).strip()


def _is_clear(written: str, tag: str) -> bool:
    """Whether a name can be nothing else: with a digit, no mere number, and not cut short (`1.2` of `v1.2`)."""
    whole = _folded(written) in {_folded(tag), _folded(tag.rpartition("/")[2])}
    return whole and not written.isdecimal() and any(character.isdigit() for character in written)
