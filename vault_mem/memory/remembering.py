"""`remember`: new notes, or the next version of keyed ones, in one commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from vault_mem.errors import InvalidConfigError, InvalidNoteError, NoteNotFoundError
from vault_mem.index.view import IndexedNote
from vault_mem.memory.answers import Remembered, Written
from vault_mem.memory.editing import title_of, with_links, with_properties, with_text
from vault_mem.memory.intake import Request
from vault_mem.memory.moment import Moment
from vault_mem.memory.references import unnumbered
from vault_mem.memory.requests import MAX_BATCH, NewNote
from vault_mem.memory.session import Acting, Session
from vault_mem.memory.similarity import similar_notes
from vault_mem.memory.writing import Done, Draft, Plan, identified, retirement, unchanged, write
from vault_mem.notes.document import body_text, new_document, parse, title_in
from vault_mem.notes.identifiers import fold, new_id, slugify, unique_slug
from vault_mem.notes.model import NotePath, Value
from vault_mem.notes.schema import validate
from vault_mem.notes.times import format_time, parse_stored
from vault_mem.recall.query import ANSWERING
from vault_mem.vault.layout import Look, namespace_of
from vault_mem.vault.manifest import MANIFEST

MAX_SIMILARITY_BATCH = 50
"""Near-duplicates are looked for in acts of up to this many notes; exact ones always."""

DEFAULTED = ("confidence", "importance", "tier")


def batch(single: NewNote | None, notes: Sequence[NewNote | Mapping[str, Any]] | None) -> tuple[NewNote, ...]:
    """Return the notes to write, from one or from many.

    Raises:
        InvalidNoteError: if neither or both are given, or there are too many.
    """
    if (single is None) == (notes is None):
        raise InvalidNoteError("Give text for one note, or notes for several", "One of the two, not both")
    if single is not None:
        return (single,)
    parsed = tuple(note if isinstance(note, NewNote) else NewNote.parse(note) for note in notes or ())
    if not 1 <= len(parsed) <= MAX_BATCH:
        raise InvalidNoteError(f"{len(parsed):,} notes in one act", f"Give 1 to {MAX_BATCH:,}")
    return parsed


def remember(acting: Acting, notes: Sequence[NewNote]) -> Remembered:
    """Write the notes; see `Memory.remember`."""
    return remembered(acting, [Request.checked(note, now=acting.session.now()) for note in notes])


def remembered(acting: Acting, requests: Sequence[Request]) -> Remembered:
    """Write notes that are checked already, in one commit."""
    done = write(acting, lambda moment: _Composer(acting, moment, len(requests)).compose(requests))
    return Remembered(done.revision, done.commit, done.answers())


def composed(acting: Acting, requests: Sequence[Request]) -> tuple[Written, ...]:
    """Return what `remembered` would answer, without writing."""
    moment = acting.session.present()
    return Done(_Composer(acting, moment, len(requests)).compose(requests), None, moment.commit).answers()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a link stands: the note, its path, the relation, and the other notes of the act by key and title."""

    request: Request
    path: NotePath
    relation: str
    siblings: Mapping[str, NotePath]


