"""How much of the allowed pace is used, by one process or several, before a strict server."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select

from bench.engine import Engine, Plan, Progress, engine
from bench.platform import Platform
from bench.running import started
from bench.workers import Crew
from bot.channels.telegram.settings import DEFAULT_PACE
from broadcasts import expanding
from broadcasts.desk import Desk
from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.messages import Outgoing
from domain.slots import GUARD
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import NewDelivery
from storage.tables import address, delivery

_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """What a server saw that refuses whatever comes faster than the pace in any sliding second."""

    processes: int
    pace: int
    messages: int
    accepted: int
    broadcast_share: float
    """Of what a broadcast may use: the pace but for the replies' part, with its guard.

    From its first message to its last, the killing included: what lay open then goes to nobody
    again, so no message waits for the lease of who died. The replies begin when it has ended.
    """
    share: float
    """Of the whole pace with its guard, when there are replies enough for their part."""
    most_in_a_second: int
    throttled: int
    """How often the server said 429."""
    killed: int
    """How many workers were killed in the middle of the broadcast, and replaced."""
    unsure: int
    """Messages of which a killed worker left nobody knowing."""
    database: str

    @property
    def complete(self) -> bool:
        """Whether everything arrived but what a killed worker had in hand, nothing too fast."""
        left = self.messages - self.accepted
        return 0 <= left <= self.unsure and not self.throttled


async def paced(
    plan: Plan, platform: Platform, count: int, processes: int, progress: Progress
) -> Paced:
    """Send a broadcast, then as many replies; `count` of each.

    Of several processes one is killed in the middle of the broadcast: whoever takes over must know
    what it had sent in the last second.

    Raises: NoPlatform, Misconfigured, DatabaseAway, SendFailure.
    """
    rate = int(plan.pace_per_s)
    others = processes if processes > 1 else 0
    async with engine(plan, count, progress) as made, made.at_work(processes=others) as crew:
        await made.listen()
        await platform.be_strict(rate)
        await made.house.database.write(lambda tx: started(tx, made, lane=Lane.BULK))
        desk = Desk(made.house.context.outbox, made.house.context.catalogue)
        while await made.house.database.write(lambda tx: expanding.expand_due(tx, desk)):
            made.house.outbox_bell.ring()
        half = asyncio.Event()

        def told(at: int, of: int) -> None:
            progress("Chiến dịch", at, of)
            if at * 2 >= of:
                half.set()

        killing = asyncio.create_task(_killed_midway(crew, half))
        await _until_sent(made, plan.patience_s, told)
        killed = await killing
        broadcast = await platform.record()
        for lot in range(0, count, 100):
            await made.house.database.write(partial(_put_replies, lot, min(count, lot + 100)))
        made.house.outbox_bell.ring()
        await _until_sent(made, plan.patience_s, partial(progress, "Trả lời"))
        record = await platform.record()
        instants = _instants(record["sends"])
        first = len(broadcast["sends"])
        common = max(1, int(rate * (1 - DEFAULT_PACE.reply_share)))
        return Paced(
            processes=processes,
            pace=rate,
            messages=2 * count,
            accepted=len(instants),
            broadcast_share=round(_rate(instants[:first]) * (1 + GUARD) / common, 4),
            share=round(_rate(instants[first:]) * (1 + GUARD) / rate, 4),
            most_in_a_second=_most_in_a_second(instants),
            killed=killed,
            unsure=await made.house.database.read(partial(_in_state, DeliveryState.UNSURE)),
            throttled=sum("429" in str(one) for one in record["rejected"]),
            database=made.database_kind,
        )


def _put_replies(start: int, end: int, tx: Tx) -> None:
    chats = select(address.c.id).where(address.c.resident_id.is_not(None)).order_by(address.c.id)
    found = tx.connection.execute(chats.offset(start).limit(end - start)).scalars()
    for address_id in list(found):
        new = NewDelivery(
            kind=DeliveryKind.REPLY,
            lane=Lane.TALK,
            address_id=address_id,
            language="vi",
            outgoing=Outgoing(text="Đã nhận tin của bà con."),
        )
        assert ledger.put(tx, new) is not None, "the address is there"


async def _killed_midway(crew: Crew | None, half: asyncio.Event) -> int:
    """Replace a worker once half of the broadcast is out; return how many were."""
    if crew is None:
        return 0
    await half.wait()
    await crew.replace_one()
    return 1


def _in_state(state: DeliveryState, tx: Tx) -> int:
    found: int = tx.connection.execute(
        select(func.count()).where(delivery.c.state == state.value)
    ).scalar_one()
    return found


async def _until_sent(
    made: Engine, patience_s: float, progress: Callable[[int, int], None]
) -> None:
    left, still, at_first = -1, 0.0, 0
    while left and still < patience_s:
        await asyncio.sleep(_LOOK_EVERY_S)
        before = left
        left = await made.house.database.read(partial(_in_state, DeliveryState.PENDING))
        still = still + _LOOK_EVERY_S if left == before else 0.0
        at_first = max(at_first, left)
        progress(at_first - left, at_first)


def _instants(sends: Sequence[Any]) -> list[float]:
    return [datetime.fromisoformat(send["at"]).timestamp() for send in sends]


def _rate(instants: Sequence[float]) -> float:
    if len(instants) < 2:
        return 0.0
    return (len(instants) - 1) / (instants[-1] - instants[0])


def _most_in_a_second(instants: Sequence[float]) -> int:
    return max(
        (
            sum(1 for at in instants[first : first + 2000] if at < begun + 1)
            for first, begun in enumerate(instants)
        ),
        default=0,
    )
