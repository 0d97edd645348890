"""The source of truth: a git repository of notes. It knows nothing of the index."""

from __future__ import annotations
