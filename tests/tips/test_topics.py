"""In a review group that is a forum each tip has a topic, or its card stands in General."""

from dataclasses import replace
from datetime import timedelta

from delivery.outbox import Outbox
from domain.delivery import (
    Accepted,
    DeliveryKind,
    Lane,
    Outcome,
    TurnedDown,
    Unknowable,
)
from domain.messages import EffectKind, Outgoing
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries.settling import WORKER_DIED, Settled, settle
from storage.deliveries.windows import Claim, open_window
from storage.tips import tips as stored_tips
from storage.tips import typed_under
from tests.chat import NINE, Heard
from tests.chat_furniture import pretend_capabilities
from tests.tips.world import World, open_world
from tips import cards


def _with_topics(world: World) -> None:
    able = replace(pretend_capabilities(), topics=True)
    world.chat.context = replace(world.chat.context, outbox=Outbox({"telegram": able}))
    world.chat.router = make_router(world.chat.context)


async def _bring(world: World, *outcomes: Outcome) -> list[Outgoing]:
    """Let a window of sends come to these outcomes; return what was sent."""

    def bring(tx: Tx) -> list[Outgoing]:
        claim = Claim(world.chat.account.id, "tests", timedelta(minutes=1))
        window = open_window(tx, claim, list(Lane), 50)
        sends = window.sends if window is not None else ()
        pairs = zip(sends, outcomes, strict=True)
        done = [Settled(send.delivery_id, send.attempt_id, came) for send, came in pairs]
        if window is not None:
            settle(tx, window.id, done)
        return [send.outgoing for send in sends]

    return await world.chat.do(bring)


async def _effects(world: World) -> list[tuple[EffectKind, str | None, str]]:
    found = [heard.outgoing for heard in await world.desk.heard()]
    return [
        (one.effect.kind, one.effect.message_id, one.text)
        for one in found
        if one.effect is not None
    ]


async def _shown(world: World) -> list[Heard]:
    await world.tick(minutes=3)
    await world.tick(seconds=2)
    return await world.cards()


