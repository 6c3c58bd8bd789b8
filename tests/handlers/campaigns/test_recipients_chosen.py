"""Recipients by language, part and subject: told honestly, without giving anybody away."""

from domain.language import Language
from domain.part import Part
from domain.subject import Subject
from handlers.wiring import make_router
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.people import choices
from tests.chat import Chat, Party
from tests.handlers.campaigns.sent_runs import settle_all
from tests.handlers.campaigns.world import first, tick, write


async def settle(
    chat: Chat, number: int, start: int, *parts: Part, language: Language = Language.VI
) -> list[Party]:
    """Let so many people with these parts live in the unit."""
    people = [await chat.subscriber(str(start + one), language=language) for one in range(number)]
    ids = [(await one.record()).id for one in people]

    def choose(tx: Tx) -> None:
        for person_id in ids:
            for part in parts:
                choices.set_part(tx, person_id, part, chosen=True)

    await chat.do(choose)
    return people


async def test_a_campaign_for_drivers_reaches_those_who_said_they_are(
    chat: Chat, officer: Party, chief: Party
) -> None:
    chat.router = make_router(chat.context)
    hoa = await chat.subscriber("4001")
    await hoa.writes("/vaitro lái xe")
    drivers = await settle(chat, 5, 5001, Part.DRIVER)
    traders = await settle(chat, 3, 6001, Part.TRADER)
    await write(officer)
    await officer.presses("Chọn người nhận")
    asked = await officer.last()
    assert {"Lái xe (6)", "Hộ kinh doanh (dưới 5)", "Nhà trường (0)"} <= set(asked.labels)
    assert "Đang chọn: mọi người. Số người nhận: 9." in asked.text
    await officer.presses("Lái xe (6)")
    assert "người có vai trò Lái xe. Số người nhận: 6." in (await officer.last()).text
    await officer.presses("Xong")
    summary = (await officer.last()).text
    assert "6 người đã đồng ý (tiếng Việt 6)" in summary
    assert "Chỉ gửi cho người có vai trò Lái xe." in summary
    before = (await submitted(chat, officer, chief)).hash()
    asked_chief = (await chief.last()).text
    assert "Chỉ gửi cho người có vai trò Lái xe." in asked_chief
    await chief.presses("Duyệt")
    await settle_all(chat)
    known = await first(chat)
    assert known.hash() == before
    assert known.audience.parts == (Part.DRIVER,)
    assert [len(await one.heard()) for one in drivers] == [1] * 5
    assert [len(await one.heard()) for one in traders] == [0] * 3


async def submitted(chat: Chat, officer: Party, chief: Party) -> Campaign:
    """Hand in, and return the campaign as it was handed in."""
    await officer.presses("Gửi duyệt")
    assert "Duyệt" in (await chief.last()).labels
    return await first(chat)


async def test_a_handful_is_told_as_fewer_than_five_and_cannot_be_found_by_subtracting(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await settle(chat, 11, 5001, Part.TRADER)
    await settle(chat, 3, 6001, Part.DRIVER)
    await settle(chat, 1, 7001, Part.TRADER, language=Language.EN)
    await write(officer)
    await officer.presses("Chọn người nhận")
    assert "Hộ kinh doanh (ít nhất 10)" in (await officer.last()).labels
    await officer.presses("Lái xe (dưới 5)")
    assert "Số người nhận: dưới 5." in (await officer.last()).text
    await officer.presses("Hộ kinh doanh (ít nhất 10)")
    assert "Số người nhận: ít nhất 15." in (await officer.last()).text
    await officer.presses("tiếng Việt")
    assert "Số người nhận: ít nhất 10." in (await officer.last()).text
    await officer.presses("✓ Hộ kinh doanh (ít nhất 10)")
    await officer.presses("Xong")
    for told in ((await officer.last()).text, await handed_in(officer, chief)):
        assert "dưới 5 người đã đồng ý (tiếng Việt)" in told
        assert "người dùng tiếng Việt; người có vai trò Lái xe" in told
    await chief.presses("Duyệt")
    await settle_all(chat)
    for command in ("/baocao 1", "/cacdot"):
        await officer.writes(command)
        said = (await officer.last()).text
        assert "dưới 5 người" in said
        assert "Định gửi" not in said
        assert "3/3" not in said


async def handed_in(officer: Party, chief: Party) -> str:
    await officer.presses("Gửi duyệt")
    return (await chief.last()).text


async def test_nobody_to_reach_is_said_before_it_is_handed_in(chat: Chat, officer: Party) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Chọn người nhận")
    await officer.presses("tiếng Trung")
    await officer.presses("Xong")
    assert "Hiện chưa có ai trong phạm vi này nhận được tin riêng." in (await officer.last()).text
    [answer] = await officer.presses("Gửi duyệt")
    assert "chưa gửi được" in answer.text


async def test_who_declined_the_subject_is_left_out_even_when_they_say_so_at_the_last_moment(
    chat: Chat, officer: Party, chief: Party
) -> None:
    chat.router = make_router(chat.context)
    lan, hoa, minh = [await chat.subscriber(str(one)) for one in (3001, 3002, 3003)]
    for one, subject in ((lan, "An toàn giao thông"), (hoa, "Pháo")):
        await one.writes("/loaitin")
        await one.presses(subject)
    await write(officer)
    assert "2 người đã đồng ý" in (await officer.last()).text
    assert "Ngoài ra 1 người đã chọn không nhận chủ đề này" in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    await tick(chat)
    await minh.writes("/loaitin")
    await minh.presses("An toàn giao thông")
    sent = await settle_all(chat)
    assert len(sent) == 1
    assert any(heard.id == sent[0].id for heard in await hoa.heard())
    known = await first(chat)
    assert known.audience.subject is Subject.TRAFFIC
    await officer.writes("/baocao 1")
    report = (await officer.last()).text
    assert "Định gửi: 2 người" in report
    assert "đã thôi nhận: 1" in report
