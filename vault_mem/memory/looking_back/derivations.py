"""`derivation`: what a note was made from and what it replaces, down to the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from vault_mem.index.analysis import analyze
from vault_mem.memory.answers import Derivation, Origin
from vault_mem.memory.links import DERIVED_FROM, Edge
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Session
from vault_mem.notes.document import parse
from vault_mem.notes.markdown import split_lines
from vault_mem.notes.model import NotePath

RELATIONS = (DERIVED_FROM, "supersedes")
MAX_ORIGINS = 500


def derivation(session: Session, reference: str, *, at: str | None) -> Derivation:
    """Return the tree of a note's origins; see `Memory.derivation`."""
    moment = session.at(at)
    note = moment.find(reference, at=at)
    tree = _Tree(session, moment)
    origins = tree.below(note.path)
    left_out = len(origins) > MAX_ORIGINS
    return Derivation(
        revision=moment.commit,
        dirty=moment.differs,
        path=note.path,
        title=note.title,
        source=note.metadata.source,
        coverage=tree.coverage(note.path, tree.sources(note.path)),
        origins=tuple(origins[:MAX_ORIGINS]),
        notice=(f"More than {MAX_ORIGINS} origins; ask for one of them to go on",) if left_out else (),
    )


@dataclass(frozen=True)
class _Tree:
    """The derivations of one moment."""

    session: Session
    moment: Moment

    @cached_property
    def _links(self) -> Mapping[NotePath, Sequence[Edge]]:
        found: dict[NotePath, list[Edge]] = defaultdict(list)
        for edge in self.moment.edges:
            if edge.relation in RELATIONS:
                found[edge.source].append(edge)
        return {path: sorted(links, key=_by_relation) for path, links in found.items()}

    @cached_property
    def _words(self) -> dict[NotePath, frozenset[str]]:
        return {}

    def below(self, path: NotePath) -> list[Origin]:
        """Return the origins of a note in reading order, each note's own ones once; one more than may be answered."""
        found: list[Origin] = []
        seen = {path}
        waiting = [(edge, 1) for edge in reversed(self._links.get(path, ()))]
        while waiting and len(found) <= MAX_ORIGINS:
            edge, depth = waiting.pop()
            found.append(self._origin(edge, depth, is_repeated=edge.path in seen))
            if edge.path is not None and edge.path not in seen:
                seen.add(edge.path)
                waiting.extend((further, depth + 1) for further in reversed(self._links.get(edge.path, ())))
        return found

    def sources(self, path: NotePath) -> frozenset[NotePath]:
        """Return the ends of the `derived_from` links of a note; all it leads to where those go round in a circle."""
        reached: set[NotePath] = set()
        waiting = [path]
        while waiting:
            for step in self._made_from(waiting.pop()):
                if step not in reached and step != path:
                    reached.add(step)
                    waiting.append(step)
        return frozenset(step for step in reached if not self._made_from(step)) or frozenset(reached)

    def coverage(self, path: NotePath, sources: Iterable[NotePath]) -> float | None:
        """Return the share of the sources' distinct content words that a note carries, None if they have none."""
        wanted = frozenset[str]().union(*(self._content_words(source) for source in sources))
        return len(wanted & self._content_words(path)) / len(wanted) if wanted else None

    def _made_from(self, path: NotePath) -> list[NotePath]:
        return [edge.path for edge in self._links.get(path, ()) if edge.relation == DERIVED_FROM and edge.path]

    def _origin(self, edge: Edge, depth: int, *, is_repeated: bool) -> Origin:
        if edge.path is None:
            return Origin(edge.relation, None, edge.target, depth, edge.source)
        note = self.moment.note(edge.path)
        return Origin(
            relation=edge.relation,
            path=note.path,
            title=note.title,
            depth=depth,
            parent=edge.source,
            status=self.moment.status(self.moment.positions[note.path]),
            version=note.blob,
            source=note.metadata.source,
            coverage=self.coverage(edge.source, [note.path]),
            is_repeated=is_repeated,
        )

    def _content_words(self, path: NotePath) -> frozenset[str]:
        """Return the tokens of a note's text below its frontmatter: stems without stop words, each once."""
        if path not in self._words:
            note = self.moment.note(path)
            document = parse(self.session.content(self.moment, note.blob))
            body = split_lines(document.text)[document.body_line - 1 :]
            self._words[path] = frozenset(analyze("\n".join(body)))
        return self._words[path]


def _by_relation(edge: Edge) -> int:
    return RELATIONS.index(edge.relation)
