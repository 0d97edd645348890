"""Other ways to rank the same questions."""

from __future__ import annotations

from collections.abc import Iterator

from vault_mem.recall.weights import FIRST, SECOND, Weights

DENSE_SHARES = (0.0, 0.1, 0.3, 0.5, 0.7)
NOTE_WEIGHTS = (0.0, 0.3, 0.6, 1.0)


def alternatives(*, has_vectors: bool) -> Iterator[tuple[str, Weights]]:
    """Yield (name, weights) of every ranking that is tried beside the one that is shipped.

    Args:
        has_vectors: whether there is a model; without one, its share and its features change nothing.
    """
    shipped = FIRST["dense"] / (FIRST["lexical"] + FIRST["dense"])
    for share in DENSE_SHARES if has_vectors else ():
        if abs(share - shipped) > 0.01:
            total = FIRST["lexical"] + FIRST["dense"]
            first = {**FIRST, "lexical": (1 - share) * total, "dense": share * total}
            yield f"dense share {share:g}", Weights(first=first)
    for weight in NOTE_WEIGHTS:
        if abs(weight - FIRST["note"]) > 0.01:
            yield f"note weight {weight:g}", Weights(first={**FIRST, "note": weight})
    for name in ("neighbours", "replaced", *SECOND):
        if name != "first" and (has_vectors or name != "paraphrase"):
            yield f"without {name}", Weights(without=frozenset({name}))
