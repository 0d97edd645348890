"""What the verbs answer: immutable values that every shell prints as they are.

Every answer names the `revision` (commit) it speaks for; `dirty` says that work-tree text not yet in it was read too.
Times are aware UTC. `lines` are 1-based and count in the whole file. `version` is the note's blob id: give it back with
a write, and the write is refused if the note has changed since.
"""

from __future__ import annotations

from vault_mem.memory.answers.believed import Belief, Bisected, ChangedText, Timeline, Turn
from vault_mem.memory.answers.checked_out import Checkout, Checkouts
from vault_mem.memory.answers.checkpointed import Checkpoint, Checkpoints
from vault_mem.memory.answers.derived import Derivation, Origin
from vault_mem.memory.answers.looked_back import BlamedLine, Difference, History, Version
from vault_mem.memory.answers.plain import Answer, Json, to_json
from vault_mem.memory.answers.recalled import Context, ContextItem, Feature, Hit, Recalled, TimeWindow
from vault_mem.memory.answers.replayed import (
    AnsweredNote,
    Cause,
    ClearedRecalls,
    RecordedSession,
    Replay,
    ReplayedRecall,
)
from vault_mem.memory.answers.reports import Finding, Reindexed, Report, Status, Timings
from vault_mem.memory.answers.undone import Clash, Dependent, Undone, UndoneNote
from vault_mem.memory.answers.written import (
    Imported,
    NoteAnswer,
    Related,
    Relation,
    Remembered,
    SkippedNote,
    Written,
)
from vault_mem.vault.acts import Synced

__all__ = [
    "Answer",
    "AnsweredNote",
    "Belief",
    "Bisected",
    "BlamedLine",
    "Cause",
    "ChangedText",
    "Checkout",
    "Checkouts",
    "Checkpoint",
    "Checkpoints",
    "Clash",
    "ClearedRecalls",
    "Context",
    "ContextItem",
    "Dependent",
    "Derivation",
    "Difference",
    "Feature",
    "Finding",
    "History",
    "Hit",
    "Imported",
    "Json",
    "NoteAnswer",
    "Origin",
    "Recalled",
    "RecordedSession",
    "Reindexed",
    "Related",
    "Relation",
    "Remembered",
    "Replay",
    "ReplayedRecall",
    "Report",
    "SkippedNote",
    "Status",
    "Synced",
    "TimeWindow",
    "Timeline",
    "Timings",
    "Turn",
    "Undone",
    "UndoneNote",
    "Version",
    "Written",
    "to_json",
]
