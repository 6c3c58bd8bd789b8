"""A code typed in a group or channel asks the chief, in private; in the group nothing is said."""

from collections.abc import AsyncIterator

import pytest

from domain.messages import Addressed, ChatKind, ChatMoved, ChatRef, Room
from domain.roles import Role
from storage.people import addresses
from storage.staff import setting_up
from storage.tables import address, group_request
from tests.chat import Chat, GroupParty
from tests.handlers.groups.joining import (
    GROUP_ID,
    VILLAGE,
    asks_for_code,
    officer_and_chief,
    open_joining,
    posts_code,
    rows,
    tell,
    types,
)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_joining(migrated_database_url) as opened:
        yield opened


async def test_staff_are_told_the_id_in_private_and_nothing_is_kept_of_the_group(
    chat: Chat,
) -> None:
    officer = await chat.staff("2001", Role.OFFICER)
    strange = GroupParty(chat, GROUP_ID)
    await officer.writes("/ketnoi", in_group=strange, addressed=Addressed.COMMAND)
    assert GROUP_ID in (await officer.last()).text
    assert len(await chat.said()) == 1
    assert await rows(chat, address) == 1


async def test_a_resident_is_told_nothing(chat: Chat) -> None:
    lan = await chat.subscriber("3001")
    strange = GroupParty(chat, GROUP_ID)
    for text in ("/ketnoi", "/ketnoi K7QD2-M9XHR", "/ketnoi chào"):
        await lan.writes(text, in_group=strange, addressed=Addressed.COMMAND)
    assert await chat.said() == []


async def test_a_connected_group_is_called_by_its_label(chat: Chat) -> None:
    officer = await chat.staff("2001", Role.OFFICER)
    known = await chat.group("-1009990000002", label="Nhóm Hai")
    await officer.writes("/KETNOI", in_group=known, addressed=Addressed.COMMAND)
    assert "Nhóm Hai" in (await officer.last()).text


async def test_the_chief_reads_which_chat_it_is_and_no_crowd_becomes_a_review_group(
    chat: Chat,
) -> None:
    officer, chief = await officer_and_chief(chat)
    review = {"label": "Tổ tiếp nhận phường", "use": "Tổ tiếp nhận tin báo"}
    village = GroupParty(chat, GROUP_ID)
    text = f"/ketnoi {await asks_for_code(officer, **review)}"
    await officer.writes(text, in_group=village, room=Room("Xóm chợ Ví Dụ", 214))
    assert "có 214 thành viên, quá đông để làm tổ tiếp nhận" in (await officer.last()).text
    assert await chief.heard() == []
    assert await rows(chat, group_request) == 0

    text = f"/ketnoi {await asks_for_code(officer, **review)}"
    await officer.writes(text, in_group=village, room=Room("Tổ 5\nvui vẻ", 9))
    asked = (await chief.last()).text
    assert "“Tổ 5 vui vẻ”, 9 thành viên" in asked
    assert "Ai ở trong đó cũng sẽ đọc được thẻ tin báo" in asked
    await chief.presses("Không nối")

    text = f"/ketnoi {await asks_for_code(officer)}"
    await officer.writes(text, in_group=village)
    assert "không biết tên thật" in (await chief.last()).text


async def test_other_words_are_left_to_others(chat: Chat) -> None:
    officer = await chat.staff("2001", Role.OFFICER)
    await officer.writes("/ketnoilai", in_group=GroupParty(chat, GROUP_ID))
    assert await chat.said() == []


