"""Reach: what happened, nothing guessed, nothing added up that must not be."""

import re
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, update

from broadcasts import checking, reach, reach_words
from domain.clock import local, show_hour
from domain.delivery import (
    Accepted,
    DeliveryState,
    Facet,
    GoneAway,
    Outcome,
    TurnedDown,
    Unknowable,
)
from domain.failures import Until
from domain.language import Language
from domain.tip import Binding, TipKind
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.counters import Moves
from storage.people import residents
from storage.people.residents import Wish
from storage.tables import delivery, run_counter, tip
from tests.broadcasts.station import Station
from tests.chat import Party

TWO, THREE = "05977-kp-vi-du-2", "05977-kp-vi-du-3"


async def row_of(station: Station, run: Run, party: Party) -> UUID:
    resident_id = (await party.record()).id
    query = select(delivery.c.id).where(
        delivery.c.run_id == run.id, delivery.c.resident_id == resident_id
    )
    found: UUID = await station.chat.look(lambda tx: tx.connection.execute(query).scalar_one())
    return found


async def sends_tip(
    station: Station, run: Run, party: Party, bound: Binding, *, marked: bool = True
) -> None:
    row_id = await row_of(station, run, party)
    resident_id = (await party.record()).id

    def write(tx: Tx) -> None:
        tx.connection.execute(
            tip.insert().values(
                id=tx.new_id(),
                unit_id=station.chat.unit.id,
                case_number=tx.new_id().hex,
                kind=TipKind.TIP.value,
                resident_id=resident_id,
                run_id=run.id,
                bound=bound.value,
                state="received",
                urgent=False,
                public=False,
                secrecy="ordinary",
                language="vi",
                opened_at=tx.now,
                last_piece_at=tx.now,
            )
        )
        if marked:
            ledger.note_facet(tx, row_id, Facet.TIPS, proof=bound is Binding.EXPLICIT)

    await station.chat.do(write)


async def test_the_funnel_tells_each_outcome_apart(station: Station) -> None:
    now = station.chat.clock.now()
    outcomes: dict[str, Outcome] = {
        "3001": Accepted("m1", now),
        "3002": Accepted("m2", now),
        "3003": GoneAway(Until.THEY_WRITE, "blocked"),
        "3004": TurnedDown("content"),
        "3005": Unknowable("reset"),
    }
    parties = {name: await station.chat.subscriber(name, area=TWO) for name in outcomes}
    stopped = await station.chat.subscriber("3006", area=THREE, language=Language.EN)
    run = await station.fired()
    await station.expand(run)
    gone = (await stopped.record()).id
    await station.chat.do(lambda tx: residents.set_wish(tx, gone, Wish.STOPPED))
    await station.answer(outcomes)
    pressed = await row_of(station, run, parties["3001"])
    for facet in (Facet.ACKNOWLEDGED, Facet.REPLIED, Facet.STOPPED):
        await station.chat.do(lambda tx, facet=facet: ledger.note_facet(tx, pressed, facet))  # type: ignore[misc]
    await sends_tip(station, run, parties["3001"], Binding.EXPLICIT)
    await sends_tip(station, run, parties["3001"], Binding.EXPLICIT)
    await sends_tip(station, run, parties["3002"], Binding.ASSUMED)

    found = await station.chat.look(lambda tx: reach.of_run(tx, run))

    private = found.private
    assert (private.targeted, private.accepted, private.unreachable) == (6, 2, 1)
    assert (private.refused, private.unsure, private.skipped, private.pending) == (1, 1, 1, 0)
    assert (private.delivered, private.seen) == (None, None)
    assert (private.acknowledged, private.replied, private.stopped) == (1, 1, 1)
    assert (private.with_tip, found.tips_explicit, found.tips_assumed) == (2, 2, 1)
    assert found.reasons["skipped", "opted_out"] == 1
    assert [(name, part.targeted) for name, part in found.by_language] == [("vi", 5), ("en", 1)]
    assert [part.targeted for _, part in found.by_area] == [5, 1]
    assert found.by_hour == ()
    full = await station.chat.look(lambda tx: reach.in_full(tx, run))
    (hour,) = full.by_hour
    assert hour == (local(now).replace(minute=0, second=0, microsecond=0), 2)
    told = reach_words.render(full, station.desk.say(Language.VI)).splitlines()
    assert f"  - {show_hour(now)}: 2" in told
    two, _ = (name for name, _ in full.by_area)
    assert f"  - {two}: đã đọc 1, trả lời 1, có tin báo: 2, dừng 1, không liên lạc được 1" in told
    assert await station.chat.look(checking.verify) == []
    _tells_of_no_few(station, full)


