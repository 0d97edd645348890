"""`status`, `check`, `fsck` and `reindex`: how the vault and what is derived from it are."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from vault_mem.memory import timing
from vault_mem.memory.answers import Finding, Reindexed, Report, Status
from vault_mem.memory.catching_up import BRIEF
from vault_mem.memory.moment import Moment
from vault_mem.memory.session import Progress, Session
from vault_mem.notes.model import NotePath
from vault_mem.vault.attributes import ATTRIBUTES_HINT

_WORST_FIRST = {"error": 0, "warning": 1, "info": 2}


def status(session: Session, *, timings: bool) -> Status:
    """Return figures; see `Memory.status`."""
    measured = timing.measured(session) if timings else None  # before anything else is loaded
    moment = session.present(wait=BRIEF)
    tree = session.vault.state()
    coverage = session.index.coverage(moment.view)
    return Status(
        revision=moment.commit,
        vault=str(session.vault.root),
        branch=tree.branch,
        notes=len(moment.view.notes),
        changed=tuple(sorted(moment.dirty | moment.gone)),
        commits=session.index.commits.count(moment.commit) if moment.commit else 0,
        by_type=_counted(note.metadata.type for note in moment.view.notes),
        by_status=_counted(moment.status(position) for position in range(len(moment.view.notes))),
        passages=coverage.passages,
        indexed=coverage.indexed,
        embedded=coverage.embedded,
        embedder=session.index.embedder_id,
        lexical=session.index.lexical,
        index_bytes=_size(session.index.folder),
        index_folder=str(session.index.folder),
        operation=session.vault.operation(),
        is_writable=session.vault.is_writable,
        notice=tuple(_notices(session)),
        reranker=session.reranker.name if session.reranker else None,
        recall_log=str(session.recalls.folder) if session.recalls.is_on else None,
        timings=measured,
        standing=session.vault.standing(),
    )


def _notices(session: Session) -> Iterator[str]:
    """Yield what a person should know: also of models that did not answer, and of recalls that are not recorded."""
    if session.vault.identity_hint:
        yield session.vault.identity_hint
    reranker = session.reranker.trouble if session.reranker else None
    troubles = (session.index.embedder_trouble, reranker, session.vault.watch_trouble)
    yield from filter(None, troubles)
    if session.recalls.trouble:
        yield f"Recalls are not recorded: {session.recalls.trouble}"


def reindex(session: Session, *, history: bool, progress: Progress | None) -> Reindexed:
    """Build the index again; see `Memory.reindex`."""
    start = time.perf_counter()
    moment = session.rebuild(history=history, progress=progress)
    coverage = session.index.coverage(moment.view)
    return Reindexed(moment.commit, len(moment.view.notes), coverage.passages, round(time.perf_counter() - start, 3))


def check(session: Session) -> Report:
    """Look at notes and links; see `Memory.check`."""
    moment = session.present()
    findings = [*_note_findings(moment), *_link_findings(moment), *_twin_findings(moment)]
    return _report(moment, ("notes", "frontmatter", "links", "names"), findings)


def fsck(session: Session) -> Report:
    """Look at integrity; see `Memory.fsck`."""
    moment = session.present()
    findings = [
        *_repository_findings(session),
        *_id_findings(moment),
        *_twin_findings(moment),
        *_index_findings(session, moment),
    ]
    return _report(
        moment,
        ("git objects", "git index", "git attributes", "ids", "names", "unfinished writes", "recall index"),
        findings,
    )


def _report(moment: Moment, checked: tuple[str, ...], findings: list[Finding]) -> Report:
    findings.sort(key=lambda finding: (_WORST_FIRST[finding.severity], finding.path or "", finding.line or 0))
    return Report(moment.commit, checked, tuple(findings))


# --- check ---


def _note_findings(moment: Moment) -> Iterator[Finding]:
    """Yield the problems found while reading notes; unfilled placeholders of a template folder are expected."""
    for note in moment.view.notes:
        for problem in note.problems:
            expected = problem.code == "bad-property" or note.path.split("/")[0].casefold() == "templates"
            severity = "info" if expected else "error" if problem.code == "conflict-markers" else "warning"
            yield Finding(severity, problem.code, problem.message, note.path, problem.line, problem.column)


def _link_findings(moment: Moment) -> Iterator[Finding]:
    for note in moment.view.notes:
        for link in note.links:
            if not link.target or link.style == "block":
                continue
            resolution = moment.references.names.resolve(link.target, source=note.path, style=link.style)
            if resolution.path is not None:
                continue
            if resolution.candidates:
                means = ", ".join(resolution.candidates[:3])
                yield Finding(
                    "warning",
                    "ambiguous-link",
                    f"[[{link.target}]] means {len(resolution.candidates)} notes: {means}",
                    note.path,
                    link.line,
                    hint="Write the path instead of the name",
                )
            elif not _is_attachment(link.target):
                yield Finding("info", "broken-link", f"[[{link.target}]] leads to no note", note.path, link.line)


def _is_attachment(target: str) -> bool:
    suffix = Path(target).suffix.lower()
    return bool(suffix) and suffix != ".md" and len(suffix) <= 6 and suffix[1:].isalnum()


def _twin_findings(moment: Moment) -> Iterator[Finding]:
    for paths in moment.references.names.twins():
        yield Finding(
            "info",
            "twin-names",
            f"{len(paths)} notes share a name: {', '.join(paths[:4])}",
            paths[0],
            hint="A bare [[name]] is ambiguous; address them by path",
        )


# --- fsck ---


def _id_findings(moment: Moment) -> Iterator[Finding]:
    owners: dict[str, list[NotePath]] = defaultdict(list)
    for note in moment.view.notes:
        if note.metadata.id:
            owners[note.metadata.id].append(note.path)
    for identity, paths in owners.items():
        if len(paths) > 1:
            yield Finding(
                "warning",
                "duplicate-id",
                f"{identity} is the id of {len(paths)} notes: {', '.join(paths[:4])}",
                paths[1],
                hint="The copy gets an id of its own at its next write",
            )


def _repository_findings(session: Session) -> Iterator[Finding]:
    for problem in session.vault.damage():
        yield Finding("error", "git-objects", problem, hint="Restore the repository from a clone or a backup")
    for attribute in session.vault.hostile_attributes():
        yield Finding("error", "git-attributes", f"Notes have the git attribute {attribute}", hint=ATTRIBUTES_HINT)
    operation = session.vault.operation()
    if operation:
        yield Finding("warning", "operation-in-progress", f"A {operation} is in progress in the vault")
    if session.vault.has_unfinished_write():
        yield Finding("warning", "unfinished-write", "A write was interrupted", hint="The next write finishes it")


def _index_findings(session: Session, moment: Moment) -> Iterator[Finding]:
    coverage = session.index.coverage(moment.view)
    if coverage.indexed < coverage.passages:
        missing = coverage.passages - coverage.indexed
        yield Finding("warning", "index-behind", f"{missing} passages are not indexed", hint="Run vault-mem reindex")


def _counted(values: Iterator[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
