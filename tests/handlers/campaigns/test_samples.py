"""Previews and tests: exactly what would come, to the officer alone, counted nowhere."""

from sqlalchemy import func, select

from domain.language import Language
from storage.database import Tx
from storage.tables import delivery, run
from tests.chat import Chat, Heard, Party
from tests.handlers.campaigns.sent_runs import settle_all
from tests.handlers.campaigns.world import newest_run, to_first_place, whole_unit, write


def bodies(heard: list[Heard]) -> list[str]:
    return [one.text for one in heard if one.outgoing.heading]


async def test_the_preview_is_what_residents_and_groups_get_but_for_code_and_buttons(
    chat: Chat, officer: Party, chief: Party
) -> None:
    group = await chat.group("-100", label="Nhóm Hai")
    people = [
        await chat.subscriber(str(3000 + number), language=language)
        for number, language in enumerate(Language)
    ]
    await write(officer)
    await officer.presses("Quay lại")
    await officer.presses("Dùng bài này")
    await officer.presses(await whole_unit(officer))
    await officer.presses("Có")
    await officer.presses("Ngay")
    await officer.news()
    await officer.presses("Xem trước")
    shown = await officer.news()
    assert ["tiếng Việt" in shown[0].text, "Nhóm Hai" in shown[-3].text] == [True, True]
    [answer] = await officer.presses("Đã đọc")
    assert "không có tác dụng" in answer.text
    assert (await officer.last()).labels[0] == "Gửi duyệt"
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await settle_all(chat)
    code = (await newest_run(chat)).code
    received = [await one.last() for one in (*people, group)]
    assert bodies(shown) == [one.text.replace(code, "AN-XXXXX") for one in received]
    assert [one.labels for one in shown if one.outgoing.heading] == [one.labels for one in received]
    actions = {button.action for one in shown[:-1] for button in one.buttons}
    assert actions == {"sample:"}
    assert not any(button.start for one in shown for button in one.buttons)


async def test_a_test_goes_to_its_author_alone_is_marked_and_counted_nowhere(
    chat: Chat, officer: Party
) -> None:
    lan = await chat.subscriber("3001")
    await write(officer)
    await officer.news()
    await officer.presses("Gửi thử cho tôi")
    found = await officer.news()
    headings = [one.outgoing.heading for one in found if one.outgoing.heading]
    assert [heading.split(" – ")[0] for heading in headings] == ["THỬ", "TEST", "测试"]
    assert "Đã gửi thử 3 bản chỉ cho anh/chị" in found[-1].text
    assert await lan.heard() == []
    await chat.deliver()

    def counted(tx: Tx) -> tuple[int, int]:
        runs = tx.connection.execute(select(func.count()).select_from(run)).scalar_one()
        query = select(func.count()).where(delivery.c.kind == "campaign")
        return int(runs), int(tx.connection.execute(query).scalar_one())

    assert await chat.look(counted) == (0, 0)
    assert "Gửi duyệt" in found[-1].labels


async def test_who_gets_it_in_another_language_is_said(chat: Chat, officer: Party) -> None:
    await chat.subscriber("3001")
    for number in (1, 2):
        await chat.subscriber(f"310{number}", language=Language.ZH)
    await to_first_place(officer)
    for value in ("phường Đông Kinh", "giả danh điện lực", "hết ngày 24/11"):
        await officer.writes(value)
    while "Bỏ bản tiếng" in "".join((await officer.last()).labels):
        await officer.presses(next(n for n in (await officer.last()).labels if "Bỏ bản" in n))
    await officer.presses(await whole_unit(officer))
    await officer.presses("Ngay")
    assert "2 người dùng tiếng Trung sẽ nhận bản tiếng Việt" in (await officer.last()).text
    await officer.presses("Xem trước")
    assert not any("tiếng Trung" in heard.text for heard in (await officer.heard())[-3:])
