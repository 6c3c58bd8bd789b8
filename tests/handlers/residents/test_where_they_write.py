"""Somebody with two chats: their tips lie, and are answered, where they can be reached."""

import asyncio

import pytest

from domain.delivery import GoneAway, Outcome, TurnedDown, Unknowable
from domain.failures import Until
from domain.roles import Role
from storage.database import Tx
from storage.deliveries.windows import Send
from storage.people import addresses, joining
from storage.tips import tip_work, tips
from tests.chat import Party
from tests.handlers.residents.channels import Two, open_two
from tips import cards

_WORDS = "Có người bán pháo lậu ở chợ Ví Dụ sáng nay"
_OUT_OF_WINDOW = GoneAway(Until.THEY_WRITE, "-230")
_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def _linked(two: Two) -> tuple[Party, Party]:
    """Return one person's phones: on Telegram, and on Zalo."""
    one, other = await two.here.subscriber("1001"), await two.there.subscriber("z-1")
    mine, also = (await one.record()).id, (await other.record()).id

    def join(tx: Tx) -> None:
        pair = joining.lock(tx, mine, also)
        assert pair is not None
        joining.join(tx, pair)

    await two.here.do(join)
    return one, other


async def _tips(party: Party) -> list[tips.Tip]:
    where = (await party.address()).id
    return await party.chat.look(lambda tx: tip_work.of_writer(tx, where, 10))


async def _answered(two: Two, tip: tips.Tip) -> Party:
    officer = await two.here.staff("77", Role.REVIEWER)
    await officer.writes(f"/traloi {tip.case_number} Xin cho biết địa chỉ cụ thể")
    return officer


async def _mend(two: Two) -> None:
    await two.here.do(lambda tx: cards.mend_failures(tx, two.here.context))


def _never(_send: Send) -> Outcome:
    return _OUT_OF_WINDOW


@pytest.mark.parametrize("outcome", [_OUT_OF_WINDOW, TurnedDown("no")], ids=["gone", "refused"])
async def test_an_answer_that_certainly_did_not_arrive_goes_to_the_other_chat(
    migrated_database_url: str, outcome: Outcome
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        await other.writes(_WORDS)
        told = (await _tips(other))[0]
        await two.there.deliver()
        await two.here.deliver()
        officer = await _answered(two, told)
        await two.there.deliver(lambda _send: outcome)
        await _mend(two)
        notice = await one.last()
        assert "tin" in notice.text
        assert "địa chỉ cụ thể" not in notice.text
        assert [tip.id for tip in await _tips(one)] == [told.id]
        assert all("chờ họ trả lời" not in heard.text for heard in await officer.heard())
        # Once: neither chat hears of it again, whatever rings.
        await two.here.deliver()
        before = len(await one.heard())
        await _mend(two)
        assert len(await one.heard()) == before
        await one.presses(notice.labels[0])
        assert "địa chỉ cụ thể" in (await one.last()).text
        assert all("địa chỉ cụ thể" not in heard.text for heard in await other.heard())


@_sqlite
async def test_what_may_have_arrived_goes_to_no_other_chat(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        await other.writes(_WORDS)
        told = (await _tips(other))[0]
        await two.there.deliver()
        before = len(await one.heard())
        await _answered(two, told)
        await two.there.deliver(lambda _send: Unknowable("timeout"))
        two.here.clock.forward(minutes=1)
        await two.there.deliver(lambda _send: _OUT_OF_WINDOW)
        await _mend(two)
        assert len(await one.heard()) == before
        assert [tip.id for tip in await _tips(other)] == [told.id]


@_sqlite
async def test_after_the_last_chat_the_officer_is_told_not_to_wait(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        await other.writes(_WORDS)
        told = (await _tips(other))[0]
        await two.there.deliver()
        await two.here.deliver()
        officer = await _answered(two, told)
        where = (await one.address()).id
        await two.there.deliver(_never)
        await _mend(two)
        await two.here.deliver(lambda send: _OUT_OF_WINDOW if send.address_id == where else None)
        await _mend(two)
        assert "chờ họ trả lời" in (await officer.last()).text
        # Now nobody can be told, and the next answer is refused at once.
        await officer.writes(f"/traloi {told.case_number} Còn một câu nữa")
        assert "không" in (await officer.last()).text
        pending = [heard for heard in await two.there.deliver() if heard.tip_id == told.id]
        assert pending == []


@_sqlite
async def test_an_answer_goes_at_once_where_its_writer_can_be_reached(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        await other.writes(_WORDS)
        told = (await _tips(other))[0]
        blocked = (await other.address()).id
        await two.here.do(lambda tx: addresses.mark_unreachable(tx, blocked, Until.THEY_WRITE))
        await _answered(two, told)
        notice = await one.last()
        await one.presses(notice.labels[0])
        assert "địa chỉ cụ thể" in (await one.last()).text


@_sqlite
async def test_a_message_in_a_group_takes_no_tips_into_a_chat_that_is_shut(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        await other.writes(_WORDS)
        group = await two.here.group("-100")
        shut = (await one.address()).id
        await two.here.do(lambda tx: addresses.mark_unreachable(tx, shut, Until.THEY_WRITE))
        await one.writes("cảm ơn các anh, đã đọc", in_group=group)
        assert len(await _tips(other)) == 1
        assert (await two.here.look(lambda tx: addresses.get(tx, shut))).unreachable is not None


async def test_two_phones_that_write_at_once_go_on_with_one_tip(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        await other.writes(_WORDS)
        phones = [(n, phone) for n in range(4) for phone in (one, other)]
        await asyncio.gather(*[p.writes(f"thêm {n}: xe máy màu đỏ ở đó") for n, p in phones])
        here, there = await _tips(one), await _tips(other)
        assert len(here) + len(there) == 1
        number = (here + there)[0].case_number
        known = await two.here.look(lambda tx: tip_work.by_number(tx, two.here.unit.id, number))
        assert known == (here + there)[0].id
