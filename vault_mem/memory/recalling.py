"""`recall`: from a question to hits with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from vault_mem.index.analysis import analyze
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Feature, Hit, Recalled
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.memory.similarity import overlap
from vault_mem.memory.succession import after_successors
from vault_mem.memory.windows import asked_window, shown
from vault_mem.notes.markdown import split_lines
from vault_mem.notes.model import Chunk, Lines, NotePath
from vault_mem.recall.excerpts import MAX_EXCERPT, excerpt, tokens, without_title
from vault_mem.recall.filters import select, within
from vault_mem.recall.query import Question
from vault_mem.recall.ranking import Ranked, Ranking, rank
from vault_mem.recall.relevance import is_worth_saying
from vault_mem.recall.temporal import Window
from vault_mem.recall.terms import Terms

MIN_DUPLICATE_OVERLAP = 0.9
COLLAPSE_DEPTH = 100
HIT_OVERHEAD_TOKENS = 60
"""What the fields around an excerpt cost in an answer, about."""


def recall(session: Session, question: Question) -> Recalled:
    """Answer a question; see `Memory.recall`."""
    present = session.present()
    return answered(session, present if question.at is None else session.at(question.at), question)


def answered(session: Session, moment: Moment, question: Question) -> Recalled:
    """Answer a question from a moment: the one it asks about, or one that is kept for many questions."""
    judged = _judged(moment, question)
    positions = select(moment.view.notes, question.filters, moment, now=judged)
    if not question.text:
        return _listed(session, moment, question, positions)
    window = asked_window(session, question, now=judged)
    ranking, is_applied = _ranked(session, moment, question, positions, window)
    entries = _arranged(session, moment, ranking, question, positions)
    page = entries[question.offset : question.offset + question.limit]
    hits = [_hit(session, moment, question, ranking, entry) for entry in page]
    session.index.check(moment.view)
    kept = _within_budget(hits, question.max_tokens)
    answer = _recalled(moment, question, kept, total=len(entries), notice=_notices(moment, ranking.terms))
    best = max((entry.ranked for entry in entries), key=lambda ranked: ranked.relevance, default=None)
    return replace(
        answer,
        is_relevant=best is not None and is_worth_saying(best.relevance),
        window=shown(window, is_applied=is_applied),
        explanation=_explained(question, ranking),
    )


def _judged(moment: Moment, question: Question) -> datetime:
    """Return the time at which notes expire and `yesterday` is the day before."""
    return question.now if question.at is None else max(moment.time, question.at_time or moment.time)


def _ranked(
    session: Session, moment: Moment, question: Question, positions: Sequence[int], window: Window | None
) -> tuple[Ranking, bool]:
    """Rank what an explicit window leaves, or everything if nothing in it answers; says whether the window held."""
    ask = partial(rank, question, session.index, view=moment.view, facts=moment)
    if window is not None and window.is_explicit:
        left = within(window, positions, moment)
        ranking = ask(positions=_with_replaced(moment, question, left))
        if ranking.ranked:
            return ranking, True
    return ask(positions=_with_replaced(moment, question, positions), window=window), False


def _with_replaced(moment: Moment, question: Question, positions: Sequence[int]) -> Sequence[int]:
    """Return the notes that may answer and those that lead to them, unless the answer must be sure by itself."""
    if "replaced" in question.weights.without or question.min_relevance > 0:
        return positions
    return moment.replaced.leading(positions)


def _recalled(
    moment: Moment, question: Question, hits: Sequence[Hit], *, total: int, notice: tuple[str, ...]
) -> Recalled:
    end = question.offset + len(hits)
    return Recalled(
        revision=moment.commit,
        dirty=moment.differs,
        query=question.text,
        hits=tuple(hits),
        total=total,
        next_offset=end if hits and end < total else None,
        notice=notice,
    )


# --- arranging ---


@dataclass(frozen=True, slots=True)
class _Entry:
    """A place in the answer: a ranked passage and the near-duplicates it stands for."""

    ranked: Ranked
    similar: tuple[NotePath, ...] = ()


def _arranged(
    session: Session, moment: Moment, ranking: Ranking, question: Question, positions: Sequence[int]
) -> list[_Entry]:
    """Leave out what is not sure enough, put nothing above what supersedes it, reduce to one passage a note, and fold.

    A successor comes along with what it replaces, however sure it is itself and whether that one may answer or not.
    """
    sure: Sequence[Ranked] = ranking.ranked
    if question.min_relevance > 0:
        sure = [ranked for ranked in sure if ranked.relevance >= question.min_relevance]
    ordered = moment.replaced.arranged(sure, spare=ranking.ranked, positions=positions)
    if question.passages:
        return [_Entry(ranked) for ranked in ordered]
    best: dict[int, Ranked] = {}
    for ranked in ordered:
        best.setdefault(ranked.position, ranked)
    return _folded(session, moment, question, list(best.values()))


def _folded(session: Session, moment: Moment, question: Question, ranked: list[Ranked]) -> list[_Entry]:
    """Fold passages with nearly the same words into the best of them, as far down as the page needs.

    What stands at a place depends only on what ranks above it, so pages fit together.
    """
    needed, judged = question.offset + question.limit, _judged(moment, question)
    entries: list[_Entry] = []
    said: list[tuple[str, frozenset[str]]] = []
    for number, entry in enumerate(ranked):
        if len(entries) >= needed or number >= COLLAPSE_DEPTH:
            return [*entries, *(_Entry(rest) for rest in ranked[number:])]
        note, chunk = moment.view.notes[entry.position], session.index.catalog.chunk(entry.document)
        status = moment.status_at(entry.position, judged)
        mine = frozenset(analyze(without_title(chunk.text, note.title)))
        at = _twin(status, mine, said)
        if at is None:
            entries.append(_Entry(entry))
            said.append((status, mine))
        else:
            entries[at] = replace(entries[at], similar=(*entries[at].similar, note.path))
    return entries


def _twin(status: str, mine: frozenset[str], said: Sequence[tuple[str, frozenset[str]]]) -> int | None:
    """Return the place of the entry that says nearly the same and has the same status, None if there is none."""
    for at, (other, words) in enumerate(said):
        if status == other and overlap(mine, words) >= MIN_DUPLICATE_OVERLAP:
            return at
    return None


# --- hits ---


def _hit(session: Session, moment: Moment, question: Question, ranking: Ranking, entry: _Entry) -> Hit:
    ranked = entry.ranked
    chunk = session.index.catalog.chunk(ranked.document)
    parts = {**ranked.parts, "claim": ranked.claim}
    if question.explain:
        parts |= {"coverage": ranked.coverage, "likeness": ranked.likeness, "cosine": ranked.cosine or 0.0}
    return replace(
        _evidence(session, moment, question, ranked.position, chunk),
        score=round(ranked.score, 4),
        relevance=round(ranked.relevance, 4),
        scores={name: round(value, 4) for name, value in parts.items()},
        similar=entry.similar,
        features=_features(ranked, ranking) if question.explain else (),
    )


def _features(ranked: Ranked, ranking: Ranking) -> tuple[Feature, ...]:
    weights = {name: ranking.weights.second.get(name, 0.0) for name in ranked.features}
    return tuple(
        Feature(name, round(value, 4), weights[name], round(value * weights[name], 4))
        for name, value in ranked.features.items()
        if name not in ranking.weights.without
    )


def _evidence(session: Session, moment: Moment, question: Question, position: int, chunk: Chunk | None) -> Hit:
    """Return a hit without a score: the passage, the note's own claims, and who wrote it when."""
    note = moment.view.notes[position]
    text, lines = _shown(session, moment, note, chunk)
    origin = moment.origin(position)
    since = origin.time if origin else note.metadata.created
    age = max(0, (session.now() - since).days) if since else None
    return Hit(
        id=note.metadata.id,
        path=note.path,
        title=note.title,
        excerpt=excerpt(text, frozenset(question.text.casefold().split())),
        lines=lines,
        score=0.0,
        relevance=None,
        scores={},
        confidence=note.metadata.confidence,
        commit=origin.id if origin else None,
        author=origin.author if origin else None,
        agent=origin.agent if origin else note.metadata.agent if note.path not in moment.dirty else None,
        dirty=note.path in moment.dirty,
        version=note.blob,
        created=note.metadata.created,
        age_days=age,
        status=moment.status_at(position, _judged(moment, question)),
        type=note.metadata.type,
        tags=note.metadata.tags,
        namespace=moment.namespace(position),
        vault=session.vault.root.name,
        superseded_by=moment.successors.get(note.path, ()),
    )