def _tells_of_no_few(station: Station, found: reach.Reach) -> None:
    """Of a run for a part, chat tells no more of a few than the file does."""
    lost = {"unreachable": 0, "refused": 0, "unsure": 0, "skipped": 0, "with_tip": 0, "safe": 0}
    all_well = replace(found.private, targeted=6, accepted=6, **lost)
    quiet = replace(all_well, acknowledged=0, replied=0, stopped=0)
    did = replace(quiet, replied=1, with_tip=1)
    areas = (("khối phố Ví Dụ 1", quiet), ("khối phố Ví Dụ 2", did))
    total = replace(did, targeted=12, accepted=11, refused=1, acknowledged=11)
    for_part = replace(
        found,
        private=total,
        by_area=areas,
        by_language=(),
        by_parts=True,
        reasons={},
        tips_explicit=6,
        tips_assumed=1,
    )
    told = reach_words.render(for_part, station.desk.say(Language.VI))
    assert "Định gửi: 12 người" in told
    assert "khối phố Ví Dụ 2: 6/6" in told
    assert "có tin báo" not in told
    assert "Trả lời: dưới 5" in told
    assert "từ chối: ẩn, để không suy ra số nhỏ (–)" in told
    assert not re.search(r": (?:1|7|11)\b", told), "what would follow is held back"


async def test_the_funnel_in_words(station: Station) -> None:
    now = station.chat.clock.now()
    for name in ("3001", "3002", "3003"):
        await station.chat.subscriber(name)
    run = await station.fired()
    await station.expand(run)
    await station.answer(
        {
            "3001": Accepted("m1", now),
            "3002": Accepted("m2", now),
            "3003": GoneAway(Until.FOREVER, "deleted"),
        }
    )
    found = await station.chat.look(lambda tx: reach.of_run(tx, run))

    text = reach_words.render(found, station.desk.say(Language.VI))

    assert text.splitlines() == [
        f"Đợt {run.code} (đang gửi)",
        "Định gửi: 3 người",
        "Telegram nhận chuyển, chưa chắc đã xem: 2 (66,67%)",
        "Đã tới máy: không biết",
        "Đã xem: không biết",
        "Không liên lạc được: 1 (33,33%)",
        "Nền tảng từ chối: 0 (0,00%)",
        "Không rõ đã tới hay chưa: 0 (0,00%)",
        "Không gửi, có lý do: 0 (0,00%)",
        "Bấm “Đã đọc”: 0",
        "Bấm “Báo tin” hoặc “Hỏi”: 0",
        "Trả lời: 0",
        "Tin báo gắn với đợt: 0 (nói rõ 0, suy đoán theo giờ 0)",
        "Bấm “Dừng” hoặc trả lời chính tin này để dừng: 0",
    ]


async def test_a_channel_that_tells_of_delivery_may_say_nought(station: Station) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)

    found = await station.chat.look(lambda tx: reach.of_run(tx, run, {"telegram"}))

    assert (found.private.delivered, found.private.seen) == (0, 0)


async def test_what_a_channel_without_receipts_says_is_not_shown_as_seen(
    station: Station,
) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    await station.chat.deliver()

    def told(tx: Tx) -> None:
        row = tx.connection.execute(select(delivery).where(delivery.c.run_id == run.id)).one()
        ledger.note_facet(tx, row.id, Facet.SEEN)
        ledger.note_facet(tx, row.id, Facet.PRESSED)
        moves = Moves()
        ledger.move(tx, ledger.as_delivery(row), DeliveryState.DELIVERED, moves)
        moves.apply(tx)

    await station.chat.do(told)
    mute = await station.chat.look(lambda tx: reach.of_run(tx, run, ()))
    plain = await station.chat.look(lambda tx: reach.of_run(tx, run))
    text = reach_words.render(plain, station.desk.say(Language.VI))

    assert "Đã xem: ít nhất 1" in text
    assert (mute.private.untold, plain.private.untold) == (1, 0)
    assert (mute.private.delivered, mute.private.seen, mute.private.taken) == (None, None, 1)
    assert (plain.private.delivered, plain.private.seen, plain.private.taken) == (1, 1, 1)
    assert mute.private.pressed == 1
    assert await station.chat.look(lambda tx: checking.verify(tx, run.id)) == []


async def test_posts_stand_apart_and_members_are_not_readers(station: Station) -> None:
    await station.chat.subscriber("3001")
    group = await station.group_id("Nhóm Hai", TWO, "-100")
    run = await station.fired(groups=[group])
    await station.expand(run)
    await station.chat.deliver()

    def count_members(tx: Tx) -> None:
        tx.connection.execute(
            update(run_counter)
            .where(run_counter.c.run_id == run.id, run_counter.c.kind == "post")
            .values(members=1200)
        )

    await station.chat.do(count_members)
    found = await station.chat.look(lambda tx: reach.of_run(tx, run))
    text = reach_words.render(found, station.desk.say(Language.VI))

    assert found.private.targeted == 1
    assert found.posts.targeted == 1
    assert "1/1 bài; thành viên lúc đăng: 1.200, là mức trên, không phải số người đọc" in text
    assert await station.chat.look(lambda tx: checking.verify(tx, run.id)) == []


