"""`vault-mem init`: make a folder a vault."""

from __future__ import annotations

from pathlib import Path

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, vault_command
from vault_mem.cli.progress import Progress


@vault_command("init")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
def command(call: Call, folder: Path | None) -> None:
    """Make a folder a vault; changes no note.

    DIR may be new, empty, a folder of Markdown, a git repository, an Obsidian vault or a Logseq graph; the default is
    the current folder. A second run changes nothing.
    """
    if folder and call.vault:
        raise click.UsageError("Name the folder once: as DIR or with --vault")
    from vault_mem import initialise

    with Progress(patience=0) as progress:
        progress("making the vault", 0, 0)
        made = initialise(folder or call.vault or Path())
    if call.as_json:
        fields = {"root": str(made.root), "created": made.created, "messages": made.notes, "commit": made.commit}
        output.data(fields)
        return
    for name in made.created:
        output.line(output.Styled("created ", "bold"), name)
    for text in made.notes:
        output.message(text)
    state = f"commit {evidence.short(made.commit)}" if made.commit else "nothing had to change"
    output.message(f"{made.root} is a vault ({state})")
