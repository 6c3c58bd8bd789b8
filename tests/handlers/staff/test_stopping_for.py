"""An officer stops broadcasts for a caller, by what the caller reads out and nothing else."""

import re

from domain.audit import Act
from domain.roles import Role
from handlers.wiring import make_router
from storage.people import stop_codes
from storage.people.residents import Wish
from storage.staff import audit
from tests.chat import Party
from tests.tips.world import LAN, World, open_world


def _code(text: str) -> str:
    found = re.search(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5})+\b", text)
    assert found is not None
    return found.group()


async def _wish(party: Party) -> Wish:
    return (await party.record()).wish


async def _logged(world: World) -> list[str]:
    entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
    return [str(entry) for entry in entries if entry.act is Act.STOPPED_FOR_CALLER]


async def test_a_code_read_out_by_phone_stops_at_once_and_tells_nobody_who_it_is(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        world.chat.router = make_router(world.chat.context)
        lan = world.lan
        officer = await world.chat.staff("880010010077", Role.OFFICER)
        await lan.writes("/dulieu")
        await lan.presses("Mã dừng qua điện thoại")
        code = _code((await lan.last()).text)
        await lan.writes("dung")
        assert await _wish(lan) is Wish.PAUSED
        await officer.writes(f"/dungho {code.lower()}")
        assert await _wish(lan) is Wish.STOPPED
        confirmed = await lan.last()
        assert confirmed.text.startswith("Theo yêu cầu qua điện thoại:")
        assert "ĐĂNG KÝ" in confirmed.text
        await lan.news()
        done = await officer.last()
        assert done.text.startswith("Xong")
        # Our own question is closed with it: what they type is no answer to it.
        await lan.writes("không")
        assert not any("tạm ngưng" in one.text for one in await lan.news())
        await lan.presses("Tiếp tục nhận")
        assert (await lan.last()).text.startswith("Hiện chúng tôi đã dừng gửi tin.")
        assert await _wish(lan) is Wish.STOPPED
        # It works once; a wrong code changes nothing, and nobody may guess without end.
        await officer.writes(f"/dungho {code}")
        assert "không đúng" in (await officer.last()).text
        for _ in range(4):
            await officer.writes("/dungho ABCDE-FGHJK")
        await officer.writes("/dungho ABCDE-FGHJK")
        assert "đợi một giờ" in (await officer.last()).text
        await lan.presses("Nhận lại tin")
        assert await _wish(lan) is Wish.YES
        (entry,) = await _logged(world)
        person = await lan.record()
        assert LAN not in entry
        assert str(person.id) not in entry


async def test_the_number_and_the_claim_code_of_a_tip_stop_its_writer_too(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        world.chat.router = make_router(world.chat.context)
        lan = world.lan
        await lan.writes("tối qua có kẻ lạ vào trộm gà nhà bên")
        tip = await world.tip()
        await lan.presses("Mã theo dõi")
        claim = _code((await lan.last()).text)
        officer = await world.chat.staff("880010010077", Role.OFFICER)
        await officer.writes(f"/dungho {tip.case_number}")
        assert "không có quyền" in (await officer.last()).text
        assert await _wish(lan) is Wish.YES
        await world.reviewer.writes(f"/dungho {tip.case_number}")
        assert await _wish(lan) is Wish.STOPPED
        told = len(await lan.heard())
        first = (await world.reviewer.last()).text
        # Asked again it says the same, and they are not told twice.
        await officer.writes(f"/dungho {claim}")
        assert (await officer.last()).text == first
        assert len(await lan.heard()) == told
        by_number, by_claim = await _logged(world)
        assert tip.case_number in by_number
        assert tip.case_number not in by_claim
        await officer.writes("/dungho")
        assert "Chưa có gì thay đổi" in (await officer.last()).text
        await world.lan.writes(f"/dungho {claim}")
        assert "Không có lệnh /dungho" in (await lan.last()).text


async def test_a_code_works_for_a_day(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        person = await world.lan.record()
        code = await world.chat.do(lambda tx: stop_codes.issue(tx, person.id))
        newer = await world.chat.do(lambda tx: stop_codes.issue(tx, person.id))
        assert await world.chat.do(lambda tx: stop_codes.redeem(tx, code)) is None
        world.chat.clock.forward(hours=24)
        assert await world.chat.do(lambda tx: stop_codes.redeem(tx, newer)) is None
        assert await world.chat.do(stop_codes.forget_old) == 1
