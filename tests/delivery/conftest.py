"""An office to send from."""

from collections.abc import AsyncIterator

import pytest

from tests.cellar import furnished
from tests.chat import MovingClock
from tests.delivery.post_office import Office


@pytest.fixture
async def office(migrated_database_url: str) -> AsyncIterator[Office]:
    """A furnished database of each kind, and a clock that only the test moves."""
    clock = MovingClock()
    async with furnished(migrated_database_url, clock=clock) as cellar:
        yield Office(cellar, clock)
