"""The group of commands: names and one-line helps here, each command's module imported only when it is used."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

import click

from vault_mem import __version__
from vault_mem.cli.invocation import shared_options

SECTIONS: dict[str, dict[str, str]] = {
    "Memories": {
        "remember": "Write a memory, or many in one commit.",
        "import": "Write any number of notes, a thousand a commit.",
        "recall": "Find what is known, now or at any revision.",
        "read": "Print a note, or a section of it.",
        "revise": "Give a note new text or properties.",
        "forget": "Archive a note; recall leaves it out.",
        "restore": "Undo forget.",
        "related": "Show a note's links and backlinks, or change them.",
        "history": "Show a note's versions, changes, blame or past state.",
        "derivation": "Show what a note was made from.",
        "bisect": "Find the act that changed recall's first answer.",
        "revert": "Take back one act, or all that a session wrote.",
        "replay": "Ask a session's recalls again, at the revision each one saw.",
        "timeline": "Tell how an answer or a note changed over time.",
        "context": "Show what to know before starting a task.",
    },
    "The vault": {
        "init": "Make a folder a vault; changes no note.",
        "checkpoint": "Name the present state, or list the names.",
        "rollback": "Return all notes to a state of the vault.",
        "checkout": "Put the vault as it was into a folder.",
        "sync": "Share the vault: merge what the remote has, push.",
        "status": "Show the vault and its index in figures.",
        "reindex": "Throw the derived index away and build it again.",
        "eval": "Judge recall by the vault's own notes.",
        "check": "Look for broken frontmatter, properties and links.",
        "fsck": "Look at the vault's integrity.",
    },
    "This installation": {
        "quickstart": "Try everything in a new vault; takes seconds.",
        "merge-driver": "Merge one note for git; git itself calls it.",
        "serve": "Serve the vault to agents over MCP (stdio).",
        "doctor": "Look at this installation and say what is wrong.",
    },
}
MEANT = {
    "log": "history",
    "diff": "history --view diff",
    "blame": "history --view blame",
    "search": "recall",
    "add": "remember",
    "undo": "revert",
    "show": "read",
}
"""What people type who know git or other memories."""

COMMANDS = {name: help_text for section in SECTIONS.values() for name, help_text in section.items()}


class CommandGroup(click.Group):
    """A group that knows its commands by name and imports none to list them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command asked for, None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"vault_mem.cli.commands.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is not a command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; of one that there is not, say which was meant."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            meant = MEANT.get(name) or next(iter(get_close_matches(name, COMMANDS, n=1)), None)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {meant!r}?" if meant else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the sections of `--help`."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


application = CommandGroup(
    "vault-mem",
    help="Long-term memory for coding agents: Markdown notes in a git repository.",
    epilog="Exit codes: 0 done, 1 refused, 2 usage, 3 bug, 130 interrupted. Each command has --help.",
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[
        *shared_options(with_json=False),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            help="Show the version and exit.",
            callback=lambda ctx, _param, value: _show_version(ctx) if value else None,
        ),
    ],
)


def _show_version(ctx: click.Context) -> None:
    from vault_mem.cli import output

    output.line(f"vault-mem {__version__}")
    ctx.exit()
