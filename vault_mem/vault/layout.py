"""Where things live in a vault, and which paths are allowed there (vault format §1)."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vault_mem.errors import InvalidConfigError, UnsafePathError
from vault_mem.notes.model import NotePath
from vault_mem.vault.manifest import MANIFEST, Manifest

FULL_FOLDER = 1_000
_NAMESPACES = "projects"
_MAX_COMPONENT = 255
_MAX_PATH = 1_024
_DRIVE = re.compile(r"[A-Za-z]:")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|\Z)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# Names that a case-folding or short-name file system takes for `.git`. Source: git, `is_hfs_dotgit`, `is_ntfs_dotgit`.
_IGNORABLE = re.compile("[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SHORT_GIT = re.compile(r"git~[0-9]+\Z", re.IGNORECASE)
_NOWHERE = frozenset({"", ".", ".."})
_GIT_STARTS = (".", "g", "G")
# Every path of which a component is nowhere, or may be git's folder, has one of these; few others have.
_SUSPECT = re.compile(r"(?:\A|/)(?:[./]|[gG][iI][tT]~|\Z)|[^\x01-\x7f]")
_IRREGULAR = {"person": "people", "child": "children"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders of one vault: the manifest's names, and the category's plural for the rest."""

    manifest: Manifest

    def note_path(self, namespace: str, category: str, slug: str, *, sibling_count: int, now: datetime) -> NotePath:
        """Return where a new note goes.

        Args:
            namespace: the note's namespace, empty for the global one.
            category: the note's category or, without one, its type.
            slug: the file name without `.md`.
            sibling_count: entries that the category's folder has now; from 1,000 on it continues by year and month.
            now: the current moment, aware.

        Raises:
            UnsafePathError: if the namespace, category or slug cannot stand in a path.
        """
        parts = [_NAMESPACES, namespace] if namespace else []
        parts.append(self.folder(category))
        if sibling_count >= FULL_FOLDER:
            moment = now.astimezone(UTC)
            parts += [f"{moment:%Y}", f"{moment:%m}"]
        return check_path("/".join([*parts, f"{slug}.md"]))

    def folder(self, category: str) -> str:
        """Return the folder name of a category: the manifest's, else the English plural.

        Raises:
            InvalidConfigError: if the manifest names a folder where no note of this namespace can be.
        """
        name = self.manifest.folders.get(category)
        if not name:
            return plural(category)
        try:
            path = check_path(f"{name}/x.md")
        except UnsafePathError as exc:
            raise InvalidConfigError(MANIFEST, f"the folder of {category}: {exc.message}") from exc
        if not is_note(path) or namespace_of(path):
            raise InvalidConfigError(MANIFEST, f"the folder of {category} cannot be {name}")
        return name


def plural(word: str) -> str:
    """Return the plain English plural of a category; a word in another script stays as it is."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _IRREGULAR.values() or (word.endswith("s") and not word.endswith("ss")) or not word.isascii():
        return word
    if word.endswith(("ss", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in {"a", "e", "i", "o", "u", ""}:
        return f"{word[:-1]}ies"
    return f"{word}s"


def namespace_of(path: NotePath) -> str:
    """Return the namespace that a path belongs to, empty for the global one."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == _NAMESPACES else ""


def is_note(path: str) -> bool:
    """Whether a path of the repository is a note: Markdown, not hidden, not one of Logseq's own files."""
    if path[-3:].lower() != ".md" or path.startswith(("logseq/", ".")):
        return False
    return "/." not in path and path.rpartition("/")[2].lower() != ".md"


def check_path(text: str) -> NotePath:
    """Return a path as one that every system can hold and that stays in the vault.

    Raises:
        UnsafePathError: if it is empty, absolute, has a drive, backslash, `..`, control character, `.git`, a Windows
            device name, a component that ends in a dot or space, or one of more than 255 bytes.
    """
    if not text or len(text) > _MAX_PATH:
        raise UnsafePathError(text, "is empty or too long")
    if text.startswith("/") or "\\" in text or _DRIVE.match(text):
        raise UnsafePathError(text, "is not relative to the vault")
    if _CONTROL.search(text):
        raise UnsafePathError(text, "has a control character")
    for component in text.split("/"):
        _check_component(text, component)
    return NotePath(text)


def inside(root: Path, path: NotePath) -> Path:
    """Return the file of a path, which is in the vault and not in git's folder, whatever links stand on the way.

    Args:
        root: the vault, resolved.
        path: any vault-relative path; it may have a name that `check_path` refuses for new notes.

    Raises:
        UnsafePathError: if it has `..` or `.git`, or if a folder on the way or the file itself is a link.
    """
    return Path(Look(root).find(path)[0])


class Look:
    """One look at many files of a work tree; a folder that several are in is looked at once.

    It is made anew for each pass over the files: a folder may become a link between two of them.
    """

    def __init__(self, root: Path) -> None:
        """Look below `root`, the vault, resolved."""
        self._root = root
        self._start = f"{root}{os.sep}"
        self._folders: dict[str, bool] = {"": True}

    def find(self, path: NotePath) -> tuple[str, os.stat_result | None]:
        """Return the file of a path as text, and its status, None if nothing is there; raises as `inside`."""
        _check_way(path)
        folder = path.rpartition("/")[0]
        is_there = self._folders.get(folder)
        if is_there is None:
            is_there = self._folders[folder] = self._has_folder(path, folder)
        place = self._start + path
        return place, _status(path, place) if is_there else None

    def _has_folder(self, path: NotePath, folder: str) -> bool:
        """Whether a folder is there; where one is missing, so are those below it."""
        place, is_there = self._start[: -len(os.sep)], True
        for part in folder.split("/"):
            place = f"{place}{os.sep}{part}"
            is_there = _status(path, place) is not None
            if not is_there:
                break
        if os.sep != "/" and not self._root.joinpath(folder).resolve().is_relative_to(self._root):
            raise UnsafePathError(path, "leaves the vault through a link")  # a junction, which is no symbolic link
        return is_there


def _check_way(path: NotePath) -> None:
    """Refuse a path that leaves the vault by its text alone."""
    if _SUSPECT.search(path) and ("\0" in path or any(part in _NOWHERE or _is_git(part) for part in path.split("/"))):
        raise UnsafePathError(path, "leaves the vault or enters git's own folder")
    if os.sep != "/" and (os.sep in path or ":" in path):
        raise UnsafePathError(path, "cannot be held by this system")


def _status(path: NotePath, place: str) -> os.stat_result | None:
    """Return the status of one component of a path, None if it is missing."""
    try:
        status = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(status.st_mode):
        raise UnsafePathError(path, "passes through a link")
    return status


def _check_component(text: str, component: str) -> None:
    if component in _NOWHERE:
        raise UnsafePathError(text, "has an empty, '.' or '..' component")
    if component.endswith((".", " ")):
        raise UnsafePathError(text, "has a component that ends in a dot or a space")
    if ":" in component:
        raise UnsafePathError(text, "has a colon, which Windows reads as a stream")
    if _DEVICE.match(component):
        raise UnsafePathError(text, "has a name that Windows keeps for a device")
    if _is_git(component):
        raise UnsafePathError(text, "is inside git's own folder")
    if len(component.encode("utf-8")) > _MAX_COMPONENT:
        raise UnsafePathError(text, "has a component of more than 255 bytes")


def _is_git(component: str) -> bool:
    if component.isascii() and not component.startswith(_GIT_STARTS):
        return False
    folded = _IGNORABLE.sub("", component).casefold().rstrip(". ")
    return folded == ".git" or _SHORT_GIT.match(folded) is not None
