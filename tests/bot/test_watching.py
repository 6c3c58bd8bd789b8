"""`top` shows what is being sent, how far it is, and what waits."""

import io
from pathlib import Path
from uuid import UUID

import pytest
from rich.console import Console

from bot.commands import watching
from bot.commands.watching import Paces
from domain.delivery import Accepted
from storage.campaigns import runs
from tests.bot.commands import bot
from tests.broadcasts.station import Station


async def _page(station: Station, paces: dict[UUID, float] | None = None) -> str:
    seen = await station.chat.look(watching.look)
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(watching.drawn(seen, paces or {}))
    return console.export_text()


async def test_with_nothing_under_way_it_says_so(station: Station) -> None:
    page = await _page(station)

    assert "Không có đợt nào đang gửi." in page
    assert "Telegram" in page
    assert "bình thường" in page


async def test_a_run_shows_how_far_it_is_and_what_is_left(station: Station) -> None:
    sent = await station.fired()
    await station.expand(sent)

    page = await _page(station, {sent.id: 0.5})

    assert sent.code in page
    assert "0/3" in page
    assert "đang gửi" in page
    assert "1 phút" in page
    ledger = [line for line in page.splitlines() if "thường" in line]
    assert any(" 3 " in line for line in ledger)


async def test_a_run_that_rests_or_is_over_is_shown_as_such(station: Station) -> None:
    sent = await station.fired()
    await station.expand(sent)
    at = station.chat.clock.now()
    await station.answer({name: Accepted(name, at) for name in ("3001", "3002", "3003")})
    assert "3/3" in await _page(station)

    await station.finish()

    assert sent.code not in await _page(station)
    assert (await station.chat.look(lambda tx: runs.get(tx, sent.id))) is not None


async def test_the_pace_is_what_was_settled_between_two_looks(station: Station) -> None:
    sent = await station.fired()
    await station.expand(sent)
    paces = Paces()
    assert paces.of(await station.chat.look(watching.look), 100.0) == {}
    at = station.chat.clock.now()
    await station.answer({name: Accepted(name, at) for name in ("3001", "3002", "3003")})

    seen = await station.chat.look(watching.look)
    assert paces.of(seen, 106.0) == {sent.id: 0.5}
    # Of what was before a rest nothing is told any more.
    assert paces.of(seen, 131.0)[sent.id] == pytest.approx(3 / 31)
    assert paces.of(seen, 137.0) == {sent.id: 0}


async def test_without_an_installation_it_says_what_to_do(tmp_path: Path) -> None:
    said = await bot(tmp_path, "top", "--once")

    assert said.code == 2
    assert "db upgrade" in said.all