async def test_card_talk_and_notes_go_into_the_tips_topic_which_closes_and_reopens_with_it(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        _with_topics(world)
        await world.lan.writes("cuối xóm có người bán pháo")
        (card,) = await _shown(world)
        ((kind, _, name),) = await _effects(world)
        assert (kind, name) == (EffectKind.OPEN_TOPIC, (await world.tip()).case_number)
        thread = card.outgoing.thread
        assert thread is not None
        await world.reviewer.presses("Nhận việc", of=world.desk)
        await world.lan.writes("có thêm hai người nữa")
        await _shown(world)
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses("Đã xử lý", of=world.desk)
        await world.tick(seconds=2)
        said = [one for one in await world.desk.heard() if one.outgoing.effect is None]
        talk = [one for one in said if one.outgoing.edits is None]
        assert len(talk) >= 4
        assert {one.outgoing.thread for one in talk} == {thread}
        assert (await _effects(world))[-1] == (EffectKind.CLOSE_TOPIC, thread, "")
        await world.lan.writes("họ lại bán rồi")
        await _shown(world)
        assert (await _effects(world))[-1] == (EffectKind.REOPEN_TOPIC, thread, "")
        assert (await world.cards())[-1].outgoing.thread == thread
        tip = await world.tip()
        await world.chat.do(lambda tx: stored_tips.erase(tx, tip))
        await world.tick(seconds=2)
        assert (await _effects(world))[-1] == (EffectKind.DELETE_TOPIC, thread, "")
        assert len(await _effects(world)) == 4


async def test_without_the_right_the_card_stands_in_general_and_that_is_said_once(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        _with_topics(world)
        refused = TurnedDown("rights: Bad Request: not enough rights to create a topic")
        await world.lan.writes("cuối xóm có người bán pháo")
        await world.chat.deliver()
        world.chat.clock.forward(minutes=3)
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        (asked,) = await _bring(world, refused)
        assert asked.effect is not None
        await world.chat.do(lambda tx: cards.mend_failures(tx, world.chat.context))
        await world.tick(seconds=2)
        world.chat.clock.forward(minutes=40)
        await world.lan.writes("ngõ 3 có đám đánh bạc")
        await world.tick(minutes=3)
        both = await world.cards()
        assert [one.outgoing.thread for one in both] == [None, None]
        told = [one for one in await world.desk.heard() if "Quản lý chủ đề" in one.text]
        assert len(told) == 1
        world.chat.clock.forward(hours=2)
        await world.lan.writes("ngõ 5 có đám đánh bạc")
        assert (await _shown(world))[-1].outgoing.thread is not None


async def test_a_group_that_is_no_forum_is_not_told_and_urgent_cards_do_not_wait_long(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        _with_topics(world)
        await world.lan.writes("cháy nhà rồi cứu với")
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        assert await world.cards() == []
        world.chat.clock.forward(seconds=25)
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        (card,) = await world.cards()
        assert (card.outgoing.thread, card.lane) == (None, Lane.URGENT)


async def test_a_topic_asked_for_twice_is_one_topic_and_a_known_orphan(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        _with_topics(world)
        await world.lan.writes("cuối xóm có người bán pháo")
        await world.chat.deliver()
        world.chat.clock.forward(minutes=3)
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        (asked,) = await _bring(world, Unknowable(WORKER_DIED))
        assert asked.effect is not None
        (again,) = await _bring(world, Accepted("77", NINE))
        assert again == asked
        await world.tick(seconds=2)
        (card,) = await world.cards()
        assert card.outgoing.thread == "77"
        assert "hai chủ đề cùng tên" in card.text
        assert card.kind is DeliveryKind.CARD


async def test_once_the_chief_alone_may_see_it_what_was_typed_goes_and_the_topic_is_a_number(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        _with_topics(world)
        await world.lan.writes("cuối xóm có người bán pháo")
        (card,) = await _shown(world)

        async def notes(words: str) -> str:
            typed = await world.reviewer.writes(
                f"ghi chú: {words}", in_group=world.desk, reply_to=card.message_id
            )
            return typed.message_id

        old = await notes("nhà anh Ví Dụ")
        await world.tick(hours=50)
        fresh = await notes("đã hỏi tổ trưởng")
        await world.tick(seconds=2)
        await world.lan.presses("Chỉ chỉ huy xem")

        def bring(tx: Tx) -> list[Outgoing]:
            claim = Claim(world.chat.account.id, "tests", timedelta(minutes=1))
            window = open_window(tx, claim, list(Lane), 50)
            if window is None:
                return []
            refused = TurnedDown("rights: Bad Request: message can't be deleted")
            done = [
                Settled(send.delivery_id, send.attempt_id, refused)
                if send.outgoing.effect and send.outgoing.effect.kind is EffectKind.REMOVE
                else Settled(
                    send.delivery_id, send.attempt_id, Accepted(f"x{send.delivery_id}", NINE)
                )
                for send in window.sends
            ]
            settle(tx, window.id, done)
            return [send.outgoing for send in window.sends]

        sent: list[Outgoing] = []
        while some := await world.chat.do(bring):
            sent += some
        done = {(one.effect.kind, one.effect.message_id): one.text for one in sent if one.effect}
        number = (await world.tip()).case_number
        assert done == {
            (EffectKind.RENAME_TOPIC, card.outgoing.thread): number,
            (EffectKind.REMOVE, fresh): "",
        }
        assert (EffectKind.REMOVE, old) not in done
        (told,) = [one for one in sent if "nay chỉ chỉ huy xem" in one.text]
        assert "đang gỡ 1 câu" in told.text
        assert await world.chat.do(typed_under.forget_old) == 0
        for _ in range(2):
            await world.chat.do(lambda tx: cards.mend_failures(tx, world.chat.context))
            await world.tick(seconds=2)
        left = [one for one in await world.desk.heard() if "mà máy không gỡ được" in one.text]
        assert len(left) == 1
