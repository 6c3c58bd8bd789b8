"""Staff by whom a platform lets nothing through any more: told in time, and others are paged."""

from dataclasses import replace
from datetime import timedelta

from broadcasts import silent_staff
from broadcasts.desk import Desk
from delivery.outbox import Outbox
from domain.roles import Role
from handlers.wiring import make_router
from tests.chat import Party, pretend_capabilities
from tests.handlers.residents.channels import Two

CRY = "cháy nhà rồi, cứu với"


def asking(two: Two) -> None:
    """Let Zalo take nothing seven days after somebody last wrote."""
    zalo = replace(pretend_capabilities(), reply_window=timedelta(days=7))
    able = {"telegram": pretend_capabilities(), "zalo_oa": zalo}
    for world in (two.here, two.there):
        world.context = replace(world.context, outbox=Outbox(able))
        world.router = make_router(world.context)


async def told(two: Two) -> int:
    desk = Desk(two.here.context.outbox, two.here.context.catalogue)
    return await two.here.do(lambda tx: silent_staff.tell_due(tx, desk))


async def pages(party: Party) -> int:
    return sum("Đã nhận" in one.labels for one in await party.heard())


async def test_they_and_the_admins_are_told_once_a_day_before_until_they_write_again(
    two: Two,
) -> None:
    asking(two)
    duty = await two.there.staff("z-2001", Role.DUTY_OFFICER, name="Trực Ví Dụ")
    admin = await two.here.staff("2002", Role.ADMIN)
    await duty.writes("/truc")
    assert await told(two) == 0
    two.here.clock.forward(days=6, hours=1)
    assert [await told(two), await told(two)] == [1, 0]
    [heard] = await admin.heard()
    assert "Trực Ví Dụ" in heard.text
    assert "Zalo OA" in heard.text
    assert "mỗi tuần" in (await duty.last()).text
    await duty.writes("/truc")
    assert await told(two) == 0
    two.here.clock.forward(days=40)
    assert await told(two) == 1


async def test_an_alarm_goes_at_once_to_another_account_or_to_the_next_who_can_be_reached(
    two: Two,
) -> None:
    asking(two)
    duty = await two.there.staff("z-2001", Role.DUTY_OFFICER)
    chief = await two.here.staff("2003", Role.CHIEF)
    lan = await two.here.subscriber("1001")
    await duty.writes("/truc")
    two.here.clock.forward(days=7)
    await duty.writes("/truc")
    two.here.clock.forward(hours=1)
    await lan.writes(CRY)
    assert [await pages(duty), await pages(chief)] == [1, 0]
    two.here.clock.forward(days=8)
    await (await two.here.subscriber("1002")).writes(CRY)
    assert [await pages(duty), await pages(chief)] == [1, 1]
