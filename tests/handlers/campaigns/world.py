"""Officers at work in chat: walking through a form, ticking the clock, looking at runs."""

from broadcasts import expanding, finishing, firing
from broadcasts.desk import Desk
from handlers.campaigns import dialogue as handlers
from handlers.staff import commands
from storage.campaigns import campaigns, runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.runs import Run
from storage.database import Tx
from tests.chat import Chat, Party, Takers

HELMETS = "Mũ bảo hiểm cho cả nhà"
ALCOHOL = "Đã uống rượu, bia thì không lái xe"
SCAM = "Cảnh báo: đang có lừa đảo tại [khu vực]"
NOT_ALLOWED = "Anh/chị không có quyền làm việc này."
STALE = "Nút này không còn dùng được nữa."


TAKERS = Takers(private=(handlers.staff_dialogue, commands.command), presses=handlers.PRESSES)


async def write(officer: Party, text: str = HELMETS, when: str = "Ngay") -> None:
    """Walk through the dialogue up to the summary, for the whole unit, without groups."""
    await officer.writes("/chiendich")
    await officer.presses("An toàn giao thông")
    await officer.presses(text)
    await officer.presses("Dùng bài này")
    await officer.presses(await whole_unit(officer))
    if "Không" in (await officer.last()).labels:
        await officer.presses("Không")
    await officer.presses(when)


async def submit(chat: Chat, officer: Party, text: str = HELMETS, when: str = "Ngay") -> None:
    """Submit a campaign to one subscriber."""
    await chat.subscriber("3001")
    await write(officer, text, when)
    await officer.presses("Gửi duyệt")


async def to_first_place(officer: Party) -> None:
    """Walk to the first question for a value: the trick of a scam alert, after its area."""
    await officer.writes("/chiendich")
    await officer.presses("Lừa đảo trên mạng")
    while SCAM not in (await officer.last()).labels:
        await officer.presses("Xem thêm")
    await officer.presses(SCAM)
    await officer.presses("Dùng bài này")


async def whole_unit(officer: Party) -> str:
    labels = (await officer.last()).labels
    return next(label for label in labels if label.startswith("Toàn đơn vị"))


async def tick(chat: Chat) -> None:
    """What the clock does every second."""
    desk = Desk(chat.context.outbox, chat.context.catalogue)

    def work(tx: Tx) -> None:
        firing.fire_due(tx, desk)
        expanding.expand_due(tx, desk)
        finishing.finish_due(tx, desk)

    await chat.do(work)


async def first(chat: Chat) -> Campaign:
    found = await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 1))
    assert found is not None
    return found


async def newest_run(chat: Chat) -> Run:
    return (await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 1)))[0]
