from __future__ import annotations

import pytest

from vault_mem.memory.evaluating.mentions import link_context


def long_enough(text: str) -> bool:
    return len(text.split()) >= 4


@pytest.mark.parametrize(
    ("line", "names", "expected"),
    [
        ("We pin it there, see [[API policy]] for the reason.", ["API policy"], "We pin it there, see for the reason."),
        ("First thing. Then the [[Gate]] opens slowly at nine.", ["Gate"], "Then the opens slowly at nine."),
        (
            "- The **api policy** of [[policy|API Policy]] holds for us.",
            ["API policy", "policy"],
            "The of holds for us.",
        ),
        ("Ask [Ann](people/ann.md) who runs the lab there.", ["Ann"], "Ask who runs the lab there."),
        ("About cars. See [[Gate]].", ["Gate"], "About cars. See ."),
        ("我们在[[网关]]里 固定 版本 因为 客户", ["网关"], "我们在 里 固定 版本 因为 客户"),
        ("The Gatekeeper near the [[Gate]] is old and tired.", ["Gate"], "The Gatekeeper near the is old and tired."),
    ],
)
def test_the_words_around_a_link_do_not_have_its_name(line: str, names: list[str], expected: str) -> None:
    assert link_context(line, names, is_enough=long_enough) == expected


@pytest.mark.parametrize(
    "line", ["See [[Gate]].", "tags:: [[Gate]], and some more words here", "{{date}} is when the [[Gate]] opens up", ""]
)
def test_what_says_too_little_is_not_asked(line: str) -> None:
    assert link_context(line, ["Gate"], is_enough=long_enough) == ""


def test_a_line_of_a_megabyte_is_cut() -> None:
    text = link_context("[[Gate]] " + "word " * 200_000, ["Gate"], is_enough=long_enough)
    assert len(text) <= 600
