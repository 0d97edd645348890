"""Recording a recall: what was asked, what was answered, and what it was answered by."""

from __future__ import annotations

import hashlib
import json

from vault_mem import __version__
from vault_mem.index.catalog import SCHEMA_VERSION
from vault_mem.memory.answers import AnsweredNote, Recalled
from vault_mem.memory.catching_up import BRIEF
from vault_mem.memory.moment import Moment
from vault_mem.memory.recalling import answered
from vault_mem.memory.replaying.recall_log import session_name
from vault_mem.memory.replaying.records import Fingerprint, RecallRecord, Window
from vault_mem.memory.session import Acting, Session
from vault_mem.recall.query import Question
from vault_mem.recall.weights import Weights
from vault_mem.vault.trailers import one_line


def recall(acting: Acting, question: Question) -> Recalled:
    """Answer a question, and record it if a session asks; see `Memory.recall`."""
    session = acting.session
    moment = session.at(question.at, wait=BRIEF)
    answer = answered(session, moment, question)
    name = session_name(acting.session_id or "")
    if name and session.recalls.is_on:
        session.recalls.append(
            RecallRecord(
                question=question,
                session=name,
                agent=one_line(acting.agent or "") or None,
                revision=answer.revision,
                dirty=answer.dirty,
                notes=answered_notes(answer),
                window=Window.of(answer.window),
                by=fingerprint(session, moment, question),
            )
        )
    return answer


def answered_notes(answer: Recalled) -> tuple[AnsweredNote, ...]:
    """Return the hits of an answer, in order."""
    return tuple(AnsweredNote(hit.id, hit.path, hit.version) for hit in answer.hits)


def fingerprint(session: Session, moment: Moment, question: Question) -> Fingerprint:
    """Return what answers a question now; asked right after it was answered, it says which models failed to."""
    choice, reranker = session.settings.reranker, session.reranker
    share = f", {choice.weight:g} of the order of {choice.depth}"
    offset = question.now.astimezone().utcoffset()
    return Fingerprint(
        program=__version__,
        index=f"{SCHEMA_VERSION}" + ("" if moment.is_complete else ", incomplete"),
        weights=_hashed(question.weights),
        model=_model(session.index.embedder_id, session.index.embedder_trouble),
        reranker=_model(reranker.name + share, reranker.trouble) if reranker else None,
        engine=session.index.lexical,
        zone=None if offset is None else f"{offset.total_seconds() / 3600:+g} h",
    )


def _model(name: str | None, trouble: str | None) -> str | None:
    return f"{name}, which did not answer" if name and trouble else name


def _hashed(weights: Weights) -> str:
    """Return a hash of everything that weighs, what the question itself switches off not among it."""
    table = json.dumps([dict(weights.first), dict(weights.second), weights.bias], sort_keys=True)
    return hashlib.sha256(table.encode("ascii")).hexdigest()[:16]
