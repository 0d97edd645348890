"""The first stage: what neighbours and the note add, and which passages are candidates at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem import Memory
from vault_mem.recall.candidates import MISSING, NEIGHBOURS, with_neighbours

TALK = """# Talk with the plumber

**Ada**: Where did the water come from?

**Ben**: It was the joint behind the boiler.

**Ada**: Will it hold until spring?

**Ben**: Yes, I have sealed it twice.
"""


def spread(scores: list[float], owners: list[int]) -> list[float]:
    found = with_neighbours(np.array(scores, dtype=np.float32), np.array(owners, dtype=np.int32))
    return [round(float(score), 4) for score in found]


def test_a_passage_gains_from_what_stands_before_and_after_it() -> None:
    ends = MISSING * (NEIGHBOURS[-2] + NEIGHBOURS[2])
    before, here, after = spread([0, 1, 0], [0, 0, 0])
    assert before == pytest.approx(NEIGHBOURS[1])
    assert here == pytest.approx(1 + ends)
    assert after == pytest.approx(NEIGHBOURS[-1])


def test_neighbours_of_another_note_do_not_count() -> None:
    assert spread([1, 0], [0, 1])[1] == 0


def test_a_note_of_one_passage_is_made_up_for_the_neighbours_it_lacks() -> None:
    assert spread([1], [0]) == [pytest.approx(1 + MISSING * sum(NEIGHBOURS.values()))]


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.integers(0, 3)), max_size=12),
)
def test_neighbours_as_written_out(passages: list[tuple[float, int]]) -> None:
    passages = sorted(passages, key=lambda passage: passage[1])
    scores, owners = [score for score, _ in passages], [owner for _, owner in passages]
    wanted = []
    for here, owner in enumerate(owners):
        total = scores[here]
        for distance, weight in NEIGHBOURS.items():
            there = here + distance
            is_near = 0 <= there < len(owners) and owners[there] == owner
            total += weight * (scores[there] if is_near else MISSING * scores[here])
        wanted.append(total)
    assert spread(scores, owners) == pytest.approx(wanted, abs=1e-3)


def test_an_answer_is_found_by_the_question_it_follows(memory: Memory) -> None:
    memory.remember(TALK, type="episode")
    memory.remember("# Garden\n\nThe roses need no water in winter.")
    asked = "where did the water come from"
    found = [hit.excerpt for hit in memory.recall(asked, passages=True, mode="lexical").hits]
    alone = [hit.excerpt for hit in memory.recall(asked, passages=True, mode="lexical", without=["neighbours"]).hits]
    assert any("behind the boiler" in text for text in found[:2])
    assert alone
    assert not any("behind the boiler" in text for text in alone)


def test_of_two_equal_passages_the_one_in_the_fitting_note_comes_first(memory: Memory) -> None:
    sections = "## Menu\n\nSoup and bread.\n\n" * 3
    filler = "## Notes\n\n" + "Nothing else was said about this part of the house today. " * 20 + "\n\n"
    answer = "## Result\n\n" + "The pump was replaced and runs again without any noise at all. " * 10
    memory.remember(f"# Barn\n\n{sections}{filler}{answer}")
    memory.remember(f"# House\n\n## Cellar\n\n{'The cellar pump had failed in the flood. ' * 15}\n\n{filler}{answer}")
    asked = "which pump was replaced after the flood in the cellar"
    first = memory.recall(asked, passages=True, without=["neighbours", "window", "before", "dense"])
    (found,) = [hit for hit in first.hits if "replaced" in hit.excerpt]
    assert (found.title, found.similar) == ("House", ("notes/barn.md",)), "by its path the other would come first"
