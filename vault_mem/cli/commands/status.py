"""`vault-mem status`: the vault and its index in figures."""

from __future__ import annotations

from collections.abc import Mapping

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Status

_CHANGED_SHOWN = 5


@vault_command("status")
def command(call: Call) -> None:
    """Show the vault and its index in figures."""
    with opened(call) as memory:
        answer = memory.status()
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(status: Status) -> None:
    output.table(("", ""), [(name, value) for name, value in _rows(status) if value])
    for text in status.notice:
        output.message(output.Styled("note: ", "warn"), text)


def _rows(status: Status) -> list[tuple[str, str]]:
    changed = ", ".join(status.changed[:_CHANGED_SHOWN])
    more = len(status.changed) - _CHANGED_SHOWN
    model = evidence.model(status.embedder) if status.embedder else "off"
    index = f"{status.indexed:,} by words ({status.lexical}), {status.embedded:,} by meaning ({model})"
    return [
        ("vault", status.vault + ("" if status.is_writable else " (read-only)")),
        ("branch", f"{status.branch or 'detached'} at {evidence.short(status.revision)}"),
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


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} {number:,}" for name, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    )
