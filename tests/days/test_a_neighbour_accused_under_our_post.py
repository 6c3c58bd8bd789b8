"""Neighbours accuse one of theirs under our post, before everybody's eyes, and wrongly."""

from domain.audit import Act
from domain.delivery import GoneAway, Outcome
from domain.failures import Until
from domain.messages import EffectKind
from storage.deliveries.windows import Send
from storage.staff import audit
from tests.chat import Heard, Party
from tests.days.commune import Commune, on_platforms, only_on, open_commune
from tests.days.rows import row
from tests.handlers.campaigns.world import HELMETS
from tests.platforms import TELEGRAM, ZALO_BOT, ZALO_OA, Platform

NAMED = ("Bảy", "Tám", "nhà số 8")
ACCUSED = "ông Bảy nhà số 8 ngày nào cũng uống rượu rồi lái xe, có khi còn bán ma túy"
TOO = "đúng đấy, ông Bảy bán ma túy cho tụi nhỏ, ai cũng biết"
AND_HER = "cả bà Tám cạnh đó cũng bán hàng cấm cùng ông Bảy"
NEVER_CAME = "1003"
"""A member of the group who never opened the chat with us."""
REMOVE, UNSAY = "Gỡ khỏi nhóm", "Xin gỡ lời của tôi"


@on_platforms(TELEGRAM)
async def test_words_against_a_neighbour_reach_a_person_and_stand_before_everybody_no_longer(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=(3, 4)) as commune:
        lan = await commune.resident("1001", 3)
        hoa = await commune.resident("1002", 3)
        minh = commune.chat.resident(NEVER_CAME)
        code = await _is_posted(commune)
        await _three_accuse(commune, lan, minh, hoa)
        await _the_reviewer_takes_words_down(commune, lan)
        await _another_takes_back_her_own(commune, hoa)
        await _somebody_tells_privately_instead(commune)
        await _it_was_false_and_nobody_is_blamed(commune, lan)

        # Nothing was quoted, in any chat but that of who reads tips.
        own = {heard.id for heard in await commune.desk.heard()}
        others = [heard.text for heard in await commune.chat.said() if heard.id not in own]
        assert not [text for text in others for name in NAMED if name in text]
        assert await commune.groups[4].news() == []
        await _everything_is_in_the_figures(commune, code)


@only_on(ZALO_OA, ZALO_BOT)
async def test_where_no_machine_takes_words_down_people_are_asked_to_and_nobody_is_promised_more(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=(3, 4)) as commune:
        lan = await commune.resident("1001", 3)
        hoa = await commune.resident("1002", 3)
        minh = commune.chat.resident(NEVER_CAME)
        await _is_posted(commune)
        await _three_accuse(commune, lan, minh, hoa)
        await commune.chief.news()
        for words in (ACCUSED, TOO):
            told = await _press_on_card(commune, words, REMOVE)
            assert "máy không gỡ được, đã nhờ người phụ trách nhóm gỡ bằng tay" in told
            (asked,) = await commune.chief.news()
            assert "“Nhóm thôn Ví Dụ 3”" in asked.text
            assert "Xin nhờ trưởng nhóm hoặc phó nhóm xóa" in asked.text
        await hoa.presses(UNSAY)
        if not platform.able.buttons:
            # What takes something away is asked again where a number was typed.
            await hoa.presses(UNSAY)
        assert "Bà con tự gỡ được ngay" in (await hoa.last()).text
        await commune.settles()
        assert await commune.groups[3].news() == []
        own = {heard.id for heard in await commune.desk.heard()}
        others = [heard.text for heard in await commune.chat.said() if heard.id not in own]
        assert not [text for text in others for name in NAMED if name in text]
        tips = row(await commune.figures(), "B3")
        assert [tips[name] for name in ("new", "public", "at_end")] == [3, 3, 3]
        await commune.agrees()


def _as_telegram(send: Send) -> Outcome | None:
    """Answer that nobody can write first to who never came."""
    if send.chat.chat_id == NEVER_CAME:
        return GoneAway(Until.THEY_WRITE, "bot can't initiate conversation with a user")
    return None


async def _is_posted(commune: Commune) -> str:
    officer = commune.officer
    await officer.writes("/chiendich")
    await officer.presses("An toàn giao thông")
    for label in (HELMETS, "Dùng bài này", "Toàn đơn vị (2)", "Có", "Ngay", "Gửi duyệt"):
        await officer.presses(label)
    await commune.chief.presses("Duyệt")
    await commune.settles()
    (post,) = await commune.groups[4].news()
    return post.text.rsplit(" ", 1)[1]


async def _three_accuse(commune: Commune, lan: Party, minh: Party, hoa: Party) -> None:
    """Each becomes a tip of a person's own; the group sees one neutral line, each writer more."""
    group = commune.groups[3]
    (post,) = await group.news()
    for party in (lan, hoa):
        await party.news()
    for party, words in ((lan, ACCUSED), (minh, TOO), (hoa, AND_HER)):
        await party.writes(words, in_group=group, reply_to=post.message_id)
    await commune.passes(minutes=5, answer=_as_telegram)
    (line,) = await group.news()
    assert line.text == "Cảm ơn bà con. Việc cần giữ kín, xin bấm Báo tin riêng."
    under = post.message_id if commune.chat.platform.able.quotes else None
    assert line.outgoing.reply_to == under, "under our post, never under their words"
    for party in (lan, hoa):
        (receipt,) = await party.news()
        assert "mọi người trong nhóm đều thấy tên và lời bà con viết" in receipt.text
        assert UNSAY in receipt.labels
    cards = await commune.desk.news()
    assert ["Viết công khai trong nhóm" in card.text for card in cards] == [True] * 3
    assert ["Địa bàn: thôn Ví Dụ 3" in card.text for card in cards] == [True] * 3
    assert all(REMOVE in card.labels for card in cards)


