"""What is written in a group by editing a message is heard as if it had been written so."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.messages import Addressed, Edit, Message, Sender
from domain.roles import Role
from handlers.wiring import make_router
from storage.tables import group_request
from tests.chat import GroupParty, Party
from tests.handlers.groups.joining import GROUP_ID, asks_for_code, rows
from tests.tips.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as made:
        made.chat.router = make_router(made.chat.context)
        yield made


async def edits(
    world: World,
    who: Party,
    text: str,
    where: GroupParty,
    *,
    reply_to: str | None = None,
    message_id: str = "m700",
) -> None:
    """Give a message that was written to others words that are for us."""
    await world.chat.handle(
        Edit(
            chat=where.ref,
            sender=Sender(who.platform_id),
            at=world.chat.clock.now(),
            message_id=message_id,
            text=text,
            reply_to=reply_to,
            addressed=Addressed.REPLY if reply_to else Addressed.COMMAND,
        )
    )


async def test_a_connecting_code_typed_by_editing_asks_the_chief(world: World) -> None:
    officer = await world.chat.staff("770010020008", Role.OFFICER)
    code = await asks_for_code(officer)
    strange = GroupParty(world.chat, GROUP_ID)
    await edits(world, officer, f"/ketnoi {code}", strange)
    assert "Đã hỏi chỉ huy" in (await officer.last()).text
    assert "Đồng ý nối" in (await world.chief.last()).labels
    await edits(world, officer, f"/ketnoi {code}", strange)
    assert "Mã nối nhóm sai" in (await officer.last()).text
    assert await strange.heard() == []


async def test_a_code_typed_anonymously_tells_its_owner_and_stays_good(world: World) -> None:
    officer = await world.chat.staff("770010020008", Role.OFFICER)
    code = await asks_for_code(officer)
    strange = GroupParty(world.chat, GROUP_ID)
    await world.chat.handle(
        Message(
            chat=strange.ref,
            sender=Sender("1087968824", anonymous=True),
            at=world.chat.clock.now(),
            message_id="m1",
            text=f"/ketnoi {code}",
            addressed=Addressed.COMMAND,
        )
    )
    assert "ẩn danh" in (await officer.last()).text
    assert await rows(world.chat, group_request) == 0
    await officer.writes(f"/ketnoi {code}", in_group=strange, addressed=Addressed.COMMAND)
    assert await rows(world.chat, group_request) == 1


async def test_a_danger_written_by_editing_gets_the_numbers_and_pages(world: World) -> None:
    post = await world.campaign(post=world.village)
    await world.village.news()
    await edits(world, world.lan, "cháy nhà rồi cứu với", world.village, reply_to=post.message_id)
    numbers, _line = await world.village.news()
    assert "114" in numbers.text
    assert len(await world.duty.heard()) == 1
    assert (await world.tip()).public


async def test_despair_in_an_edit_is_not_told_to_the_group(world: World) -> None:
    message = await world.lan.writes("/baotin có việc buồn lắm", in_group=world.village)
    await world.village.news()
    await edits(
        world,
        world.lan,
        "/baotin tôi không muốn sống nữa",
        world.village,
        message_id=message.message_id,
    )
    (said,) = await world.village.news()
    assert "một mình" not in said.text
    assert "115" in said.text
    assert len(await world.tips()) == 1


async def test_an_answer_to_a_post_that_tells_something_only_now_becomes_a_tip(
    world: World,
) -> None:
    post = await world.campaign(post=world.village)
    said = await world.lan.writes("đã xem", in_group=world.village, reply_to=post.message_id)
    assert await world.tips() == []
    for text in ("đã xem ạ", "cuối xóm có người bán pháo", "đầu xóm có người bán pháo"):
        await edits(
            world,
            world.lan,
            text,
            world.village,
            reply_to=post.message_id,
            message_id=said.message_id,
        )
    assert (await world.tip()).run_id is not None
    await world.tick(minutes=3)
    (card,) = await world.cards()
    assert "│ đầu xóm" in card.text


async def test_among_reviewers_an_edited_word_is_no_new_answer(world: World) -> None:
    await world.lan.writes("cuối xóm có người bán pháo")
    await world.tick(minutes=3)
    (card,) = await world.cards()
    before = len(await world.lan.heard())
    await edits(world, world.reviewer, "Nhà số mấy ạ?", world.desk, reply_to=card.message_id)
    assert len(await world.lan.heard()) == before


async def test_many_who_cry_at_once_get_the_numbers_once_in_half_a_minute(world: World) -> None:
    await world.village.news()
    for number in range(4):
        party = world.chat.resident(f"88001001004{number}")
        await party.writes("cháy nhà rồi cứu với", in_group=world.village)
    said = [heard.text for heard in await world.village.news()]
    assert sum("114" in text for text in said) == 1
    assert len(await world.tips()) == 4
    world.chat.clock.forward(seconds=31)
    await world.lan.writes("cháy nhà rồi cứu với", in_group=world.village)
    assert "114" in (await world.village.news())[0].text


async def test_a_reply_to_the_post_of_a_run_long_over_is_bound_to_it(world: World) -> None:
    post = await world.campaign(post=world.village)
    world.chat.clock.forward(days=40)
    await world.lan.writes(
        "cuối xóm có người bán pháo", in_group=world.village, reply_to=post.message_id
    )
    assert (await world.tip()).run_id is not None


async def test_in_a_group_with_topics_everything_is_said_in_the_topic_of_who_wrote(
    world: World,
) -> None:
    there = replace(world.village.ref, thread="77")
    for text in ("/baotin có người lạ", "/baotin cháy nhà rồi cứu với", "/baotin cháy nhà cứu với"):
        await world.chat.handle(
            Message(
                chat=there,
                sender=Sender(world.lan.platform_id),
                at=world.chat.clock.now(),
                message_id=world.chat.next_id(),
                text=text,
                addressed=Addressed.COMMAND,
            )
        )
    said = await world.village.news()
    assert len(said) == 3, "a line and, in a topic, the numbers each time"
    assert {heard.outgoing.thread for heard in said} == {"77"}
