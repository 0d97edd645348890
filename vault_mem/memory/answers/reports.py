"""What the verbs that look after a vault answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Standing


@dataclass(frozen=True, slots=True)
class Timings:
    """Where a sample recall spent its time, in seconds by stage.

    Attributes:
        question: what was asked.
        first: as the process found things: the work tree looked at, the index caught up, everything loaded.
        again: the same question once more.
        loose_objects: git objects that are not packed; thousands of them make git slow.
    """

    question: str
    first: Mapping[str, float]
    again: Mapping[str, float]
    loose_objects: int


@dataclass(frozen=True, slots=True)
class Status:
    """The vault and its index in figures.

    Attributes:
        changed: notes with edits that no commit holds yet.
        by_type, by_status: notes counted.
        indexed, embedded: passages the index can find by words and by meaning, of `passages`.
        embedder, reranker: the models in use, None for none; neither is asked whether it answers.
        recall_log: the folder where recalls of sessions are recorded, None if the user switched that off.
        operation: a merge, rebase, … in progress, None otherwise.
        timings: where a recall spends its time, if that was asked for.
        standing: how far the branch is from what its remote last had, None where that is not known.
    """

    revision: str | None
    vault: str
    branch: str | None
    notes: int
    changed: tuple[NotePath, ...]
    commits: int
    by_type: Mapping[str, int]
    by_status: Mapping[str, int]
    passages: int
    indexed: int
    embedded: int
    embedder: str | None
    lexical: str
    index_bytes: int
    index_folder: str
    operation: str | None = None
    is_writable: bool = True
    notice: tuple[str, ...] = ()
    reranker: str | None = None
    recall_log: str | None = None
    timings: Timings | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a reindex did; `seconds` is wall time."""

    revision: str | None
    notes: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `check`, `fsck` or `doctor` found.

    Attributes:
        severity: error, warning or info.
        code: kebab-case name of the kind of finding.
        path: the note or file, None for the vault as a whole.
        hint: the next step, empty if there is none.
    """

    severity: str
    code: str
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, the worst first; `checked` says what was looked at."""

    revision: str | None
    checked: tuple[str, ...]
    findings: tuple[Finding, ...] = field(default=())

    @property
    def is_ok(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return not any(finding.severity == "error" for finding in self.findings)