async def _card(commune: Commune, words: str) -> Heard:
    return next(card for card in await commune.desk.heard() if words in card.text)


async def _press_on_card(commune: Commune, words: str, label: str) -> str:
    """Press a button of the card that shows some words; return the answer."""
    card = await _card(commune, words)
    (button,) = [button for button in card.buttons if button.label == label]
    answers = await commune.reviewer.presses_action(
        button.action or "", of=commune.desk, message_id=card.message_id
    )
    await commune.passes(minutes=1, answer=_as_telegram)
    return answers[0].text if answers else ""


async def _taken_down(commune: Commune) -> int:
    """Return how many messages were deleted in the group since the last look, without a word."""
    said = await commune.groups[3].news()
    assert all(one.outgoing.effect and not one.text for one in said)
    return sum(
        one.outgoing.effect is not None and one.outgoing.effect.kind is EffectKind.REMOVE
        for one in said
    )


async def _the_reviewer_takes_words_down(commune: Commune, lan: Party) -> None:
    assert "đang gỡ khỏi nhóm" in await _press_on_card(commune, ACCUSED, REMOVE)
    assert await _taken_down(commune) == 1
    assert (
        "Hoàng Tiếp Nhận đã gỡ lời trong nhóm; người viết được báo riêng"
        in (await commune.desk.last()).text
    )
    (notice,) = await lan.news()
    assert notice.text == "Bà con có tin mới từ Công an xã Cao Lộc."
    await lan.presses("Xem")
    (told,) = await lan.news()
    assert "không ai bị nói oan trước mặt cả xóm. Bà con không có lỗi gì" in told.text
    assert "đã gỡ khỏi nhóm rồi" in await _press_on_card(commune, ACCUSED, REMOVE)

    # Who never came to us cannot be told; the reviewer knows it.
    await commune.desk.news()
    await _press_on_card(commune, TOO, REMOVE)
    assert await _taken_down(commune) == 1
    said = [one.text for one in await commune.desk.news()]
    assert any("Chưa nhắn riêng được cho người viết" in text for text in said)


async def _another_takes_back_her_own(commune: Commune, hoa: Party) -> None:
    await hoa.presses_at_once(UNSAY, hoa)
    await commune.passes(minutes=1)
    assert await _taken_down(commune) == 1
    assert "gỡ" not in (await hoa.last()).text, "others may look at her phone"
    await hoa.presses("Xem")
    assert "Đã gỡ lời của bà con khỏi nhóm." in (await hoa.last()).text
    assert "do người viết xin" in (await commune.desk.last()).text
    await hoa.presses("Báo nhầm")
    assert "báo nhầm, không sao cả" in (await hoa.last()).text
    await commune.settles()
    assert "người báo cho biết là báo nhầm. Tin đã kết thúc" in (await commune.desk.last()).text


async def _somebody_tells_privately_instead(commune: Commune) -> None:
    """The neutral line leads there: the group sees nothing of it, the tip is of the same post."""
    _, button = await commune.groups[3].labelled("Báo tin riêng")
    binh = commune.chat.resident("1004")
    assert button.start is not None
    await binh.starts(button.start)
    await binh.writes("ông Bảy không uống rượu; người khác mượn xe ông ấy chạy tối qua")
    await commune.passes(minutes=5)
    card = await _card(commune, "người khác mượn xe")
    assert "Viết công khai" not in card.text
    assert "Địa bàn: thôn Ví Dụ 3" in card.text
    assert REMOVE not in card.labels
    assert "Trả lời bài" in card.text
    assert await commune.groups[3].news() == []
    for label in ("Nhận việc", "Kết thúc"):
        await _press_on_card(commune, "người khác mượn xe", label)
    await commune.reviewer.presses("Đã xử lý", of=commune.desk)
    await commune.settles()


async def _it_was_false_and_nobody_is_blamed(commune: Commune, lan: Party) -> None:
    for words in (ACCUSED, TOO):
        await _press_on_card(commune, words, "Kết thúc")
        await commune.reviewer.presses("Không đủ căn cứ", of=commune.desk)
        await commune.settles(_as_telegram)
    await lan.presses("Xem")
    told = (await lan.last()).text
    assert "chưa đủ căn cứ để xử lý. Cảm ơn bà con" in told
    assert not [word for word in ("sai", "vu khống", "bịa", "phạt", "oan") if word in told.split()]
    await commune.reviewer.writes("/tin")
    assert "Không có tin nào đang mở" in (await commune.reviewer.last()).text


async def _everything_is_in_the_figures(commune: Commune, code: str) -> None:
    told = await commune.reach(code)
    assert "số người trả lời: 4 (mỗi bài tính mỗi người một lần); tin báo từ bài đăng: 4." in told
    report = await commune.figures()
    tips = row(report, "B3")
    names = ("new", "public", "closed", "not_enough", "mistaken", "handled", "at_end")
    assert [tips[name] for name in names] == [4, 3, 4, 2, 1, 1, 0]
    assert row(report, "B4")["tips"] == 0
    acts = await commune.chat.look(lambda tx: [one.act for one in audit.entries(tx)])
    assert acts.count(Act.TIP_TAKEN_DOWN) == 2, "the writer's own wish is no act of staff"
    await commune.agrees()
