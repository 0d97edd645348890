"""`vault-mem context`: what to know before starting a task."""

from __future__ import annotations

from typing import Any

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command


@vault_command("context")
@click.argument("task", nargs=-1)
@click.option("--files", metavar="FILE", multiple=True, help="A file about to be touched. Repeatable.")
@click.option(
    "--max-tokens", type=click.IntRange(100, 50_000), default=2_000, show_default=True, help="Characters / 4."
)
@click.option("--namespace", help="A project; its notes and the global ones.")
def command(call: Call, task: tuple[str, ...], **options: Any) -> None:  # Any: as declared above
    """Show what to know before starting a task.

    TASK says in words what is about to be done. Shown are pinned, hand-off, triggered and relevant notes.
    """
    with opened(call) as memory:
        answer = memory.context(" ".join(task), **options)
    if call.as_json:
        output.data(answer)
        return
    if answer.text:
        output.block(answer.text)
    shown = f"{evidence.count(len(answer.items), 'note')}, {evidence.count(answer.tokens, 'token')}"
    left_out = f", {answer.left_out} left out" if answer.left_out else ""
    output.message(f"{shown}{left_out} at {evidence.short(answer.revision)}")
