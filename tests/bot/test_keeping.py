"""What is kept no longer is forgotten at night; what is open or part of a case stays."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from bot import forgetting
from bot.forgetting_told import forgetting_told
from domain.audit import Act, Thing
from domain.delivery import DeliveryKind
from domain.keeping import KeepingTerms
from domain.tip import TipState
from handlers.wiring import make_router
from storage import keeping
from storage.database import Tx
from storage.people import addresses, consents, mutes, units
from storage.people.consents import Answer, Evidence
from storage.sealing import Place
from storage.staff import audit
from storage.tables import address, attempt, audit_entry, consent, delivery, resident, tip
from storage.tips import tip_events
from tests.tips.world import LAN, World, open_world

TERMS = KeepingTerms()
WORKS = forgetting.nightly(TERMS)


async def _night(world: World) -> dict[str, int]:
    """Forget all that is over, portion by portion; return how much of what."""
    done = dict.fromkeys(WORKS, 0)
    for name, work in WORKS.items():
        while portion := await world.chat.do(work):
            done[name] += portion
    return {name: count for name, count in done.items() if count}


async def _closed(world: World, outcome: str = "Đã xử lý") -> None:
    await world.lan.writes("cuối xóm có người bán pháo")
    await world.tick(minutes=3)
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.reviewer.presses(outcome, of=world.desk)
    await world.tick(minutes=1)
    await world.lan.presses("Xem")
    await world.tick(minutes=1)


async def test_a_closed_tip_loses_its_writer_first_and_its_words_a_year_later(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await _closed(world)
        before = await world.tip()
        world.chat.clock.forward(days=89)
        assert "links" not in await _night(world)
        world.chat.clock.forward(days=2)
        assert (await _night(world))["links"] == 1
        cut = await world.tip()
        assert (cut.state, cut.resident_id) == (TipState.CLOSED, None)
        assert cut.address_id != before.address_id

        def ties(tx: Tx) -> int:
            query = select(func.count()).select_from(delivery)
            found: int = tx.connection.execute(
                query.where(delivery.c.address_id == before.address_id, delivery.c.tip_id == cut.id)
            ).scalar_one()
            return found

        assert await world.chat.look(ties) == 0
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, cut))
        assert events[0].text == "cuối xóm có người bán pháo"
        await world.tick()
        (*_, stub) = [one for one in await world.desk.heard() if one.kind is DeliveryKind.STUB]
        assert stub.text.endswith("Hết hạn giữ liên lạc: không trả lời người báo được nữa.")
        assert stub.outgoing.edits == (await world.cards())[0].message_id
        await world.lan.writes("còn người khác bán pháo")
        assert len(await world.tips()) == 2
        world.chat.clock.forward(days=275)
        assert (await _night(world))["tips"] == 1
        erased, alive = await world.tips()
        assert (erased.state, erased.sealed_key) == (TipState.ERASED, None)
        assert alive.state is TipState.RECEIVED
        assert await world.chat.look(lambda tx: tip_events.of_tip(tx, alive))
        await world.chat.do(lambda tx: forgetting.finish(tx, WORKS))
        said = await world.chat.look(_told)
        assert [level for level, _ in said] == ["good", "good"]
        assert "1 tin báo" in said[1][1]


async def test_a_mute_goes_with_the_tip_it_was_made_through_and_with_no_other(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await _closed(world)
        world.chat.clock.forward(days=80)
        await world.lan.writes("tin rác, lại tin rác")
        (old, new), until = await world.tips(), world.chat.clock.now() + timedelta(days=30)
        chat = await world.lan.address()
        await world.chat.do(lambda tx: mutes.put(tx, new, until))
        world.chat.clock.forward(days=11)
        assert (await _night(world))["links"] == 1
        assert await world.chat.look(lambda tx: mutes.of(tx, chat.id)) is not None
        await world.chat.do(lambda tx: keeping.cut(tx, new))
        assert await world.chat.look(lambda tx: mutes.of(tx, chat.id)) is None
        assert (await world.tips())[0].id == old.id


def _told(tx: Tx) -> Sequence[tuple[str, str]]:
    return list(forgetting_told(tx, TERMS, units.all_units(tx)))


async def test_what_was_out_of_scope_goes_after_a_month_but_never_unread(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await _closed(world, "Không thuộc thẩm quyền")
        world.chat.clock.forward(days=2)
        await world.lan.writes("ngõ 3 có đám đánh bạc")
        await world.lan.presses("Báo nhầm")
        world.chat.clock.forward(days=31)
        assert (await _night(world))["tips"] == 1
        gone, unread = await world.tips()
        assert gone.state is TipState.ERASED
        assert unread.state is TipState.CLOSED
        await world.tick()
        assert (await _night(world))["tips"] == 1


async def test_a_tip_of_a_case_stays_and_its_writer_is_told_so(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await _closed(world)
        number = (await world.tip()).case_number
        await world.duty.writes(f"/vuviec {number} 12/VV-2026")
        assert "không có quyền" in (await world.duty.last()).text
        await world.reviewer.writes(f"/vuviec {number} 12/VV-2026")
        assert "không xóa khi hết hạn lưu" in (await world.reviewer.last()).text
        await world.reviewer.writes(f"/vuviec {number}")
        assert "thuộc vụ việc số 12/VV-2026" in (await world.reviewer.last()).text
        sealed = await world.chat.look(
            lambda tx: tx.connection.execute(select(tip.c.docket)).scalar_one()
        )
        assert b"12/VV" not in sealed
        world.chat.clock.forward(days=800)
        night = await _night(world)
        assert not {"links", "tips"} & night.keys()
        world.chat.router = make_router(world.chat.context)
        await world.lan.writes("XÓA DỮ LIỆU")
        assert "1 tin của bà con đã thành hồ sơ vụ việc" in (await world.lan.last()).text
        await world.lan.presses("Xóa hẳn")
        assert "đã thành hồ sơ vụ việc" in (await world.chat.said())[-1].text
        kept = await world.tip()

        def held(tx: Tx) -> tuple[str, bool]:
            assert kept.address_id is not None
            row = tx.connection.execute(
                select(address).where(address.c.id == kept.address_id)
            ).one()
            opened = tx.keys.unseal(row.platform_id, Place("address", "platform_id", row.id))
            return opened, addresses.find(tx, world.chat.account.id, LAN) is None

        assert await world.chat.look(held) == (LAN, True)
        await world.reviewer.writes(f"/vuviec {number} bỏ")
        night = await _night(world)
        assert (night["links"], night["tips"]) == (1, 1)


async def test_proofs_of_consent_go_only_when_another_answer_ended_them_long_ago(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        who = (await world.lan.address()).resident_id
        assert who is not None

        shown = Evidence("words:1", "vi", "telegram", "ĐỒNG Ý")

        async def say(*answers: Answer) -> None:
            for one in answers:
                await world.chat.do(
                    partial(consents.note, resident_id=who, answer=one, evidence=shown)
                )
                world.chat.clock.forward(days=1)

        async def left() -> list[Answer]:
            world.chat.clock.forward(days=731)
            await _night(world)
            found = await world.chat.look(lambda tx: consents.history(tx, who))
            return [one.answer for one in found]

        await say(Answer.STOP, Answer.RESUME)
        assert await left() == [Answer.YES, Answer.RESUME]
        await say(Answer.PAUSE)
        assert (await left())[:2] == [Answer.YES, Answer.RESUME]
        await say(Answer.YES)
        assert await left() == [Answer.YES]
        await say(Answer.STOP)
        assert await left() == []


async def test_the_oldest_acts_are_cut_behind_a_checkpoint_of_the_chain(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        chat = world.chat
        await _closed(world)
        noted = (await chat.look(audit.verify)).head
        chat.clock.forward(days=770)

        def act(tx: Tx) -> int:
            return audit.append(tx, Act.UNIT_CHANGED, Thing.UNIT, None, unit_id=None, staff_id=None)

        await chat.do(act)
        assert (await _night(world))["acts"]
        assert "acts" not in await _night(world)
        check = await chat.look(lambda tx: audit.verify(tx, noted))
        assert (check.sound, check.anchored) == (True, True)
        assert check.cut_through > 0
        acts = await chat.look(lambda tx: [entry.act for entry in audit.entries(tx)])
        assert acts == [Act.UNIT_CHANGED, Act.AUDIT_CUT]
        await chat.do(act)
        assert (await chat.look(audit.verify)).entries == 3
        # Whoever takes away the oldest without the key leaves no checkpoint that says so.
        await chat.do(
            lambda tx: tx.connection.execute(
                audit_entry.delete().where(audit_entry.c.number == check.cut_through + 1)
            )
        )
        assert not (await chat.look(audit.verify)).sound


async def test_two_nights_at_once_and_a_round_broken_off_forget_each_thing_once(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        for _ in range(3):
            await _closed(world)
            world.chat.clock.forward(days=2)
        world.chat.clock.forward(days=400)
        one = await world.chat.do(lambda tx: keeping.erase_closed(tx, TERMS, 1))
        both = await asyncio.gather(
            *(world.chat.do(lambda tx: keeping.erase_closed(tx, TERMS)) for _ in range(2))
        )
        assert (one, sum(both)) == (1, 2)
        counted = await world.chat.look(lambda tx: keeping.since(tx, tx.now))
        assert counted["tips"].count == 3


async def test_the_round_is_made_once_a_night_and_by_day_after_nights_missed(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        chat = world.chat
        assert await chat.look(forgetting.is_due)
        assert await chat.do(lambda tx: forgetting.finish(tx, WORKS))
        due = []
        for _ in range(80):
            chat.clock.forward(hours=1)
            due.append(await chat.look(forgetting.is_due))
            if len(due) == 20:
                await chat.do(lambda tx: forgetting.finish(tx, WORKS))
        # The world begins at nine in the morning: one in the morning comes sixteen hours later.
        assert due[:20] == [False] * 15 + [True] * 4 + [False]
        assert due[20:] == [False] * 19 + [True] * 4 + [False] * 13 + [True] * 24


async def test_nothing_said_lately_or_of_an_open_tip_is_forgotten(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cuối xóm có người bán pháo")
        await world.tick(minutes=3)
        world.chat.clock.forward(days=3000)
        await _night(world)
        found = await world.tip()
        assert (found.state, found.cut_at) == (TipState.RECEIVED, None)
        assert await world.lan.heard()
        rows = await world.chat.look(
            lambda tx: [
                tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (attempt, consent, resident)
            ]
        )
        assert all(rows)
