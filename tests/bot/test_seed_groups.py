"""Groups of a set-up file are told of us; a file brings back none that was let go."""

from collections.abc import AsyncIterator

import pytest

from bot.plan import PlannedGroup, read_plan
from bot.seed import Update, update_plan
from domain.delivery import DeliveryKind, Outcome, Relocated
from domain.messages import ChatKind, ChatMoved, ChatRef, EffectKind
from domain.roles import Role
from handlers.groups import noticing
from storage.database import Tx
from storage.deliveries.windows import Send
from storage.groups import group_links
from storage.people import addresses, units
from storage.staff import setting_up
from tests.chat import DONG_KINH, Chat, GroupParty
from tests.handlers.groups.joining import bring, done, open_joining, tell

VILLAGE = "-1009990000002"
OTHER = "-1009990000003"


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_joining(migrated_database_url) as opened:
        unit_id, account_id = opened.unit.id, opened.account.id
        await opened.do(lambda tx: setting_up.give_account(tx, account_id, unit_id))
        yield opened


async def update(chat: Chat, *ids: str, purpose: str = "neighbourhood") -> Update:
    """Bring the unit up to date with a file that has some groups."""
    plan = read_plan(None)
    groups = tuple(
        PlannedGroup.model_validate(
            {"label": f"Nhóm {one[-1]}", "purpose": purpose, "area": DONG_KINH, "telegram": one}
        )
        for one in ids
    )
    unit = plan.unit.model_copy(update={"code": chat.unit.code})
    wanted = plan.model_copy(update={"unit": unit, "staff": (), "villages": (), "groups": groups})
    return await chat.do(lambda tx: update_plan(tx, wanted))


async def notices(chat: Chat) -> int:
    """Let the service's round put up what is due; return how many it put up."""
    return await chat.do(lambda tx: noticing.put_up_due(tx, chat.context))


async def test_a_group_of_a_file_gets_its_notice_pinned_and_the_chief_is_told(chat: Chat) -> None:
    chief = await chat.staff("2002", Role.CHIEF)
    assert (await update(chat, VILLAGE, OTHER)).added == 2
    assert await notices(chat) == 2
    heard = await GroupParty(chat, VILLAGE).heard()
    assert [one.kind for one in heard] == [DeliveryKind.PINNED]
    assert "Máy chỉ nhận" in heard[0].text
    sends = await bring(chat)
    assert sorted(done(sends, EffectKind.PIN)) == [VILLAGE, OTHER]
    assert await tell(chat) == 2
    told = [one.text for one in await chief.heard()]
    assert sum("đã ghim" in text for text in told) == 2
    await update(chat, VILLAGE, OTHER)
    assert await notices(chat) == 0, "once is enough"


async def test_a_group_with_another_purpose_is_told_anew(chat: Chat) -> None:
    await update(chat, VILLAGE)
    await notices(chat)
    await update(chat, VILLAGE, purpose="review")
    assert await notices(chat) == 1


async def test_a_file_does_not_connect_again_what_was_let_go(chat: Chat) -> None:
    await update(chat, VILLAGE, OTHER)
    await notices(chat)

    def let_go(tx: Tx) -> None:
        known = addresses.find(tx, chat.account.id, VILLAGE)
        assert known is not None
        assert known.group_id is not None
        group_links.disconnect(tx, known.group_id)

    await chat.do(let_go)
    after = await update(chat, VILLAGE, OTHER)
    assert (after.let_go, after.added, after.changed) == (("Nhóm 2",), 0, 0)
    assert await notices(chat) == 0

    def connect_by_code(tx: Tx) -> None:
        known = addresses.ensure(tx, chat.account.id, ChatKind.GROUP, VILLAGE)
        group_links.connect(tx, known.id, chat.unit.id, DONG_KINH, "neighbourhood", "Nhóm 2")

    await chat.do(connect_by_code)
    assert (await update(chat, VILLAGE, OTHER)).let_go == ()
    assert len(await chat.look(lambda tx: units.groups_of(tx, chat.unit.id, "neighbourhood"))) == 2


async def test_a_file_with_the_old_id_of_a_group_that_moved_does_not_take_it_over(
    chat: Chat,
) -> None:
    await update(chat, VILLAGE)
    await notices(chat)
    await bring(chat)
    village = GroupParty(chat, VILLAGE)
    living = (await village.address()).group_id
    moved_to = "-1008880000001"
    here = ChatRef(VILLAGE, ChatKind.GROUP)
    await chat.handle(ChatMoved(chat=here, at=chat.clock.now(), new_chat_id=moved_to))
    assert (await update(chat, VILLAGE)).added == 1
    assert await notices(chat) == 1

    def refused(send: Send) -> Outcome | None:
        return Relocated(moved_to) if send.chat.chat_id == VILLAGE else None

    await bring(chat, refused)
    known = await GroupParty(chat, moved_to).address()
    assert (known.group_id, known.unreachable) == (living, None)
    assert (await village.address()).group_id is None
    assert (await update(chat, VILLAGE)).let_go == ("Nhóm 2",)
