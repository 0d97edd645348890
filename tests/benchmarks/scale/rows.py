"""The table: what is measured, what it must reach and what is aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """What a row must reach and what is aimed at, in its unit; `at` is the size of vault that it is judged at."""

    unit: str
    must: float
    aim: float
    at: int = 100_000
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure: the row it belongs to, the vault's size, the value, and what it was measured beside."""

    row: str
    notes: int
    value: float
    beside: str = ""


LIMITS = {
    "remember, times faster than git add + commit": Limit("x", 2, 10, is_least=True),
    "remember with split index, times faster": Limit("x", 4, 10, is_least=True),
    "remember, against 1,000 notes": Limit("x", 8, 3),
    "import in one act, against git add -A + commit": Limit("x", 2, 1),
    "recall, default engine, p50": Limit("ms", 60, 20),
    "recall, default engine, p95": Limit("ms", 150, 50),
    "recall, fast engine, p50": Limit("ms", 15, 8),
    "recall, fast engine, p95": Limit("ms", 30, 15),
    "index from nothing, default engine": Limit("s", 240, 120),
    "index from nothing, fast engine": Limit("s", 60, 30),
    "memory while indexing, peak": Limit("MB", 1_500, 1_000),
    "catch-up after a pull of 10 commits": Limit("ms", 300, 100),
    "freshness, one-shot, against git status": Limit("x", 1.2, 0.5),
    "freshness, one-shot": Limit("ms", 60, 30, at=10_000),
    "freshness, watched": Limit("ms", 2, 1),
    "hand edit seen, watched": Limit("ms", 500, 200),
    "memory of a warm server": Limit("MB", 450, 250),
    "MCP cold start, against bare fastmcp": Limit("x", 1.25, 1.05),
    "recall as a process": Limit("ms", 1_000, 500, at=10_000),
}


def entries(figures: Sequence[Measured]) -> list[dict[str, object]]:
    """Return the figures as JSON has them; `pass` is null where a row is judged at another size."""
    found: list[dict[str, object]] = []
    for figure in figures:
        limit = LIMITS[figure.row]
        is_judged = figure.notes == limit.at
        found.append(
            {
                "row": figure.row,
                "notes": figure.notes,
                "value": round(figure.value, 2),
                "unit": limit.unit,
                "must": limit.must,
                "aim": limit.aim,
                "pass": reaches(limit, figure.value) if is_judged else None,
                "beside": figure.beside,
            }
        )
    return found


def reaches(limit: Limit, value: float) -> bool:
    """Whether a value is within a limit."""
    return value >= limit.must if limit.is_least else value <= limit.must


def table(figures: Sequence[Measured]) -> str:
    """Return the figures as a Markdown table: a line a row, a column a size, and a mark where the row is judged."""
    sizes = sorted({figure.notes for figure in figures})
    values = {(figure.row, figure.notes): figure for figure in figures}
    head = f"| what | unit | must | aim | {' | '.join(f'{size:,}' for size in sizes)} | | beside |"
    lines = [head, "|---" * (len(sizes) + 6) + "|"]
    for row, limit in LIMITS.items():
        shown = [values.get((row, size)) for size in sizes]
        if not any(shown):
            continue
        judged = values.get((row, limit.at))
        mark = "" if judged is None else "pass" if reaches(limit, judged.value) else "FAIL"
        sign = ">=" if limit.is_least else "<="
        cells = " | ".join("" if figure is None else f"{figure.value:,.2f}" for figure in shown)
        last = next(figure for figure in reversed(shown) if figure is not None)
        lines.append(
            f"| {row} | {limit.unit} | {sign} {limit.must:g} | {limit.aim:g} | {cells} | {mark} | {last.beside} |"
        )
    return "\n".join(lines)
