"""One person, two channels: linked by a code, parted again, written to where they like it best."""

import asyncio
import re

import pytest
from sqlalchemy import func, select

from domain.audit import Act
from domain.campaign import Audience
from domain.ids import short
from domain.language import Language
from domain.roles import Role
from domain.tip import TipEventKind
from people import wishes
from storage.campaigns import recipients
from storage.people import choices, consents, link_codes
from storage.people.residents import Wish
from storage.staff import audit
from storage.tables import address, link_code, resident, tip
from storage.tips import tip_events, tip_work, tips
from tests.chat import Chat, Party
from tests.handlers.residents.channels import Two, open_two
from tests.storage.written import found_by

_CODE = re.compile(r"[2-9A-HJKMNP-TV-Z]{5}-[2-9A-HJKMNP-TV-Z]{5}")


async def _code(party: Party, words: str = "LIÊN KẾT") -> str:
    await party.writes(words)
    found = _CODE.search((await party.last()).text)
    assert found is not None, (await party.last()).text
    return found.group()


YES = "Cả hai là của tôi"


async def _linked(two: Two) -> tuple[Party, Party]:
    """Return a person's two phones: on Telegram they agreed, and now on Zalo, too."""
    one = await two.here.subscriber("1001")
    other = two.on_zalo("z-1")
    await other.writes(await _code(one))
    await other.presses(YES)
    await other.presses("Đồng ý")
    return one, other


async def _open_tip(party: Party, words: str) -> tips.Tip:
    await party.writes(words)
    return (await _tips(party))[0]


async def _tips(party: Party) -> list[tips.Tip]:
    where = (await party.address()).id
    return await party.chat.look(lambda tx: tip_work.of_writer(tx, where, 10))


