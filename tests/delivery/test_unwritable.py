"""What cannot be written, or not for now: nothing that is known of a send comes to be in doubt."""

from collections.abc import Callable
from typing import TypeVar

from domain.delivery import DeliveryState
from domain.failures import Refused
from domain.messages import ChatRef, Outgoing, Sent
from storage.database import Database, Tx
from tests.delivery.post_office import Office, Platform, at_work, until, windows_open

T = TypeVar("T")


class FaultyForAWhile(Database):
    """Whoever closes a window there meets a fault that is no row's, so often as told."""

    faults = 5

    async def write(self, work: Callable[[Tx], T]) -> T:
        def looked(tx: Tx) -> T:
            before = windows_open(tx)
            answer = work(tx)
            if self.faults and not before <= windows_open(tx):
                self.faults -= 1
                message = "permission denied for table address"
                raise PermissionError(message)
            return answer

        return await super().write(looked)


async def test_one_id_that_cannot_be_written_keeps_no_window_open_and_no_row_in_doubt(
    office: Office, kind: type[Platform]
) -> None:
    async def odd(chat: ChatRef, _outgoing: Outgoing) -> Sent:
        return Sent("m\x00" if chat.chat_id == "1003" else f"m{chat.chat_id}")

    rows = await office.broadcast([str(1000 + number) for number in range(6)], "Cảnh giác")
    platform = kind(odd)
    async with at_work(office.sender(platform)):

        async def settled() -> bool:
            return not (await office.states(rows))[DeliveryState.PENDING]

        await until(settled)
    assert await office.states(rows) == {DeliveryState.ACCEPTED: 6}
    assert len(platform.sends) == 6
    assert await office.open_windows() == 0


async def test_what_is_known_of_sends_outlasts_a_fault_that_is_no_rows(
    office: Office, kind: type[Platform]
) -> None:
    database = FaultyForAWhile(office.cellar.url, office.cellar.keys, office.clock)

    async def refuse(_chat: ChatRef, _outgoing: Outgoing) -> None:
        reason = "content"
        raise Refused(reason)

    rows = await office.broadcast([str(1000 + number) for number in range(5)], "Cảnh giác")
    async with at_work(office.sender(kind(refuse), database=database)):

        async def settled() -> bool:
            return not (await office.states(rows))[DeliveryState.PENDING]

        await until(settled, 20)
    assert not database.faults
    assert await office.states(rows) == {DeliveryState.REFUSED: 5}
    await database.close()
