"""A tip that staff heard, written down without walking through the dialogue."""

from uuid import UUID

from domain.tip import Heard
from storage.database import Tx
from storage.people import addresses, units
from storage.tips.tips import Tip
from tests.tips.world import World
from tips import entering
from tips.intake import Piece

CAR = "Xe tải đỗ chắn cổng trường"


async def heard(
    world: World, how: Heard, *, area: str | None = None, what: str = CAR, contact: str = ""
) -> Tip:
    """Let the duty officer enter a tip."""
    chat = world.chat

    def enter(tx: Tx) -> Tip:
        duty = addresses.find(tx, chat.account.id, world.duty.platform_id)
        assert duty is not None
        staff = units.get_staff(tx, duty.staff_id or UUID(int=0))
        assert staff is not None
        piece = Piece(chat_address_id=duty.id, message_id=chat.next_id(), text=what)
        told = entering.HeardTip(how=how, area_code=area, piece=piece, contact=contact)
        return entering.enter(tx, units.get_unit(tx, chat.unit.id), staff, told)

    return await chat.do(enter)
