"""How a hit reads on a terminal: where it stands, what it is, its best lines, and how its score came about."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from vault_mem.cli import evidence, output
from vault_mem.memory.answers import Feature, Hit
from vault_mem.notes.model import Lines
from vault_mem.recall.excerpts import excerpt
from vault_mem.recall.marking import marked

EXCERPT_LINES = 4
EXCERPT_WIDTH = 200
_INDENT = "   "


def show(rank: int, hit: Hit, asked: Collection[str]) -> None:
    """Print a hit: title and score, evidence, warnings, and the lines around the best one, asked words marked.

    Args:
        rank: its place in the answer, from 1.
        hit: what to print.
        asked: tokens of the question.
    """
    score = f"  {hit.score:.2f}" if hit.relevance is not None else ""
    output.line(f"{rank}. ", output.Styled(hit.title, "bold"), output.Styled(score, "dim"))
    output.line(_INDENT, output.Styled(evidence.place(hit.path, _line(hit)), "place"), evidence.DIVIDER, _facts(hit))
    for warning in _warnings(hit):
        output.line(_INDENT, output.Styled(warning, "warn"))
    for text in _excerpt(hit, asked):
        parts = (output.Styled(part, "bold") if is_asked else part for part, is_asked in marked(text, asked))
        output.line(_INDENT, *parts)


def show_scores(hit: Hit) -> None:
    """Print how the score of a hit came about: what its first stage added up, then every feature as a row."""
    parts = [f"{name} {value:.3f}" for name, value in hit.scores.items()]
    relevance = None if hit.relevance is None else f"relevance {hit.relevance:.2f}"
    text = evidence.facts(relevance, f"confidence {hit.confidence:g}", *parts)
    for row in (text, *_rows(hit.features)):
        output.line(output.Styled(_INDENT + row, "dim"))


def _line(hit: Hit) -> Lines:
    """Return the line to open the note at: the first one that is asked about, else the passage."""
    return Lines(hit.matched[0], hit.matched[0]) if hit.matched else hit.lines


def _facts(hit: Hit) -> str:
    commit = evidence.short(None if hit.dirty else hit.commit)
    tags = " ".join(f"#{tag}" for tag in hit.tags)
    return evidence.facts(hit.type, evidence.age(hit.age_days), hit.agent or hit.author, commit, hit.namespace, tags)


def _warnings(hit: Hit) -> list[str]:
    marks = [] if hit.status == "active" else [hit.status]
    if hit.superseded_by:
        marks = [f"superseded by {', '.join(hit.superseded_by)}"]
    if hit.staleness:
        marks.append(hit.staleness)
    if hit.similar:
        marks.append(f"also said in {', '.join(hit.similar)}")
    return marks


def _excerpt(hit: Hit, asked: Collection[str]) -> list[str]:
    """Return a few lines of the excerpt, from the one before the first that is asked about; long ones cut to it."""
    numbered = [(number, row.rstrip()) for number, row in enumerate(hit.excerpt.split("\n"), start=hit.lines.first)]
    rows = [(number, row) for number, row in numbered if row.strip()]
    best = next((place for place, (number, _) in enumerate(rows) if number in hit.matched[:1]), 0)
    start = max(0, min(best - 1, len(rows) - EXCERPT_LINES))
    wanted = dict.fromkeys(asked, 1.0)
    shown = [excerpt(row, wanted, limit=EXCERPT_WIDTH).text if len(row) > EXCERPT_WIDTH else row for _, row in rows]
    before, after = ["…"] if start else [], ["…"] if start + EXCERPT_LINES < len(rows) else []
    return [*before, *shown[start : start + EXCERPT_LINES], *after]


def _rows(features: Collection[Feature]) -> Iterator[str]:
    """Yield the table of features, what adds most first; the sum is what the passage's chance is made of."""
    if features:
        yield f"{'feature':<12}{'value':>8}   {'weight':>6}   {'share':>7}"
    for part in sorted(features, key=lambda part: -part.share):
        yield f"{part.name:<12}{part.value:>8.3f} x {part.weight:>6.2f} = {part.share:>7.3f}"
    if features:
        yield f"{'sum':<32}{sum(part.share for part in features):>7.3f}"