def _shown(session: Session, moment: Moment, note: IndexedNote, chunk: Chunk | None) -> tuple[str, Lines]:
    """Return the text that stands for a passage, and its lines; of a note that is all frontmatter, the frontmatter."""
    if chunk is not None and chunk.text.strip():
        return without_title(chunk.text, note.title) or chunk.text, chunk.lines
    lines = split_lines(session.content(moment, note.blob)[:MAX_EXCERPT].decode(errors="replace"))
    inside = [number for number, line in enumerate(lines, start=1) if line.strip() not in {"", "---"}]
    if not inside:
        return "", Lines(1, 1)
    return "\n".join(lines[inside[0] - 1 : inside[-1]]), Lines(inside[0], inside[-1])


def _within_budget(hits: Sequence[Hit], max_tokens: int | None) -> list[Hit]:
    """Keep the hits that fit; the first one always, its excerpt cut if it must be."""
    if max_tokens is None:
        return list(hits)
    kept: list[Hit] = []
    left = max_tokens
    for hit in hits:
        cost = tokens(hit.excerpt) + HIT_OVERHEAD_TOKENS
        if cost > left and kept:
            break
        if cost > left:
            room = max(0, left - HIT_OVERHEAD_TOKENS) * 4
            hit = replace(hit, excerpt=excerpt(hit.excerpt, frozenset(), limit=max(40, room)))  # noqa: PLW2901 cut
        kept.append(hit)
        left -= cost
    return kept