class _Composer:
    """Composes one act against one moment."""

    def __init__(self, acting: Acting, moment: Moment, size: int) -> None:
        self._acting = acting
        self._session: Session = acting.session
        self._moment = moment
        self._now: datetime = acting.session.now()
        self._size = size
        self._taken = _Taken(moment)
        self._look = Look(self._session.vault.root)
        self._places: dict[tuple[str, str], str] = {}
        self._folders: dict[str, int] = {}
        self._retired: dict[NotePath, Draft] = {}

    def compose(self, requests: Sequence[Request]) -> Plan:
        """Return the plan: a draft for each request, and one for each note that is retired."""
        _refuse_twins(requests)
        known = _Known(self._session, self._moment, requests)
        placed = [(request, existing := known.get(request), self._place(request, existing)) for request in requests]
        siblings = {fold(name): path for request, _, path in placed for name in (request.key, request.title) if name}
        drafts = [
            self._revision(request, existing, siblings) if existing else self._creation(request, path, siblings)
            for request, existing, path in placed
        ]
        return Plan(self._verb(drafts), (*drafts, *self._retired.values()))

    def _verb(self, drafts: Sequence[Draft]) -> str:
        if self._retired:
            return "supersede"
        return "revise" if all(draft.action in {"revised", "unchanged"} for draft in drafts) else "remember"

    # --- which note is it? ---

    def _place(self, request: Request, existing: IndexedNote | None) -> NotePath:
        if existing:
            return existing.path
        path = self._free_path(request)
        while self._look.find(path)[1] is not None:
            path = self._free_path(request)
        folder = self._folder(request)
        self._folders[folder] = self._count(folder) + 1
        return path

    def _free_path(self, request: Request) -> NotePath:
        """Return a path whose name no note has, and take the name."""
        slug = unique_slug(slugify(request.label), self._taken)
        self._taken.add(fold(slug))
        count = self._count(self._folder(request))
        layout = self._session.vault.layout
        return layout.note_path(request.namespace, request.category, slug, sibling_count=count, now=self._now)

    def _folder(self, request: Request) -> str:
        """Return the folder that new notes of this category go to, as long as it is not full."""
        kind = (request.namespace, request.category)
        if kind not in self._places:
            path = self._session.vault.layout.note_path(*kind, "x", sibling_count=0, now=self._now)
            self._places[kind] = path.rpartition("/")[0]
        return self._places[kind]

    def _count(self, folder: str) -> int:
        """Return how many entries a folder has, with those that this act adds."""
        if folder not in self._folders:
            self._folders[folder] = sum(1 for _ in self._moment.view.entries(folder))
        return self._folders[folder]

    # --- new notes ---

    def _creation(self, request: Request, path: NotePath, siblings: Mapping[str, NotePath]) -> Draft:
        identity = new_id(self._now)
        relations, warnings = self._relations(request, path, siblings)
        head: dict[str, Value] = {"id": identity}
        head |= {
            key: request.properties[key] for key in ("type", "category", "key", "tags") if key in request.properties
        }
        head["created"] = format_time(self._now)
        head |= {key: value for key, value in request.properties.items() if key not in head}
        head |= {key: value for key, value in self._defaults(request).items() if key not in head}
        head |= {relation: list(links) for relation, links in relations.items()}
        if self._acting.agent:
            head["agent"] = self._acting.agent
        content = new_document(request.title, request.text, head)
        similar: tuple[NotePath, ...] = ()
        if self._size <= MAX_SIMILARITY_BATCH:
            similar = similar_notes(self._session, self._moment, request.text, without=path)
        title = title_of(content, path.rsplit("/", 1)[-1].removesuffix(".md"))
        return Draft(path, content, "created", title, identity, similar, warnings)

    def _defaults(self, request: Request) -> dict[str, Value]:
        """Return what the vault's config states for every new note of this type.

        Raises:
            InvalidConfigError: if it states what the format does not allow.
        """
        kind = request.type or "note"
        stated = self._session.vault.layout.manifest.defaults.get(kind, {})
        try:
            return validate({key: value for key, value in stated.items() if key in DEFAULTED}, now=self._now)
        except InvalidNoteError as exc:
            raise InvalidConfigError(MANIFEST, f"the defaults of {kind}: {exc.message}") from exc

    # --- the next version of a keyed note ---

    def _revision(self, request: Request, note: IndexedNote, siblings: Mapping[str, NotePath]) -> Draft:
        content = self._session.content(self._moment, note.blob)
        relations, warnings = self._relations(request, note.path, siblings)
        changes: dict[str, object] = {**self._revived(note), **request.properties}
        new = with_properties(note.path, content, changes, now=self._now)
        for relation, links in relations.items():
            new = with_links(note.path, new, relation, add=links)
        if not _says(new, request):
            text = f"# {request.title}\n\n{request.text}" if request.title and not _has_title(request) else request.text
            new = with_text(note.path, new, text)
        successors = self._moment.successors.get(note.path, ())
        if successors:
            warnings = (*warnings, f"superseded by {', '.join(successors)}: recall answers with that")
        if new == content:
            return replace(unchanged(note, content), warnings=warnings)
        new, identity = identified(self._session, self._moment, note, new)
        return Draft(note.path, new, "revised", title_of(new, note.title), identity, warnings=warnings)

    def _revived(self, note: IndexedNote) -> dict[str, object]:
        """Return what must change so that recall answers with a note that is said again: its status, a past end."""
        metadata = note.metadata
        changes: dict[str, object] = {}
        if metadata.status not in ANSWERING and note.path not in self._moment.successors:
            changes["status"] = None
        if metadata.expires is not None and metadata.expires <= self._now:
            changes["expires"] = None
        return changes

    # --- links ---

    def _relations(
        self, request: Request, path: NotePath, siblings: Mapping[str, NotePath]
    ) -> tuple[dict[str, list[str]], tuple[str, ...]]:
        """Turn `{relation: [note, …]}` into frontmatter; retire what is superseded; warn of links that lead nowhere."""
        relations: dict[str, list[str]] = {}
        warnings: list[str] = []
        for relation, targets in request.links.items():
            place = _Place(request, path, relation, siblings)
            relations[relation] = [f"[[{self._link(place, target, warnings)}]]" for target in targets]
        return relations, tuple(warnings)

    def _link(self, place: _Place, target: str, warnings: list[str]) -> str:
        """Return the text of a link to the note that is meant; a note of the same act may be meant by key or title."""
        try:
            note = self._moment.find(target)
        except NoteNotFoundError:
            sibling = place.siblings.get(fold(target))
            if sibling is not None and sibling != place.path:
                return sibling.rpartition("/")[2].removesuffix(".md")
            if place.relation == "supersedes":
                raise
            warnings.append(f"{place.relation}: no note {target!r} yet")
            return target.strip("[]")
        if note.path == place.path:
            raise InvalidNoteError(f"{place.relation}: a note cannot name itself", "Name another note")
        if place.relation == "supersedes":
            self._retire(note, place.request)
        return self._moment.references.names.shortest(note.path)

    def _retire(self, note: IndexedNote, request: Request) -> None:
        begins = request.properties.get("valid_from")
        valid_to = parse_stored(begins) if isinstance(begins, str) else None
        draft = retirement(self._acting, self._moment, note, valid_to=valid_to)
        if draft is not None:
            self._retired.setdefault(note.path, draft)