async def test_a_new_phone_is_linked_by_a_code_and_everything_counts_in_both(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one = await two.here.subscriber("1001")
        code = await _code(one, "lien ket a")
        assert f"https://zalo.me/8001?text=%23lk-{code.replace('-', '')}" in (await one.last()).text
        other = two.on_zalo("z-1")
        await other.writes(f"#lk-{code.replace('-', '')}")
        assert (await other.record()).language is Language.VI
        asked = await other.last()
        assert "ai dùng kênh Telegram đó sẽ xem được mọi tin bà con báo ở đây" in asked.text
        assert (await one.record()).id != (await other.record()).id
        await other.presses(YES)
        done, words = (await other.heard())[-2:]
        assert "Đã liên kết với kênh Telegram" in done.text
        assert "chưa gửi ở cả hai kênh" in done.text
        told = await one.last()
        assert "Zalo OA vừa được liên kết" in told.text
        assert told.labels == ["Bỏ liên kết"]
        assert (await one.record()).id == (await other.record()).id
        # The yes of the one chat does not hold before the other saw the words of consent.
        assert (await one.record()).wish is Wish.NONE
        assert words.labels[:2] == ["Đồng ý", "Không"]
        await other.presses("Đồng ý")
        assert (await one.record()).wish is Wish.YES
        await other.writes("DỪNG")
        assert (await one.record()).wish is Wish.STOPPED
        await one.writes("/ngonngu")
        await one.presses("English")
        assert (await other.record()).language is Language.EN
        entries = await two.here.look(lambda tx: [e.act for e in audit.entries(tx)])
        assert Act.CHATS_LINKED in entries
        # The code is used up, and a link that is opened late says so.
        third = two.on_zalo("z-3")
        await third.starts(f"lk-{code}")
        assert "không đúng, đã dùng rồi hoặc đã quá hạn" in (await third.last()).text


async def test_tips_of_both_are_listed_in_both_and_answered_where_they_wrote_last(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await two.here.subscriber("1001"), two.on_zalo("z-1")
        first = await _open_tip(one, "Có nhóm thanh niên tụ tập đua xe ở cầu Vĩ Dụ tối qua")
        await other.writes("Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
        await other.writes(await _code(one))
        asked = await other.last()
        assert "1 tin" in asked.text
        await other.presses(YES)
        # Who made the code has told something, too: it is asked there.
        assert "vừa hỏi lại ở đó" in (await other.last()).text
        asked = await one.last()
        assert "Kênh Zalo OA muốn nối" in asked.text
        assert "1 tin" in asked.text
        assert (await one.record()).id != (await other.record()).id
        await one.presses("Đồng ý liên kết")
        assert "Đã liên kết với kênh Zalo OA" in (await one.last()).text
        assert "Đã liên kết với kênh Telegram" in (await other.heard())[-2].text
        assert len(await _tips(one)) == 2
        await one.writes("/tincuatoi")
        assert first.case_number in (await one.last()).text
        assert len(await _tips(one)) == 2
        await other.writes("/tincuatoi")
        await other.presses(f"Viết thêm {first.case_number}")
        await other.writes("Bổ sung: xe màu đỏ, khoảng mười người")
        again = await two.here.look(lambda tx: tips.get(tx, first.id))
        assert again is not None
        assert again.address_id == (await other.address()).id
        assert again.crossed


@pytest.mark.parametrize(
    ("kept", "joined", "held"),
    [
        (Wish.YES, Wish.STOPPED, Wish.STOPPED),
        (Wish.STOPPED, Wish.YES, Wish.STOPPED),
        (Wish.NONE, Wish.YES, Wish.NONE),
        (Wish.NO, Wish.YES, Wish.NO),
    ],
)
async def test_the_stricter_wish_wins(
    migrated_database_url: str, kept: Wish, joined: Wish, held: Wish
) -> None:
    async with open_two(migrated_database_url) as two:
        one = await two.here.subscriber("1001", wish=Wish.YES if kept is Wish.STOPPED else kept)
        if kept is Wish.STOPPED:
            await one.writes("DỪNG")
        other = await two.there.subscriber("z-1", wish=joined if joined is Wish.NONE else Wish.YES)
        if joined is Wish.STOPPED:
            await other.writes("DỪNG")
        await other.writes(await _code(one))
        await other.presses(YES)
        person = await one.record()
        assert person.wish is held
        if held is Wish.NONE:
            # It is asked in the chat that never answered.
            assert (await one.last()).labels[:2] == ["Đồng ý", "Không"]
            return
        proof = await two.here.look(lambda tx: consents.standing(tx, person.id))
        assert proof is not None
        expected = {Wish.STOPPED: "stop", Wish.YES: "yes", Wish.NO: "no"}[held]
        assert proof.answer.value == expected
        plain = "không gửi ở cả hai kênh" in (await other.last()).text
        assert plain is (held in (Wish.STOPPED, Wish.NO))


async def test_of_two_times_of_rest_the_longer_holds(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await two.here.subscriber("1001"), await two.there.subscriber("z-1")
        await one.writes("tạm ngưng 1 tuần")
        await other.writes("tạm ngưng 1 tháng")
        until = (await other.record()).suspended_until
        await other.writes(await _code(one))
        await other.presses(YES)
        person = await one.record()
        assert person.wish is Wish.SUSPENDED
        assert person.suspended_until == until
        two.here.clock.forward(days=8)
        assert await two.here.do(wishes.wake) == 0


async def test_what_the_record_that_stays_lacks_is_taken_over(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = two.on_telegram("1001"), await two.there.subscriber("z-1")
        await one.writes("xin chào")
        await other.writes("/vaitro")
        await other.presses("Hộ gia đình")
        area = (await other.record()).area_code
        await other.writes(await _code(one))
        await other.presses(YES)
        person = await one.record()
        assert person.area_code == area
        parts = await two.here.look(lambda tx: choices.parts(tx, person.id))
        assert [part.value for part in parts] == ["household"]
        people = select(func.count()).select_from(resident).where(resident.c.erased_at.is_(None))
        assert await two.here.look(lambda tx: tx.connection.execute(people).scalar_one()) == 1


async def test_every_wrong_way_gets_a_clear_sentence(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        code = await _code(one)
        await one.writes(code)
        assert "chính kênh này" in (await one.last()).text
        await other.writes(code)
        assert "đã liên kết với nhau rồi" in (await other.last()).text
        stranger = two.on_telegram("1002")
        await stranger.writes(code)
        assert "đã có một kênh Telegram" in (await stranger.last()).text
        officer = await two.there.staff("z-9", Role.OFFICER)
        await officer.writes("LIÊN KẾT")
        await officer.writes(f"/lienket {code}")
        assert "quản trị cấp mã mới" in (await officer.last()).text
        lan = two.on_zalo("z-5")
        fresh = await _code(lan)
        two.here.clock.forward(minutes=16)
        late = two.on_telegram("1005")
        await late.writes(f"/lienket {fresh}")
        assert "quá hạn" in (await late.last()).text
        for _ in range(5):
            await late.writes("/lienket AAAAA-22222")
        again = await _code(lan)
        await late.writes(f"/lienket {again}")
        assert "sau một giờ" in (await late.last()).text


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "form", ["/lienket {}", "liên kết {}", "{}", "#lk-{}", "link {}", "mã của em là {} ạ"]
)
async def test_a_code_typed_in_a_group_works_no_more_and_is_no_tip(
    migrated_database_url: str, form: str
) -> None:
    async with open_two(migrated_database_url) as two:
        one = await two.here.subscriber("1001")
        group = await two.here.group("-100")
        code = await _code(one)
        await one.writes(form.format(code.lower()), in_group=group)
        assert "ai cũng đọc được" in (await one.last()).text
        told = select(func.count()).select_from(tip)
        assert await two.here.look(lambda tx: tx.connection.execute(told).scalar_one()) == 0
        other = two.on_zalo("z-1")
        await other.writes(f"/lienket {code}")
        assert "không đúng" in (await other.last()).text
        # A danger told beside a code is no code alone.
        code = await _code(one)
        await one.writes(f"cháy nhà ở khối 2, {code}", in_group=group)
        assert await two.here.look(lambda tx: tx.connection.execute(told).scalar_one()) == 1
        assert await two.here.look(lambda tx: link_codes.find(tx, code)) is None


async def test_what_only_looks_like_a_wish_or_a_code_becomes_a_tip(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        lan = await two.here.subscriber("1001")
        lines = (
            "Có người bán pháo lậu ở chợ Ví Dụ sáng nay",
            "xe 29H23456",
            "BKS 29A2345",
            "29H2345678",
            "Ưu tiên xử lý vụ đánh bạc ở thôn 3",
            "uu tien facebook",
            "link 88vn.net/zzz",
            "ABCDE-23456",
        )
        for line in lines:
            await lan.writes(line)
        assert [len(piece) for piece in await _pieces(lan)] == [len(line) for line in lines]
        assert "không phải mã liên kết" in "".join([heard.text for heard in await lan.heard()])


async def _pieces(party: Party) -> list[str]:
    (told,) = await _tips(party)
    events = await party.chat.look(lambda tx: tip_events.of_tip(tx, told))
    return [event.text or "" for event in events if event.kind is TipEventKind.PIECE]


async def test_nobody_is_joined_by_a_press_that_a_stranger_wrote(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        thief, lan = await two.here.subscriber("1001"), await two.there.subscriber("z-1")
        code = (await _code(thief)).replace("-", "")
        await thief.writes("Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
        await thief.starts(f"lk-{code}")
        chat = short((await lan.address()).id)
        seal = "A" * 22
        for who, action in (
            (lan, f"link:yes:{code}"),
            (lan, f"link:yes:{code}:{seal}"),
            (thief, f"link:let:{chat}:{seal}"),
            (thief, f"link:let:{short(two.here.account.id)}:{seal}"),
        ):
            await who.presses_action(action)
            assert (await lan.record()).id != (await thief.record()).id
        # A stranger's word is no word of the one who made the code.
        await lan.starts(f"lk-{code}")
        await lan.presses(YES)
        asked = next(one for one in (await thief.last()).buttons if "let" in (one.action or ""))
        await lan.presses_action(asked.action or "")
        assert (await lan.record()).id != (await thief.record()).id
        await thief.presses("Không liên kết")
        assert "không đồng ý" in (await lan.last()).text
        await thief.presses_action(asked.action or "")
        assert (await lan.record()).id != (await thief.record()).id


async def test_two_phones_that_type_each_others_codes_at_once_become_one_person(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await two.here.subscriber("1001"), await two.there.subscriber("z-1")
        first, second = await _code(one), await _code(other)
        await one.writes(second)
        await other.writes(first)
        await asyncio.gather(one.presses(YES), other.presses(YES))
        assert (await one.record()).id == (await other.record()).id
        left = select(func.count()).select_from(link_code)
        assert await two.here.look(lambda tx: tx.connection.execute(left).scalar_one()) == 0


async def test_a_third_channel_of_the_same_person_may_be_linked_too(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        third = await two.bot("zalo_bot", "b-1")
        await third.writes(await _code(other))
        await third.presses(YES)
        assert (await third.record()).id == (await one.record()).id
        await one.writes("bo lien ket")
        assert (await one.last()).labels == ["Tách Zalo OA", "Tách Zalo Bot"]
        await one.presses("Tách Zalo Bot")
        assert (await third.record()).id != (await one.record()).id
        assert (await other.record()).id == (await one.record()).id


async def test_they_choose_where_they_are_written_to(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        assert await _best(two.here, one) == (await one.address()).id
        await one.writes("ưu tiên zalo")
        assert "sẽ gửi tới kênh Zalo OA" in (await one.last()).text
        assert await _best(two.here, one) == (await other.address()).id
        await other.writes("/kenh")
        assert (await other.last()).labels == ["Telegram", "Zalo OA"]
        await other.presses("Telegram")
        assert await _best(two.here, one) == (await one.address()).id
        await one.writes("/kenh facebook")
        assert "chưa liên kết kênh nào tên như vậy" in (await one.last()).text


async def _best(chat: Chat, party: Party) -> object:
    new = await chat.do(lambda tx: tx.new_id())
    audience = Audience(area_code=chat.unit.area_code)
    found = await chat.look(
        lambda tx: found_by(tx, recipients.page(tx, new, chat.unit, audience, None, 10))
    )
    assert len(found) == 1
    assert found[0].resident_id == (await party.record()).id
    return found[0].address_id


async def test_erasing_erases_both_chats(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        told = await _open_tip(other, "Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
        await other.writes("XÓA DỮ LIỆU")
        await other.presses("Xóa hẳn")
        mine = select(func.count()).select_from(address).where(address.c.resident_id.is_not(None))
        assert await two.here.look(lambda tx: tx.connection.execute(mine).scalar_one()) == 0
        cut = select(tip.c.resident_id).where(tip.c.id == told.id)
        assert await two.here.look(lambda tx: tx.connection.execute(cut).scalar_one()) is None
        joined = select(func.count()).where(resident.c.joined_to.is_not(None))
        assert await two.here.look(lambda tx: tx.connection.execute(joined).scalar_one()) == 0
        await one.writes("xin chào")
        assert (await one.record()).wish is Wish.NONE
