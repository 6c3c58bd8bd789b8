"""Alarms: who is on duty first, then the chief, then all; each once, until somebody has it."""

import asyncio
from collections.abc import Sequence

import pytest

from domain.audit import Act
from domain.delivery import Lane
from domain.language import Language
from domain.roles import Role
from domain.tip import TipOutcome
from storage.database import Tx
from storage.staff import audit
from storage.tips import tips as stored_tips
from tests.chat import Heard, Party
from tests.tips.world import World, open_world
from tips import paging
from tips.paging import PageRules

CRY = "cháy nhà rồi, cứu với"
RULES = PageRules()


async def ring(world: World, **by: float) -> None:
    """Let time pass and the clock ring, twice: the second ring must change nothing."""
    world.chat.clock.forward(**by)
    for _ in range(2):
        await world.chat.do(lambda tx: paging.escalate_due(tx, world.chat.context, RULES))
    await world.chat.deliver()


async def pages(*parties: Party) -> list[int]:
    """Return how often each was paged."""
    return [len([one for one in await party.heard() if is_page(one)]) for party in parties]


def is_page(heard: Heard) -> bool:
    return heard.lane is Lane.URGENT and "Đã nhận" in heard.labels


async def said(world: World, words: str) -> int:
    return sum(words in one.text for one in await world.desk.heard())


async def test_who_is_on_duty_is_paged_and_nobody_else(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        other = await world.chat.staff("770010020009", Role.DUTY_OFFICER, name="Trực Hai Ví Dụ")
        await other.writes("/truc")
        await world.lan.writes(CRY)
        assert await pages(world.duty, other, world.chief, world.reviewer) == [0, 1, 0, 0]


async def test_with_nobody_on_duty_every_duty_officer_is_paged(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        other = await world.chat.staff("770010020009", Role.DUTY_OFFICER, name="Trực Hai Ví Dụ")
        await other.writes("/truc")
        await other.writes("/hettruc")
        await world.lan.writes(CRY)
        assert await pages(world.duty, other, world.chief) == [1, 1, 0]


async def test_a_duty_that_nobody_ended_is_over_after_a_day(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.reviewer.writes("/truc")
        world.chat.clock.forward(hours=25)
        await world.lan.writes(CRY)
        assert await pages(world.duty, world.reviewer) == [1, 0]


async def test_what_is_not_acknowledged_goes_to_the_chief_then_to_all_each_once(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(CRY)
        await ring(world, minutes=4)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 0, 0]
        await ring(world, minutes=1)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 1, 0]
        assert await said(world, "đã báo động cho chỉ huy") == 1
        await ring(world, minutes=5)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 1, 1]
        assert await said(world, "mọi người được xem tin") == 1
        for _ in range(5):
            await ring(world, minutes=5)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 1, 1]
        assert await said(world, "đã quá 15 phút") == 1


@pytest.mark.parametrize("how", ["taken", "given", "mistaken", "closed", "erased"])
async def test_the_alarm_ends_when_somebody_has_it_or_nothing_is_left(
    migrated_database_url: str, how: str
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(CRY)
        await world.tick()
        if how == "taken":
            await world.reviewer.presses("Nhận việc", of=world.desk)
        elif how == "given":
            # Who gives it away has looked; the card is with somebody by name now.
            await world.reviewer.presses("Giao cho…", of=world.desk)
            await world.reviewer.presses("Hoàng Ví Dụ", of=world.desk)
        elif how == "mistaken":
            await world.lan.presses("Báo nhầm")
        else:
            tip = await world.tip()

            def end(tx: Tx) -> None:
                if how == "erased":
                    stored_tips.erase(tx, tip)
                else:
                    stored_tips.close(tx, tip, TipOutcome.HANDLED, None)

            await world.chat.do(end)
        for _ in range(6):
            await ring(world, minutes=5)
        assert await pages(world.chief, world.reviewer) == [0, 0]
        assert await said(world, "đã quá 15 phút") == 0


async def test_a_new_cry_after_the_acknowledgement_begins_anew(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(CRY)
        await world.duty.presses("Đã nhận")
        world.chat.clock.forward(minutes=11)
        await world.lan.writes("cứu với, cháy lan sang nhà bên rồi")
        assert await pages(world.duty, world.chief) == [2, 0]
        await ring(world, minutes=6)
        assert await pages(world.duty, world.chief) == [2, 1]
        assert await said(world, "đã quá 15 phút") == 0


async def test_who_has_seen_a_page_has_the_target_time_to_take_the_tip(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(CRY)
        await world.duty.presses("Đã nhận")
        await ring(world, minutes=14)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 0, 0]
        assert await said(world, "đã quá 15 phút") == 0
        await ring(world, minutes=1)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 1, 0]
        assert await said(world, "đã quá 15 phút") == 1
        await world.chief.presses("Đã nhận")
        for _ in range(4):
            await ring(world, minutes=5)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 1, 0]
        assert await said(world, "đã quá 15 phút") == 1


