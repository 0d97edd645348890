"""What the log of a note is, by the rules as they are written down, found slowly."""

from __future__ import annotations

from tests.properties.git_oracle import GitOracle, Place


def log_on_a_line(git: GitOracle, path: str) -> list[tuple[str, str]] | None:
    """Return (commit, path) of a note's versions, newest first, in a history without merges.

    At a path, what each commit did to the note, and where another note took its place; where a commit put the note
    there and took it (the same bytes first, else the same id) from elsewhere, the history there; else it goes on only
    if the note had been taken from here before.

    None where the rules do not decide: a note without an id made way for one with an id, and went elsewhere.
    """
    found = []
    own: str | None = None
    commits = [commit for commit, _ in reversed(git.line(git.head))]
    for position, commit in enumerate(commits):
        before, after = git.before(commit), git.trees[commit]
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        own = own or new or old
        if new is not None and own is not None and git.is_other(new, own):
            found += [] if old is None or git.is_other(old, own) else [(commit, path)]
            continue
        found.append((commit, path))
        if new is None or (old is not None and git.identity(old) == git.identity(new)):
            continue
        left = [
            (place, blob) for place, blob in sorted(before.items()) if place != path and git.left(commit, place, blob)
        ]
        same = [place for place, blob in left if blob == new]
        same += [place for place, blob in left if git.is_same_note(blob, new)]
        if same:
            path, own = same[0], None
            continue
        if old is not None and not git.is_other(old, new):
            if any(blob == old != before.get(place) for place, blob in after.items() if place != path):
                return None
            continue
        gone = [
            git.before(older)[path]
            for older in commits[position + 1 :]
            if path in git.before(older) and git.left(older, path, git.before(older)[path])
        ]
        if not gone or not git.is_same_note(gone[0], new):
            break
    return found


def log_by_id(git: GitOracle, identity: str) -> set[str] | None:
    """Return the commits that gave the note with an id a place or a text, except merges that only brought it.

    None where the id alone does not decide: it is in two places, it came anew after it was gone, it changed places with
    another note, or one line moved the note while the other one changed it.
    """
    commits = git.behind(git.head)
    held = {commit: git.places(identity, commit) for commit in commits}
    if any(len(places) > 1 for places in held.values()) or not held[git.head]:
        return None
    states = {commit: places[0] if places else None for commit, places in held.items()}
    firsts = {commit: states[git.parents[commit][0]] if git.parents[commit] else None for commit in commits}
    changing = {commit for commit in commits if states[commit] != firsts[commit]}
    own = {commit for commit in changing if not _is_brought(git, commit, states, changing)}
    if len([commit for commit in own if firsts[commit] is None]) > 1:
        return None
    if any(states[commit] is None or _is_displaced(git, commit, states[commit], firsts[commit]) for commit in changing):
        return None
    if any(_is_tangled(git, commit, states, changing) for commit in commits if len(git.parents[commit]) > 1):
        return None
    return own


def _is_brought(git: GitOracle, merge: str, states: dict[str, Place | None], changing: set[str]) -> bool:
    """Whether a commit behind a merge's second parent, and not its first, had given the note this same state."""
    if len(git.parents[merge]) < 2:
        return False
    first, second = git.parents[merge]
    aside = git.behind(second) - git.behind(first)
    return any(states[other] == states[merge] for other in aside & changing)


def _is_displaced(git: GitOracle, commit: str, new: Place | None, old: Place | None) -> bool:
    """Whether the note came to a place that another note had, or another note to its place."""
    came = new is not None and (old is None or old[0] != new[0]) and new[0] in git.before(commit)
    left = old is not None and (new is None or old[0] != new[0]) and old[0] in git.trees[commit]
    return came or left


def _is_tangled(git: GitOracle, merge: str, states: dict[str, Place | None], changing: set[str]) -> bool:
    """Whether one of the lines that a merge joins moved the note, and the merge is not simply what that line did."""
    first, second = git.parents[merge]
    ahead, aside = git.behind(first) - git.behind(second), git.behind(second) - git.behind(first)
    moved = {path for commit in (ahead | aside) & changing if (place := states[commit]) for path in place[:1]}
    both = bool(ahead & changing) and bool(aside & changing)
    moves = len(moved | {place[0] for side in (first, second) if (place := states[side])}) > 1
    return moves and (both or states[merge] != states[first if ahead & changing else second])
