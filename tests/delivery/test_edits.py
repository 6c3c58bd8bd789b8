"""A row that edits a message goes to the platform as an edit, again without harm, and never new."""

from uuid import UUID

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.failures import Ambiguous
from domain.messages import ChatKind, ChatRef, Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses
from tests.delivery.post_office import Office, Platform, at_work, in_state, until


class EditingPlatform(Platform):
    """A platform whose messages can be changed; the first answers get lost."""

    def __init__(self, lost: int = 0) -> None:
        super().__init__()
        self.edits: list[tuple[str, str, str]] = []
        self._lost = lost

    async def edit(self, chat: ChatRef, message_id: str, outgoing: Outgoing) -> None:
        self.edits.append((chat.chat_id, message_id, outgoing.text))
        if len(self.edits) <= self._lost:
            reason = "reset"
            raise Ambiguous(reason)


async def put(office: Office) -> UUID:
    def write(tx: Tx) -> UUID:
        chat = addresses.ensure(tx, office.cellar.account_id, ChatKind.PRIVATE, "1001")
        made = ledger.put(
            tx,
            ledger.NewDelivery(
                kind=DeliveryKind.STUB,
                lane=Lane.TALK,
                address_id=chat.id,
                language="vi",
                outgoing=Outgoing(text="Đã kết thúc", edits="77"),
                amends=tx.new_id(),
            ),
        )
        assert made is not None
        return made

    row = await office.cellar.do(write)
    office.bell.ring()
    return row


async def test_it_changes_the_message_and_sends_none(office: Office) -> None:
    row = await put(office)
    platform = EditingPlatform()
    async with at_work(office.sender(platform)):
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert platform.edits == [("1001", "77", "Đã kết thúc")]
    assert platform.sends == []


async def test_of_unknown_fate_it_is_done_again_in_the_same_words(office: Office) -> None:
    row = await put(office)
    platform = EditingPlatform(lost=1)

    async def waits() -> bool:
        return (await office.row(row)).again

    async with at_work(office.sender(platform)):
        await until(waits)
        office.clock.forward(seconds=6)
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert platform.edits == [("1001", "77", "Đã kết thúc")] * 2
    assert platform.sends == []


async def test_a_platform_that_cannot_edit_gets_nothing(office: Office) -> None:
    row = await put(office)
    platform = Platform()
    async with at_work(office.sender(platform)):
        await in_state(office, row, DeliveryState.REFUSED)
    assert platform.sends == []


async def test_one_message_is_amended_by_one_row(office: Office) -> None:
    first = await put(office)

    def again(tx: Tx) -> list[UUID | None]:
        known = ledger.get(tx, first)
        assert known is not None
        card = tx.new_id()
        return [
            ledger.put(
                tx,
                ledger.NewDelivery(
                    kind=DeliveryKind.STUB,
                    lane=Lane.TALK,
                    address_id=known.address_id,
                    language="vi",
                    outgoing=Outgoing(text="Đã kết thúc", edits="78"),
                    amends=card,
                ),
            )
            for _ in range(2)
        ]

    made, twice = await office.cellar.do(again)
    assert made is not None
    assert twice is None
