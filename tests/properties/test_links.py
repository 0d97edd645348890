"""Links and passages: resolution agrees with a slow plain model, every line is in exactly one passage."""

from __future__ import annotations

import unicodedata
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.chunks import MAX
from vault_mem.notes.document import parse
from vault_mem.notes.markdown import read_body
from vault_mem.notes.model import NotePath
from vault_mem.notes.names import Names
from vault_mem.notes.wikilinks import format_link, links_in

NAMES = st.sampled_from(["api", "API", "note", "Zoë", "Zoe\u0308", "a___b", "x y"])
FOLDERS = st.sampled_from(["", "a/", "b/", "A/", "a/b/"])
PATHS = st.builds(lambda folder, name: NotePath(f"{folder}{name}.md"), FOLDERS, NAMES)
ALIASES = st.lists(st.sampled_from(["api", "other", "Note", "alias"]), max_size=2)
VAULTS = st.dictionaries(PATHS, ALIASES, max_size=8)
TARGETS = st.builds(
    lambda folder, name, end: f"{folder}{name}{end}",
    FOLDERS,
    NAMES | st.sampled_from(["other", "ALIAS", "a/b", "zoë"]),
    st.sampled_from(["", ".md"]),
)

LINES = st.sampled_from(
    [
        "",
        "  ",
        "# Heading",
        "## Part",
        "- # Bullet heading",
        "- item",
        "\t- child",
        "  continued",
        "1. one",
        "> quote",
        "| a | b |",
        "```",
        "  ```",
        "- ```",
        "~~~",
        "---",
        "===",
        "Ann: hello",
        "**Bo**: hi",
        "- Ann: hello",
        "key:: value",
        "plain text with [[a link]] and `code`",
        "word " * 60,
        "word " * 150,
        "x\u2028y\x0c",
    ]
)


def slow(vault: dict[NotePath, list[str]], target: str) -> tuple[str, ...]:
    """Resolve by looking at every note for every rule, as the format describes them."""

    def same(one: str, other: str) -> bool:
        def key(text: str) -> str:
            return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())

        return key(one) == key(other)

    stem = target.removesuffix(".md")
    for exact in (target, target + ".md"):
        if exact in vault:
            return (exact,)
    rules = [
        [path for path in vault if same(path.removesuffix(".md"), stem)],
        [path for path in vault if same(path.removesuffix(".md").rpartition("/")[2], stem)],
        [path for path, aliases in vault.items() if any(same(alias, stem) for alias in aliases)],
        [
            path
            for path in vault
            if "/" in stem and same("/".join(path.removesuffix(".md").split("/")[-stem.count("/") - 1 :]), stem)
        ],
        [path for path in vault if same(path.removesuffix(".md").rpartition("/")[2].replace("___", "/"), stem)],
    ]
    found: list[NotePath] = next((sorted(paths) for paths in rules if paths), [])
    exact_case = [path for path in found if ("/" + path).endswith(f"/{stem}.md")]
    return (exact_case[0],) if len(found) > 1 and len(exact_case) == 1 else tuple(found)


@given(VAULTS, TARGETS)
def test_resolution_agrees_with_a_slow_model(vault: dict[NotePath, list[str]], target: str) -> None:
    found = Names((path, aliases, None) for path, aliases in vault.items()).resolve(target)
    expected = slow(vault, target)
    assert found.candidates == expected
    assert found.path == (expected[0] if len(expected) == 1 else None)


@given(VAULTS)
def test_the_shortest_name_means_its_note(vault: dict[NotePath, list[str]]) -> None:
    names = Names((path, aliases, None) for path, aliases in vault.items())
    for path in vault:
        assert names.resolve(names.shortest(path)).path == path


@given(st.text(max_size=80))
def test_finding_links_never_fails(text: str) -> None:
    last = text.count("\n") + 1
    assert all(1 <= link.line <= last for link in links_in(read_body(text)))


@given(st.text(st.characters(codec="utf-8", exclude_characters="[]|#^\\`\n\r"), min_size=1, max_size=20))
def test_a_written_link_is_found_again(name: str) -> None:
    if name.strip() and "." not in name:
        (link,) = links_in(read_body(f"text {format_link(name)} text"))
        assert link.target == name.strip()


@given(st.lists(LINES, max_size=40), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "---\na: 1\n---\n"]))
def test_every_line_is_in_exactly_one_passage(lines: list[str], eol: str, front: str) -> None:
    document = parse((front + eol.join(lines)).encode())
    whole = [line.removesuffix("\r") for line in document.text.split("\n")]
    covered = Counter(number for chunk in document.chunks for number in range(chunk.lines.first, chunk.lines.last + 1))
    for number, line in enumerate(whole, 1):
        if number < document.body_line:
            assert covered[number] == 0
        elif line.strip():
            assert covered[number] == 1
    for ordinal, chunk in enumerate(document.chunks):
        assert chunk.ordinal == ordinal
        assert chunk.text == "\n".join(whole[chunk.lines.first - 1 : chunk.lines.last])
        assert len(chunk.text) <= 2 * MAX
