"""Signing off in chat: nothing with figures of law is submitted before a chief or deputy signed."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from domain.audit import Act
from domain.campaign import CampaignState
from domain.roles import Role
from storage.campaigns import campaigns, runs
from storage.database import Tx
from storage.staff import audit
from storage.tables import sign_off
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import (
    ALCOHOL,
    HELMETS,
    NOT_ALLOWED,
    first,
    submit,
    tick,
    to_first_place,
    whole_unit,
    write,
)

SIGN = "Đã đối chiếu, ký"


async def acts(chat: Chat) -> list[Act]:
    def read(tx: Tx) -> Sequence[Act]:
        return [entry.act for entry in audit.entries(tx)]

    return list(await chat.look(read))


async def test_a_text_to_verify_is_signed_before_it_is_submitted(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, ALCOHOL)
    assert (await first(chat)).state is CampaignState.DRAFT
    assert "phải có chữ ký đối chiếu trước. Đã gửi tới Trần Chỉ Huy" in (await officer.last()).text
    request = await chief.last()
    assert "Phải đối chiếu: " in request.text
    assert "NĐ 168/2024" in request.text
    assert request.labels == [SIGN, "Không ký"]

    await chief.presses(SIGN)

    assert (await first(chat)).state is CampaignState.SUBMITTED
    assert "Trần Chỉ Huy đã ký đối chiếu" in (await officer.last()).text
    approval = await chief.last()
    assert approval.labels == ["Duyệt", "Không duyệt"]
    assert "đã được ký đối chiếu, có giá trị tới 23/11/2027" in approval.text
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED
    assert await acts(chat) == [
        Act.TEXT_SIGNED,
        Act.TEXT_SIGNED,
        Act.TEXT_SIGNED,
        Act.CAMPAIGN_SUBMITTED,
        Act.CAMPAIGN_APPROVED,
    ]


async def test_a_signature_holds_for_the_same_words_and_ends_after_twelve_months(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, ALCOHOL)
    await chief.presses(SIGN)
    await chief.presses("Duyệt")
    await write(officer, ALCOHOL)
    await officer.presses("Gửi duyệt")
    assert (await chief.last()).labels == ["Duyệt", "Không duyệt"]

    chat.clock.forward(days=366)
    await write(officer, ALCOHOL)
    await officer.presses("Gửi duyệt")
    assert (await chief.last()).labels == [SIGN, "Không ký"]


async def test_a_text_without_figures_asks_for_no_signature(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, HELMETS)
    assert (await chief.last()).labels == ["Duyệt", "Không duyệt"]


async def test_a_phone_number_typed_in_is_signed_and_a_signed_one_is_not_another(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    for phone, asked in (("0912 345 678", True), ("0912 345 678", False), ("0999 000 111", True)):
        await to_first_place(officer)
        await officer.writes("phường Đông Kinh")
        await officer.writes(f"giả danh điện lực, gọi từ số {phone}")
        await officer.writes("hết ngày 24/11")
        while "Bỏ bản tiếng" in "".join((await officer.last()).labels):
            await officer.presses(
                next(name for name in (await officer.last()).labels if "Bỏ bản" in name)
            )
        await officer.presses(await whole_unit(officer))
        await officer.presses("Ngay")
        await officer.presses("Gửi duyệt")
        request = await chief.last()
        assert (SIGN in request.labels) is asked, phone
        if asked:
            assert phone in request.text
            await chief.presses(SIGN)
        await chief.presses("Duyệt")


async def test_two_campaigns_that_wait_for_the_same_words_are_submitted_together(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, ALCOHOL)
    await write(officer, ALCOHOL)
    await officer.presses("Gửi duyệt")

    await chief.presses(SIGN)

    waiting = await chat.look(
        lambda tx: campaigns.waiting(tx, chat.unit.id, (CampaignState.SUBMITTED,))
    )
    assert [one.number for one in waiting] == [1, 2]
    assert sum(heard.labels == ["Duyệt", "Không duyệt"] for heard in await chief.heard()) == 2


async def test_signing_twice_or_by_two_at_once_signs_once(
    chat: Chat, officer: Party, chief: Party
) -> None:
    deputy = await chat.staff("2003", Role.DEPUTY, name="Phó Chỉ Huy")
    await submit(chat, officer, ALCOHOL)
    await chief.presses(SIGN)
    [again] = await chief.presses(SIGN)
    [late] = await deputy.presses(SIGN)

    assert "đã được ký" in again.text
    assert "đã được ký" in late.text
    rows = await chat.look(lambda tx: len(tx.connection.execute(select(sign_off)).all()))
    assert rows == 3


async def test_authors_do_not_sign_their_own_and_others_may_not(chat: Chat, chief: Party) -> None:
    await chat.subscriber("3001")
    deputy = await chat.staff("2003", Role.DEPUTY, name="Phó Chỉ Huy")
    other = await chat.staff("2004", Role.OFFICER, name="Cán Bộ Khác")
    await write(chief, ALCOHOL)
    await chief.presses("Gửi duyệt")
    _, button = await deputy.labelled(SIGN)
    assert button.action is not None

    [own] = await chief.presses_action(button.action)
    [not_allowed] = await other.presses_action(button.action)

    assert "không tự ký" in own.text
    assert not_allowed.text == NOT_ALLOWED
    assert (await first(chat)).state is CampaignState.DRAFT


async def test_what_is_not_signed_is_cancelled_and_its_author_told(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, ALCOHOL)
    await chief.presses("Không ký")
    assert (await first(chat)).state is CampaignState.CANCELLED
    assert "Trần Chỉ Huy không ký" in (await officer.last()).text
    [late] = await chief.presses(SIGN)
    assert "đã được quyết định hoặc đã hủy" in late.text


async def test_a_time_that_passed_before_the_signature_is_asked_for_anew(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, ALCOHOL, when="Sau 1 phút")
    chat.clock.forward(minutes=5)
    await chief.presses(SIGN)
    assert (await first(chat)).state is CampaignState.DRAFT
    await officer.presses("Ngay")
    assert (await first(chat)).state is CampaignState.SUBMITTED
    assert (await chief.last()).labels == ["Duyệt", "Không duyệt"]


async def test_a_signature_that_ended_before_the_time_sends_nothing(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, ALCOHOL, when="Sau 1 giờ")
    await chief.presses(SIGN)
    await chief.presses("Duyệt")
    ended = chat.clock.now() + timedelta(minutes=30)
    await chat.do(lambda tx: tx.connection.execute(sign_off.update().values(expires_at=ended)))
    chat.clock.forward(minutes=61)
    await tick(chat)

    assert "chữ ký đối chiếu nội dung đã hết giá trị" in (await officer.last()).text
    assert [run.state for run in await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 9))] == [
        "missed"
    ]


async def test_the_systems_own_texts_are_signed_one_after_the_other(
    chat: Chat, chief: Party
) -> None:
    left = []
    await chief.writes("/kyduyet")
    while (await chief.last()).labels == [SIGN]:
        left.append((await chief.last()).text.split("(còn ")[1].split(" ")[0])
        await chief.presses(SIGN)

    assert left == [str(number) for number in range(len(left), 0, -1)]
    assert len(left) >= 5
    assert (await chief.last()).text == "Không còn bài nào chờ ký đối chiếu."
    await chief.writes("/kyduyet")
    assert (await chief.last()).text == "Không còn bài nào chờ ký đối chiếu."


async def test_only_who_may_approve_sees_what_is_to_be_signed(chat: Chat, officer: Party) -> None:
    await officer.writes("/kyduyet")
    assert (await officer.last()).text == NOT_ALLOWED


async def test_what_waits_for_a_signature_is_listed_as_that(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, ALCOHOL)
    await officer.writes("/cacdot")
    assert "(chờ ký đối chiếu)" in (await officer.last()).text
    await chief.writes("/kyduyet")
    assert "NĐ 168/2024" in (await chief.last()).text


async def test_who_does_not_sign_cannot_end_what_another_has_signed(
    chat: Chat, officer: Party, chief: Party
) -> None:
    deputy = await chat.staff("2003", Role.DEPUTY, name="Phó Ví Dụ")
    await submit(chat, officer, ALCOHOL)
    _, old = await deputy.labelled("Không ký")
    assert old.action is not None
    [own] = await officer.presses_action(old.action)
    assert own.text
    await chief.presses(SIGN)
    assert (await first(chat)).state is CampaignState.SUBMITTED

    [late] = await deputy.presses_action(old.action)
    assert "ký" in late.text
    assert (await first(chat)).state is CampaignState.SUBMITTED
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED
