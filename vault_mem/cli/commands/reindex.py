"""`vault-mem reindex`: build the derived index again."""

from __future__ import annotations

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.progress import Progress


@vault_command("reindex")
@click.option("--history", is_flag=True, help="Index every version of every commit too.")
def command(call: Call, history: bool) -> None:
    """Throw the derived index away and build it again; the notes are not affected."""
    progress = Progress()
    with opened(call, progress) as memory:
        answer = memory.reindex(history=history, progress=progress)
    if call.as_json:
        output.data(answer)
        return
    passages = evidence.count(answer.passages, "passage")
    output.line(f"{evidence.count(answer.notes, 'note')}, {passages} indexed in {answer.seconds:.1f} s")