# --- listing ---


def _listed(session: Session, moment: Moment, question: Question, positions: Sequence[int]) -> Recalled:
    """List what the filters leave, newest first; of one second, what was committed last; then by path.

    What replaces a note comes before it, however old it is.
    """
    oldest = moment.time.replace(year=1)

    def age(position: int) -> tuple[datetime, float]:
        changed = moment.changed(position) or moment.view.notes[position].metadata.created or oldest
        return changed, moment.rank(position)

    notes = moment.view.notes
    newest = sorted(positions, key=age, reverse=True)
    newest = after_successors(newest, lambda position: notes[position].path, moment.successors)
    page = newest[question.offset : question.offset + question.limit]
    hits = []
    for position in page:
        documents = moment.view.notes[position].documents
        chunk = session.index.catalog.chunk(documents[0]) if documents else None
        hits.append(_evidence(session, moment, question, position, chunk))
    kept = _within_budget(hits, question.max_tokens)
    return _recalled(moment, question, kept, total=len(positions), notice=_notices(moment, None))


# --- notices ---


def _notices(moment: Moment, terms: Terms | None) -> tuple[str, ...]:
    notices = []
    if not moment.is_complete:
        notices.append("The index is still being built by another process; this answer is from what it has so far")
    if terms is not None and terms.corrections:
        notices.append("Taken as: " + ", ".join(f"{known} for {word}" for word, known in terms.corrections.items()))
    unknown = [word for word in terms.unknown if word not in terms.corrections] if terms else []
    if unknown:
        notices.append("No note holds: " + ", ".join(unknown[:10]))
    return tuple(notices)


def _explained(question: Question, ranking: Ranking) -> tuple[str, ...]:
    if not question.explain:
        return ()
    counts = ranking.terms.frequencies
    terms = ", ".join(f"{term} (in {count} passages)" for term, count in counts.items()) or "none"
    off = ", ".join(sorted(ranking.weights.without))
    return (
        f"terms: {terms}",
        f"{len(ranking.ranked)} passages matched; mode {question.mode}{f', without {off}' if off else ''}",
        f"score = claim / (1 + exp(-({ranking.weights.bias:g} + the shares of the features)))",
        "claim is the note's importance, confidence and status; what replaces a note gets its score, if that is more",
    )
