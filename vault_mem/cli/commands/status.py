"""`vault-mem status`: the vault and its index in figures."""

from __future__ import annotations

from collections.abc import Mapping

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Status, Timings

_CHANGED_SHOWN = 5


@vault_command("status")
@click.option("--timings", is_flag=True, help="Ask a sample question too, and show where its time goes.")
def command(call: Call, timings: bool) -> None:
    """Show the vault and its index in figures."""
    with opened(call) as memory:
        answer = memory.status(timings=timings)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(status: Status) -> None:
    output.table(("", ""), [(name, value) for name, value in _rows(status) if value])
    if status.timings is not None:
        _show_timings(status.timings)
    for text in status.notice:
        output.message(output.Styled("note: ", "warn"), text)


def _show_timings(timings: Timings) -> None:
    output.message(f'A recall of "{timings.question}", in milliseconds: the first one here, and the same again')
    stages = dict.fromkeys((*timings.first, *timings.again))
    rows = [(name, *(_milliseconds(times.get(name)) for times in (timings.first, timings.again))) for name in stages]
    output.table(("", "first", "again"), rows)
    output.message(f"{timings.loose_objects:,} git objects are not packed")


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:,.1f}"


def _rows(status: Status) -> list[tuple[str, str]]:
    changed = ", ".join(status.changed[:_CHANGED_SHOWN])
    more = len(status.changed) - _CHANGED_SHOWN
    model = evidence.model(status.embedder) if status.embedder else "off"
    index = f"{status.indexed:,} by words ({status.lexical}), {status.embedded:,} by meaning ({model})"
    return [
        ("vault", status.vault + ("" if status.is_writable else " (read-only)")),
        ("branch", f"{status.branch or 'detached'} at {evidence.short(status.revision)}"),
        ("remote", _standing(status)),
        ("in progress", status.operation or ""),
        ("notes", f"{status.notes:,} in {evidence.count(status.commits, 'commit')}"),
        ("uncommitted", changed + (f" and {more} more" if more > 0 else "")),
        ("types", _counts(status.by_type)),
        ("statuses", _counts(status.by_status)),
        ("passages", f"{status.passages:,}: {index}"),
        ("reranker", status.reranker or ""),
        ("recalls", f"recorded in {status.recall_log}" if status.recall_log else "not recorded (recall_log is off)"),
        ("index", f"{status.index_bytes / 1e6:.1f} MB in {status.index_folder}"),
    ]


def _standing(status: Status) -> str:
    found = status.standing
    if found is None:
        return ""
    sides = [f"{count:,} {side}" for count, side in ((found.ahead, "ahead"), (found.behind, "behind")) if count]
    return f"{', '.join(sides) or 'level with'} {'of ' if sides else ''}{found.remote}, as it was last seen"


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} {number:,}" for name, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    )
