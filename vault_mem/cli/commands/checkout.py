"""`vault-mem checkout`: the vault as it was, as a folder."""

from __future__ import annotations

from pathlib import Path

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.memory.answers import Checkout, Checkouts


@vault_command("checkout")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--at", metavar="WHEN", help="Known at: a commit, branch, tag, date, time or words.")
@click.option("--list", "listing", is_flag=True, help="List the folders; so does no DIR.")
@click.option("--remove", is_flag=True, help="Remove DIR, unless files in it were changed or added.")
@click.option("--force", is_flag=True, help="With --remove: even then.")
@click.option("--prune", is_flag=True, help="Remove all in which nothing was changed or added.")
def command(
    call: Call, folder: Path | None, *, at: str | None, listing: bool, remove: bool, force: bool, prune: bool
) -> None:
    """Put the vault as it was into a folder.

    DIR is new or empty, and outside the vault. Open it in Obsidian, or ask it with --vault DIR. Its notes are marked
    read-only, and vault-mem writes nothing there.
    """
    _check_usage(folder, at, listing=listing, remove=remove, force=force, prune=prune)
    with opened(call) as memory:
        if prune:
            answer = memory.prune_checkouts()
        elif folder is None:
            answer = memory.checkouts()
        elif remove:
            answer = memory.remove_checkout(folder, force=force)
        else:
            answer = memory.checkout(folder, at=at or "")
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _check_usage(folder: Path | None, at: str | None, *, listing: bool, remove: bool, force: bool, prune: bool) -> None:
    if listing + remove + prune + (at is not None) > 1:
        raise click.UsageError("Give one of --at, --list, --remove and --prune.")
    if force and not remove:
        raise click.UsageError("--force is for --remove.")
    if folder is None and (remove or at is not None):
        raise click.UsageError("Give the DIR.")
    if folder is not None and (listing or prune):
        raise click.UsageError("A DIR is for --at and --remove.")
    if folder is not None and not remove and at is None:
        raise click.UsageError("Say with --at what DIR shall show.")


def _show(answer: Checkouts) -> None:
    is_removed = answer.done == "removed"
    rows = [_row(checkout, is_removed=is_removed) for checkout in answer.checkouts]
    output.table(("folder", "commit", "at", "made", ""), rows)
    for checkout in answer.kept:
        output.message(output.Styled("kept: ", "warn"), evidence.facts(checkout.folder, _state(checkout)))
    if answer.done == "made":
        _say_what_next(answer.checkouts[0])
    else:
        counted = evidence.count(len(answer.checkouts), "checkout")
        output.message(f"{counted} removed" if is_removed else counted)


def _row(checkout: Checkout, *, is_removed: bool) -> tuple[str, ...]:
    made = evidence.moment(checkout.time)
    state = "" if is_removed else _state(checkout)
    return checkout.folder, evidence.short(checkout.commit), checkout.at, made, state


def _state(checkout: Checkout) -> str:
    changed = f"changed or added there: {', '.join(checkout.changed)}" if checkout.changed else None
    moved = f"HEAD is on {checkout.head}" if checkout.head else None
    return evidence.facts(None if checkout.is_there else "gone", changed, moved)


def _say_what_next(made: Checkout) -> None:
    if not made.is_vault:
        output.message(
            output.Styled("note: ", "warn"),
            "it was no vault then, so vault-mem cannot open the folder; 'recall --at' answers all the same",
        )
    output.message(f"Remove it with: vault-mem checkout --remove '{made.folder}'")
