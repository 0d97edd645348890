from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_mem.recall.marking import asked_tokens, marked


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("when do we deploy?", "Deployed on Friday; a deployment is due.", ["Deployed", "deployment"]),
        ("deploys", "We deploy, undeployed.", ["deploy"]),
        ("cat", "The category of the cat.", ["cat"]),
        ("token store", "See src/token_store.py now.", ["src/token_store.py"]),
        ("会议", "今天的会议很长", ["会议"]),
        ("会议纪要", "今天的会议纪要", ["会议", "议纪", "纪要"]),
        ("what is it?", "what is it", []),
    ],
)
def test_the_words_of_a_question_are_marked(question: str, text: str, words: list[str]) -> None:
    parts = list(marked(text, asked_tokens(question)))
    assert "".join(part for part, _ in parts) == text
    found = "".join(part if is_asked else " " for part, is_asked in parts).split()
    assert found == (["".join(dict.fromkeys("".join(words)))] if "纪" in question else words)


@given(st.text(), st.text())
def test_the_parts_are_the_text(text: str, question: str) -> None:
    assert "".join(part for part, _ in marked(text, asked_tokens(question))) == text
