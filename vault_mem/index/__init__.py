"""Derived data, keyed by content: deletable at any time, never trusted over the notes. It sees no git and no vault."""
