"""While a broadcast goes out, three people say that they want no more, each in their own way."""

from domain.language import Language
from storage.campaigns import runs
from storage.campaigns.runs import Run
from tests.chat import Party
from tests.days.commune import Commune, hanoi, on_every_platform, open_commune, village_code
from tests.handlers.campaigns.world import ALCOHOL, HELMETS
from tests.platforms import Platform

PEOPLE = 24


@on_every_platform
async def test_who_says_stop_in_the_middle_of_a_run_gets_nothing_more_and_is_counted_once(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=()) as commune:
        chat = commune.chat
        lan = await commune.resident("1001", village=3)
        for number in range(20):
            await chat.subscriber(f"50{number:02}", area=village_code(3))
        binh = await commune.resident("1002", village=3)
        chi = await commune.resident("1003", village=4)
        mary = await commune.resident("1004", village=4, language=Language.EN)
        run = await _half_of_it_is_out(commune)
        assert await _got(run, lan, binh, chi, mary) == [True, False, False, False]

        # Lan has it and answers it; she says it twice. Binh has not got it yet.
        for _ in range(2):
            await lan.writes("DỪNG", reply_to=(await lan.heard())[-1].message_id)
        assert "không nhận tin định kỳ nữa" in (await lan.last()).text
        await binh.writes("dừng nhận tin")
        # DUNG may be "yes" or "use" too: nothing more is sent, and it is asked.
        await chi.writes("DUNG")
        assert (await chi.last()).labels == ["Dừng nhận tin", "Tiếp tục nhận"]
        await mary.writes("STOP")
        await commune.settles()

        assert await _got(run, lan, binh, chi, mary) == [True, False, False, False]
        told = (await commune.reach(run.code)).splitlines()
        for line in (
            f"Đợt {run.code} (đã xong)",
            "Định gửi: 24 người",
            f"{commune.app} nhận chuyển, chưa chắc đã xem: 21 (87,50%)",
            "Không gửi, có lý do: 3 (12,50%)",
            "  - đã thôi nhận: 2",
            "  - đang tạm ngừng nhận: 1",
            # Where nobody tells what a word answers, a stop is about everything alike.
            f"Bấm “Dừng” hoặc trả lời chính tin này để dừng: {int(chat.platform.able.quotes)}",
            "  - thôn Ví Dụ 3: 21/22 (95,45%)",
            "  - thôn Ví Dụ 4: 0/2 (0,00%)",
        ):
            assert line in told
        await commune.agrees()

        # Chi meant something else: what she missed is sent to her alone.
        await chi.presses("Tiếp tục nhận")
        await commune.officer.writes(f"/guitiep {run.code}")
        assert "tới đúng 1 người" in (await commune.officer.last()).text
        await commune.officer.presses("Gửi tiếp")
        await commune.settles()
        assert await _got(run, lan, binh, chi, mary) == [True, False, True, False]
        assert sum(run.code in one.text for one in await chi.heard()) == 1

        # Two days later a message costs on some: of those only who wrote since are left.
        second = PEOPLE - 3 if chat.platform.able.free_window is None else 1
        await _the_next_one_goes_to_who_is_left(commune, (lan, binh, mary), second)
        total = (await commune.figures()).sheets[0].rows[-1].now
        assert [total["joined"], total["left"], total["at_end"]] == [PEOPLE, 3, PEOPLE - 3]
        assert [total["reached"], total["people"]] == [22 + second, 22]
        rights = (await commune.figures()).sheets[-1].rows[-1].now
        assert rights["left"] == 3
        await commune.agrees()


async def _got(run: Run, *people: Party) -> list[bool]:
    """Tell of each whether the broadcast has come to them."""
    return [
        any(run.code in one.text and one.message_id is not None for one in await who.heard())
        for who in people
    ]


async def _write(commune: Commune, text: str, people: int) -> None:
    await commune.officer.writes("/chiendich")
    for label in ("An toàn giao thông", text, "Dùng bài này", f"Toàn đơn vị ({people})"):
        await commune.officer.presses(label)
    await commune.officer.presses("Ngay")
    await commune.officer.presses("Gửi duyệt")


async def _half_of_it_is_out(commune: Commune) -> Run:
    await _write(commune, HELMETS, PEOPLE)
    await commune.chief.presses("Duyệt")
    await commune.tick()
    # Words between people come first: four notices, then the first half of the residents.
    await commune.deliver(most=16)
    unit_id = commune.chat.unit.id
    return (await commune.chat.look(lambda tx: runs.of_unit(tx, unit_id, 1)))[0]


async def _the_next_one_goes_to_who_is_left(
    commune: Commune, gone: tuple[Party, ...], people: int
) -> None:
    before = [len(await who.heard()) for who in gone]
    await commune.passes(until=hanoi(2026, 11, 25))
    await _write(commune, ALCOHOL, PEOPLE - 3)
    await commune.chief.presses("Đã đối chiếu, ký")
    await commune.deputy.presses("Duyệt")
    await commune.settles()
    assert [len(await who.heard()) for who in gone] == before
    assert "Định gửi: 21 người" in (await commune.officer.last()).text
