"""The chief's yes puts up and pins a notice, no forgets the group; what became of it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from domain.audit import Act
from domain.delivery import DeliveryKind, GoneAway, Outcome, TurnedDown, Unknowable
from domain.failures import Until
from domain.messages import EffectKind, Membership, MembershipChange, Sender
from domain.roles import Role
from storage.database import Tx
from storage.deliveries.windows import Send
from storage.people import addresses, units
from storage.staff import audit, setting_up
from storage.tables import address, delivery, group_chat, group_request
from tests.chat import Chat, GroupParty, Party
from tests.handlers.groups.joining import (
    GROUP_ID,
    asks_for_code,
    bring,
    done,
    joined,
    officer_and_chief,
    open_joining,
    posts_code,
    rows,
    tell,
    types,
)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_joining(migrated_database_url) as opened:
        yield opened


async def acts(chat: Chat) -> list[tuple[Act, bool | None]]:
    def read(tx: Tx) -> list[tuple[Act, bool | None]]:
        return [(one.act, one.facts.get("alone")) for one in audit.entries(tx)]

    return await chat.look(read)


async def notices(chat: Chat) -> list[str]:
    return [heard.text for heard in await chat.said() if heard.kind is DeliveryKind.PINNED]


async def test_yes_connects_the_group_and_pins_what_the_bot_reads(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await joined(chat, officer, chief)
    known = await group.address()
    assert known.group_id is not None
    group_id = known.group_id
    made = await chat.look(lambda tx: units.get_group(tx, group_id))
    assert (made.purpose, made.label, made.unit_id) == (
        "neighbourhood",
        "Nhóm Ví Dụ 2",
        chat.unit.id,
    )
    assert await acts(chat) == [(Act.GROUP_CONNECTED, False)]
    assert "đang đăng và ghim" in (await chief.last()).text

    (notice,) = await notices(chat)
    sends = await bring(chat)
    assert done(sends, EffectKind.PIN) == [GROUP_ID]
    for said in ("/baotin", "/chuyentin", "Mọi tin khác không được giữ lại"):
        assert said in notice
    assert await tell(chat) == 1
    for party in (officer, chief):
        assert "đã ghim" in (await party.last()).text
    assert await rows(chat, group_request) == 0
    assert await tell(chat) == 0


async def test_no_keeps_nothing_of_the_group(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await types(officer, await asks_for_code(officer))
    await chief.presses("Không nối")
    assert "không giữ gì" in (await chief.last()).text
    assert "Chỉ huy không đồng ý" in (await officer.last()).text
    assert await rows(chat, group_request) == await rows(chat, group_chat) == 0
    assert await rows(chat, address) == 2
    assert await acts(chat) == [(Act.GROUP_REFUSED, None)]
    (answer,) = await chief.presses("Đồng ý nối")
    assert "đã có người trả lời" in answer.text
    assert await rows(chat, group_chat) == 0


async def test_a_second_answer_changes_nothing(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await joined(chat, officer, chief)
    for label in ("Đồng ý nối", "Không nối"):
        (answer,) = await chief.presses(label)
        assert answer.alert
    assert await rows(chat, group_chat) == 1
    assert len(await notices(chat)) == 1


async def test_two_who_answer_at_once_connect_it_once(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    deputy = await chat.staff("2003", Role.DEPUTY)
    await types(officer, await asks_for_code(officer))
    answers = await asyncio.gather(
        chief.presses("Đồng ý nối"), deputy.presses("Đồng ý nối"), deputy.presses("Không nối")
    )
    assert sum(answer.alert for (answer,) in answers) == 2
    assert await rows(chat, group_chat) == len(await notices(chat))


async def test_a_chief_who_asks_is_answered_by_another_where_there_is_one(chat: Chat) -> None:
    chief = await chat.staff("2002", Role.CHIEF, name="Chỉ Huy")
    deputy = await chat.staff("2003", Role.DEPUTY)
    await types(chief, await asks_for_code(chief))
    assert (await chief.last()).labels == []
    assert "Chỉ Huy muốn nối" in (await deputy.last()).text
    action = (await deputy.labelled("Đồng ý nối"))[1].action or ""
    (answer,) = await chief.presses_action(action)
    assert "cần chỉ huy" in answer.text
    await deputy.presses("Đồng ý nối")
    assert await acts(chat) == [(Act.GROUP_CONNECTED, False)]


async def test_a_chief_who_is_alone_answers_alone_and_the_log_says_so(chat: Chat) -> None:
    chief = await chat.staff("2002", Role.CHIEF)
    await types(chief, await asks_for_code(chief))
    await chief.presses("Đồng ý nối")
    assert await acts(chat) == [(Act.GROUP_CONNECTED, True)]
    await bring(chat)
    await tell(chat)
    pinned = [heard for heard in await chief.heard() if "đã ghim" in heard.text]
    assert len(pinned) == 1


async def test_only_who_may_answers(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await types(officer, await asks_for_code(officer))
    action = (await chief.labelled("Đồng ý nối"))[1].action or ""
    await chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")
    others = [
        officer,
        await chat.staff("2009", Role.REVIEWER, Role.ADMIN),
        await chat.staff("2010", Role.CHIEF, at="tam-thanh"),
        await chat.subscriber("3001"),
    ]
    for other in others:
        (answer,) = await other.presses_action(action)
        assert answer.alert
    for broken in ("group", "group:yes", "group:yes:x", "group:fly:" + action[-22:], "group:::"):
        (answer,) = await chief.presses_action(broken)
        assert answer.alert
    assert await rows(chat, group_chat) == 0


async def test_what_was_connected_meanwhile_is_not_connected_again(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await types(officer, await asks_for_code(officer))
    await chat.group(GROUP_ID)
    await chief.presses("Đồng ý nối")
    assert "đã được nối từ trước" in (await chief.last()).text
    assert await rows(chat, group_chat) == 1
    assert await rows(chat, group_request) == 0


@pytest.mark.parametrize(
    ("use", "said"), [("Tổ tiếp nhận tin báo", "Thẻ"), ("Kênh tin", "Kênh tin")]
)
async def test_a_review_group_and_a_channel_are_told_other_things(
    chat: Chat, use: str, said: str
) -> None:
    officer, chief = await officer_and_chief(chat)
    code = await asks_for_code(officer, use=use)
    if use == "Kênh tin":
        await posts_code(chat, code)
    else:
        await types(officer, code)
    await chief.presses("Đồng ý nối")
    (notice,) = await notices(chat)
    assert said in notice
    assert "/baotin" not in notice


@pytest.mark.parametrize(("whole", "said"), [(True, "có nội dung"), (False, "không có nội dung")])
async def test_a_review_group_is_told_what_its_cards_hold(
    chat: Chat, *, whole: bool, said: str
) -> None:
    unit = chat.unit
    await chat.do(
        lambda tx: setting_up.change_unit(
            tx,
            unit.id,
            name=unit.name,
            area_code=unit.area_code,
            duty_phone=unit.duty_phone,
            controller=unit.controller,
            retention=unit.retention,
            card_content=whole,
        )
    )
    officer, chief = await officer_and_chief(chat)
    await types(officer, await asks_for_code(officer, use="Tổ tiếp nhận tin báo"))
    await chief.presses("Đồng ý nối")
    assert said in (await notices(chat))[0]


def no_right(send: Send) -> Outcome | None:
    pins = send.outgoing.effect is not None
    return TurnedDown("rights: not enough rights to manage pinned messages") if pins else None


async def test_without_the_right_to_pin_it_is_said_and_mended_by_a_button(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await joined(chat, officer, chief)
    await bring(chat, no_right)
    assert await tell(chat) == 1
    for party in (officer, chief):
        assert "thiếu quyền" in (await party.last()).text
    await officer.presses("Ghim lại")
    (answer,) = await chief.presses("Ghim lại")
    assert "xin chờ" in answer.text
    sends = await bring(chat)
    assert done(sends, EffectKind.PIN) == [GROUP_ID]
    assert DeliveryKind.PINNED not in {send.kind for send in sends}, "what stands is pinned"
    assert await tell(chat) == 1
    assert "đã ghim" in (await officer.last()).text


def of_notice(outcome: Outcome) -> Callable[[Send], Outcome | None]:
    def answer(send: Send) -> Outcome | None:
        return outcome if send.kind is DeliveryKind.PINNED else None

    return answer


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (TurnedDown("rights: have no rights to send"), "không được phép viết"),
        (GoneAway(Until.THEY_WRITE, "removed"), "không còn ở trong đó"),
    ],
)
async def test_a_notice_that_did_not_arrive_is_told_and_put_up_again(
    chat: Chat, outcome: Outcome, said: str
) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await joined(chat, officer, chief)
    sends = await bring(chat, of_notice(outcome))
    assert done(sends, EffectKind.PIN) == []
    await tell(chat)
    assert said in (await officer.last()).text
    await chat.handle(
        Membership(
            chat=group.ref,
            sender=Sender("2001"),
            at=chat.clock.now(),
            change=MembershipChange.ADDED,
        )
    )
    await officer.presses("Đăng và ghim lại")
    assert done(await bring(chat), EffectKind.PIN) == [GROUP_ID]
    await tell(chat)
    assert "đã ghim" in (await officer.last()).text
    known = await group.address()
    assert known.unreachable is None
    assert known.group_id is not None
    group_id = known.group_id
    assert (await chat.look(lambda tx: units.get_group(tx, group_id))).left_at is None


async def test_a_notice_of_unknown_fate_goes_once_more_and_is_then_told(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await joined(chat, officer, chief)
    for _ in range(2):
        await bring(chat, of_notice(Unknowable("hung")))
        chat.clock.forward(seconds=10)
    await tell(chat)
    assert "không rõ thông báo" in (await chief.last()).text


async def test_nothing_is_told_before_the_notice_is_out(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await joined(chat, officer, chief)
    assert await tell(chat) == 0
    chat.clock.forward(days=3)
    assert await tell(chat) == 0, "a chief's yes does not lapse while the platform is away"


async def test_an_old_address_of_the_chat_is_taken_over(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    stranger = GroupParty(chat, GROUP_ID)
    await chat.do(lambda tx: addresses.ensure(tx, chat.account.id, stranger.ref.kind, GROUP_ID))
    before = await stranger.address()
    await joined(chat, officer, chief)
    assert (await stranger.address()).id == before.id
    assert await rows(chat, delivery) > 0


async def test_who_may_no_longer_put_up_notices_is_refused(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await joined(chat, officer, chief)
    await bring(chat, no_right)
    await tell(chat)
    action = (await officer.labelled("Ghim lại"))[1].action or ""
    other: Party = await chat.staff("2009", Role.REVIEWER)
    (answer,) = await other.presses_action(action)
    assert answer.alert
