"""A vault judged by itself: real notes, real links, a past of its own."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from tests.vaults import git, write
from vault_mem import Memory
from vault_mem.errors import InvalidQueryError, RevisionNotFoundError
from vault_mem.index.analysis import analyze
from vault_mem.memory.evaluating.asking import Asking
from vault_mem.memory.evaluating.evaluation import Evaluation, Measured
from vault_mem.memory.evaluating.judging import MIN_COMPARED
from vault_mem.memory.evaluating.probes import MAX_PER_ANSWER, Probe, Probing
from vault_mem.memory.evaluating.refit import FOLDS, NAMES, Labelled, fit, fold_of, label, refitted
from vault_mem.recall.filters import select
from vault_mem.recall.query import Filters
from vault_mem.recall.weights import SECOND, Weights

THINGS = ("harbour", "kettle", "ladder", "meadow", "needle", "orchard", "pepper", "quarry", "saddle", "violin")
DEEDS = ("opens", "closes", "repairs", "paints", "sells", "borrows", "lifts", "hides", "washes", "counts")


def probes(memory: Memory, limit: int = 100) -> list[Probe]:
    session = memory._session
    moment = session.present()
    positions = select(moment.view.notes, Filters(), moment, now=session.now())
    return Probing(moment, session.index, positions).probes(limit)


def of_kind(answer: Evaluation, kind: str) -> Measured:
    (found,) = (one for one in answer.kinds if one.kind == kind)
    return found


def fill(vault: Path, count: int) -> None:
    """Write `count` notes, each about things of its own, and a journal that speaks of each and links it."""
    chance = random.Random(7)
    journal = []
    for number in range(count):
        one, other = chance.sample(THINGS, 2)
        deed = chance.choice(DEEDS)
        code = f"{one[:3]}{other[:3]}{number}"
        write(
            vault, f"facts/{number}.md", f"# Fact {number}\n\nThe {one} keeper {deed} the {other} with tool {code}.\n"
        )
        journal.append(f"Today the {one} person {deed} a {other} using tool {code}, as [[facts/{number}]] says.\n")
    write(vault, "journal.md", "# Days\n\n" + "\n".join(journal))


def test_what_replaces_a_note_is_the_answer_to_its_words(memory: Memory, vault: Path) -> None:
    write(vault, "a.md", "# Gate hours\n\nThe zebra gate opens at nine on weekdays.\n")
    write(vault, "b.md", '---\nsupersedes: "[[a]]"\n---\n# Zebra gate\n\nThe zebra gate opens at ten on weekdays.\n')
    write(vault, "c.md", '---\nsupersedes: "[[b]]"\n---\n# The gate\n\nThe zebra gate on weekdays: eleven.\n')
    found = [probe for probe in probes(memory) if probe.kind == "supersessions"]
    assert {probe.source for probe in found} == {"a.md", "b.md"}
    assert {probe.expected for probe in found} == {frozenset({"c.md"})}
    assert "Gate hours" in {probe.text for probe in found}
    answer = memory.evaluate()
    assert of_kind(answer, "supersessions").r5 == 1.0
    assert (answer.stale.n, answer.stale.shown, answer.stale.above, answer.stale.rate) == (4, 0, 0, 0.0)


def test_a_replaced_note_without_a_standing_successor_is_asked_for_stale_hits_only(memory: Memory, vault: Path) -> None:
    write(vault, "a.md", "# Gate hours\n\nThe zebra gate opens at nine on weekdays.\n")
    write(vault, "b.md", '---\nsupersedes: "[[a]]"\nexpires: 2020-01-01\n---\nThe zebra gate opens at ten.\n')
    answer = memory.evaluate()
    assert (answer.overall.n, answer.stale.n, answer.stale.rate) == (0, 2, 0.0)


def test_a_stale_hit_would_be_counted(memory: Memory, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(vault, "a.md", "# Gate hours\n\nThe zebra gate opens at nine on weekdays.\n")
    write(vault, "b.md", '---\nsupersedes: "[[a]]"\n---\n# Zoo\n\nThe zebra gate opens at ten.\n')
    monkeypatch.setattr("vault_mem.memory.moment.Replaced.arranged", lambda _self, ranked, **_others: ranked)
    stale = memory.evaluate().stale
    assert (stale.n, stale.shown, stale.above, stale.rate) == (2, 2, 2, 1.0)


def test_what_is_said_around_a_link_asks_for_the_note_it_leads_to(memory: Memory, vault: Path) -> None:
    fill(vault, 12)
    found = [probe for probe in probes(memory) if probe.kind == "links"]
    assert {probe.source for probe in found} == {"journal.md"}
    assert len(found) == 12
    for probe in found:
        (path,) = probe.expected
        number = path.removeprefix("facts/").removesuffix(".md")
        assert "fact" not in analyze(probe.text)
        assert number not in probe.text.split()
    answer = memory.evaluate()
    assert of_kind(answer, "links").r5 == 1.0, "the journal itself, which has every word, does not count"


def test_links_nobody_could_follow_are_not_asked(memory: Memory, vault: Path) -> None:
    said = "we talked about the broken window and its glass"
    write(vault, "bare.md", "# Bare\n")
    write(vault, "2024-03-01.md", "The weather was mild and the river was low on that day.\n")
    write(
        vault, "gone.md", "---\nstatus: archived\n---\nThe window of the old house was mended by somebody long ago.\n"
    )
    for name in ("bare", "2024-03-01", "gone", "nowhere", "journal"):
        write(vault, f"from-{name}.md", f"With [[{name}]] {said}.\n")
    write(vault, "code.md", f"```\nWith [[from-bare]] {said}.\n```\n")
    assert probes(memory) == []


def test_one_note_that_everything_links_to_does_not_decide(memory: Memory, vault: Path) -> None:
    write(vault, "hub.md", "# Hub\n\nThe wheel turns around the axle in the middle of the cart.\n")
    for number in range(9):
        write(vault, f"spoke{number}.md", f"Spoke number {number}{number} of the wheel is held by the [[hub]] there.\n")
    assert len([probe for probe in probes(memory) if probe.kind == "links"]) == MAX_PER_ANSWER


def test_answered_questions_and_headings_that_ask(memory: Memory) -> None:
    asked = memory.remember("Nobody knows yet.", title="Which port does the staging database use?", type="question")
    memory.remember("The staging database listens on port 5544.", title="Ports", links={"answers": [asked.note.path]})
    memory.remember(
        "# Deploying\n\n## How do I roll back a release?\n\n"
        + "Run the rollback script twice. " * 40
        + "\n\n## Notes\n\nX.",
    )
    found = {(probe.kind, probe.text): probe.expected for probe in probes(memory)}
    assert found[("questions", "Which port does the staging database use?")] == {"notes/ports.md"}
    assert found[("headings", "How do I roll back a release?")] == {"notes/deploying.md"}
    answer = memory.evaluate()
    assert of_kind(answer, "questions").mrr10 == 1.0
    assert of_kind(answer, "headings").mrr10 == 1.0


def test_other_rankings_are_compared_on_the_same_questions(memory: Memory, vault: Path) -> None:
    fill(vault, MIN_COMPARED + 4)
    answer = memory.evaluate()
    names = {one.name for one in answer.alternatives}
    assert {"dense share 0.5", "note weight 0", "without neighbours", "without window"} <= names
    assert "second stage refitted" not in names, "too few questions to learn from"
    assert not any(one.verdict == "better" for one in answer.alternatives), "everything is found already"
    assert all(one.low <= one.change <= one.high for one in answer.alternatives)
    assert memory.evaluate(limit=5).alternatives == ()
    assert "too few to compare" in " ".join(memory.evaluate(limit=5).notice)


def test_the_second_stage_is_fitted_to_questions_and_judged_on_others(memory: Memory, vault: Path) -> None:
    fill(vault, 24)
    asked = probes(memory)
    session = memory._session
    asking = Asking(session, session.present(), session.now())
    weights = refitted(asking, asked)
    assert len({id(one) for one in weights}) == FOLDS
    assert {fold_of(probe) for probe in asked} == set(range(FOLDS))
    for probe, own in zip(asked, weights, strict=True):
        others = [label(asking.passages(other), other) for other in asked if fold_of(other) != fold_of(probe)]
        assert fit(others).second == pytest.approx(own.second)
        assert asking.rank(probe, own) == 1


def test_a_fit_leans_on_the_weights_it_started_from() -> None:
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(4_000, len(NAMES)))
    column = NAMES.index("window")
    right = rows[:, column] > 1
    few, many = fit([Labelled(rows[:8], right[:8])]), fit([Labelled(rows, right)])
    assert abs(few.second["window"] - SECOND["window"]) < abs(many.second["window"] - SECOND["window"])
    assert many.second["window"] > max(value for name, value in many.second.items() if name not in {"window", "time"})
    assert fit([Labelled(rows[:8], np.zeros(8, dtype=np.bool_))]) == Weights(), "nothing is right: nothing to learn"


def test_the_same_vault_gives_the_same_figures_and_stays_as_it_is(memory: Memory, vault: Path) -> None:
    fill(vault, 20)
    git(vault, "add", "-A")
    git(vault, "commit", "-qm", "notes")
    before = git(vault, "rev-parse", "HEAD"), git(vault, "status", "--porcelain")
    first, second = memory.evaluate(limit=10), memory.evaluate(limit=10)
    assert first.overall.n == 10
    assert (first.kinds, first.overall, first.missed) == (second.kinds, second.overall, second.missed)
    assert (git(vault, "rev-parse", "HEAD"), git(vault, "status", "--porcelain")) == before


def test_the_past_is_judged_as_it_was(memory: Memory, vault: Path) -> None:
    memory.remember("The zebra gate opens at nine on weekdays.", title="Gate hours")
    first = memory.remember("The gate opens at ten.", title="Ten", links={"supersedes": ["Gate hours"]})
    memory.remember("The gate opens at eleven.", title="Eleven", links={"supersedes": ["Ten"]})
    past = memory.evaluate(at=first.commit)
    assert (past.revision, past.notes, past.stale.n) == (first.commit, 2, 2)
    assert memory.evaluate().stale.n == 4
    with pytest.raises(RevisionNotFoundError):
        memory.evaluate(at="no-such-branch")


def test_a_vault_with_nothing_to_judge_by_says_so(memory: Memory) -> None:
    memory.remember("One lonely fact.")
    answer = memory.evaluate()
    assert (answer.overall.n, answer.stale.n, answer.kinds, answer.alternatives) == (0, 0, (), ())
    assert len(answer.notice) == 2
    with pytest.raises(InvalidQueryError):
        memory.evaluate(limit=0)


def test_time_is_bounded(memory: Memory, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(vault, MIN_COMPARED + 4)
    monkeypatch.setattr("vault_mem.memory.evaluating.judging.MAX_SECONDS", 0.0)
    answer = memory.evaluate()
    assert answer.overall.n > 0
    assert answer.alternatives == ()
    assert "no more rankings were tried" in " ".join(answer.notice)
