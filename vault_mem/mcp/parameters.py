"""Types of tool arguments: lenient in what they accept, bounded, and small in the schema an agent reads.

A model may send null for an argument it does not use (`middleware` drops those), or JSON inside a string; both are
understood, neither is in the schema. Bounds that only the service knows (types, dates, revisions) are checked there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from vault_mem.memory.requests import (
    MAX_DEPTH,
    MAX_LIMIT,
    MAX_NOTE_BYTES,
    MAX_QUERY_CHARACTERS,
)

MAX_NAMES = 100
MAX_BATCH = 1_000
LOG_LIMIT = 20
TURN_LIMIT = 20
RECALL_TOKENS = 4_000
CONTEXT_TOKENS = 2_000


def _parsed(value: object) -> object:
    """Return the list or mapping that a string holds as JSON, anything else as it is."""
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _listed(value: object) -> object:
    """Return a list for a list, for a string that holds one as JSON, and for one name."""
    value = _parsed(value)
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _mapped(value: object) -> object:
    """Return a mapping of lists, a single name standing for a list of one."""
    value = _parsed(value)
    return {key: _listed(item) for key, item in value.items()} if isinstance(value, dict) else value


Name = Annotated[str, Field(max_length=500)]
_List = Annotated[Sequence[Name], Field(max_length=MAX_NAMES), BeforeValidator(_listed)]
_Object = Annotated[dict[str, Any], Field(max_length=MAX_NAMES), BeforeValidator(_parsed)]  # Any: the schema checks it
_Relations = Annotated[dict[str, Sequence[Name]], Field(max_length=MAX_NAMES), BeforeValidator(_mapped)]
_Share = Annotated[float, Field(ge=0, le=1)] | SkipJsonSchema[None]
_Short = Annotated[str, Field(max_length=500)] | SkipJsonSchema[None]
_Long = Annotated[str, Field(max_length=MAX_QUERY_CHARACTERS)] | SkipJsonSchema[None]
_Body = Annotated[str, Field(max_length=MAX_NOTE_BYTES)] | SkipJsonSchema[None]
_Batch = Annotated[
    list[dict[str, Any]], Field(max_length=MAX_BATCH), BeforeValidator(_parsed)
]  # Any: NewNote parses it

Note = Annotated[
    str, Field(min_length=1, max_length=500, description="The note: id, id prefix, key, title, alias or path.")
]
Query = Annotated[
    _Long,
    Field(description="Question or words. Empty with a filter: list, newest first."),
]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Hits at most.")]
Offset = Annotated[int, Field(ge=0, le=1_000_000, description="Hits to skip; use next_offset.")]
At = Annotated[
    _Short,
    Field(description="As known at: date, '3 weeks ago', commit, branch or tag. Default now."),
]
ValidAt = Annotated[_Short, Field(description="Only facts that held then.")]
Mode = Annotated[Literal["hybrid", "lexical", "dense"], Field(description="lexical: words only; dense: meaning only.")]
Types = Annotated[_List, Field(description="Types, as in remember.")]
Categories = Annotated[_List, Field(description="Categories.")]
Tiers = Annotated[_List, Field(description="working, episodic, semantic, procedural.")]
Tags = Annotated[_List, Field(description="Any of these tags; 'a' finds 'a/b'.")]
Statuses = Annotated[
    _List,
    Field(description="Default active, disputed, hypothesis; else superseded, archived, inbox, expired."),
]
Authors = Annotated[_List, Field(description="People or agents.")]
PathFilter = Annotated[_Short, Field(description="A folder, note or glob.")]
Namespace = Annotated[_Short, Field(description="A project; '' is global. Default all.")]
Since = Annotated[_Short, Field(description="Changed or created at or after.")]
Until = Annotated[_Short, Field(description="Changed or created up to.")]
RecallTokens = Annotated[int, Field(ge=100, le=20_000, description="Budget for the answer.")]
Explain = Annotated[bool, Field(description="Say how the ranking came about.")]

Text = Annotated[
    _Body,
    Field(
        description="Markdown, one memory. A first '# heading' is the title; [[Name]] links a note.",
    ),
]
Title = Annotated[_Short, Field(description="Title, if the text has no heading.")]
Type = Annotated[
    _Short,
    Field(
        description="fact decision preference pattern procedure gotcha event episode entity question task plan "
        "document state chain arc handoff note (default)."
    ),
]
Category = Annotated[_Short, Field(description="Default: the type.")]
Key = Annotated[_Short, Field(description="Slug of a fact you will update; the same key revises it.")]
Project = Annotated[_Short, Field(description="Project it belongs to. Default global.")]
NewTags = Annotated[_List, Field(description="Tags without '#'.")]
Importance = Annotated[_Share, Field(description="Default 0.5.")]
Confidence = Annotated[_Share, Field(description="How sure. Default 1.")]
ValidFrom = Annotated[_Short, Field(description="Date from which the fact holds.")]
Expires = Annotated[_Short, Field(description="Date after which recall drops it.")]
Links = Annotated[
    _Relations | SkipJsonSchema[None],
    Field(description="{relation: [note]}: supersedes (retires), depends_on, contradicts, derived_from, references."),
]
Source = Annotated[_Short, Field(description="URL, file or session it comes from.")]
Notes = Annotated[
    _Batch | SkipJsonSchema[None],
    Field(description="Many in one commit: objects with these fields."),
]

NewText = Annotated[
    _Body,
    Field(description="The whole new Markdown. Omit to change properties only."),
]
Changes = Annotated[
    _Object | SkipJsonSchema[None], Field(description="Properties to set, e.g. {status: disputed}; null removes.")
]
Reason = Annotated[_Short, Field(description="Why; kept in the history.")]
Supersedes = Annotated[_List, Field(description="Notes this one replaces; they are retired.")]
Version = Annotated[_Short, Field(description="version you saw; if it has changed, nothing is written.")]
Undo = Annotated[bool, Field(description="Bring a forgotten note back.")]
Section = Annotated[_Short, Field(description="Heading ('Setup', 'Setup#Linux') or lines ('L10-L40').")]

Depth = Annotated[int, Field(ge=1, le=MAX_DEPTH, description="Hops.")]
AddLinks = Annotated[_Relations | SkipJsonSchema[None], Field(description="{relation: [note]} to add first.")]
RemoveLinks = Annotated[_Relations | SkipJsonSchema[None], Field(description="{relation: [note]} to remove first.")]

View = Annotated[
    Literal["log", "diff", "blame", "as-of"],
    Field(
        description="log: versions. diff: since..until or last change. blame: who wrote each line. as-of: text then."
    ),
]
HistoryAt = Annotated[_Short, Field(description="Moment for as-of and blame; start for log.")]
HistorySince = Annotated[_Short, Field(description="Oldest version; diff: old side.")]
HistoryUntil = Annotated[_Short, Field(description="Newest version; diff: new side.")]
LogLimit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Versions at most.")]

Task = Annotated[
    _Long,
    Field(description="What you are about to do."),
]
Files = Annotated[_List, Field(description="Files you will touch.")]
ContextTokens = Annotated[int, Field(ge=100, le=20_000, description="Budget for the block.")]
ContextNamespace = Annotated[_Short, Field(description="A project, plus global notes. Default all.")]

Asked = Annotated[str, Field(min_length=1, max_length=MAX_QUERY_CHARACTERS, description="Question or words.")]
Good = Annotated[str, Field(min_length=1, max_length=500, description="When the answer was right: date, commit, tag.")]
Bad = Annotated[_Short, Field(description="When it is not. Default now.")]
Expected = Annotated[_Short, Field(description="Words that the right answer's note holds.")]
ExpectedNote = Annotated[_Short, Field(description="The note that is the right answer.")]

Told = Annotated[_Long, Field(description="Question or words; or else note.")]
ToldNote = Annotated[_Short, Field(description="The note whose versions to tell, instead of a question.")]
TurnLimit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Turns at most, the newest.")]

CheckpointName = Annotated[_Short, Field(description="Letters, digits, '-', '_', '.'. Default: list them.")]

Target = Annotated[str, Field(min_length=1, max_length=500, description="A commit, or a session's id.")]
State = Annotated[str, Field(min_length=1, max_length=500, description="A checkpoint, date, commit or tag.")]
WithDependents = Annotated[bool, Field(description="Although notes build on it; those derived from it are archived.")]
Yes = Annotated[bool, Field(description="Write it. Default: only say what would be done.")]
ReplayedSession = Annotated[_Short, Field(description="A session id. Default: list them.")]

Timings = Annotated[bool, Field(description="Also time a sample recall by stage, in seconds.")]
OldVersions = Annotated[bool, Field(description="Also index every old version, for fast recall at old revisions.")]

Sessions = Annotated[_List, Field(description="Sessions, by id.")]
Operations = Annotated[_List, Field(description="Verbs: remember, revise, supersede, forget, restore, merge, ….")]
Arrived = Annotated[_Short, Field(description="From a time on, or after a commit, tag or session id.")]
KnownAt = Annotated[_Short, Field(description="A date, commit or tag. Default now.")]
ActLimit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Entries at most.")]
