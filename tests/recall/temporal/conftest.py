from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.recall.temporal.zones import HAS_ZONES, local_zone


@pytest.fixture(autouse=True)
def in_utc() -> Iterator[None]:
    """Let days begin at 00:00 UTC, as the tables write them."""
    if not HAS_ZONES:
        pytest.skip("the zone of a process cannot be set on this system")
    with local_zone("UTC"):
        yield
