"""Posting packs: given for a group of its own, noted by hand, taken back, counted apart."""

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from broadcasts import checking, reach, reach_words
from broadcasts.desk import Desk
from domain.campaign import RunState
from domain.clock import local
from domain.ids import short
from domain.language import Language
from domain.period import Period
from domain.roles import Role
from domain.start_payload import decode
from handlers.campaigns import dialogue as campaigns
from handlers.library import browsing
from handlers.packs import giving
from handlers.residents import commands as residents
from handlers.staff import answering, commands
from handlers.tips import taking as tips
from reports import period_report, text, workbook
from storage.campaigns import leaflets, own_photo_ends, packs
from storage.campaigns.packs import Pack
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import links
from storage.staff import audit
from storage.tips.media_folder import MediaFolder
from tests.chat import DONG_KINH, Chat, Party, Takers, open_chat
from tests.darkroom import Darkroom
from tests.handlers.campaigns.world import HELMETS, NOT_ALLOWED, newest_run, submit, tick, write
from tests.pictures import jpeg

VILLAGE = f"{DONG_KINH}-kp-vi-du-2"
GROUP = "Zalo khối phố Ví Dụ 2"
TAKERS = Takers(
    private=(
        answering.take,
        tips.emergency,
        campaigns.staff_dialogue,
        giving.take,
        residents.start,
        residents.dialogue,
        commands.command,
        tips.take,
    ),
    presses={
        **tips.PRESSES,
        **campaigns.PRESSES,
        **browsing.PRESSES,
        **giving.PRESSES,
        **residents.PRESSES,
    },
)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, TAKERS) as world:
        yield world


@pytest.fixture
async def officer(chat: Chat) -> Party:
    return await chat.staff("2001", Role.OFFICER, name="Lê Cán Bộ")


@pytest.fixture
async def chief(chat: Chat) -> Party:
    return await chat.staff("2002", Role.CHIEF, name="Trần Chỉ Huy")


async def _sent(chat: Chat, officer: Party, chief: Party) -> Run:
    await submit(chat, officer, HELMETS)
    await chief.presses("Duyệt")
    await tick(chat)
    await chat.deliver()
    await tick(chat)
    return await newest_run(chat)


async def _with_group(officer: Party, name: str = GROUP, members: str = "120 người") -> None:
    await officer.writes("/goidang")
    await officer.presses("Các nhóm đăng tay")
    await officer.presses("Thêm nhóm")
    await officer.writes(name)
    await officer.presses("Zalo")
    labels = (await officer.last()).labels
    await officer.presses(next(label for label in labels if "Ví Dụ 2" in label))
    if members:
        await officer.writes(members)
    else:
        await officer.presses("Không rõ")


async def _pack(chat: Chat, run: Run) -> Pack:
    (found,) = await chat.look(lambda tx: packs.of_run(tx, run.id))
    return found


async def _told(chat: Chat, run: Run) -> str:
    def read(tx: Tx) -> str:
        say = Desk(chat.context.outbox, chat.context.catalogue).say(Language.VI)
        return reach_words.render(reach.of_run(tx, run), say)

    return await chat.look(read)


