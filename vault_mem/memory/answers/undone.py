"""What `revert` and `rollback` answer."""

from __future__ import annotations

from dataclasses import dataclass

from vault_mem.memory.acts import Act
from vault_mem.notes.model import NotePath


@dataclass(frozen=True, slots=True)
class UndoneNote:
    """A note that is taken back.

    Attributes:
        path: where it is after it; where it was, if it is deleted.
        action: reverted (its text or properties), restored (it had been deleted), deleted (it had been created), moved
            (back, from `old_path`), or archived (it was derived from what is taken back).
        title: of the version that holds after it, or of the deleted one.
    """

    path: NotePath
    action: str
    title: str
    old_path: NotePath | None = None


@dataclass(frozen=True, slots=True)
class Dependent:
    """A note that has come to build on one that is taken back: by which relation, `links` for a link in the text.

    Attributes:
        on: the note it builds on.
        is_broken: whether the link will lead nowhere.
    """

    path: NotePath
    relation: str
    on: NotePath
    is_broken: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """A note that cannot be taken back by itself, and the last act that changed it, None where no commit has it yet."""

    path: NotePath
    problem: str
    act: Act | None


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, or (`commit` is None) would be.

    Attributes:
        revision: the commit that holds now.
        commit: the new commit, None for a dry run and where nothing had to change.
        acts: the acts that are taken back, newest first; for a rollback none is named.
        notes: what becomes of the notes, by path.
        dependents: notes that build on them since, by path.
        clashes: what stands in the way; nothing is written while there is one.
        is_dry: whether this only says what would be done.
        dirty: whether there are uncommitted edits in the vault; those of the notes named are committed first.
        obstacle: of a dry run, why it would be refused, None if it would not.
    """

    revision: str | None
    commit: str | None
    acts: tuple[Act, ...]
    notes: tuple[UndoneNote, ...]
    dependents: tuple[Dependent, ...]
    clashes: tuple[Clash, ...]
    is_dry: bool
    dirty: bool
    obstacle: str | None = None
