"""The vault format's closed lists: types, states, tiers and relations, with their defaults.

Source: the vault format, "Keys".
"""

from __future__ import annotations

from collections.abc import Mapping

TYPES = (
    "fact",
    "decision",
    "preference",
    "pattern",
    "procedure",
    "gotcha",
    "event",
    "episode",
    "entity",
    "question",
    "task",
    "plan",
    "document",
    "state",
    "chain",
    "arc",
    "handoff",
    "note",
)
STATUSES = ("active", "superseded", "archived", "disputed", "hypothesis", "inbox")
TIERS = ("working", "episodic", "semantic", "procedural")
RELATIONS = (
    "supersedes",
    "derived_from",
    "contradicts",
    "depends_on",
    "implements",
    "references",
    "part_of",
    "about",
    "answers",
)

DEFAULT_TIERS: Mapping[str, str] = {
    **dict.fromkeys(TYPES, "semantic"),
    **dict.fromkeys(("task", "plan", "state", "question", "handoff"), "working"),
    **dict.fromkeys(("event", "episode", "chain", "arc"), "episodic"),
    **dict.fromkeys(("pattern", "procedure", "gotcha"), "procedural"),
}
"""How fast each type fades where a note does not say: under way, happened, known, or how it is done."""
