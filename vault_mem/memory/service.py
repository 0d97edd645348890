"""`Memory`: the verbs, each a few lines over the module that does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vault_mem.memory import contexts, forgetting, graph, importing, reading, remembering, revising
from vault_mem.memory.answers import Context, Imported, NoteAnswer, Recalled, Related, Remembered, Written
from vault_mem.memory.past import Past
from vault_mem.memory.replaying import recording
from vault_mem.memory.requests import DEFAULT_LIMIT, NewNote
from vault_mem.memory.upkeep import Upkeep
from vault_mem.recall.query import Question


class Memory(Past, Upkeep):
    """A vault that is open: remember, recall, revise, forget, read, relate and look back.

    Safe to share between threads, and between processes on the same vault: readers never wait for writers, writers take
    turns. Every write is one commit, durable when the verb returns. Close it, or use it in a `with` block.

    Wherever a verb takes a `note`, an id, a unique id prefix, a key, a title, an alias, a path or a `[[link]]` will do.
    Times typed without a zone are local; `at` takes a ref, a commit prefix, a date, a time, or words (`3 weeks ago`).
    Every verb raises `vault_mem.errors.VaultMemError` and nothing else on purpose.
    """

    def remember(
        self,
        text: str | None = None,
        *,
        title: str | None = None,
        type: str | None = None,
        category: str | None = None,
        key: str | None = None,
        namespace: str | None = None,
        tags: Sequence[str] = (),
        importance: float | None = None,
        confidence: float | None = None,
        valid_from: str | None = None,
        expires: str | None = None,
        links: Mapping[str, Sequence[str]] | None = None,
        source: str | None = None,
        notes: Sequence[NewNote | Mapping[str, Any]] | None = None,  # Any: JSON objects, parsed by NewNote
        reason: str = "",
        agent: str | None = None,
        session: str | None = None,
    ) -> Remembered:
        """Write one memory, or many in one commit.

        The same identity (namespace, category, key) with other text revises the note in place; identical text is
        answered with the note that already says it; near-duplicates are written and named in `similar`.

        Args:
            text: Markdown; its first heading is the title unless `title` is given.
            title: the note's title.
            type: one of `vault_mem.notes.schema.TYPES`; `note` if not given.
            category: default is the type.
            key: slug by which the same fact is updated again.
            namespace: a project; empty or None is the global one.
            tags: without `#` and without spaces.
            importance: 0..1, default 0.5.
            confidence: 0..1, default 1.
            valid_from: when the fact begins to hold.
            expires: when the memory is no longer wanted.
            links: `{relation: [note, …]}`; `supersedes` retires the notes named in the same commit.
            source: a URL, a file, a session.
            notes: several notes instead of one, as `NewNote` or mappings with the fields above.
            reason: why, for the commit.
            agent: who writes; default from the settings.
            session: the writer's session; default from the settings.

        Raises:
            InvalidNoteError: for a value the format does not allow; nothing is written, not even the other notes.
            NoteNotFoundError: if a note to supersede does not exist.
            VaultBusyError, DetachedHeadError, OperationInProgressError, StorageError: if the vault cannot be written.
        """
        single = NewNote(
            text=text or "",
            title=title,
            type=type,
            category=category,
            key=key,
            namespace=namespace,
            tags=tags,
            importance=importance,
            confidence=confidence,
            valid_from=valid_from,
            expires=expires,
            links=links or {},
            source=source,
        )
        batch = remembering.batch(None if text is None else single, notes)
        return remembering.remember(self._session.acting(agent, session, reason), batch)

    def import_notes(
        self,
        notes: Iterable[NewNote | Mapping[str, Any]],  # Any: JSON objects, parsed by NewNote
        *,
        per_commit: int = 1_000,
        dry_run: bool = False,
        reason: str = "",
        agent: str | None = None,
        session: str | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Imported:
        """Write any number of notes as they come, in several commits.

        Each is written as by `remember`, so that the same import again changes nothing, and one that was cut off goes
        on where it ended. A note that cannot be written is skipped, and the answer says why.

        Args:
            notes: as in `remember`; read one commit at a time.
            per_commit: notes in one commit, 1..100,000; as many are held in memory.
            dry_run: only count what would be written.
            reason: why, for the commits.
            agent: who writes; default from the settings.
            session: the writer's session; default from the settings.
            progress: called with (`importing`, notes read, 0).

        Raises:
            InvalidQueryError: if per_commit is out of bounds.
            VaultBusyError, DetachedHeadError, OperationInProgressError, StorageError: if the vault cannot be written;
                the commits that were made stay.
        """
        acting = self._session.acting(agent, session, reason)
        return importing.import_notes(acting, notes, per_commit=per_commit, dry_run=dry_run, progress=progress)

    def recall(
        self,
        query: str = "",
        *,
        limit: int = DEFAULT_LIMIT,
        offset: int = 0,
        at: str | None = None,
        valid_at: str | None = None,
        mode: str = "hybrid",
        types: Sequence[str] = (),
        categories: Sequence[str] = (),
        tiers: Sequence[str] = (),
        tags: Sequence[str] = (),
        statuses: Sequence[str] = (),
        authors: Sequence[str] = (),
        path: str | None = None,
        namespace: str | None = None,
        since: str | None = None,
        until: str | None = None,
        max_tokens: int | None = None,
        explain: bool = False,
        passages: bool = False,
        time_words: bool = True,
        min_relevance: float = 0.0,
        without: Sequence[str] = (),
        agent: str | None = None,
        session: str | None = None,
    ) -> Recalled:
        """Answer a question with ranked passages, now or as of any revision.

        A recall of a session is recorded in the user's state folder, for `replay`, unless the settings say no.

        Args:
            query: words or a question; empty lists what the filters leave, newest first.
            limit: hits at most, 1..200.
            offset: hits to skip.
            at: known at: the vault as it was then.
            valid_at: valid at: only notes whose validity contains this time.
            mode: hybrid, lexical (words) or dense (meaning).
            types: any of these types.
            categories: any of these categories.
            tiers: any of these tiers.
            tags: any of these tags; `a` matches `a/b`.
            statuses: any of these, `expired` included; default active, disputed and hypothesis.
            authors: any of these people or agents.
            path: a folder, a note, or a glob.
            namespace: a project; empty is the global one, None is all.
            since: changed or created at or after this time.
            until: changed or created before the end of this time.
            max_tokens: cut the answer to this many tokens (characters / 4).
            explain: say how the ranking came about.
            passages: several passages of one note may be hits; otherwise its best one stands for it.
            min_relevance: leave out hits that answer less surely than this, 0..1.
            without: parts of the ranking to switch off: any of `vault_mem.recall.weights.SWITCHES`.
            time_words: read the times that the question names, such as `last week`; see `Recalled.window`.
            agent: who asks, for the record; default from the settings.
            session: the asker's session; default from the settings. Without one nothing is recorded.

        Raises:
            InvalidQueryError: without query and filter, for a query over 10,000 characters or a bad argument.
            RevisionNotFoundError: for an `at` that names nothing.
        """
        question = Question.checked(
            query=query,
            limit=limit,
            offset=offset,
            at=at,
            valid_at=valid_at,
            mode=mode,
            types=types,
            categories=categories,
            tiers=tiers,
            tags=tags,
            statuses=statuses,
            authors=authors,
            path=path,
            namespace=namespace,
            since=since,
            until=until,
            max_tokens=max_tokens,
            explain=explain,
            passages=passages,
            time_words=time_words,
            min_relevance=min_relevance,
            without=without,
            now=self._session.now(),
        )
        acting = self._session.acting(agent, session, "")
        return self._session.asking(lambda: recording.recall(acting, question))

    def read(self, note: str, *, at: str | None = None, section: str | None = None) -> NoteAnswer:
        """Return a note whole, or one section or line range of it, as it is or was.

        Args:
            note: which one.
            at: known at; the present state, uncommitted edits included, if not given.
            section: a heading (`H1#H2` for a nested one) or lines (`L10-L20`).

        Raises:
            NoteNotFoundError, AmbiguousNoteError, SectionNotFoundError, RevisionNotFoundError.
        """
        return reading.read(self._session, note, at=at, section=section)

    def revise(
        self,
        note: str,
        text: str | None = None,
        *,
        set: Mapping[str, Any] | None = None,  # Any: property values, validated by the schema
        reason: str = "",
        supersedes: Sequence[str] = (),
        version: str | None = None,
        agent: str | None = None,
        session: str | None = None,
    ) -> Written:
        """Give a note new text or properties; the old version stays in its history.

        With `supersedes`, the notes named there are retired in the same commit; if `note` does not exist yet, it is
        written anew under that title.

        Args:
            note: which one.
            text: the whole new text (Markdown without frontmatter); a first heading replaces the title.
            set: properties to change; None removes one.
            reason: why, for the commit.
            supersedes: notes that this one replaces.
            version: the version last seen; the write is refused if the note has changed since.
            agent: who writes; default from the settings.
            session: the writer's session; default from the settings.

        Raises:
            WriteConflictError: if `version` is not the present one; the message shows the difference.
            MalformedFrontmatterError: if the note's frontmatter cannot be edited safely.
            NoteNotFoundError, AmbiguousNoteError, InvalidNoteError, VaultBusyError.
        """
        acting = self._session.acting(agent, session, reason)
        return revising.revise(acting, revising.Revision(note, text, set or {}, supersedes, version))

    def forget(
        self,
        note: str,
        *,
        reason: str = "",
        version: str | None = None,
        agent: str | None = None,
        session: str | None = None,
    ) -> Written:
        """Archive a note: recall leaves it out, links still lead to it, `restore` brings it back.

        Raises:
            WriteConflictError, MalformedFrontmatterError, NoteNotFoundError, AmbiguousNoteError, VaultBusyError.
        """
        return forgetting.forget(self._session.acting(agent, session, reason), note, version=version)

    def restore(self, note: str, *, reason: str = "", agent: str | None = None, session: str | None = None) -> Written:
        """Undo `forget`: the note has the status again that it had before.

        A superseded note comes back too, once its successors are forgotten or no longer name it.

        Raises:
            InvalidNoteError: if a note that stands supersedes it.
            MalformedFrontmatterError, NoteNotFoundError, AmbiguousNoteError, VaultBusyError.
        """
        return forgetting.restore(self._session.acting(agent, session, reason), note)

    def related(
        self,
        note: str,
        *,
        depth: int = 1,
        add: Mapping[str, Sequence[str]] | None = None,
        remove: Mapping[str, Sequence[str]] | None = None,
        reason: str = "",
        agent: str | None = None,
        session: str | None = None,
    ) -> Related:
        """Return a note's links and backlinks; add or remove typed relations first where asked to.

        Args:
            note: which one.
            depth: hops, 1..5.
            add: `{relation: [note, …]}` to add.
            remove: `{relation: [note, …]}` to remove.
            reason: why, for the commit.
            agent: who writes; default from the settings.
            session: the writer's session; default from the settings.

        Raises:
            NoteNotFoundError, AmbiguousNoteError, InvalidNoteError, MalformedFrontmatterError, VaultBusyError.
        """
        acting = self._session.acting(agent, session, reason)
        return graph.related(acting, note, depth=depth, add=add or {}, remove=remove or {})

    def context(
        self, task: str = "", *, files: Sequence[str] = (), max_tokens: int = 2_000, namespace: str | None = None
    ) -> Context:
        """Return what to know before starting: pinned, hand-off, open questions, triggered and relevant notes.

        Args:
            task: what is about to be done, in words.
            files: files about to be touched, relative to the project.
            max_tokens: budget for the block (characters / 4), 100..50,000.
            namespace: a project; its notes and the global ones. None is all.
        """
        return self._session.asking(
            lambda: contexts.context(self._session, task, files=files, max_tokens=max_tokens, namespace=namespace)
        )
