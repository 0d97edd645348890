"""Bounds of a question. Nothing is imported here, so that a shell can describe its parameters at once."""

from __future__ import annotations

MAX_QUERY_CHARACTERS = 10_000
MAX_PATTERN_CHARACTERS = 500
MAX_LIMIT = 200
DEFAULT_LIMIT = 10
MODES = ("hybrid", "lexical", "dense")