async def test_a_pack_has_text_card_and_link_of_its_own_and_counts_apart_once_posted(
    chat: Chat, officer: Party, chief: Party
) -> None:
    run = await _sent(chat, officer, chief)
    await _with_group(officer)
    await officer.writes(f"/goidang {run.code}")
    before = await officer.heard()
    await officer.presses(GROUP)
    given = [heard for heard in await officer.heard() if heard not in before]
    copied, card = given[1], given[2]
    assert copied.text.startswith(HELMETS)
    assert run.code in copied.text
    address = copied.text.rsplit("\n", 1)[1]
    payload = decode(address.split("?start=")[1])
    pack = await _pack(chat, run)
    assert (payload.pack, payload.area) == (pack.id, VILLAGE)
    assert copied.buttons == ()
    media = card.outgoing.media
    assert media is not None
    words = (await chat.look(lambda tx: leaflets.get(tx, media))).words
    assert (words.link, words.draft) == (address, "")
    assert "Đăng tay" not in await _told(chat, run)

    targeted = (await chat.look(lambda tx: reach.of_run(tx, run))).private.targeted
    await officer.presses_at_once("Đã đăng", officer)
    assert (
        "đăng tay ở nhóm “Zalo khối phố Ví Dụ 2”. Thành viên lúc đăng: 120 (khai tay)"
        in (await officer.last()).text
    )
    found = await chat.look(lambda tx: reach.of_run(tx, run))
    assert (found.by_hand.posts, found.by_hand.members) == (1, 120)
    assert (found.private.targeted, found.posts.targeted, found.members) == (targeted, 0, 0)
    assert await chat.look(checking.verify) == []

    guest = chat.resident("9001")
    await guest.starts(address.split("?start=")[1])
    counted = await chat.look(lambda tx: links.of_pack(tx, pack.id))
    assert (counted.opened, counted.newcomers) == (1, 1)
    await guest.writes("Tối nào cũng có người bán pháo nổ ở cổng chợ Ví Dụ")
    assert (
        "Đăng tay (qua người): 1 nhóm; thành viên 120 (khai tay); mở đường dẫn 1 lần, "
        "người mới 1, tin báo 1." in await _told(chat, run)
    )
    found = await chat.look(lambda tx: reach.of_run(tx, run))
    assert (found.tips_by_hand, found.tips_by_post, found.tips_explicit) == (1, 0, 0)
    assert await chat.look(checking.verify) == []
    acts = await chat.look(lambda tx: [entry.act.value for entry in audit.entries(tx)])
    assert acts.count("pack_posted") == 1
    assert "hand_group_added" in acts


async def test_a_pack_of_a_campaign_with_the_units_own_photo_has_it_until_it_is_erased(
    chat: Chat, officer: Party, chief: Party, tmp_path: Path
) -> None:
    room = Darkroom(chat, MediaFolder(tmp_path / "media"))
    await chat.subscriber("3001")
    await write(officer)
    labels = (await officer.last()).labels
    await officer.presses(next(label for label in labels if label.startswith("Kèm ảnh")))
    await room.sends(officer, jpeg((300, 200)))
    await room.develops()
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    run = await newest_run(chat)
    await _with_group(officer)
    await officer.news()
    await officer.writes(f"/goidang {run.code}")
    await officer.presses(GROUP)
    (photo,) = [one for one in await officer.news() if "đã được duyệt, để đăng" in one.text]
    file = await room.opened(photo.outgoing)
    assert file.content.startswith(b"\xff\xd8")
    for picture in await room.photos():
        await chat.do(partial(_erase, picture.id))
    await officer.presses(GROUP)
    told = [one.text for one in await officer.news()]
    assert any("không còn được giữ" in one for one in told)


def _erase(photo_id: UUID, tx: Tx) -> None:
    own_photo_ends.erase(tx, photo_id)


async def test_a_wrong_note_is_taken_back_and_changes_no_figure_for_good(
    chat: Chat, officer: Party, chief: Party
) -> None:
    run = await _sent(chat, officer, chief)
    await _with_group(officer, members="")
    await officer.writes("/goidang 1")
    await officer.presses(GROUP)
    await officer.presses("Đã đăng")
    assert "thành viên không biết" in await _told(chat, run) or "không" in await _told(chat, run)
    await officer.presses("Chưa đăng, ghi nhầm")
    assert "Đăng tay" not in await _told(chat, run)
    (answer,) = await officer.presses("Chưa đăng, ghi nhầm")
    assert "chưa được ghi" in answer.text
    await officer.presses("Đã đăng")
    assert (await _pack(chat, run)).stands
    acts = await chat.look(lambda tx: [entry.act.value for entry in audit.entries(tx)])
    assert [act for act in acts if act.startswith("pack")] == [
        "pack_posted",
        "pack_post_undone",
        "pack_posted",
    ]
    assert await chat.look(checking.verify) == []


