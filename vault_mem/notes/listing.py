"""The notes of one moment by path, which remember what changed since the moments before."""

from __future__ import annotations

from collections.abc import Mapping

from vault_mem.notes.model import BlobId, NotePath

Changes = Mapping[NotePath, BlobId | None]
"""The version that each changed path has afterwards, None where the note is gone."""

_STEPS = 16
_MOST_CHANGES = 300


class Listing(dict[NotePath, BlobId]):
    """A version for each path; never changed once it is made.

    What is derived from one listing can follow to the next by what changed, instead of reading all notes again.
    """

    __slots__ = ("_steps", "_token")

    def __init__(self, notes: Mapping[NotePath, BlobId]) -> None:
        """Take the notes over; nothing is known of listings before."""
        super().__init__(notes)
        self._token = object()
        self._steps: tuple[tuple[object, Changes], ...] = ()

    def changed(self, changes: Changes) -> Listing:
        """Return the listing that follows from changes; this one if they change nothing."""
        real = {path: blob for path, blob in changes.items() if self.get(path) != blob}
        if not real:
            return self
        following = Listing(self)
        for path, blob in real.items():
            if blob is None:
                del following[path]
            else:
                following[path] = blob
        if len(real) <= _MOST_CHANGES:
            following._steps = ((self._token, real), *self._steps[: _STEPS - 1])
        return following

    def since(self, earlier: Listing) -> Changes | None:
        """Return what changed from an earlier listing to this one, None if that is not known or is much."""
        if earlier is self:
            return {}
        found: dict[NotePath, BlobId | None] = {}
        for token, changes in self._steps:
            found = {**changes, **found}
            if token is earlier._token:
                return found if len(found) <= _MOST_CHANGES else None
        return None
