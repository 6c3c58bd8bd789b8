"""A unit with an officer and a chief; the same on two platforms."""

from collections.abc import AsyncIterator

import pytest

from tests.broadcasts.station import Station, open_station
from tests.handlers.residents.channels import Two, open_two


@pytest.fixture
async def station(migrated_database_url: str) -> AsyncIterator[Station]:
    async with open_station(migrated_database_url) as opened:
        yield opened


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with open_two(migrated_database_url) as opened:
        yield opened