async def test_a_withdrawal_reminds_who_posted_by_hand_and_no_old_pack_is_posted_after_it(
    chat: Chat, officer: Party, chief: Party
) -> None:
    run = await _sent(chat, officer, chief)
    await _with_group(officer)
    await officer.writes("/goidang 1")
    await officer.presses(GROUP)
    await officer.presses("Đã đăng")
    _, posted = await officer.labelled("Đã đăng")

    await officer.writes("/rutlai 1")
    assert (
        "Đăng tay, người đăng sẽ được nhắc gỡ (1 nhóm): Zalo khối phố Ví Dụ 2."
        in (await officer.last()).text
    )
    await officer.presses((await officer.last()).labels[0])
    for _ in Language:
        if "Gửi duyệt" not in (await officer.last()).labels:
            await officer.writes("ghi sai nội dung")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    asked = next(heard for heard in reversed(await officer.heard()) if "XIN GỠ BÀI" in heard.text)
    assert asked.labels == ["Đã gỡ bài"]
    await officer.writes("/goidang")
    await officer.presses("Còn phải gỡ (1)")
    assert (await officer.last()).labels == [f"{run.code} · {GROUP}"]
    await officer.presses("Đã gỡ bài")
    await officer.presses("Còn phải gỡ (1)")
    assert (await officer.last()).text == "Không còn bài đăng tay nào phải gỡ."
    assert not (await _pack(chat, run)).stands
    assert (await chat.look(lambda tx: reach.of_run(tx, run))).by_hand.posts == 1
    (answer,) = await officer.presses("Đã gỡ bài")
    assert "không còn đứng đó" in answer.text
    await officer.writes(f"/goidang {run.code}")
    assert "đã được đính chính hoặc rút lại" in (await officer.last()).text
    (answer,) = await officer.presses_action(posted.action or "")
    assert answer.text


async def test_the_period_report_has_a_table_of_what_was_posted_by_hand(
    chat: Chat, officer: Party, chief: Party
) -> None:
    now = chat.clock.now()
    period = Period(local(now).date(), local(now + timedelta(days=1)).date())

    def report(tx: Tx) -> bytes:
        made = period_report.of_unit(tx, chat.unit, period)
        return text.render(made).encode() + b"\0" + workbook.write(made)

    run = await _sent(chat, officer, chief)
    assert b"B1c" not in (await chat.look(report)).split(b"\0", 1)[0]
    await _with_group(officer)
    await officer.writes(f"/goidang {run.code}")
    await officer.presses(GROUP)
    await officer.presses("Đã đăng")
    await chat.resident("9001").starts(f"z1t_k{short((await _pack(chat, run)).id)}")
    await chat.resident("9001").writes("Tối nào cũng có người bán pháo nổ ở cổng chợ Ví Dụ")
    told, book = (await chat.look(report)).split(b"\0", 1)
    assert "Đăng tay (qua người)" in told.decode()
    assert "Thành viên lúc đăng (khai tay)" in told.decode()
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        assert b'name="B1c"' in opened.read("xl/workbook.xml")
    assert run.state is not RunState.CANCELLED


async def test_groups_have_one_name_a_number_that_can_be_and_an_end(
    chat: Chat, officer: Party
) -> None:
    await _with_group(officer, members="một trăm")
    assert "Xin gõ một số từ 1 đến 100.000" in (await officer.last()).text
    await officer.writes("1.200")
    await _with_group(officer)
    assert "đã có nhóm tên" in (await officer.last()).text
    await officer.presses("Bỏ")

    await officer.writes("/goidang")
    await officer.presses("Các nhóm đăng tay")
    await officer.presses(f"{GROUP} · Zalo")
    assert "Thành viên: 1.200 (khai tay)" in (await officer.last()).text
    await officer.presses("Sửa số thành viên")
    await officer.writes("90")
    assert "90 (khai tay)" in (await officer.last()).text
    await officer.presses("Bỏ nhóm này")
    assert await chat.look(lambda tx: packs.groups_of(tx, chat.unit.id)) == []

    reviewer = await chat.staff("2009", Role.REVIEWER, name="Người Tiếp Nhận")
    await reviewer.writes("/goidang")
    assert (await reviewer.last()).text == NOT_ALLOWED
    _, button = await officer.labelled("Thêm nhóm")
    (answer,) = await reviewer.presses_action(button.action or "")
    assert answer.text == NOT_ALLOWED


async def test_a_group_named_after_a_danger_is_noted_and_is_no_alarm(
    chat: Chat, officer: Party
) -> None:
    await officer.writes("/goidang")
    await officer.presses("Các nhóm đăng tay")
    await officer.presses("Thêm nhóm")
    await officer.writes("Cháy nhà gọi ngay, cứu với")
    said = [heard.text for heard in await officer.heard()]
    assert any("Nhóm ở ứng dụng nào?" in text for text in said)
    assert any("114" in text for text in said)
    assert not any(heard.tip_id for heard in await officer.heard())
