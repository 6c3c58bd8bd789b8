"""What no handler could manage still becomes a tip, by the shortest way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import update

from domain.messages import Location, Message, Sender
from domain.roles import Role
from handlers.tips import taking
from handlers.wiring import make_router
from storage.database import Tx
from storage.people import dialogues
from storage.sealing import KeysUnusable
from storage.tables import dialogue
from storage.tips import tip_events
from tests.chat import GroupParty, Takers, open_chat
from tests.tips.world import LAN, World, open_world

STORY = "có nhóm tụ tập trước chợ"


@asynccontextmanager
async def open_broken_world(url: str) -> AsyncIterator[World]:
    """Open a world in which every private message goes the shortest way."""
    async with open_chat(url, Takers(private=(taking.keep_unhandled,))) as chat:
        lan = await chat.subscriber(LAN)
        reviewer = await chat.staff("770010020002", Role.REVIEWER)
        desk = await chat.group("-990010030003", purpose="review", label="Tiếp nhận")
        village = GroupParty(chat, "-990010030004")
        yield World(chat, lan, reviewer, reviewer, reviewer, desk, village)


async def test_its_words_and_place_reach_the_reviewers(migrated_database_url: str) -> None:
    async with open_broken_world(migrated_database_url) as world:
        await world.lan.writes(STORY, location=Location(21.85, 106.76))
        await world.tick()
        (card,) = await world.cards()
        assert f"│ {STORY}" in card.text
        assert "21.85000, 106.76000" in card.text
        assert await world.lan.news() == []


async def test_brought_twice_it_is_one_tip(migrated_database_url: str) -> None:
    async with open_broken_world(migrated_database_url) as world:
        message = await world.lan.writes(STORY)
        await world.chat.handle(message)
        assert len(await world.tips()) == 1


async def test_a_cry_is_urgent_and_gets_the_numbers(migrated_database_url: str) -> None:
    async with open_broken_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà rồi, cứu với")
        assert (await world.tip()).urgent
        assert "114" in (await world.lan.last()).text


async def test_commands_thanks_and_officers_notes_are_no_tips(migrated_database_url: str) -> None:
    async with open_broken_world(migrated_database_url) as world:
        await world.lan.writes("/khuvuc")
        await world.lan.writes("cảm ơn ạ")
        await world.reviewer.writes("mai họp lúc 8 giờ")
        assert await world.tips() == []


@pytest.mark.parametrize("text", [STORY, "cháy nhà rồi, cứu với"])
async def test_what_was_kept_and_is_tried_again_stays_one_piece(
    migrated_database_url: str, text: str
) -> None:
    async with open_world(migrated_database_url) as world:
        message = await world.lan.writes(text)
        heard = len(await world.lan.heard())
        await world.chat.handle(message)
        tip = await world.tip()
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert [event.text for event in events].count(text) == 1
        assert len(await world.lan.heard()) == heard


async def test_an_unreadable_dialogue_loses_nothing_of_what_they_write(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        chat = world.chat
        chat.router = make_router(chat.context)
        me = await world.lan.address()

        def spoil(tx: Tx) -> None:
            dialogues.keep(tx, me.id, "tip", {})
            mine = dialogue.c.address_id == me.id
            unreadable = {"data": b"\x01k999" + bytes(40)}
            tx.connection.execute(update(dialogue).where(mine).values(unreadable))

        await chat.do(spoil)
        cry = Message(
            chat=world.lan.ref,
            sender=Sender(world.lan.platform_id),
            at=chat.clock.now(),
            message_id="m99",
            text="cháy nhà số 8 rồi, cứu với",
        )
        with pytest.raises(KeysUnusable):
            await chat.handle(cry)
        await chat.do(lambda tx: chat.router.apologise(tx, chat.account, cry))
        assert (await world.tip()).urgent
        said = [heard.text for heard in await world.lan.heard()]
        assert any("114" in text for text in said)
