"""What is to be written, checked before the vault is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vault_mem.errors import InvalidNoteError
from vault_mem.memory.requests import MAX_NOTE_BYTES, NewNote
from vault_mem.notes.document import title_in
from vault_mem.notes.identifiers import slugify
from vault_mem.notes.model import Value
from vault_mem.notes.schema import KEYS, RELATIONS, validate

LABEL_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Request:
    """A note to write, its values checked; nothing in it depends on the vault.

    Attributes:
        category: as stated, else the type.
        properties: frontmatter, as it will be written.
        links: `{relation: (note, …)}`, not looked up yet.
    """

    text: str
    title: str | None
    namespace: str
    type: str | None
    category: str
    key: str | None
    properties: Mapping[str, Value]
    links: Mapping[str, Sequence[str]]

    @classmethod
    def checked(cls, note: NewNote, *, now: datetime) -> Request:
        """Check a note's values.

        Raises:
            InvalidNoteError: naming the field, what is wrong and what it may hold.
        """
        check_text(note.text)
        _check_characters("title", note.title or "")
        given: dict[str, object] = {
            "type": note.type,
            "category": note.category,
            "key": note.key,
            "tags": [note.tags] if isinstance(note.tags, str) else list(note.tags) or None,
            "valid_from": note.valid_from,
            "expires": note.expires,
            "importance": note.importance,
            "confidence": note.confidence,
            "source": note.source,
        }
        properties = validate({key: value for key, value in given.items() if value is not None}, now=now)
        category = note.category or note.type or "note"
        return cls(
            text=note.text.strip("\n"),
            title=" ".join(note.title.split()) or None if note.title else None,
            namespace=_check_namespace(note.namespace),
            type=note.type,
            category=category,
            key=note.key,
            properties=properties,
            links={relation: _targets(relation, targets) for relation, targets in note.links.items()},
        )

    @property
    def identity(self) -> tuple[str, str, str] | None:
        """Namespace, category and key; None for a note without a key."""
        return (self.namespace, self.category, self.key) if self.key else None

    @property
    def label(self) -> str:
        """What the file shall be called: the key, else the title, else the text's beginning."""
        return self.key or self.title or title_in(self.text.encode()) or _first_words(self.text)


def check_text(text: str) -> None:
    """Refuse text that no note may hold.

    Raises:
        InvalidNoteError: if it is empty, larger than 1 MiB, not valid Unicode, or binary.
    """
    if not text.strip():
        raise InvalidNoteError("The text is empty", "Say what is to be remembered")
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_NOTE_BYTES:
        raise InvalidNoteError(
            f"The text has {size:,} bytes, {MAX_NOTE_BYTES:,} are allowed", "Split it into several notes"
        )
    _check_characters("text", text)


def _check_characters(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise InvalidNoteError(f"The {name} is not valid Unicode", "Replace lone surrogates") from exc
    if "\x00" in text:
        raise InvalidNoteError(f"The {name} holds a NUL character", "Remember text, not binary data")


def _check_namespace(namespace: str | None) -> str:
    if not namespace:
        return ""
    if slugify(namespace) != namespace:
        raise InvalidNoteError(f"namespace {namespace!r} is not a slug", f"Use {slugify(namespace)!r}")
    return namespace


def check_relation(relation: str) -> None:
    """Refuse a relation under a name that the format gives another meaning, or that is no plain word.

    Raises:
        InvalidNoteError: naming it.
    """
    if relation in KEYS and relation not in RELATIONS:
        raise InvalidNoteError(f"{relation!r} is a property, not a relation", f"Use {', '.join(RELATIONS[:4])}, …")
    if slugify(relation).replace("-", "_") != relation.replace("-", "_"):
        raise InvalidNoteError(f"{relation!r} is not a relation", f"Use {', '.join(RELATIONS[:4])}, …")


def _targets(relation: str, targets: object) -> tuple[str, ...]:
    check_relation(relation)
    if isinstance(targets, str):
        return (targets,)
    if isinstance(targets, Sequence) and all(isinstance(target, str) for target in targets):
        return tuple(targets)
    raise InvalidNoteError(f"links.{relation} is not a list of notes", 'Give {"' + relation + '": ["note", …]}')


def _first_words(text: str) -> str:
    """Return the beginning of a text, to name a file by: words of its first line, up to about 60 characters."""
    line = next(line for line in text.splitlines() if line.strip()).strip()
    return line if len(line) <= LABEL_CHARACTERS else line[:LABEL_CHARACTERS].rpartition(" ")[0] or line
