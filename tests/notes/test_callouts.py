from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.callouts import joined, parted
from vault_mem.notes.frontmatter import read

_TEXTS = st.lists(
    st.sampled_from([b"# a\n", b"b\n", b"\n", b"---\n", b"> c\n", b"d\r\n", b"\xff", b">\n"]), max_size=6
).map(b"".join)


@given(_TEXTS, _TEXTS)
def test_both_texts_come_back(content: bytes, rival: bytes) -> None:
    both = joined(content, rival, commits=["9f3ab21"])
    assert parted(both) == (content.rstrip(b"\n") + b"\n", (rival,))


def test_several_callouts_are_parted() -> None:
    both = joined(joined(b"a\n", b"b\n", commits=["1"]), b"c\n", commits=[])
    assert parted(both) == (b"a\n", (b"b\n", b"c\n"))


def test_a_note_without_one_stays_as_it_is() -> None:
    for content in (b"", b"a", b"a\n\n\n", b"> [!note] disputed\n> x\n", b"> [!disputed] We argued\n> x\n\nend\n"):
        assert parted(content) == (content, ())


def test_the_note_can_be_read_with_it() -> None:
    note = b"---\nid: 01K9ZQ3T8M5N2V7C4X6B1D0F9G\n---\n# A\n"
    assert read(joined(note, note, commits=[])).properties == {"id": "01K9ZQ3T8M5N2V7C4X6B1D0F9G"}


def test_what_an_editor_did_to_a_callout_loses_nothing() -> None:
    both = joined(b"a\n", b"b\n\nc\n", commits=["9f3ab21", "0a1b2c3"])
    assert parted(both.rstrip(b"\n")) == (b"a\n", (b"b\n\nc",))
    assert parted(both.replace(b"> \n", b">\n")) == (b"a\n", (b"b\n\nc\n",))
    assert parted(both.replace(b"\n", b"\r\n"))[1] == (b"b\r\n\r\nc\r\n",)
