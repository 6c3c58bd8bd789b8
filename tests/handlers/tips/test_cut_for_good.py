"""Once the way back to a tip's writer is destroyed, no instant leads from one to the other."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import or_, select

from domain.keeping import KeepingTerms
from handlers.wiring import make_router
from storage import keeping
from storage.database import Tx
from storage.people.addresses import Address
from storage.tables import metadata, tip, tip_event
from storage.types import UtcDateTime
from tests.tips.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


def told_when(tx: Tx) -> set[datetime]:
    """Return every instant of the tip at which its writer did something."""
    theirs = select(tip_event.c.at).where(tip_event.c.staff_id.is_(None))
    (known,) = tx.connection.execute(select(tip)).all()
    return {*tx.connection.execute(theirs).scalars(), known.opened_at, known.last_piece_at}


def known_of(tx: Tx, chat: Address) -> set[tuple[str, str, datetime]]:
    """Return every instant of every row that names a resident or their chat."""
    found = set()
    who = {"resident_id": chat.resident_id, "address_id": chat.id}
    for table in metadata.sorted_tables:
        theirs = [table.c[name] == value for name, value in who.items() if name in table.c]
        times = [column for column in table.c if isinstance(column.type, UtcDateTime)]
        if not theirs or not times or table is tip:
            continue
        for row in tx.connection.execute(select(*times).where(or_(*theirs))):
            pairs = zip(times, row, strict=True)
            found |= {(table.name, column.name, at) for column, at in pairs if at is not None}
    return found


async def test_no_instant_joins_a_cut_tip_with_its_writer(world: World) -> None:
    writer = world.lan
    sent = await world.campaign(to=writer)
    world.chat.clock.forward(minutes=7)
    await writer.writes("Có đám thanh niên tụ tập đánh bạc ở cuối xóm")
    world.chat.clock.forward(minutes=1)
    await writer.writes("ở nhà số 8 ngõ 3, khoảng mười người", reply_to=sent.message_id)
    await world.tick(minutes=10)
    await writer.presses("Để lại liên hệ")
    await writer.writes("0900 000 002")
    await world.reviewer.presses("Nhận việc", of=world.desk)
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.reviewer.presses("Đã xử lý", of=world.desk)
    await world.tick(minutes=10)
    world.chat.clock.forward(days=400)
    assert await world.chat.do(lambda tx: keeping.cut_links(tx, KeepingTerms())) == 1
    await world.chat.do(lambda tx: keeping.forget_talk(tx, KeepingTerms()))
    chat = await writer.address()
    told = await world.chat.look(told_when)
    left = await world.chat.look(lambda tx: known_of(tx, chat))
    assert {(table, column) for table, column, at in left if at in told} == set()
    assert ("delivery", "replied_at") in {(table, column) for table, column, _ in left}
