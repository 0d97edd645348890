"""Progress bars for what takes longer than a second: on stderr, on a terminal only."""

from __future__ import annotations

import time
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from vault_mem.cli import output

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

PATIENCE = 0.5


class Progress:
    """A callback `(stage, done, total)` that draws one bar a stage; nothing is drawn for work that ends at once.

    Use it in a `with` block; the bars are gone when the block ends.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """Draw nothing in the first `patience` seconds."""
        self._patience = patience
        self._started = time.monotonic()
        self._console = output.progress_console()
        self._stack = ExitStack()
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        """Take the bars away."""
        self._stack.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of a stage are over; a total of 0 is one that nobody knows."""
        if self._console is None or time.monotonic() - self._started < self._patience:
            return
        bars = self._bars or self._draw()
        if stage not in self._tasks:
            self._tasks[stage] = bars.add_task(stage, total=None)
        bars.update(self._tasks[stage], completed=done, total=total or None)

    def _draw(self) -> Bars:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._bars = self._stack.enter_context(Bars(*columns, console=self._console, transient=True))
        return self._bars