async def test_a_danger_that_grows_pages_again_soon_after_an_acknowledgement(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("có người bị đâm ở chợ, chảy nhiều máu")
        world.chat.clock.forward(minutes=1)
        await world.duty.presses("Đã nhận")
        # So soon that nobody is paged at once, but the alarm is watched.
        await world.lan.writes("cứu với, cháy rồi")
        assert await pages(world.duty, world.chief) == [1, 0]
        await ring(world, minutes=5)
        assert await pages(world.duty, world.chief) == [2, 0]
        await world.duty.presses("Đã nhận")
        world.chat.clock.forward(minutes=3)
        await world.lan.writes("cháy lan sang nhà bên, có trẻ em mắc kẹt, cứu với")
        assert await pages(world.duty, world.chief) == [3, 0]
        await ring(world, minutes=5)
        assert await pages(world.duty, world.chief) == [3, 1]


async def test_whoever_can_be_reached_again_is_paged_then(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        for party in (world.duty, world.chief, world.reviewer):
            await party.blocks()
        await world.lan.writes(CRY)
        for _ in range(6):
            await ring(world, minutes=5)
        assert await pages(world.duty, world.chief, world.reviewer) == [0, 0, 0]
        await world.duty.writes("/truc")
        await ring(world, minutes=5)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 0, 0]
        await world.chief.writes("/truc")
        await ring(world, minutes=5)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 1, 0]


async def test_cries_that_go_on_do_not_put_off_the_target_time(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(CRY)
        world.chat.clock.forward(minutes=11)
        await world.lan.writes("cứu với, cháy lan sang nhà bên rồi")
        assert await pages(world.duty) == [2]
        await ring(world, minutes=4)
        assert await said(world, "đã quá 15 phút") == 1


async def test_what_only_the_chief_may_see_pages_the_chief_alone(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("xe chở hàng cấm")
        await world.tick()
        await world.lan.presses("Chỉ chỉ huy xem")
        await world.lan.writes(CRY)
        for _ in range(4):
            await ring(world, minutes=5)
        assert await pages(world.duty, world.chief, world.reviewer) == [0, 1, 0]


async def test_no_page_and_no_line_says_what_the_tip_is_about(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(f"{CRY}, nhà bà Ví Dụ")
        for _ in range(4):
            await ring(world, minutes=5)
        for party in (world.duty, world.chief, world.reviewer):
            for heard in await party.heard():
                assert "bà Ví Dụ" not in heard.text
                assert "cháy" not in heard.text


async def test_two_clocks_that_ring_at_once_page_once(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(CRY)
        world.chat.clock.forward(minutes=6)

        def work(tx: Tx) -> int:
            return paging.escalate_due(tx, world.chat.context, RULES)

        await asyncio.gather(*(world.chat.do(work) for _ in range(4)))
        assert await pages(world.chief, world.reviewer) == [1, 0]


async def test_killed_in_the_middle_of_a_step_it_is_done_again_whole(
    migrated_database_url: str,
) -> None:
    class Killed(BaseException):
        """The process died here."""

    async with open_world(migrated_database_url) as world:
        await world.lan.writes(CRY)
        world.chat.clock.forward(minutes=6)

        def dies(tx: Tx) -> None:
            paging.escalate_due(tx, world.chat.context, RULES)
            raise Killed

        with pytest.raises(Killed):
            await world.chat.do(dies)
        assert await pages(world.chief) == [0]
        await ring(world)
        assert await pages(world.chief) == [1]


async def test_without_a_chief_who_can_be_reached_the_next_step_comes_at_once(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.chief.blocks()
        await world.lan.writes(CRY)
        await ring(world, minutes=5)
        assert await pages(world.duty, world.chief, world.reviewer) == [1, 0, 1]
        await world.duty.blocks()
        assert await said(world, "mọi người được xem tin") == 1


async def test_with_nobody_to_page_the_target_time_is_still_told(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        for party in (world.duty, world.chief, world.reviewer):
            await party.blocks()
        await world.lan.writes(CRY)
        await ring(world, minutes=16)
        assert await said(world, "chưa báo riêng được") == 1
        assert await said(world, "đã quá 15 phút") == 1


async def names_of(world: World, acts: Sequence[Act]) -> list[Act]:
    entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
    return [entry.act for entry in entries if entry.act in acts]


async def test_duty_is_taken_and_ended_by_word_and_written_down(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.duty.writes("/hettruc")
        assert "đang không trực" in (await world.duty.last()).text
        for _ in range(2):
            await world.duty.writes("/trực")
        taken = (await world.duty.last()).text
        assert "Đang trực: Trực Ban Ví Dụ." in taken
        assert "09:00" in taken
        await world.duty.writes("/hettruc")
        assert "Chưa ai báo trực" in (await world.duty.last()).text
        acts = await names_of(world, (Act.DUTY_TAKEN, Act.DUTY_ENDED))
        assert acts == [Act.DUTY_TAKEN, Act.DUTY_TAKEN, Act.DUTY_ENDED]


async def test_who_may_not_read_urgent_tips_takes_no_duty(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        officer = await world.chat.staff("770010020010", Role.OFFICER)
        for words in ("/truc", "/hettruc"):
            await officer.writes(words)
            assert "không có quyền" in (await officer.last()).text
        assert await names_of(world, (Act.DUTY_TAKEN, Act.DUTY_ENDED)) == []


async def test_duty_is_spoken_of_in_every_language(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        say = world.chat.context.catalogue.say
        for language in Language:
            assert "X" in say(language, "officers.duty_who", ten="X")
            assert "A-1" in say(language, "review.late", ma_tin="A-1", phut="15")
