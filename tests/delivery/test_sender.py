"""What becomes of a message, whatever the platform, the database or the process does."""

import asyncio
import random
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from delivery.pace import Pace
from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.failures import (
    AccountDown,
    Ambiguous,
    Moved,
    Refused,
    Scope,
    Throttled,
    Transient,
    Unreachable,
    Until,
)
from domain.ids import short
from domain.messages import Button, ChatKind, ChatRef, Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses
from storage.tables import attempt, run_counter
from tests.delivery.post_office import (
    QUICK,
    CountingPlatform,
    Office,
    Platform,
    at_work,
    failing,
    in_state,
    until,
)

SETTLED = set(DeliveryState) - {DeliveryState.PENDING}


async def test_an_accepted_message_is_settled_with_the_platforms_id(office: Office) -> None:
    (reply,) = await office.reply("1001", "Chào bà con")
    (run_row,) = await office.broadcast(["1002"], "Cảnh giác lừa đảo")
    platform = Platform()
    async with at_work(office.sender(platform)):
        await in_state(office, reply, DeliveryState.ACCEPTED)
        await in_state(office, run_row, DeliveryState.ACCEPTED)
    assert sorted(platform.sends) == [("1001", "Chào bà con"), ("1002", "Cảnh giác lừa đảo")]
    # What came too late for its slot on a busy machine goes back untried, and has none.
    known = select(attempt.c.message_id).where(attempt.c.message_id.is_not(None))
    ids = await office.cellar.look(lambda tx: set(tx.connection.execute(known).scalars()))
    assert ids == {"m1", "m2"}
    assert await office.open_windows() == 0


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Unreachable(Until.THEY_WRITE, "blocked"), DeliveryState.UNREACHABLE),
        (Unreachable(Until.FOREVER, "deleted"), DeliveryState.UNREACHABLE),
        (Refused("content"), DeliveryState.REFUSED),
        (Ambiguous("read time-out"), DeliveryState.UNSURE),
        (RuntimeError("unforeseen"), DeliveryState.UNSURE),
        (TimeoutError(), DeliveryState.UNSURE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_a_routine_message_that_fails_is_settled_and_sent_only_once(
    office: Office, failure: Exception, state: DeliveryState
) -> None:
    (row,) = await office.broadcast(["1001"], "Cảnh giác lừa đảo")
    platform = failing(failure, times=1)
    async with at_work(office.sender(platform)):
        await in_state(office, row, state)
        await asyncio.sleep(0.1)
    assert len(platform.sends) == 1
    known = await office.cellar.look(
        lambda tx: addresses.find(tx, office.cellar.account_id, "1001")
    )
    assert known is not None
    # Nothing but the platform's plain word makes a person unreachable.
    assert known.unreachable is (failure.until if isinstance(failure, Unreachable) else None)


async def _second_thought(office: Office, row: UUID) -> None:
    """Let the time go by for which what may have been sent waits before it goes again."""

    async def waits() -> bool:
        return (await office.row(row)).again

    await until(waits)
    office.clock.forward(seconds=6)


async def test_a_reply_of_unknown_fate_goes_once_more_marked(office: Office) -> None:
    (row,) = await office.reply("1001", "Mã tin là 5")
    platform = failing(Ambiguous("reset"), times=1)
    async with at_work(office.sender(platform)):
        await _second_thought(office, row)
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert platform.texts() == ["Mã tin là 5", "(gửi lại) Mã tin là 5"]


async def test_a_reply_of_unknown_fate_twice_is_left_unsure(office: Office) -> None:
    (row,) = await office.reply("1001", "Mã tin là 5")
    platform = failing(Ambiguous("reset"))
    async with at_work(office.sender(platform)):
        await _second_thought(office, row)
        await in_state(office, row, DeliveryState.UNSURE)
        await asyncio.sleep(0.1)
    assert len(platform.sends) == 2


async def test_a_text_that_fills_a_message_goes_again_unmarked_rather_than_refused(
    office: Office,
) -> None:
    text = "a" * 4096
    (row,) = await office.reply("1001", text)
    platform = failing(Ambiguous("reset"), times=1)
    async with at_work(office.sender(platform)):
        await _second_thought(office, row)
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert platform.texts() == [text, text]


async def test_a_throttled_chat_waits_alone(office: Office) -> None:
    async def script(chat: ChatRef, _outgoing: Outgoing) -> None:
        if chat.chat_id == "1001" and platform.texts().count("một") == 1:
            raise Throttled(timedelta(seconds=30), Scope.CHAT)

    platform = Platform(script)
    (slow,) = await office.reply("1001", "một")
    async with at_work(office.sender(platform)):
        await until(lambda: "một" in platform.texts())
        (other,) = await office.reply("1002", "hai")
        await in_state(office, other, DeliveryState.ACCEPTED)
        assert await office.state(slow) is DeliveryState.PENDING
        assert await office.paused_for() == timedelta(0)
        office.clock.forward(seconds=31)
        await in_state(office, slow, DeliveryState.ACCEPTED)
    assert platform.texts() == ["một", "hai", "một"]


async def test_a_throttled_account_waits_altogether(office: Office) -> None:
    platform = failing(Throttled(timedelta(seconds=30), Scope.ACCOUNT), times=1)
    (first,) = await office.reply("1001", "một")
    began = office.clock.now()

    def passed_s() -> float:
        return time.monotonic() + (office.clock.now() - began).total_seconds()

    async with at_work(office.sender(platform, pace=Pace(QUICK, passed_s))):
        await until(lambda: len(platform.sends) == 1)

        async def waits() -> bool:
            return await office.paused_for() == timedelta(seconds=30)

        await until(waits)
        (other,) = await office.reply("1002", "hai")
        await asyncio.sleep(0.6)
        assert len(platform.sends) == 1
        office.clock.forward(seconds=31)
        await in_state(office, first, DeliveryState.ACCEPTED)
        await in_state(office, other, DeliveryState.ACCEPTED)
    assert platform.texts()[1:] in (["một", "hai"], ["hai", "một"])


async def test_a_platform_out_of_reach_is_asked_again_after_growing_waits(office: Office) -> None:
    """A whole window fails together: that is one trouble, not one for each of its sends."""
    rows = await office.broadcast([str(1000 + n) for n in range(6)], "Cảnh giác")
    platform = failing(Transient("dns"), times=24)
    waits: list[float] = []
    async with at_work(office.sender(platform)):
        for _ in range(20):
            if not set(await office.states(rows)) - SETTLED:
                break

            async def waits_or_is_done() -> bool:
                windows = await office.open_windows()
                left = set(await office.states(rows)) - SETTLED
                return not windows and (await office.paused_for() > timedelta(0) or not left)

            await until(waits_or_is_done)
            pause = await office.paused_for()
            if pause:
                waits.append(pause.total_seconds())
                office.clock.forward(seconds=pause.total_seconds() + 0.001)
                office.bell.ring()
    assert waits == sorted(waits)
    assert waits[:3] == [0.5, 1, 2]
    assert max(waits) <= 30
    assert await office.states(rows) == {DeliveryState.ACCEPTED: 6}


async def test_a_chat_that_moved_gets_the_message_under_its_new_id(office: Office) -> None:
    platform = failing(Moved("-10055"), times=1)
    (row,) = await office.reply("-55", "Chào nhóm")
    async with at_work(office.sender(platform)):
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert platform.sends == [("-55", "Chào nhóm"), ("-10055", "Chào nhóm")]


async def test_an_account_that_is_down_keeps_everything_waiting(office: Office) -> None:
    platform = failing(AccountDown("token"))
    (first,) = await office.reply("1001", "một")
    async with at_work(office.sender(platform)):

        async def noted() -> bool:
            return (await office.cellar.look(addresses.accounts))[0].down_reason == "token"

        await until(noted)
        tried = len(platform.sends)
        (other,) = await office.reply("1002", "hai")
        await asyncio.sleep(0.6)
    assert len(platform.sends) == tried
    assert await office.states([first, other]) == {DeliveryState.PENDING: 2}
    assert await office.open_windows() == 0


async def test_stopping_in_the_middle_leaves_nothing_in_the_dark(office: Office) -> None:
    stopping = asyncio.Event()

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> None:
        if len(platform.sends) > 5:
            await stopping.wait()

    platform = Platform(script)
    rows = await office.broadcast([str(1000 + n) for n in range(60)], "Cảnh giác")
    sender = office.sender(platform)
    async with at_work(sender):
        await until(lambda: len(platform.sends) >= 6)
        sender.stop()
        stopping.set()
    states = await office.states(rows)
    assert set(states) == {DeliveryState.ACCEPTED, DeliveryState.PENDING}
    assert states[DeliveryState.ACCEPTED] == len(platform.sends)
    assert await office.open_windows() == 0
    async with at_work(office.sender(platform, worker="w2")):

        async def all_sent() -> bool:
            return (await office.states(rows))[DeliveryState.ACCEPTED] == 60

        await until(all_sent)
    assert len({chat for chat, _ in platform.sends}) == len(platform.sends) == 60


async def test_a_bulk_run_of_five_hundred_mutes_no_conversation(office: Office) -> None:
    rows = await office.broadcast([str(1000 + n) for n in range(500)], "tin", Lane.BULK)
    platform = Platform()
    limits = replace(QUICK, account_per_s=50)
    async with at_work(office.sender(platform, limits=limits)):
        overtaken = []
        for number in range(5):
            already = len(platform.sends)
            await until(lambda already=already: len(platform.sends) > already + 5)
            begun = len(platform.sends)
            (reply,) = await office.reply("9001", f"trả lời {number}")
            await in_state(office, reply, DeliveryState.ACCEPTED)
            overtaken.append(platform.texts().index(f"trả lời {number}") - begun)
    assert len(platform.sends) < 505, "the run was over before the conversation was"
    # A second of the whole pace at the very most, usually far less.
    assert max(overtaken) <= 50
    assert sum((await office.states(rows)).values()) == 500


async def test_an_urgent_run_passes_a_bulk_run_under_way(office: Office) -> None:
    await office.broadcast([str(1000 + n) for n in range(150)], "thường", Lane.BULK)
    platform = Platform()
    async with at_work(office.sender(platform)):
        await until(lambda: len(platform.sends) >= 20)
        urgent = await office.broadcast([str(5000 + n) for n in range(15)], "khẩn", Lane.URGENT)
        begun = len(platform.sends)

        async def all_sent() -> bool:
            return (await office.states(urgent))[DeliveryState.ACCEPTED] == 15

        await until(all_sent)
        after = platform.texts()[begun:]
        last = len(after) - after[::-1].index("khẩn")
    # Windows that were open already may finish; no new one opens before all urgent ones are out.
    assert after[:last].count("thường") <= 4 * 16


async def test_each_chat_gets_its_messages_in_order_one_at_a_time(office: Office) -> None:
    chance = random.Random(5)

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> None:
        await asyncio.sleep(chance.random() / 100)

    platform = Platform(script)
    people = ["1001", "1002", "1003", "1004"]
    ids = []
    for person in people:
        ids += await office.reply(person, *(f"{person}-{n}" for n in range(6)))
    async with at_work(office.sender(platform)):

        async def all_sent() -> bool:
            return (await office.states(ids))[DeliveryState.ACCEPTED] == len(ids)

        await until(all_sent)
    for person in people:
        got = [text for chat, text in platform.sends if chat == person]
        assert got == [f"{person}-{n}" for n in range(6)]
        assert platform.most_at_once[person] == 1


async def _button(office: Office, action: str) -> UUID:
    def put(tx: Tx) -> UUID:
        account_id = office.cellar.account_id
        chat = addresses.ensure(tx, account_id, ChatKind.PRIVATE, "1001")
        made = ledger.put(
            tx,
            ledger.NewDelivery(
                kind=DeliveryKind.REPLY,
                lane=Lane.TALK,
                address_id=chat.id,
                language="vi",
                outgoing=Outgoing(text="Bấm nút", buttons=((Button("Nút", action=action),),)),
            ),
        )
        assert made is not None
        return made

    return await office.cellar.do(put)


async def test_a_button_carries_the_deliverys_own_id(office: Office) -> None:
    row = await _button(office, "ok:{d}")
    actions: list[str | None] = []

    async def script(_chat: ChatRef, outgoing: Outgoing) -> None:
        actions.append(outgoing.buttons[0][0].action)

    async with at_work(office.sender(Platform(script))):
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert actions == [f"ok:{short(row)}"]


async def test_a_button_that_gets_too_long_is_refused_and_the_sender_goes_on(
    office: Office,
) -> None:
    bad = await _button(office, "x" * 50 + "{d}")
    platform = Platform()
    async with at_work(office.sender(platform)):
        await in_state(office, bad, DeliveryState.REFUSED)
        (later,) = await office.reply("1001", "hai")
        await in_state(office, later, DeliveryState.ACCEPTED)
    assert platform.texts() == ["hai"]


@pytest.mark.parametrize(
    ("answer", "counted"), [(42, 42), (Transient("away"), 0), (RuntimeError("odd"), 0)]
)
async def test_members_are_counted_where_the_platform_can_and_never_cost_a_post(
    office: Office, answer: int | Exception, counted: int
) -> None:
    row = await office.post("Cảnh giác")
    async with at_work(office.sender(CountingPlatform(answer))):
        await in_state(office, row, DeliveryState.ACCEPTED)
    members = await office.cellar.look(
        lambda tx: tx.connection.execute(select(run_counter.c.members)).scalar_one()
    )
    assert members == counted
