"""Calls that do not reach us: admins hear of it once, and once that they do again."""

from bot.listening import Listening
from broadcasts import silence
from broadcasts.desk import Desk
from domain.channel import Unheard
from domain.failures import SendFailure, Transient
from domain.roles import Role
from storage.accounts import calls
from tests.handlers.residents.channels import Two


class Platform:
    """A channel that says of its calls what a test wants."""

    def __init__(self) -> None:
        self.told: Unheard | SendFailure | None = None

    async def unheard(self, _since: object) -> Unheard | None:
        if isinstance(self.told, SendFailure):
            raise self.told
        return self.told


async def told(two: Two) -> int:
    desk = Desk(two.here.context.outbox, two.here.context.catalogue)
    return await two.here.do(lambda tx: silence.tell_due(tx, desk))


async def test_admins_are_told_once_of_calls_that_stopped_and_once_that_they_are_back(
    two: Two,
) -> None:
    # Only receiving is broken: whoever has no other chat is told by this very account.
    admin = await two.there.staff("z-2001", Role.ADMIN)
    zalo = two.there.account.id
    platform = Platform()
    listening = Listening(two.here.db, zalo, platform, is_called=True)  # type: ignore[arg-type]
    await listening.look()
    assert await told(two) == 0
    two.here.clock.forward(minutes=40)
    platform.told = Transient("network")
    await listening.look()
    assert await told(two) == 0
    platform.told = Unheard.MISSED
    await listening.look()
    await listening.look()
    assert [await told(two), await told(two)] == [1, 0]
    [heard] = await admin.heard()
    assert "webhook" in heard.text
    assert "Zalo OA" in heard.text
    platform.told = None
    await listening.look()
    assert await told(two) == 0
    await two.here.do(lambda tx: calls.note(tx, zalo))
    await listening.look()
    assert [await told(two), await told(two)] == [1, 0]
    assert "Zalo OA" in (await admin.last()).text
    assert (await admin.last()).text != heard.text


async def test_calls_that_come_and_go_ring_no_bell_again_within_the_hour(two: Two) -> None:
    await two.there.staff("z-2001", Role.ADMIN)
    zalo, platform = two.there.account.id, Platform()
    platform.told = Unheard.FAILING
    listening = Listening(two.here.db, zalo, platform, is_called=True)  # type: ignore[arg-type]
    rung = []
    for _ in range(4):
        two.here.clock.forward(minutes=15)
        await listening.look()
        rung.append(await told(two))
        await two.here.do(lambda tx: calls.note(tx, zalo))
        rung.append(await told(two))
    assert rung == [1, 1, 0, 0, 0, 0, 0, 0]
    two.here.clock.forward(minutes=30)
    await listening.look()
    assert await told(two) == 1, "who is silent still is told of then"


async def test_an_account_that_is_polled_now_is_not_silent(two: Two) -> None:
    zalo, platform = two.there.account.id, Platform()
    platform.told = Unheard.ELSEWHERE
    called = Listening(two.here.db, zalo, platform, is_called=True)  # type: ignore[arg-type]
    await called.look()
    assert await two.here.look(lambda tx: calls.silence(tx, zalo)) is not None
    polled = Listening(two.here.db, zalo, platform, is_called=False)  # type: ignore[arg-type]
    await polled.look()
    assert await two.here.look(lambda tx: calls.silence(tx, zalo)) is None
