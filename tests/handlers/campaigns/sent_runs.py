"""Runs that were sent, and officers who correct them or take them back."""

from sqlalchemy import select

from domain.delivery import DeliveryKind, DeliveryState
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.counters import Moves
from storage.tables import delivery
from tests.chat import Chat, Heard, Party
from tests.handlers.campaigns.world import newest_run, tick, write


async def settle_all(chat: Chat) -> list[Heard]:
    """Let the clock tick and everything due be brought, until nothing moves."""
    brought = []
    for _ in range(4):
        await tick(chat)
        brought += await chat.deliver()
    return [heard for heard in brought if heard.kind in (DeliveryKind.CAMPAIGN, DeliveryKind.POST)]


async def sent(chat: Chat, officer: Party, chief: Party, *, groups: bool = False) -> Run:
    """Send a broadcast to its end."""
    await start(chat, officer, chief, groups=groups)
    await settle_all(chat)
    return await newest_run(chat)


async def start(chat: Chat, officer: Party, chief: Party, *, groups: bool = False) -> Run:
    await write(officer)
    if groups:
        await officer.presses("Quay lại")
        await officer.presses("Dùng bài này")
        label = next(name for name in (await officer.last()).labels if name.startswith("Toàn"))
        await officer.presses(label)
        await officer.presses("Có")
        await officer.presses("Ngay")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    return await newest_run(chat)


async def correct(officer: Party, run: Run, *, command: str = "/dinhchinh") -> None:
    """Write a correction in Vietnamese only, up to the summary."""
    await officer.writes(f"{command} {run.code}")
    await officer.presses((await officer.last()).labels[0])
    await officer.writes("Họp lúc 19h30 thứ Bảy" if command == "/dinhchinh" else "Ghi sai giờ họp")
    while "Bỏ bản tiếng" in "".join((await officer.last()).labels):
        await officer.presses(next(n for n in (await officer.last()).labels if "Bỏ bản" in n))


async def move_to(chat: Chat, run: Run, party: Party, state: DeliveryState) -> None:
    """Say that a row of a run came to another end."""
    person = await party.record()

    def move(tx: Tx) -> None:
        row = tx.connection.execute(
            select(delivery).where(delivery.c.run_id == run.id, delivery.c.resident_id == person.id)
        ).one()
        moves = Moves()
        ledger.move(tx, ledger.as_delivery(row), state, moves)
        moves.apply(tx)

    await chat.do(move)
