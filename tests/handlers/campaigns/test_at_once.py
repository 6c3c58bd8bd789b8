"""Deciding and firing when several things happen in the same instant, or meanwhile."""

import asyncio

import pytest
from sqlalchemy import delete, update

from domain.campaign import CampaignState, RunState
from domain.messages import PressAnswer
from domain.roles import Role
from storage.campaigns import runs
from storage.database import Tx
from storage.people import dialogues
from storage.tables import staff, staff_role
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import NOT_ALLOWED, first, newest_run, submit, tick, write


async def action_of(party: Party, label: str) -> str:
    _, button = await party.labelled(label)
    assert button.action is not None
    return button.action


async def at_once(*presses: tuple[Party, str]) -> list[str]:
    """Press several buttons in the same instant; return what was answered, in order."""
    answers: list[list[PressAnswer]] = await asyncio.gather(
        *(party.presses_action(action) for party, action in presses)
    )
    return [answer.text for [answer] in answers]


async def without_roles(chat: Chat, party: Party) -> None:
    staff_id = (await party.address()).staff_id

    def take_away(tx: Tx) -> None:
        tx.connection.execute(delete(staff_role).where(staff_role.c.staff_id == staff_id))

    await chat.do(take_away)


async def test_two_approvers_in_the_same_instant_start_one_run(
    chat: Chat, officer: Party, chief: Party
) -> None:
    deputy = await chat.staff("2004", Role.DEPUTY, name="Phó Chỉ Huy")
    await submit(chat, officer)
    one, other = await action_of(chief, "Duyệt"), await action_of(deputy, "Duyệt")

    said = await at_once((chief, one), (deputy, other), (chief, one), (deputy, other))

    assert sum("đã được quyết định" in text for text in said) == 3
    told = [heard.text for heard in await officer.heard()]
    assert sum("đã duyệt chiến dịch số 1" in text for text in told) == 1
    await asyncio.gather(*(tick(chat) for _ in range(4)))
    assert len(await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 9))) == 1


async def test_one_approves_and_the_other_takes_it_back_in_the_same_instant(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, when="Sau 1 giờ")
    await officer.writes("/huy 1")
    approve, cancel = await action_of(chief, "Duyệt"), await action_of(officer, "Hủy hẳn")

    await at_once((chief, approve), (officer, cancel))

    # Taken back last, whether it was approved before or never.
    assert (await first(chat)).state is CampaignState.CANCELLED
    chat.clock.forward(hours=2)
    await tick(chat)
    assert await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 9)) == []


async def test_a_campaign_cancelled_while_it_starts_is_one_or_the_other(
    chat: Chat, officer: Party, chief: Party
) -> None:
    for number in range(1, 6):
        if number == 1:
            await submit(chat, officer)
        else:
            await write(officer)
            await officer.presses("Gửi duyệt")
        await chief.presses("Duyệt")
        await officer.writes(f"/huy {number}")
        cancel = await action_of(officer, "Hủy hẳn")
        [answer], *_ = await asyncio.gather(officer.presses_action(cancel), tick(chat), tick(chat))

        started = await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 9))
        if answer.text:
            assert "đã được quyết định" in answer.text
            assert len([run for run in started if run.state is RunState.SENDING]) >= 1
        else:
            assert f"Đã hủy chiến dịch số {number}" in "".join(
                heard.text for heard in await officer.heard()
            )
        numbers = [run.campaign_id for run in started]
        assert len(numbers) == len(set(numbers))


async def test_after_the_start_the_number_cancels_the_run(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await chief.presses("Duyệt")
    await tick(chat)
    run = await newest_run(chat)

    for typed in ("/huy 1", "/huy số 1", "/huy #1"):
        await officer.writes(typed)
        assert f"Hủy hẳn đợt {run.code}" in (await officer.last()).text
    await officer.presses("Hủy hẳn")

    assert (await newest_run(chat)).state is RunState.CANCELLED


async def test_who_lost_the_role_meanwhile_decides_nothing(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await without_roles(chat, chief)

    assert [answer.text for answer in await chief.presses("Duyệt")] == [NOT_ALLOWED]
    assert [answer.text for answer in await chief.presses("Không duyệt")] == [NOT_ALLOWED]
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_who_lost_the_role_before_giving_the_reason_turns_nothing_down(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await chief.presses("Không duyệt")
    await without_roles(chat, chief)

    await chief.writes("Chưa ổn")

    assert (await chief.last()).text == NOT_ALLOWED
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_who_left_the_unit_decides_nothing(chat: Chat, officer: Party, chief: Party) -> None:
    await submit(chat, officer)
    approve = await action_of(chief, "Duyệt")
    staff_id = (await chief.address()).staff_id
    await chat.do(
        lambda tx: tx.connection.execute(
            update(staff).where(staff.c.id == staff_id).values(active=False)
        )
    )

    [answer] = await chief.presses_action(approve)

    assert answer.text == NOT_ALLOWED
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_an_author_who_became_chief_does_not_approve_their_own(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    approve = await action_of(chief, "Duyệt")
    staff_id = (await officer.address()).staff_id
    await chat.do(
        lambda tx: tx.connection.execute(
            staff_role.insert().values(staff_id=staff_id, role=Role.CHIEF.value)
        )
    )

    [answer] = await officer.presses_action(approve)

    assert "Không tự duyệt" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_a_reason_and_an_approval_in_the_same_instant_decide_once(
    chat: Chat, officer: Party, chief: Party
) -> None:
    deputy = await chat.staff("2004", Role.DEPUTY, name="Phó Chỉ Huy")
    await submit(chat, officer)
    await chief.presses("Không duyệt")
    approve = await action_of(deputy, "Duyệt")

    await asyncio.gather(chief.writes("Thiếu địa điểm"), deputy.presses_action(approve))

    state = (await first(chat)).state
    told = "\n".join(heard.text for heard in await officer.heard())
    assert ("Phó Chỉ Huy đã duyệt" in told) is (state is CampaignState.APPROVED)
    assert ("Trần Chỉ Huy không duyệt" in told) is (state is CampaignState.REJECTED)
    assert state in {CampaignState.APPROVED, CampaignState.REJECTED}


@pytest.mark.parametrize("typed", ["\u200b", "...", "👎", "\u202e", "1", "\u3164\u3164"])
async def test_a_reason_without_words_is_asked_for_again(
    chat: Chat, officer: Party, chief: Party, typed: str
) -> None:
    await submit(chat, officer)
    await chief.presses("Không duyệt")

    await chief.writes(typed)

    assert "Ví dụ: Thiếu địa điểm cụ thể." in (await chief.last()).text
    assert (await first(chat)).state is CampaignState.SUBMITTED
    await chief.writes("Thiếu\u200b địa điểm")
    assert "Lý do: Thiếu địa điểm" in (await officer.last()).text
    me = await chief.address()
    assert await chat.look(lambda tx: dialogues.current(tx, me.id)) is None


async def test_a_reason_too_long_is_not_cut_in_silence(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await chief.presses("Không duyệt")
    await chief.writes("quá dài " * 100)
    assert "dài quá 500" in (await chief.last()).text
    assert (await first(chat)).state is CampaignState.SUBMITTED
