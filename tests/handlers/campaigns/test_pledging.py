"""A campaign asks for a pledge: its words as they are, or as the unit puts them, all approved."""

from domain.language import Language
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import first, newest_run, submit, tick, whole_unit

PLEDGE = "Cam kết của gia đình tôi: đi đường an toàn"
OWN = "Tôi và gia đình cam kết không nẹt pô, không đi xe dàn hàng ngang."


async def to_words(chat: Chat, officer: Party) -> None:
    await chat.subscriber("3001")
    await officer.writes("/chiendich")
    await officer.presses("An toàn giao thông")
    while PLEDGE not in (await officer.last()).labels:
        await officer.presses("Xem thêm")
    await officer.presses(PLEDGE)
    await officer.presses("Dùng bài này")


async def hand_in(officer: Party) -> None:
    await officer.presses(await whole_unit(officer))
    await officer.presses("Ngay")
    await officer.presses("Gửi duyệt")


async def test_the_librarys_words_go_out_with_the_button_above_the_others(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await to_words(chat, officer)
    assert "Lời cam kết bà con sẽ ký" in (await officer.last()).text
    await officer.presses("Dùng lời này")
    await hand_in(officer)
    known = await first(chat)
    assert known.content.pledge is not None
    assert known.content.pledge.version(Language.VI).startswith("giao-thong-2026.1:")
    await chief.presses("Đã đối chiếu, ký")
    await chief.presses("Duyệt")
    await tick(chat)
    lan = chat.resident("3001")
    sent = await lan.last()
    assert [len(row) for row in sent.outgoing.buttons] == [1, 2, 2]
    assert sent.labels[0] == "Ký cam kết"
    assert set((await newest_run(chat)).content) == {"vi", "en", "zh", "post"}


async def test_other_words_are_another_version_in_each_language_that_stays(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await to_words(chat, officer)
    shipped = chat.context.library.get("pledge-02-traffic").pledge
    assert shipped is not None
    for wrong, why in (
        ("…", "không được để trống"),
        ("Tôi cam kết " * 40, "nhiều nhất 400"),
        ("Tôi cam kết {gì}", "ngoặc nhọn"),
        ("Tôi cam kết, xem tại scam.top", "scam.top"),
    ):
        await officer.writes(wrong)
        assert why in (await officer.last()).text
    await officer.writes(OWN)
    assert "bản tiếng Anh" in (await officer.last()).text
    await officer.presses("Dùng lời này")
    await officer.writes("My family and I pledge not to race.")
    await officer.presses("Bỏ bản tiếng Trung")
    await hand_in(officer)
    known = await first(chat)
    pledge = known.content.pledge
    assert pledge is not None
    assert pledge.words == {
        Language.VI: OWN,
        Language.EN: "My family and I pledge not to race.",
    }
    assert pledge.version(Language.VI) != shipped.version(Language.VI)
    assert known.content.bodies[Language.VI].startswith(f"{OWN} Đồng ý, bà con bấm")
    await chief.presses("Đã đối chiếu, ký")
    assert OWN in "\n".join(heard.text for heard in await chief.heard())


async def test_an_ordinary_text_asks_for_no_pledge(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    assert (await first(chat)).content.pledge is None
    assert "Ký cam kết" not in (await chief.last()).labels
