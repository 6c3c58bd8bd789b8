"""Where there are no buttons people type numbers, and are understood and answered all the same."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from delivery.bell import Bell
from delivery.outbox import Outbox
from delivery.pace import Pace
from delivery.sender import Sender, SenderRules
from domain.channel import Capabilities
from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.failures import Refused
from domain.ids import short
from domain.language import Language
from domain.messages import Button, ChatRef, Outgoing, Press, Sent
from domain.messages import Sender as Writer
from domain.tip import Secrecy, ValueFigure
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries import typed_numbers
from storage.people.residents import Wish
from storage.tables import address, attempt, delivery
from storage.tips import tip_events, tip_values, tips
from storage.tips.tips import Tip
from tests.chat import Chat, Party, Takers, open_chat, pretend_capabilities
from tests.delivery.post_office import QUICK, Platform, at_work, until
from tests.tips.world import furnish
from tips import cards

PLAIN = replace(
    pretend_capabilities(),
    buttons=0,
    edits=False,
    typed_choices=True,
    text_limit=2000,
    free_window=timedelta(hours=48),
    reply_window=timedelta(days=7),
    pace=QUICK,
)


class PlainPlatform(Platform):
    """A platform without buttons and without edits."""

    @property
    def capabilities(self) -> Capabilities:
        return PLAIN

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        if outgoing.buttons or outgoing.edits is not None:
            raise Refused("content")
        return await super().send(chat, outgoing)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        world.context = replace(
            world.context, outbox=Outbox({"telegram": PLAIN}, {"vi": "Nhắn số để chọn:"})
        )
        world.router = make_router(world.context)
        yield world


async def bring(chat: Chat) -> list[str]:
    """Let a sender bring everything that waits; return the texts."""
    platform = PlainPlatform()
    sender = Sender(
        database=chat.db,
        account_id=chat.account.id,
        channel=platform,
        pace=Pace(QUICK),
        rules=SenderRules(worker="w1", send_timeout=timedelta(seconds=5)),
        clock=chat.clock,
        bell=Bell(),
        mark_again=lambda outgoing, _: outgoing,
    )

    async def nothing_waits() -> bool:
        pending = select(func.count()).where(delivery.c.state == DeliveryState.PENDING.value)
        return not await chat.look(lambda tx: tx.connection.execute(pending).scalar_one())

    async with at_work(sender):
        await until(nothing_waits)
    return platform.texts()


async def test_somebody_without_buttons_comes_to_us_by_numbers_alone(chat: Chat) -> None:
    lan = chat.resident("1001")
    await lan.starts("kp-vi-du-2")
    [welcome] = await bring(chat)
    assert welcome.endswith(
        "Nhắn số để chọn:\n1. Đồng ý\n2. Không\n3. Tiếng Việt\n4. English\n5. 中文"
    )

    await lan.writes("1")
    assert (await lan.record()).wish is Wish.YES
    *_, place = await bring(chat)
    assert "1. Khối phố Ví Dụ 2, phường Đông Kinh – đúng" in place

    await lan.writes("số 1")
    assert (await lan.record()).area_code == "05977-kp-vi-du-2"
    await bring(chat)


async def test_what_would_be_changed_in_place_is_said_anew(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("/vaitro")
    [shown] = await bring(chat)
    assert "\n1. " in shown

    await lan.writes("1.")
    [anew] = await bring(chat)

    first = shown.split("\n1. ")[1].split("\n")[0]
    assert anew.split("\n1. ")[1].split("\n")[0].endswith(first)
    assert anew != shown


async def test_a_press_that_came_as_a_number_is_answered_by_a_message(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    stale = Press(
        chat=lan.ref,
        sender=Writer("1001"),
        at=chat.clock.now(),
        message_id="",
        action="no-such-verb:1",
        press_id="",
    )
    assert await chat.handle(stale) == []
    [said] = await bring(chat)
    assert said == chat.context.catalogue.say(Language.VI, "app.stale_button")


async def test_a_number_is_a_text_like_others_once_something_else_was_said(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("/vaitro")
    await bring(chat)
    await lan.writes("/lienhe-khong-co")
    [without] = await bring(chat)
    assert "\n1. " not in without
    before = await lan.record()
    await lan.writes("1")
    assert await lan.record() == before


async def test_who_writes_is_heard_where_that_matters(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("/vaitro")
    query = select(address.c.heard_at).where(address.c.id == (await lan.address()).id)
    heard = await chat.look(lambda tx: tx.connection.execute(query).scalar_one())
    assert chat.clock.now() - heard <= timedelta(seconds=1)
    # What they say to us in a group counts as much, and makes nobody known.
    chat.clock.forward(hours=1)
    group, stranger = await chat.group("-100"), chat.resident("1002")
    known = select(func.count()).select_from(address)
    before = await chat.look(lambda tx: tx.connection.execute(known).scalar_one())
    await lan.writes("cảm ơn các anh", in_group=group)
    heard = await chat.look(lambda tx: tx.connection.execute(query).scalar_one())
    assert chat.clock.now() - heard <= timedelta(seconds=1)
    await stranger.writes("cảm ơn các anh", in_group=group)
    assert await chat.look(lambda tx: tx.connection.execute(known).scalar_one()) == before


async def test_a_receipt_has_only_as_many_buttons_as_the_app_shows(chat: Chat) -> None:
    fewer = Outbox({"telegram": replace(PLAIN, buttons=5)}, {"vi": "Nhắn số để chọn:"})
    chat.context = replace(chat.context, outbox=fewer)
    chat.router = make_router(chat.context)
    lan = await chat.subscriber("1001")
    await lan.writes("Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
    receipt = await lan.last()
    assert receipt.labels == [
        "Khẩn cấp",
        "Chỉ chỉ huy xem",
        "Báo nhầm",
        "Để lại liên hệ",
        "Mã theo dõi",
    ]
    assert "\n1. " not in receipt.text


@pytest.mark.parametrize(
    ("story", "number"),
    [
        ("Có người đánh bạc ở nhà số", "4"),
        ("Co trom xe may o thon", "3"),
        ("They gamble every night in house number", "4"),
        ("\u6709\u4eba\u8d4c\u535a\uff0c\u95e8\u724c\u53f7", "4"),
    ],
)
async def test_a_number_that_ends_a_story_is_a_piece_of_it(
    chat: Chat, story: str, number: str
) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes(story)
    assert "\n4. " in (await bring(chat))[-1]
    chat.clock.forward(minutes=2)
    await lan.writes(number)
    [tip] = await own_tips(lan)
    assert (tip.state.is_open, tip.secrecy) == (True, Secrecy.ORDINARY)
    told = await chat.look(lambda tx: [one.text for one in tip_events.of_tip(tx, tip)])
    assert told[-1] == number


async def test_a_number_within_a_burst_is_a_piece_and_a_later_one_is_asked_about(
    chat: Chat,
) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
    await bring(chat)
    await lan.writes("4")
    [tip] = await own_tips(lan)
    assert tip.state.is_open
    chat.clock.forward(minutes=2)
    await lan.writes("4")
    [asked] = await bring(chat)
    assert "theo tin trước đó là “Báo nhầm”" in asked
    await lan.writes("2")
    assert "Máy không làm gì cả" in (await bring(chat))[-1]
    [tip] = await own_tips(lan)
    assert tip.state.is_open
    await typed_for(chat, lan, f"mistake:{short(tip.id)}")
    await bring(chat)
    await lan.writes("1")
    [tip] = await own_tips(lan)
    assert not tip.state.is_open


async def test_a_number_between_two_messages_does_nothing_until_it_is_clear_which_it_answers(
    chat: Chat,
) -> None:
    lan = await chat.subscriber("1001")
    await asks(chat, lan, "Tối nay tổ tuần tra đi qua mọi ngõ, bà con để ý cửa nhà", "stop:x")
    chat.clock.forward(hours=1)
    await asks(chat, lan, "Which language?", "language:en")
    await lan.writes("1")
    assert (await lan.record()).wish is Wish.YES
    [asked] = (await bring(chat))[-1:]
    assert "1. Tin trước đó “Tối nay tổ tuần tra đi qua mọi ngõ, bà con để ý…”\n" in asked
    assert "2. Tin vừa đến “Which language?”\n3. Không phải" in asked
    chat.clock.forward(minutes=1)
    await lan.writes("1")
    assert (await lan.record()).wish is Wish.PAUSED


async def test_a_number_for_stop_pauses_and_is_asked_about(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await typed_for(chat, lan, "stop:x")
    assert (await lan.record()).wish is Wish.PAUSED
    assert "1. Dừng nhận tin" in (await bring(chat))[-1]
    await lan.writes("1")
    assert (await lan.record()).wish is Wish.STOPPED


async def test_numbers_under_a_card_press_its_buttons_and_are_never_an_answer(chat: Chat) -> None:
    world = await furnish(chat)
    await world.lan.writes("Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
    chat.clock.forward(minutes=10)
    await chat.do(lambda tx: cards.send_due(tx, chat.context))
    [text] = [text for text in await bring(chat) if "Nhận việc" in text]
    take = next(line for line in text.splitlines() if "Nhận việc" in line).split(".")[0]
    [row] = await chat.look(card_rows)
    await world.reviewer.writes(take, in_group=world.desk, reply_to=row)
    said = await bring(chat)
    assert ["nhận việc" in text for text in said] == [True], said
    await world.reviewer.writes("9", in_group=world.desk, reply_to=row)
    said = await bring(chat)
    assert any("chưa gửi gì cho người báo" in text for text in said)
    assert not any("Cán bộ trả lời" in text for text in said)
    assert (await world.tip()).last_answer_at is None


async def test_figures_are_typed_as_they_are_and_words_skip_or_end(chat: Chat) -> None:
    world = await furnish(chat, review_group=False)
    await world.lan.writes("Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
    chat.clock.forward(minutes=10)
    await chat.do(lambda tx: cards.send_due(tx, chat.context))
    await bring(chat)
    tip = await world.tip()
    await world.reviewer.presses_action(f"take:{short(tip.id)}")
    await world.reviewer.presses_action(f"close:{short(tip.id)}")
    closing = (await bring(chat))[-1]
    number = next(line for line in closing.splitlines() if "Có giá trị" in line).split(".")[0]
    await world.reviewer.writes(number)
    asked = (await bring(chat))[-1]
    assert "mấy vụ" in asked
    assert "\n1. " not in asked
    await world.reviewer.writes("4")
    assert "bao nhiêu đối tượng" in (await bring(chat))[-1]
    await world.reviewer.writes("bo qua")
    assert "bao nhiêu đồng" in (await bring(chat))[-1]
    await world.reviewer.writes("Xong")
    assert "4" in (await bring(chat))[-1]
    value = await chat.look(lambda tx: tip_values.get(tx, tip.id))
    assert value is not None
    assert value.figures == {ValueFigure.CASES: 4}


def card_rows(tx: Tx) -> list[str | None]:
    """Return the messages that became cards."""
    query = select(attempt.c.message_id).join(delivery).where(delivery.c.kind == "card")
    return list(tx.connection.execute(query).scalars())


async def own_tips(lan: Party) -> list[Tip]:
    here = (await lan.address()).id
    return await lan.chat.look(lambda tx: tips.recent_of(tx, here, tx.now - timedelta(days=1)))


async def asks(chat: Chat, lan: Party, text: str, action: str) -> None:
    """Let a message of ours with one choice have come, whose words are still known."""
    here = (await lan.address()).id
    asked = Outgoing(text=text, buttons=((Button("Có", action),),))
    outbox, reply = chat.context.outbox, DeliveryKind.REPLY

    def put(tx: Tx) -> None:
        row = outbox.put(tx, here, asked, kind=reply, lane=Lane.TALK, language="vi")
        typed_numbers.note(tx, here, row, (action,))

    await chat.do(put)


async def typed_for(chat: Chat, lan: Party, action: str) -> None:
    """Type the number of the only choice under our newest message."""
    here = (await lan.address()).id
    await chat.do(lambda tx: typed_numbers.note(tx, here, tx.new_id(), [action]))
    await lan.writes("1")
