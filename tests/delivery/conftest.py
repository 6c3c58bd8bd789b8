"""An office to send from."""

from collections.abc import AsyncIterator

import pytest

from tests.cellar import furnished
from tests.chat import MovingClock
from tests.delivery.post_office import Office, Platform, PreparingPlatform


@pytest.fixture
async def office(migrated_database_url: str) -> AsyncIterator[Office]:
    """A furnished database of each kind, and a clock that only the test moves."""
    clock = MovingClock()
    async with furnished(migrated_database_url, clock=clock) as cellar:
        yield Office(cellar, clock)


@pytest.fixture(params=[Platform, PreparingPlatform], ids=["one by one", "written once"])
def kind(request: pytest.FixtureRequest) -> type[Platform]:
    """A platform of each kind: broadcasts go out on different ways."""
    found: type[Platform] = request.param
    return found
