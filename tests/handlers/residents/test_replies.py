"""Words that our texts tell people to write back are answered and counted, and are no tips."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from broadcasts import checking, reach
from domain.delivery import Lane
from domain.roles import Role
from domain.tip import Binding, TipKind
from handlers.residents.replies import SAFE_WITHIN
from handlers.wiring import make_router
from storage.campaigns import pledges
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import mutes
from storage.people.residents import Wish
from storage.tips import tip_events, tips
from tests.chat import Chat, Party, Takers, open_chat
from tests.handlers.residents.pledging import FIREWORKS, run_of

FLOOD = "alert-03-flood"
VALUES = {
    "khu_vuc": "khối phố Ví Dụ 2",
    "tinh_hinh": "nước lên",
    "dia_diem": "nhà văn hóa",
    "hieu_luc": "hết ngày mai",
}


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as opened:
        opened.router = make_router(opened.context)
        yield opened


async def alert(chat: Chat, *people: Party) -> Run:
    return await run_of(chat, FLOOD, people, values=VALUES)


async def safe(chat: Chat, run: Run) -> tuple[int, int]:
    def read(tx: Tx) -> tuple[int, int]:
        found = reach.of_run(tx, run)
        assert checking.verify(tx) == []
        return found.private.safe, found.posts.safe

    return await chat.look(read)


async def tips_of(party: Party) -> int:
    return len({heard.tip_id for heard in await party.heard() if heard.tip_id is not None})


async def pages(duty: Party) -> int:
    return sum("Có tin khẩn cấp" in heard.text for heard in await duty.heard())


async def test_who_is_safe_is_counted_on_the_alert_once_and_is_no_tip(chat: Chat) -> None:
    lan, binh = await chat.subscriber("1001"), await chat.subscriber("1002")
    run = await alert(chat, lan, binh)
    await run_of(chat, "traffic-02-helmet", [lan])
    await lan.writes("nha em an toan roi a")
    assert "đã ghi nhận" in (await lan.last()).text
    await lan.writes("AN TOÀN")
    assert "ghi nhận bà con an toàn rồi" in (await lan.last()).text
    await binh.writes("We are safe!", reply_to=(await binh.last()).message_id)
    assert await safe(chat, run) == (2, 0)
    assert (await tips_of(lan), await tips_of(binh)) == (0, 0)


async def test_who_is_no_longer_safe_is_counted_no_more_and_calls_for_help(chat: Chat) -> None:
    lan, binh = await chat.subscriber("1001"), await chat.subscriber("1002")
    duty = await chat.staff("2001", Role.DUTY_OFFICER)
    before = await alert(chat, lan)
    await lan.writes("an toàn", reply_to=(await lan.last()).message_id)
    run = await alert(chat, lan, binh)
    for who in (lan, binh):
        await who.writes("an toàn")
    _, button = await binh.labelled("Chưa an toàn")
    assert button.action is not None
    [stale] = await lan.presses_action(button.action)
    assert "không còn dùng được" in stale.text
    assert (await safe(chat, before), await safe(chat, run)) == ((1, 0), (2, 0))
    await lan.writes("không an toàn, nước vào nhà")
    assert (await safe(chat, before), await safe(chat, run)) == ((0, 0), (1, 0))
    assert "không tính bà con là an toàn" in (await lan.last()).text
    assert (await tips_of(lan), await pages(duty)) == (1, 1)
    for _ in range(2):
        await binh.presses_action(button.action)
        told = await binh.last()
        assert told.lane is Lane.URGENT
        assert "mấy người, cần gì" in told.text
        assert told.text.index("114") < told.text.index("có thể chưa ai kịp đọc")
        assert (await safe(chat, run), await pages(duty)) == ((0, 0), 2)
    await binh.writes("Thôn Ví Dụ 2, nhà em 4 người, có bà cụ không đi được, cần thuyền")
    assert "Đã ghi thêm" in (await binh.last()).text
    await binh.writes("AN TOÀN")
    assert "đã ghi nhận" in (await binh.last()).text
    assert await safe(chat, run) == (1, 0)
    home = (await binh.address()).id
    [tip] = await chat.look(lambda tx: tips.recent_of(tx, home, chat.clock.now() - SAFE_WITHIN))
    assert (tip.kind, tip.urgent, tip.bound) == (TipKind.TIP, True, Binding.EXPLICIT)
    assert tip.run_id == run.id
    words = await chat.look(lambda tx: [event.text for event in tip_events.of_tip(tx, tip)])
    assert [word for word in words if word][:1] == ["[Chưa an toàn]"]
    assert any("cần thuyền" in (word or "") for word in words)
    assert "AN TOÀN" in words, "who sets out to help is told"


async def test_a_call_for_help_is_heard_when_edited_when_muted_and_in_a_flood(chat: Chat) -> None:
    group = await chat.group("-100")
    duty = await chat.staff("2001", Role.DUTY_OFFICER)
    lan = await chat.subscriber("1001")
    run = await run_of(chat, FLOOD, [lan], groups=[group], values=VALUES)
    said = await lan.writes("an toàn")
    assert await safe(chat, run) == (1, 0)
    await lan.edits(said, "Dạ chưa an toàn")
    assert (await safe(chat, run), await pages(duty)) == ((0, 0), 1)
    home = (await lan.address()).id
    [tip] = await chat.look(lambda tx: tips.recent_of(tx, home, chat.clock.now() - SAFE_WITHIN))
    await chat.do(lambda tx: mutes.put(tx, tip, chat.clock.now() + timedelta(days=3)))
    chat.clock.forward(hours=1)
    post = (await group.last()).message_id
    await lan.writes("chưa an toàn, nước lên", in_group=group, reply_to=post)
    assert await pages(duty) == 2
    before = len(await lan.heard())
    for number in range(40):
        await lan.writes(f"chưa an toàn, nước lên {number}")
    assert len(await lan.heard()) - before < 40


async def test_without_an_alert_it_is_answered_kindly_and_honestly(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    run = await alert(chat, lan)
    chat.clock.forward(days=4)
    await lan.writes("an toàn")
    assert "máy không đếm" in (await lan.last()).text
    stranger = chat.resident("1009")
    await stranger.writes("安全")
    assert "因此不计数" in (await stranger.last()).text
    assert await safe(chat, run) == (0, 0)


async def test_what_is_more_than_the_word_stays_a_tip_or_an_emergency(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    run = await alert(chat, lan)
    await lan.writes("nhà tôi an toàn, nhà bên bị cuốn trôi cứu với")
    assert any(heard.lane is Lane.URGENT for heard in await lan.heard())
    await lan.writes("không an toàn")
    assert await safe(chat, run) == (0, 0)
    assert await tips_of(lan) >= 1


async def test_in_a_talk_about_a_tip_it_is_counted_and_told_to_the_officer_as_well(
    chat: Chat,
) -> None:
    lan = await chat.subscriber("1001")
    run = await alert(chat, lan)
    await lan.writes("cuối xóm có người bán pháo nổ")
    before = len(await lan.heard())
    await lan.writes("an toàn")
    assert await safe(chat, run) == (1, 0)
    assert len(await lan.heard()) == before, "it joined the burst silently"


async def test_under_a_post_it_is_counted_by_person_and_a_pledge_stays_private(
    chat: Chat,
) -> None:
    group = await chat.group("-100")
    run = await run_of(chat, FLOOD, groups=[group], values=VALUES)
    post = (await group.last()).message_id
    lan, stranger = await chat.subscriber("1001"), chat.resident("1009")
    for one in (lan, stranger, lan):
        await one.writes("An toàn ạ", in_group=group, reply_to=post)
    assert await safe(chat, run) == (0, 2)
    late = chat.resident("1010")
    await late.writes("we are safe", in_group=group, reply_to=post)
    assert await safe(chat, run) == (0, 3)
    duty = await chat.staff("2001", Role.DUTY_OFFICER)
    for words in ("không an toàn nữa", "vẫn chưa an toàn, nước lên"):
        await late.writes(words, in_group=group, reply_to=post)
        assert await safe(chat, run) == (0, 2)
    assert await pages(duty) == 1
    assert any("114" in heard.text for heard in await group.heard())

    asked = await run_of(chat, FIREWORKS, groups=[group])
    post = (await group.last()).message_id
    said_before = len(await group.heard())
    for one in (lan, stranger):
        await one.writes("CAM KẾT", in_group=group, reply_to=post)
    assert "Tôi cam kết" in (await lan.last()).labels
    assert await stranger.heard() == []
    assert len(await group.heard()) == said_before + 1, "the neutral line alone"
    await lan.writes("tôi cam kết")
    found = await chat.look(lambda tx: pledges.of_run(tx, asked.id))
    assert (found.standing, found.by_post) == (1, 1)
    assert (await tips_of(lan), await tips_of(stranger)) == (0, 0)


async def test_the_other_words_are_answered_and_what_follows_reaches_a_human(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("tiep cong dan")
    assert "Thanh tra Công an tỉnh" in (await lan.last()).text
    for said, answer in (("luu tru", "Xin đừng gửi ảnh hộ chiếu"), ("GÓP Ý ạ", "Xin viết góp ý")):
        await lan.writes(said)
        assert answer in (await lan.last()).text
    assert await tips_of(lan) == 0
    chat.clock.forward(minutes=1)
    await lan.writes("tin dài quá, chữ nhỏ ông bà không đọc được")
    assert await tips_of(lan) == 1
    assert "câu hỏi" in (await lan.last()).text.casefold()


async def test_taking_a_pledge_back_in_any_words_stops_no_messages(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    run = await run_of(chat, FIREWORKS, [lan])
    for words in ("hủy cam kết", "thoi cam ket", "Bỏ cam kết ạ", "cancel my pledge", "取消承诺"):
        await lan.writes("cam kết")
        await lan.writes("Tôi cam kết")
        await lan.writes(words)
        found = await chat.look(lambda tx: pledges.of_run(tx, run.id))
        assert (found.standing, found.withdrawn) == (0, 1), words
    assert (await lan.record()).wish is Wish.YES
