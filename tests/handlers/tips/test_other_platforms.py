"""Cards of tips that came on another platform than the review group's: no content, by data."""

from dataclasses import replace

from domain.roles import Role
from handlers.wiring import make_router
from storage.database import Tx
from storage.people import addresses, consents, units
from storage.people.residents import Wish
from storage.staff import staff_links
from tests.chat import Party
from tests.handlers.residents.channels import Two, open_two
from tips import cards, unreadable

_WORDS = "Có người bán pháo lậu ở chợ Ví Dụ sáng nay"


async def _shown(two: Two) -> int:
    two.here.clock.forward(minutes=5)
    context = two.here.context
    return await two.here.do(lambda tx: cards.send_due(tx, context))


async def test_a_card_on_another_platform_has_no_content_until_its_writer_allows_it(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        group = await two.here.group("-500", purpose="review", label="Nhóm cán bộ")
        lan = await two.there.subscriber("z-1")
        await lan.writes(_WORDS)
        assert await _shown(two) == 1
        card = await group.last()
        assert _WORDS not in card.text
        assert "Xem riêng" in card.labels
        await lan.writes("/dulieu")
        assert "chỉ ở ứng dụng đã nhắn" in (await lan.last()).text
        await lan.presses("Cho hiện ở ứng dụng khác")
        assert "nhóm cán bộ trên" in (await lan.last()).text
        person = await lan.record()
        assert person.shown_elsewhere
        proofs = await two.here.look(lambda tx: consents.history(tx, person.id))
        assert proofs[-1].answer.value == "show_elsewhere"
        await lan.writes("Họ đi xe màu đỏ, cất hàng sau quán nước")
        await _shown(two)
        assert "xe màu đỏ" in (await group.last()).text
        await lan.writes("/dulieu")
        await lan.presses("Chỉ hiện ở ứng dụng đã nhắn")
        await lan.writes("Bây giờ họ chuyển hàng sang nhà bên cạnh")
        await _shown(two)
        assert "nhà bên cạnh" not in (await group.last()).text


async def test_a_reviewer_reads_it_in_their_own_chat_on_the_platform_it_came_on(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        group = await two.here.group("-500", purpose="review", label="Nhóm cán bộ")
        officer = await two.here.staff("4001", Role.REVIEWER)
        lan = await two.there.subscriber("z-1")
        await lan.writes(_WORDS)
        await _shown(two)
        answers = await officer.presses("Xem riêng", of=group)
        assert "liên kết tài khoản Zalo OA" in answers[-1].text
        staff_id = (await officer.address()).staff_id
        assert staff_id is not None
        on_zalo = two.on_zalo("z-9")

        def link(tx: Tx) -> None:
            chat = addresses.ensure(tx, two.there.account.id, on_zalo.ref.kind, "z-9")
            who = units.get_staff(tx, staff_id)
            assert who is not None
            staff_links.link(tx, chat, who)

        await two.here.do(link)
        answers = await officer.presses("Xem riêng", of=group)
        assert "trên Zalo OA" in answers[-1].text
        assert _WORDS in (await on_zalo.last()).text
        assert all(_WORDS not in heard.text for heard in await officer.heard())


async def test_a_tip_that_nobody_can_open_is_told_at_once_and_once_a_day(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        await two.here.staff("4001", Role.REVIEWER)
        chief = await two.here.staff("4002", Role.CHIEF)
        admin = await two.here.staff("4003", Role.ADMIN)
        lan, hoa = await two.there.subscriber("z-1"), await two.here.subscriber("1001")
        await hoa.writes(_WORDS)
        await _shown(two)
        assert await _nobody_reads(chief) == []
        for one in (lan, await two.there.subscriber("z-2"), lan):
            await one.writes(_WORDS)
            await _shown(two)
        for one in (chief, admin):
            told = await _nobody_reads(one)
            assert len(told) == 1
            assert "chat với máy trên Zalo OA" in told[0]
        unit = two.here.unit
        assert await two.here.look(lambda tx: unreadable.channels(tx, unit)) == ["zalo_oa"]
        assert await two.here.look(unreadable.waiting) == 1
        two.here.clock.forward(days=1)
        await lan.writes("Họ lại bán pháo ở cổng trường Ví Dụ")
        await _shown(two)
        assert len(await _nobody_reads(chief)) == 2
        await two.there.staff("z-8", Role.REVIEWER)
        assert await two.here.look(lambda tx: unreadable.channels(tx, unit)) == []
        assert await two.here.look(unreadable.waiting) == 0
        two.here.clock.forward(days=2)
        await lan.writes("Đêm nay họ chuyển hàng ra bến xe Ví Dụ")
        await _shown(two)
        assert len(await _nobody_reads(chief)) == 2


async def _nobody_reads(party: Party) -> list[str]:
    return [heard.text for heard in await party.heard() if "không ai mở được" in heard.text]


async def test_the_words_of_consent_say_what_is_true_of_this_installation(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        lan = two.on_zalo("z-1")
        await lan.writes("xin chào")
        first = await lan.last()
        assert "chính ứng dụng bà con đã nhắn" in first.text
        assert "Bài viết công khai" not in first.text
        two.here.context = replace(two.here.context, articles=True)
        two.there.router = make_router(two.here.context)
        # An answer to the words of before proves nothing: the new ones are shown.
        await lan.presses("Đồng ý")
        again = await lan.last()
        assert "kể cả sau khi bà con nhắn DỪNG" in again.text
        assert (await lan.record()).wish is Wish.NONE
        await lan.presses("Đồng ý")
        assert (await lan.record()).wish is Wish.YES
