"""`vault-mem quickstart`: the product's main job in one go, checked as it runs."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import click

from vault_mem.cli import output, tour
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.errors import InvalidConfigError, NotAVaultError


@vault_command("quickstart")
def command(call: Call) -> None:
    """Try everything in a new vault; takes seconds.

    The vault is made where --vault says (a new or empty folder), else in a temporary folder. Notes are remembered, one
    is superseded, the past is asked, a line is blamed, a file is edited by hand; each answer is checked.
    """
    started = time.monotonic()
    root = _prepare(call)
    if not call.as_json:
        output.line("A new vault in ", output.Styled(str(root), "place"))
        output.line()
    steps = _take(call, root)
    seconds = round(time.monotonic() - started, 1)
    is_ok = all(step.is_ok for step in steps)
    if call.as_json:
        output.data({"vault": str(root), "is_ok": is_ok, "seconds": seconds, "steps": steps})
    else:
        _show_end(root, is_ok=is_ok, seconds=seconds)
    if not is_ok:
        raise click.exceptions.Exit(1)


def _prepare(call: Call) -> Path:
    """Make the vault, or refuse a folder that holds anything of somebody else's."""
    from vault_mem import initialise

    if call.vault is None:
        folder = Path(tempfile.mkdtemp(prefix="vault-mem-quickstart-"))
    else:
        folder = call.vault.expanduser().absolute()
        if folder.exists() and not _is_free(folder):
            _check_ours(call, folder)
    return initialise(folder).root


def _is_free(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _check_ours(call: Call, folder: Path) -> None:
    hint = "Name a new or empty folder, or leave --vault out for a temporary one"
    try:
        with opened(replace(call, vault=folder)) as memory:
            is_ours = memory.root.samefile(folder) and tour.is_ours(memory)
    except NotAVaultError as exc:
        raise InvalidConfigError("--vault", f"{folder} is not empty", hint) from exc
    if not is_ours:
        raise InvalidConfigError("--vault", f"{folder} is somebody's vault; the tour writes into its own only", hint)


def _take(call: Call, root: Path) -> list[tour.Step]:
    writer = Call(vault=root, agent=call.agent or tour.AGENT, session=call.session or tour.SESSION)
    steps: list[tour.Step] = []
    with opened(writer) as memory:
        for step in tour.take(memory):
            steps.append(step)
            if not call.as_json:
                _show(len(steps), step)
    return steps


def _show(number: int, step: tour.Step) -> None:
    verdict = output.Styled("ok", "good") if step.is_ok else output.Styled("FAILED", "bad")
    output.line(f"{number}. ", output.Styled(step.title, "bold"), "  ", verdict)
    for text in step.shown:
        output.line("   ", text)
    for expectation, is_met in step.checks.items():
        if not is_met:
            output.line("   ", output.Styled(f"expected that {expectation}", "bad"))
    output.line()


def _show_end(root: Path, *, is_ok: bool, seconds: float) -> None:
    output.line("All checks passed" if is_ok else "Some checks FAILED", f" in {seconds} s. Next:")
    output.line(f'  vault-mem --vault "{root}" recall "{tour.QUESTION}"')
    output.line(f'  git -C "{root}" log --stat')
    output.line("  open the folder as a vault in Obsidian, or as a graph in Logseq")
    output.line("  vault-mem init ~/memory                     a vault of your own")
    output.line("  claude mcp add --scope user vault-mem -- vault-mem serve --vault ~/memory")
