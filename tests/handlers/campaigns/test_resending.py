"""Sending to the rest: exactly those who may not have it, once, and counted once."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from broadcasts import checking, expanding
from domain.audit import Act
from domain.campaign import RunState
from domain.delivery import DeliveryKind, DeliveryState, Lane, SkipReason
from domain.hours import BroadcastRules
from domain.roles import Role
from storage.campaigns import period_figures, runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.counters import Moves
from storage.deliveries.taking_over import take_over
from storage.deliveries.windows import Claim, open_window
from storage.people import residents, units
from storage.people.residents import Wish
from storage.staff import audit
from storage.tables import delivery, sign_off, unit
from tests.chat import Chat, Party
from tests.handlers.campaigns.sent_runs import correct, move_to, sent, settle_all
from tests.handlers.campaigns.world import ALCOHOL, NOT_ALLOWED, newest_run, tick, write

UNSURE, SKIPPED = DeliveryState.UNSURE, DeliveryState.SKIPPED


async def skip(chat: Chat, run: Run, party: Party, reason: SkipReason) -> None:
    """Say that a row of a run was left out."""
    person = await party.record()

    def move(tx: Tx) -> None:
        row = tx.connection.execute(
            select(delivery).where(delivery.c.run_id == run.id, delivery.c.resident_id == person.id)
        ).one()
        moves = Moves()
        ledger.move(tx, ledger.as_delivery(row), SKIPPED, moves, reason.value)
        moves.apply(tx)

    await chat.do(move)


async def states(chat: Chat, run: Run) -> list[str]:
    def read(tx: Tx) -> list[str]:
        query = select(delivery.c.state).where(delivery.c.run_id == run.id)
        return list(tx.connection.execute(query.order_by(delivery.c.resident_id)).scalars())

    return await chat.look(read)


async def wish(chat: Chat, party: Party, wanted: Wish) -> None:
    person = await party.record()
    await chat.do(lambda tx: residents.set_wish(tx, person.id, wanted))


async def send_rest(officer: Party, run: Run) -> str:
    await officer.writes(f"/guitiep {run.code}")
    asked = (await officer.last()).text
    await officer.presses("Gửi tiếp")
    return asked


async def test_it_goes_to_exactly_those_who_may_not_have_it_and_counts_nobody_twice(
    chat: Chat, officer: Party, chief: Party
) -> None:
    people = [await chat.subscriber(str(3001 + number)) for number in range(7)]
    got, unsure, expired, paused, stopped, out, refused = people
    run = await sent(chat, officer, chief)
    for party in (unsure, stopped):
        await move_to(chat, run, party, UNSURE)
    await skip(chat, run, expired, SkipReason.EXPIRED)
    await skip(chat, run, paused, SkipReason.PAUSED)
    await skip(chat, run, out, SkipReason.OPTED_OUT)
    await move_to(chat, run, refused, DeliveryState.REFUSED)
    await wish(chat, stopped, Wish.STOPPED)

    asked = await send_rest(officer, run)
    assert "tới đúng 3 người và 0 bài đăng còn lại" in asked
    assert "không rõ đã tới hay chưa (tin ghi “gửi lại”): 1" in asked
    assert "quá hạn gửi: 1" in asked
    brought = await settle_all(chat)

    assert len(brought) == 3
    assert await states(chat, run) == [
        "accepted",
        "accepted",
        "accepted",
        "accepted",
        "unsure",
        "skipped",
        "refused",
    ]
    assert len([one for one in await got.heard() if one.kind is DeliveryKind.CAMPAIGN]) == 1
    ended = await newest_run(chat)
    assert (ended.id, ended.state) == (run.id, RunState.FINISHED)
    report = (await officer.last()).text
    assert f"Đợt {run.code} đã gửi xong" in report
    assert "Định gửi: 7 người" in report
    assert await chat.look(checking.verify) == []


async def test_a_period_that_is_over_keeps_what_was_handed_and_the_broadcast_counts_once(
    chat: Chat, officer: Party, chief: Party
) -> None:
    _, unsure, left_out = [await chat.subscriber(str(3001 + number)) for number in range(3)]
    run = await sent(chat, officer, chief)
    await move_to(chat, run, unsure, UNSURE)
    await skip(chat, run, left_out, SkipReason.EXPIRED)
    chat.clock.forward(minutes=1)
    begun, end = chat.clock.now() - timedelta(days=9), chat.clock.now()

    async def figures(since: datetime, until: datetime) -> tuple[int, int]:
        found = await chat.look(
            lambda tx: period_figures.broadcasts(tx, chat.unit.id, since, until)
        )
        return found[-1].broadcasts, found[-1].handed

    assert await figures(begun, end) == (1, 2)
    chat.clock.forward(hours=25)
    await send_rest(officer, run)
    await settle_all(chat)
    assert await states(chat, run) == ["accepted"] * 3
    assert await figures(begun, end) == (1, 2)
    assert await figures(end, chat.clock.now() + timedelta(days=1)) == (0, 1)


async def test_who_moved_and_agreed_elsewhere_gets_nothing_more_of_the_old_unit(
    chat: Chat, officer: Party, chief: Party
) -> None:
    other = await chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")
    unsure, waiting, stays = [await chat.subscriber(str(3001 + number)) for number in range(3)]

    async def moves(party: Party) -> None:
        person = await party.record()
        await chat.do(lambda tx: residents.set_area(tx, person.id, other.id, "05986"))

    run = await sent(chat, officer, chief)
    await move_to(chat, run, unsure, UNSURE)
    await move_to(chat, run, stays, UNSURE)
    await moves(unsure)
    assert "tới đúng 1 người" in await send_rest(officer, run)
    assert len(await settle_all(chat)) == 1
    # Nor does what was already written down for them when they moved.
    await write(officer)
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    await moves(waiting)
    brought = await settle_all(chat)
    assert len(brought) == 1
    run = await newest_run(chat)
    assert sorted(await states(chat, run)) == ["accepted", "skipped"]
    assert await chat.look(checking.verify) == []


async def test_what_may_have_arrived_is_marked_as_sent_again(
    chat: Chat, officer: Party, chief: Party
) -> None:
    unsure, expired = await chat.subscriber("3001"), await chat.subscriber("3002")
    run = await sent(chat, officer, chief)
    await move_to(chat, run, unsure, UNSURE)
    await skip(chat, run, expired, SkipReason.EXPIRED)
    await send_rest(officer, run)
    await tick(chat)

    def marks(tx: Tx) -> list[bool]:
        query = select(delivery.c.again).where(delivery.c.run_id == run.id)
        return list(tx.connection.execute(query.order_by(delivery.c.resident_id)).scalars())

    assert await chat.look(marks) == [True, False]


async def test_pressing_twice_sends_once(chat: Chat, officer: Party, chief: Party) -> None:
    unsure = await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await move_to(chat, run, unsure, UNSURE)
    await officer.writes(f"/guitiep {run.code}")
    await officer.presses("Gửi tiếp")
    [late] = await officer.presses("Gửi tiếp")
    assert "chưa xong" in late.text
    assert len(await settle_all(chat)) == 1
    [none] = await officer.presses("Gửi tiếp")
    assert "không còn ai để gửi tiếp" in none.text


async def test_a_repeat_that_becomes_unsure_again_is_not_repeated_by_itself(
    chat: Chat, officer: Party, chief: Party
) -> None:
    unsure = await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await move_to(chat, run, unsure, UNSURE)
    await send_rest(officer, run)
    await tick(chat)
    await open_one(chat)
    await chat.do(lambda tx: take_over(tx, chat.account.id, all_dead=True))
    await tick(chat)
    await tick(chat)

    assert await states(chat, run) == ["unsure"]
    assert await settle_all(chat) == []
    assert (await newest_run(chat)).state is RunState.FINISHED
    assert await chat.look(checking.verify) == []


async def open_one(chat: Chat) -> None:
    claim = Claim(chat.account.id, "tests", timedelta(minutes=1))

    def open_it(tx: Tx) -> int:
        window = open_window(tx, claim, (Lane.ROUTINE,), 9)
        return len(window.sends) if window else 0

    assert await chat.do(open_it) == 1


async def test_a_repeat_that_is_not_sent_stays_unsure(
    chat: Chat, officer: Party, chief: Party
) -> None:
    stopped, late = await chat.subscriber("3001"), await chat.subscriber("3002")
    run = await sent(chat, officer, chief)
    await move_to(chat, run, stopped, UNSURE)
    await move_to(chat, run, late, UNSURE)
    await send_rest(officer, run)
    await tick(chat)
    await wish(chat, stopped, Wish.STOPPED)
    await officer.writes(f"/huy {run.code}")
    await officer.presses("Hủy hẳn")
    await settle_all(chat)

    assert await states(chat, run) == ["unsure", "unsure"]
    assert await chat.look(checking.verify) == []


async def test_who_stops_before_the_repeat_goes_stays_unsure(
    chat: Chat, officer: Party, chief: Party
) -> None:
    stopped = await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await move_to(chat, run, stopped, UNSURE)
    await send_rest(officer, run)
    await tick(chat)
    await wish(chat, stopped, Wish.STOPPED)

    assert await settle_all(chat) == []
    assert await states(chat, run) == ["unsure"]
    assert await chat.look(checking.verify) == []


async def test_many_are_reopened_in_steps_and_a_pause_loses_none(
    chat: Chat, officer: Party, chief: Party
) -> None:
    people = [await chat.subscriber(str(3001 + number)) for number in range(5)]
    run = await sent(chat, officer, chief)
    for party in people:
        await skip(chat, run, party, SkipReason.EXPIRED)
    await send_rest(officer, run)
    assert await chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))
    await officer.writes(f"/tamdung {run.code}")
    assert not await chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))
    await officer.writes(f"/tieptuc {run.code}")
    assert await chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))
    assert not await chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))

    assert len(await settle_all(chat)) == 5
    assert await chat.look(checking.verify) == []


async def test_it_keeps_to_quiet_hours_and_no_cap_stops_its_own_broadcast(
    chat: Chat, officer: Party, chief: Party
) -> None:
    rules = units.rules_json(BroadcastRules())
    await chat.do(lambda tx: tx.connection.execute(unit.update().values(broadcasting=rules)))
    unsure = await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await move_to(chat, run, unsure, UNSURE)
    chat.clock.forward(hours=3)
    await send_rest(officer, run)
    assert "từ 13:30 ngày 23/11/2026" in (await officer.last()).text
    assert await settle_all(chat) == []
    chat.clock.forward(hours=2)
    assert len(await settle_all(chat)) == 1


async def test_a_corrected_a_cancelled_an_old_or_an_unsigned_run_is_not_sent_on(
    chat: Chat, officer: Party, chief: Party
) -> None:
    unsure = await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await move_to(chat, run, unsure, UNSURE)
    chat.clock.forward(days=8)
    await officer.writes(f"/guitiep {run.code}")
    assert "đã quá bảy ngày" in (await officer.last()).text
    chat.clock.forward(days=-8)
    await correct(officer, run)
    await officer.presses("Gửi duyệt")
    await officer.writes(f"/guitiep {run.code}")
    assert "đã được đính chính hoặc rút lại (chiến dịch số 2)" in (await officer.last()).text

    await write(officer, ALCOHOL)
    await officer.presses("Gửi duyệt")
    await chief.presses("Đã đối chiếu, ký")
    await chief.presses("Duyệt")
    await settle_all(chat)
    signed = await newest_run(chat)
    await move_to(chat, signed, unsure, UNSURE)
    ended = chat.clock.now()
    await chat.do(lambda tx: tx.connection.execute(update(sign_off).values(expires_at=ended)))
    await officer.writes(f"/guitiep {signed.code}")
    assert "chưa có chữ ký đối chiếu còn giá trị" in (await officer.last()).text


async def test_a_run_under_way_has_no_rest_yet(chat: Chat, officer: Party, chief: Party) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    await officer.writes("/guitiep 1")
    assert "chưa xong" in (await officer.last()).text


async def test_a_post_that_may_not_stand_is_posted_again(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await chat.group("-100")
    run = await sent(chat, officer, chief, groups=True)

    def unsure(tx: Tx) -> None:
        row = tx.connection.execute(
            select(delivery).where(delivery.c.run_id == run.id, delivery.c.group_id.is_not(None))
        ).one()
        moves = Moves()
        ledger.move(tx, ledger.as_delivery(row), UNSURE, moves)
        moves.apply(tx)

    await chat.do(unsure)
    asked = await send_rest(officer, run)
    assert "đúng 0 người và 1 bài đăng" in asked
    brought = await settle_all(chat)
    assert [one.kind for one in brought] == [DeliveryKind.POST]
    assert await chat.look(checking.verify) == []


async def test_the_decision_is_audited_and_others_may_not_take_it(
    chat: Chat, officer: Party, chief: Party
) -> None:
    unsure = await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await move_to(chat, run, unsure, UNSURE)
    reviewer = await chat.staff("2009", Role.REVIEWER)
    await reviewer.writes(f"/guitiep {run.code}")
    assert (await reviewer.last()).text == NOT_ALLOWED
    await send_rest(officer, run)

    last = (await chat.look(lambda tx: list(audit.entries(tx))))[-1]
    assert (last.act, last.thing_id, last.facts["people"]) == (Act.RUN_RESENT, run.id, 1)
    assert last.staff_id == (await officer.address()).staff_id
    assert len(await chat.look(runs.all_ids)) == 1
