"""A platform gives an id that no database takes: nobody else's message is in doubt for that."""

from domain.delivery import DeliveryState
from domain.messages import ChatRef, Outgoing, Sent
from tests.delivery.post_office import Office, Platform, at_work, until


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
