"""An account that is down: whoever looks after it is told by another one, once for each outage."""

from broadcasts import outages
from broadcasts.desk import Desk
from domain.messages import ChatKind
from domain.roles import Role
from storage.database import Tx
from storage.people import addresses
from tests.handlers.residents.channels import Two


async def told(two: Two) -> int:
    desk = Desk(two.here.context.outbox, two.here.context.catalogue)
    return await two.here.do(lambda tx: outages.tell_due(tx, desk))


async def test_admins_are_told_once_of_an_outage_by_the_account_that_is_up(two: Two) -> None:
    admin = await two.here.staff("2001", Role.ADMIN)
    officer = await two.here.staff("2002", Role.OFFICER)
    zalo = two.there.account.id
    assert await told(two) == 0
    await two.here.do(lambda tx: addresses.mark_down(tx, zalo, "consent: again"))
    assert [await told(two), await told(two)] == [1, 0]
    [heard] = await admin.heard()
    assert "Zalo OA" in heard.text
    assert "doctor" in heard.text
    assert await officer.heard() == []
    # It comes back for a moment only: still the same outage.
    await two.here.do(lambda tx: addresses.mark_up(tx, zalo))
    assert await told(two) == 0
    await two.here.do(lambda tx: addresses.mark_down(tx, zalo, "consent: again"))
    assert await told(two) == 0
    await two.here.do(lambda tx: addresses.mark_up(tx, zalo))
    await told(two)
    two.here.clock.forward(hours=1)
    await told(two)
    await two.here.do(lambda tx: addresses.mark_down(tx, zalo, "consent: again"))
    assert await told(two) == 1


async def test_where_the_admin_has_no_chat_on_an_account_that_is_up_the_chief_is_told(
    two: Two,
) -> None:
    await two.there.staff("z-2001", Role.ADMIN)
    chief = await two.here.staff("2001", Role.CHIEF)
    zalo = two.there.account.id
    await two.here.do(lambda tx: addresses.mark_down(tx, zalo, "consent: again"))
    assert await told(two) == 1
    assert "Zalo OA" in (await chief.last()).text


async def test_it_is_told_later_when_nobody_can_be_told_now(two: Two) -> None:
    admin = await two.there.staff("z-2001", Role.ADMIN)
    zalo = two.there.account.id
    await two.here.do(lambda tx: addresses.mark_down(tx, zalo, "consent: again"))
    assert await told(two) == 0
    staff_id = (await admin.address()).staff_id
    assert staff_id is not None

    def also_on_telegram(tx: Tx) -> None:
        chat = addresses.ensure(tx, two.here.account.id, ChatKind.PRIVATE, "2001")
        addresses.link_staff(tx, chat.id, staff_id)

    await two.here.do(also_on_telegram)
    assert await told(two) == 1