class _Known:
    """The notes of a moment by identity, and by title for notes without a key."""

    def __init__(self, session: Session, moment: Moment, requests: Sequence[Request]) -> None:
        """Look for the notes that the requests may mean."""
        self._session = session
        self._moment = moment
        self._identities: dict[tuple[str, str, str], IndexedNote] = {}
        self._titles: dict[str, list[IndexedNote]] = {}
        keys = {request.key for request in requests if request.key}
        titles = {_title(request) for request in requests if not request.key}
        now = session.now()
        for note in (moment.note(path) for key in keys for path in moment.references.with_key(key)):
            metadata = note.metadata
            if metadata.key in keys:
                identity = (namespace_of(note.path), metadata.category or metadata.type, metadata.key or "")
                self._identities.setdefault(identity, note)
        for title in titles:
            found = (moment.note(path) for path in moment.references.titled(title))
            self._titles[title] = [note for note in found if _stands(note, now)]

    def get(self, request: Request) -> IndexedNote | None:
        """Return the note that has the request's identity or, for a request without a key, says exactly the same."""
        if request.identity is not None:
            return self._identities.get(request.identity)
        for note in self._titles.get(_title(request), []):
            here = namespace_of(note.path) == request.namespace
            if here and _says(self._session.content(self._moment, note.blob), request):
                return note
        return None


def _title(request: Request) -> str:
    """Return the folded title that the note will have; for one without a heading its file name, without a number."""
    title = request.title or title_in(request.text.encode())
    return fold(title) if title else unnumbered(fold(slugify(request.label)))


def _stands(note: IndexedNote, now: datetime) -> bool:
    expires = note.metadata.expires
    return note.metadata.status in ANSWERING and (expires is None or expires > now)


class _Taken:
    """Folded names that a new note may not have: those of a moment's notes, and those given since."""

    def __init__(self, moment: Moment) -> None:
        self._names = moment.references.names
        self._given: set[str] = set()

    def __contains__(self, name: object) -> bool:
        return name in self._given or self._names.is_taken(str(name))

    def add(self, name: str) -> None:
        """Take a name, folded."""
        self._given.add(name)


def _says(content: bytes, request: Request) -> bool:
    """Whether a note's body is what the request would write."""
    wanted = new_document(request.title, request.text, {})
    return body_text(parse(content)).strip() == body_text(parse(wanted)).strip()


def _has_title(request: Request) -> bool:
    return title_in(request.text.encode()) is not None


def _refuse_twins(requests: Sequence[Request]) -> None:
    for identity, count in Counter(request.identity for request in requests if request.identity).items():
        if count > 1:
            raise InvalidNoteError(
                f"Two notes of one act have the identity {' / '.join(filter(None, identity))}", "Give each its own key"
            )
