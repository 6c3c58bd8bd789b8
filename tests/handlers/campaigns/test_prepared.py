"""A campaign that was got ready elsewhere: its officer looks at it, mends it, hands it in."""

from dataclasses import replace
from datetime import timedelta

from bot.commands import campaigning
from broadcasts.desk import Desk
from domain.campaign import CampaignState
from domain.language import Language
from domain.own_text import OwnText
from domain.roles import Role
from handlers.campaigns import prepared
from handlers.campaigns.form import ASAP, Step, new_form
from storage.campaigns import prepared_drafts
from storage.database import Tx
from storage.people import units
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import HELMETS, STALE, first, tick, write

TITLE = "Khóa xe cẩn thận dịp cuối năm"
WORDS = "Dịp cuối năm kẻ gian hay lấy xe máy ở chợ.\n\nBà con khóa xe."


async def left_for(chat: Chat, officer: Party) -> None:
    where = await officer.address()
    staff_id = where.staff_id
    assert staff_id is not None
    desk = Desk(chat.context.outbox, chat.context.catalogue)
    form = replace(
        new_form(),
        step=Step.SUMMARY,
        subject="theft",
        own=OwnText(
            title=TITLE,
            bodies={Language.VI: WORDS},
            left_out=frozenset({Language.EN, Language.ZH}),
        ),
        area=chat.unit.area_code,
        due=ASAP,
    )

    def work(tx: Tx) -> None:
        known = units.get_staff(tx, staff_id)
        assert known is not None
        assert prepared.leave(tx, desk, known, form)

    await chat.do(work)


async def test_its_officer_alone_takes_it_up_and_hands_it_in(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    await left_for(chat, officer)
    notice = await officer.last()
    assert f"Có bản nháp chiến dịch “{TITLE}”" in notice.text
    opening = notice.buttons[0].action or ""
    other = await chat.staff("2009", Role.OFFICER)
    assert (await other.presses_action(opening))[0].text == STALE

    # While another is being written nothing of either is lost.
    await write(officer)
    assert "viết dở một chiến dịch" in (await officer.presses_action(opening))[0].text
    assert HELMETS in (await officer.last()).text
    await officer.presses("Bỏ")
    await officer.writes("/chiendich")
    await officer.presses(f"Bản nháp: {TITLE}")
    assert "Chiến dịch sắp gửi duyệt" in (await officer.last()).text
    assert (await officer.presses_action(opening))[0].text == STALE
    await officer.presses("Gửi duyệt")
    assert (await first(chat)).state is CampaignState.SUBMITTED
    await chief.presses("Duyệt")
    await tick(chat)
    await tick(chat)
    assert (await lan.last()).text.startswith(f"{TITLE}\n{WORDS}")

    desk = Desk(chat.context.outbox, chat.context.catalogue)
    shown = await chat.look(lambda tx: campaigning.shown(tx, desk, chat.unit, "1"))
    for part in ("đã gửi", TITLE, WORDS, "Hạn gửi: 24 giờ", "Lê Cán Bộ"):
        assert part in shown


async def test_one_that_is_dropped_or_left_lying_is_gone(chat: Chat, officer: Party) -> None:
    await left_for(chat, officer)
    await officer.presses("Bỏ bản nháp")
    assert "không gửi gì cả" in (await officer.last()).text
    for _ in range(9):
        await left_for(chat, officer)
    await officer.writes("/chiendich")
    assert "Còn 1 bản nháp nữa" in (await officer.last()).text
    assert await chat.do(prepared_drafts.forget_old) == 0
    chat.clock.forward(seconds=timedelta(days=30).total_seconds())
    assert await chat.do(prepared_drafts.forget_old) == 9
    assert (await officer.presses("Xem bản nháp"))[0].text == STALE
