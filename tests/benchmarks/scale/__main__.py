"""Measure every limit at several sizes of vault, beside the floor of the same run.

    python -m tests.benchmarks.scale --notes 1000,10000,100000

Floors are git itself, a bare fastmcp server, and git status. `VAULT_MEM_DATA` names the vaults and conversations that
the notes' sentences are taken from; without it they are made up. What is measured and why is in README.md beside this.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.benchmarks.scale.freshness import looked
from tests.benchmarks.scale.processes import processes
from tests.benchmarks.scale.recalling import caught_up, recalled
from tests.benchmarks.scale.rows import Measured, entries, table
from tests.benchmarks.scale.vaults import filled, folder_of_its_own
from tests.benchmarks.scale.writing import growth, imported, one_note

PARTS: dict[str, Callable[[Path, int], Iterator[Measured]]] = {
    "index": recalled,
    "fresh": looked,
    "processes": processes,
    "pull": caught_up,
    "write": one_note,
}


def measure(count: int, parts: Sequence[str]) -> Iterator[Measured]:
    """Yield the figures of a vault of one size."""
    with folder_of_its_own() as folder:
        if "import" in parts:
            yield from imported(folder, count)
        if set(parts) & set(PARTS):
            filled(folder / "vault", count)
        for part, figures in PARTS.items():
            if part in parts:
                yield from figures(folder / "vault", count)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__.partition("\n")[0])
    parser.add_argument("--notes", default="1000,10000,100000", help="vault sizes, separated by commas")
    parser.add_argument("--parts", default=",".join(("import", *PARTS)), help="what to measure, separated by commas")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    chosen = parser.parse_args(arguments)
    figures: list[Measured] = []
    for size in map(int, chosen.notes.split(",")):
        for figure in measure(size, chosen.parts.split(",")):
            figures.append(figure)
            sys.stderr.write(f"{figure.notes:>9,}  {figure.row}: {figure.value:,.2f}  {figure.beside}\n")
    figures += growth(figures)
    sys.stdout.write(json.dumps(entries(figures)) + "\n" if chosen.json else table(figures) + "\n")


if __name__ == "__main__":
    main()
