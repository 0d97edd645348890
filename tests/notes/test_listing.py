from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vault_mem.notes.listing import Listing
from vault_mem.notes.model import BlobId, NotePath

A, B = BlobId("a" * 40), BlobId("b" * 40)
paths = st.sampled_from([NotePath(f"{name}.md") for name in "vwxyz"])
changes = st.dictionaries(paths, st.sampled_from([A, B, None]), max_size=3)


@given(st.lists(changes, max_size=25))
def test_what_changed_leads_from_every_earlier_listing_to_a_later_one(
    steps: list[dict[NotePath, BlobId | None]],
) -> None:
    made = [Listing({NotePath("v.md"): A})]
    for step in steps:
        made.append(made[-1].changed(step))
    last = made[-1]
    for earlier in made:
        since = last.since(earlier)
        if since is None:
            assert len(made) > 16
        else:
            assert dict(earlier.changed(since)) == dict(last)


def test_a_listing_that_stays_the_same_is_the_same_one() -> None:
    listing = Listing({NotePath("v.md"): A})
    assert listing.changed({NotePath("v.md"): A, NotePath("w.md"): None}) is listing
    assert listing.since(listing) == {}


def test_listings_of_different_origin_and_much_change_have_nothing_to_follow() -> None:
    listing = Listing({NotePath("v.md"): A})
    assert listing.since(Listing(listing)) is None
    many = {NotePath(f"{number}.md"): B for number in range(1_000)}
    assert listing.changed(many).since(listing) is None
    stepwise = listing
    for number in range(12):
        stepwise = stepwise.changed({NotePath(f"{number}-{each}.md"): B for each in range(100)})
    assert stepwise.since(listing) is None
