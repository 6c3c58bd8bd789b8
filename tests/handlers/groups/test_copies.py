"""Where a channel's posts are discussed, we comment first, and answers count for the post."""

from collections.abc import AsyncIterator

import pytest

from broadcasts import amending
from broadcasts.desk import Desk
from domain.delivery import Facet
from domain.ids import short
from domain.messages import ChatKind, ChatMoved, ChatRef, Copied, EffectKind
from domain.start_payload import Purpose, StartPayload, decode
from domain.tip import Binding
from handlers.groups import copies
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries import ledger
from storage.tables import post_copy
from tests.chat import GroupParty, Heard
from tests.handlers.groups.joining import rows
from tests.tips.world import World, open_world

CHANNEL = "-1009990000009"


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as made:
        made.chat.router = make_router(made.chat.context)
        yield made


async def copied(
    world: World, post_id: str | None, *, into: GroupParty | None = None, copy_id: str = "m800"
) -> None:
    """Let the platform copy a channel's post into a group, twice as after a crash of ours."""
    assert post_id is not None
    for _ in range(2):
        await world.chat.handle(
            Copied(
                chat=(into or world.village).ref,
                at=world.chat.clock.now(),
                message_id=copy_id,
                channel_id=CHANNEL,
                post_id=post_id,
            )
        )


async def comment(world: World) -> list[Heard]:
    """Let the round comment, and bring what it says."""
    await world.chat.do(lambda tx: copies.comment_due(tx, world.chat.context))
    await world.chat.deliver()
    return await world.village.news()


async def posted(world: World) -> Heard:
    channel = await world.chat.group(CHANNEL, purpose="channel", label="Kênh Ví Dụ")
    post = await world.campaign(post=channel)
    await copied(world, post.message_id)
    return post


async def test_our_comment_comes_first_and_once_and_leads_to_the_private_chat(
    world: World,
) -> None:
    post = await posted(world)
    (said,) = await comment(world)
    assert "ai cũng thấy" in said.text
    assert said.outgoing.reply_to == "m800"
    [start] = [decode(button.start or "") for button in said.buttons]
    assert start == StartPayload(purpose=Purpose.TIP, post=post.id)
    assert await comment(world) == []


async def test_answers_to_the_copy_and_to_our_comment_are_answers_to_the_post(
    world: World,
) -> None:
    post = await posted(world)
    (said,) = await comment(world)
    await world.lan.writes("cuối xóm có người bán pháo", in_group=world.village, reply_to="m800")
    tip = await world.tip()
    assert (tip.bound, tip.group_id is not None) == (Binding.EXPLICIT, True)
    await world.lan.writes("đã xem ạ", in_group=world.village, reply_to=said.message_id)
    assert await world.facets(post) == {Facet.REPLIED, Facet.TIPS, Facet.ACKNOWLEDGED}
    assert await world.village.news() == [], "our comment was the neutral line"
    world.chat.clock.forward(minutes=11)
    await world.lan.writes("đã xem ạ", in_group=world.village, reply_to="m800")
    (line,) = await world.village.news()
    assert line.outgoing.reply_to == "m800"


async def test_the_button_under_the_copy_counts_for_the_post(world: World) -> None:
    post = await posted(world)
    (answer,) = await world.lan.presses_action(
        f"ack:{short(post.id)}", of=world.village, message_id="m800"
    )
    assert not answer.alert
    assert await world.facets(post) == {Facet.ACKNOWLEDGED}
    (answer,) = await world.lan.presses_action(
        f"ack:{short(post.id)}", of=world.village, message_id="m801"
    )
    assert answer.alert, "that is no copy of it"


async def test_a_copy_that_comes_before_its_post_is_written_down_waits(world: World) -> None:
    channel = await world.chat.group(CHANNEL, purpose="channel", label="Kênh Ví Dụ")
    await copied(world, "m5", copy_id="m800")
    assert await comment(world) == []
    post = await world.campaign(post=channel)
    await copied(world, post.message_id, copy_id="m900")
    assert len(await comment(world)) == 1
    assert await rows(world.chat, post_copy) == 2
    world.chat.clock.forward(minutes=10)
    assert await comment(world) == [], "an officer wrote that one by hand"
    assert await rows(world.chat, post_copy) == 1


async def test_copies_of_strange_channels_and_in_strange_groups_leave_no_trace(
    world: World,
) -> None:
    await copied(world, "m5")
    await posted(world)
    before = await rows(world.chat, post_copy)
    await copied(world, "m6", into=GroupParty(world.chat, "-1009990000055"))
    await copied(world, "m7", into=world.desk)
    assert await rows(world.chat, post_copy) == before == 1


async def test_when_the_group_moves_its_copies_are_forgotten(world: World) -> None:
    await posted(world)
    await world.chat.handle(
        ChatMoved(
            chat=ChatRef(world.village.platform_id, ChatKind.GROUP),
            at=world.chat.clock.now(),
            new_chat_id="-1009990000077",
        )
    )
    assert await rows(world.chat, post_copy) == 0


async def test_a_withdrawn_post_takes_its_copy_and_our_comment_with_it(world: World) -> None:
    post = await posted(world)
    (said,) = await comment(world)
    desk = Desk(world.chat.context.outbox, world.chat.context.catalogue)

    def withdraw(tx: Tx) -> int:
        row = ledger.get(tx, post.id)
        assert row is not None
        assert row.run_id is not None
        return amending.take_down(tx, desk, row.run_id)

    assert await world.chat.do(withdraw) == 1
    await world.chat.deliver()
    done = [one.outgoing.effect for one in await world.village.news() if one.outgoing.effect]
    assert {(one.kind, one.message_id) for one in done} == {
        (EffectKind.REMOVE, "m800"),
        (EffectKind.WITHDRAW, said.message_id),
    }
