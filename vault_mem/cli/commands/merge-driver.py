"""`vault-mem merge-driver`: merge one note for git."""  # noqa: N999 - commands are found by their names

from __future__ import annotations

from pathlib import Path

import click

from vault_mem.cli.invocation import Call, vault_command

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@vault_command("merge-driver", with_json=False)
@click.argument("base", type=_FILE)
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
def command(call: Call, base: Path, ours: Path, theirs: Path) -> None:  # noqa: ARG001 - every command has a call
    """Merge one note for git; git itself calls it.

    'init' and 'sync' register it in the clone's .git/config, and a vault's .gitattributes names it for notes. OURS
    becomes what both sides have: properties by key, text by line. Where both say something else, the other text stands
    in a callout at the end, which the next 'sync' makes a note of its own. There are never conflict markers.
    """
    from vault_mem.vault.driver import merge_for_git

    merge_for_git(base, ours, theirs)