async def test_a_tip_that_left_no_mark_is_found(station: Station) -> None:
    lan = await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    await sends_tip(station, run, lan, Binding.EXPLICIT, marked=False)

    [problem] = await station.chat.look(lambda tx: checking.verify(tx, run.id))

    assert "1 deliveries have a tip but are not marked" in problem


async def test_a_mark_without_a_tip_is_found(station: Station) -> None:
    lan = await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    row_id = await row_of(station, run, lan)
    await station.chat.do(lambda tx: ledger.note_facet(tx, row_id, Facet.TIPS, proof=False))

    [problem] = await station.chat.look(lambda tx: checking.verify(tx, run.id))

    assert "1 campaign marks stand for 0 tips" in problem


async def test_one_tip_may_mark_a_post_and_the_private_message(station: Station) -> None:
    lan = await station.chat.subscriber("3001", area=TWO)
    group = await station.group_id("Nhóm Hai", TWO, "-100")
    run = await station.fired(groups=[group])
    await station.expand(run)
    await sends_tip(station, run, lan, Binding.EXPLICIT)
    query = select(delivery.c.id).where(delivery.c.group_id == group)
    post: UUID = await station.chat.look(lambda tx: tx.connection.execute(query).scalar_one())
    by_post = update(tip).where(tip.c.run_id == run.id).values(by_post=True)
    await station.chat.do(lambda tx: tx.connection.execute(by_post).rowcount)
    await station.chat.do(lambda tx: ledger.note_facet(tx, post, Facet.TIPS, user_id="3001"))

    assert await station.chat.look(lambda tx: checking.verify(tx, run.id)) == []
    found = await station.chat.look(lambda tx: reach.of_run(tx, run))
    assert (found.tips_explicit, found.tips_assumed, found.tips_by_post) == (0, 0, 1)


async def test_more_people_marked_on_posts_than_tips_by_posts_are_found(station: Station) -> None:
    lan = await station.chat.subscriber("3001", area=TWO)
    group = await station.group_id("Nhóm Hai", TWO, "-100")
    run = await station.fired(groups=[group])
    await station.expand(run)
    await sends_tip(station, run, lan, Binding.EXPLICIT)
    query = select(delivery.c.id).where(delivery.c.group_id == group)
    post: UUID = await station.chat.look(lambda tx: tx.connection.execute(query).scalar_one())
    await station.chat.do(lambda tx: ledger.note_facet(tx, post, Facet.TIPS, user_id="3001"))

    [problem] = await station.chat.look(lambda tx: checking.verify(tx, run.id))

    assert "1 post marks stand for 0 tips" in problem


async def test_the_line_of_posts_counts_people_and_names_its_tips(station: Station) -> None:
    lan = await station.chat.subscriber("3001", area=TWO)
    group = await station.group_id("Nhóm Hai", TWO, "-100")
    run = await station.fired(groups=[group])
    await station.expand(run)
    await sends_tip(station, run, lan, Binding.EXPLICIT, marked=False)
    by_post = update(tip).where(tip.c.run_id == run.id).values(by_post=True, public=True)
    await station.chat.do(lambda tx: tx.connection.execute(by_post).rowcount)
    query = select(delivery.c.id).where(delivery.c.group_id == group)
    post: UUID = await station.chat.look(lambda tx: tx.connection.execute(query).scalar_one())

    def react(tx: Tx) -> None:
        for user_id in ("1", "2", "3", "1"):
            ledger.note_facet(tx, post, Facet.ACKNOWLEDGED, user_id=user_id)
        for facet in (Facet.REPLIED, Facet.TIPS):
            ledger.note_facet(tx, post, facet, user_id="3")

    await station.chat.do(react)
    found = await station.chat.look(lambda tx: reach.of_run(tx, run))
    lines = reach_words.render(found, station.desk.say(Language.VI)).splitlines()

    assert lines[-1].endswith(
        "số người bấm “Đã đọc”: 3; số người trả lời: 1 (mỗi bài tính mỗi người một lần); "
        "tin báo từ bài đăng: 1."
    )
    assert "Bấm “Đã đọc”: 0" in lines
    assert "Trả lời: 0" in lines
    assert "Tin báo gắn với đợt: 0 (nói rõ 0, suy đoán theo giờ 0)" in lines
    assert await station.chat.look(lambda tx: checking.verify(tx, run.id)) == []


async def test_a_row_moved_behind_the_counters_is_found(station: Station) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)

    def spoil(tx: Tx) -> None:
        tx.connection.execute(
            update(delivery)
            .where(delivery.c.run_id == run.id)
            .values(state=DeliveryState.ACCEPTED.value)
        )

    await station.chat.do(spoil)
    problems = await station.chat.look(lambda tx: checking.verify(tx, run.id))

    assert len(problems) == 2
    assert "accepted is counted 0, the rows say 1" in problems[0]


async def test_an_unknown_run_is_a_problem(station: Station) -> None:
    nothing = UUID(int=1)
    assert await station.chat.look(lambda tx: checking.verify(tx, nothing)) == [
        f"there is no run {nothing}"
    ]