async def test_the_code_asks_the_chief_and_makes_no_address_of_the_group(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await types(officer, await asks_for_code(officer, "Nhóm Hai"))
    asked = await chief.last()
    for fact in ("Hoàng Ví Dụ", "“Nhóm Hai”", "nhóm dân cư", "Ví Dụ 2"):
        assert fact in asked.text
    assert asked.labels == ["Đồng ý nối", "Không nối"]
    assert "Đã hỏi chỉ huy" in (await officer.last()).text
    assert await group.heard() == []
    assert await rows(chat, address) == 2
    assert await rows(chat, group_request) == 1


async def test_a_code_works_once(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    code = await asks_for_code(officer)
    await types(officer, code)
    await types(officer, code, GroupParty(chat, "-1009990000002"))
    assert "Mã nối nhóm sai" in (await officer.last()).text
    assert len(await chief.heard()) == 1


async def test_a_code_lives_half_an_hour(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    code = await asks_for_code(officer)
    chat.clock.forward(minutes=31)
    await types(officer, code)
    assert "quá hạn" in (await officer.last()).text
    assert await chief.heard() == []


@pytest.mark.parametrize("stranger", ["resident", "colleague", "unknown"])
async def test_a_code_typed_by_somebody_else_is_cancelled_and_its_owner_told(
    chat: Chat, stranger: str
) -> None:
    officer, chief = await officer_and_chief(chat)
    code = await asks_for_code(officer)
    other = {
        "resident": await chat.subscriber("3001"),
        "colleague": await chat.staff("2003", Role.CHIEF),
        "unknown": chat.resident("3999"),
    }[stranger]
    before = await rows(chat, address)
    await types(other, code)
    assert "Có người khác" in (await officer.last()).text
    assert await other.heard() == await chief.heard() == []
    assert await rows(chat, address) == before, "nobody becomes known by typing"
    await types(officer, code)
    assert "Mã nối nhóm sai" in (await officer.last()).text


async def test_a_group_of_ours_or_of_another_unit_is_not_asked_for_and_the_code_stays(
    chat: Chat,
) -> None:
    officer, chief = await officer_and_chief(chat)
    await chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")
    stranger = await chat.staff("2050", Role.OFFICER, at="tam-thanh")
    await chat.staff("2051", Role.CHIEF, at="tam-thanh")
    ours = await chat.group("-1009990000002", area=VILLAGE)
    code = await asks_for_code(officer)
    await types(officer, code, ours)
    assert "đơn vị mình rồi" in (await officer.last()).text
    await stranger.writes("/ketnoi")
    await stranger.presses("Tổ tiếp nhận tin báo")
    await stranger.writes("Tổ Tam Thanh")
    theirs = (await stranger.last()).text.split("/ketnoi ")[1].split()[0]
    await types(stranger, theirs, ours)
    assert "thuộc một đơn vị khác" in (await stranger.last()).text
    assert await chief.heard() == []
    await types(officer, code)
    assert len(await chief.heard()) == 1


async def test_a_group_waits_once(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await types(officer, await asks_for_code(officer))
    await types(officer, await asks_for_code(officer))
    assert "đang chờ chỉ huy" in (await officer.last()).text
    assert len(await chief.heard()) == 1


async def test_a_channel_is_asked_for_by_its_own_post(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    channel = await posts_code(chat, await asks_for_code(officer, use="Kênh tin"))
    assert "kênh tin" in (await chief.last()).text
    assert await channel.heard() == []
    assert await rows(chat, address) == 2


async def test_a_channel_with_a_wrong_code_stays_unheard(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await posts_code(chat, "K7QD2-M9XHR")
    assert await officer.heard() == await chief.heard() == []
    assert await rows(chat, address) == 2


async def test_the_kind_of_chat_must_be_what_was_asked_for(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await types(officer, await asks_for_code(officer, use="Kênh tin"))
    assert "nối một kênh" in (await officer.last()).text
    for use, told in (("Nhóm dân cư", "nối một nhóm"), ("Tổ tiếp nhận tin báo", "tổ tiếp nhận")):
        await posts_code(chat, await asks_for_code(officer, use=use))
        assert told in (await officer.last()).text
    assert await chief.heard() == []


async def test_a_group_that_moves_while_it_waits_is_asked_for_once(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await types(officer, await asks_for_code(officer))
    await chat.handle(
        ChatMoved(
            chat=ChatRef(GROUP_ID, ChatKind.GROUP),
            at=chat.clock.now(),
            new_chat_id="-1008880000001",
        )
    )
    moved = await types(officer, await asks_for_code(officer), GroupParty(chat, "-1008880000001"))
    assert "đang chờ chỉ huy" in (await officer.last()).text
    await chief.presses("Đồng ý nối")
    known = await moved.address()
    assert (await chat.look(lambda tx: addresses.chat_of(tx, known.id))).chat_id == "-1008880000001"


async def test_a_right_taken_away_meanwhile_counts(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    code = await asks_for_code(officer)
    me = await officer.address()
    assert me.staff_id is not None
    staff_id = me.staff_id
    await chat.do(
        lambda tx: setting_up.change_staff(tx, staff_id, "Hoàng", [Role.REVIEWER], active=True)
    )
    await types(officer, code)
    assert await chief.heard() == []
    assert await rows(chat, group_request) == 0


async def test_silence_of_a_day_forgets_the_group_and_tells_who_asked(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await types(officer, await asks_for_code(officer, "Nhóm Hai"))
    assert await tell(chat) == 0
    chat.clock.forward(hours=24)
    (answer,) = await chief.presses("Đồng ý nối")
    assert "24 giờ" in answer.text
    assert await tell(chat) == 1
    assert "chưa trả lời về “Nhóm Hai”" in (await officer.last()).text
    assert await rows(chat, group_request) == 0
    (answer,) = await chief.presses("Không nối")
    assert answer.alert
