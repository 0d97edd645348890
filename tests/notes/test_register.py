from __future__ import annotations

import itertools
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.model import NotePath
from vault_mem.notes.register import Register

entries = st.frozensets(st.tuples(st.sampled_from("abc"), st.sampled_from([NotePath(f"{n}.md") for n in "xyz"])))


def table(register: Register) -> dict[str, list[NotePath]]:
    return {name: list(paths) for name, paths in register.items()}


def expected(held: frozenset[tuple[str, NotePath]]) -> dict[str, list[NotePath]]:
    found: dict[str, list[NotePath]] = defaultdict(list)
    for name, path in sorted(held):
        found[name].append(path)
    return dict(found)


@given(st.lists(entries, min_size=1, max_size=6))
def test_a_register_that_follows_is_one_made_anew(states: list[frozenset[tuple[str, NotePath]]]) -> None:
    register = Register(sorted(states[0], key=lambda entry: entry[1]))
    for before, after in itertools.pairwise(states):
        kept, was = register, table(register)
        register = register.changed(before - after, after - before)
        assert table(kept) == was
        assert table(register) == expected(after)
        for name in "abc":
            assert list(register.get(name)) == expected(after).get(name, [])


def test_many_changes_make_a_new_table() -> None:
    register = Register([("a", NotePath("a.md"))])
    new = [(str(number), NotePath(f"{number}.md")) for number in range(5_000)]
    grown = register.changed([("a", NotePath("a.md"))], new)
    assert table(grown) == {name: [path] for name, path in new}
    assert table(grown.changed(new, [])) == {}
    assert table(register) == {"a": [NotePath("a.md")]}
