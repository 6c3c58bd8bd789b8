"""A commune of eleven villages with its staff, groups and residents, and the days that pass there.

The service's own router answers, every round of the service's clock is rung, and messages go out
no faster than the pace of the platform allows: the clock moves while they go.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bot import figures
from bot.commands.results import read_period
from broadcasts import checking, expanding, finishing, firing, own_photos
from broadcasts.desk import Desk
from domain.clock import HANOI
from domain.delivery import DeliveryKind, Outcome
from domain.hours import BroadcastRules
from domain.language import Language
from domain.roles import Role
from domain.slots import SECOND, Timetable, Went, mend, take
from handlers.campaigns import alarm_photos, unanswered
from handlers.groups import copies, noticing, outcomes
from handlers.staff import left_lying
from handlers.wiring import make_router
from people import wishes
from reports import period_report
from reports.sheet import Report
from storage.database import Tx
from storage.deliveries import taking_over, waiting
from storage.deliveries.windows import Send
from storage.people import erasing, units
from storage.tables import unit
from tests.chat import Chat, GroupParty, Heard, Party, Takers, open_chat
from tests.platforms import TELEGRAM, ZALO_BOT, ZALO_OA, Platform
from tips import cards, notes, paging, reminding, taking_down
from tips.paging import PageRules

COMMUNE = "06211"
VILLAGES = range(1, 12)
MEMBERS = 100
"""How many members each group has, as the platform counts them."""


def on_platforms(*platforms: Platform) -> pytest.MarkDecorator:
    """Let a day pass on Telegram with both databases, and on others with one."""
    return _at([(TELEGRAM, "postgresql"), *((one, "sqlite") for one in platforms)])


def only_on(*platforms: Platform) -> pytest.MarkDecorator:
    """Let a day pass on platforms on which it is another than elsewhere, with SQLite."""
    return _at([(one, "sqlite") for one in platforms])


def _at(places: Sequence[tuple[Platform, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("platform", "database_kind"),
        [pytest.param(*place, id=f"{place[0].name}-{place[1]}") for place in places],
        indirect=["database_kind"],
    )


on_every_platform = on_platforms(TELEGRAM, ZALO_OA, ZALO_BOT)

Answer = Callable[[Send], Outcome | None]  # None: the platform takes it.


def hanoi(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Return an instant by the clock on the wall of the office."""
    return datetime(year, month, day, hour, minute, tzinfo=HANOI)


def village_code(number: int) -> str:
    """Return the area code of a village."""
    return f"{COMMUNE}-thon-vi-du-{number}"


@dataclass(slots=True)
class Commune:
    """The chat and everybody in it; `groups` by the number of their village."""

    chat: Chat
    officer: Party
    chief: Party
    deputy: Party
    reviewer: Party
    duty: Party
    desk: GroupParty
    groups: dict[int, GroupParty]
    table: Timetable

    @property
    def app(self) -> str:
        """What people call the platform."""
        return self.chat.context.catalogue.channel(Language.VI, self.chat.platform.name)

    async def resident(
        self, platform_id: str, village: int = 1, language: Language = Language.VI
    ) -> Party:
        """Return a resident who came by the poster of a village, said yes and chose a language."""
        who = self.chat.resident(platform_id)
        await who.starts(f"thon-vi-du-{village}")
        if language is not Language.VI:
            await who.presses({Language.EN: "English", Language.ZH: "中文"}[language])
        for _consent_then_place in range(2):
            await who.presses((await who.last()).labels[0])
        await self.settles()
        await who.news()
        return who

    async def tick(self) -> None:
        """Ring every round that the service's clock rings, once."""
        context = self.chat.context
        desk = Desk(context.outbox, context.catalogue)

        def expand(tx: Tx) -> None:
            while expanding.expand_due(tx, desk):
                pass

        rounds: Sequence[Callable[[Tx], object]] = (
            lambda tx: firing.fire_due(tx, desk),
            lambda tx: unanswered.look_due(tx, context),
            lambda tx: alarm_photos.tell_due(tx, context),
            lambda tx: own_photos.take_down_due(tx, desk),
            own_photos.forget_due,
            expand,
            lambda tx: finishing.finish_due(tx, desk),
            lambda tx: cards.mend_failures(tx, context),
            lambda tx: cards.send_due(tx, context),
            lambda tx: noticing.put_up_due(tx, context),
            lambda tx: outcomes.tell_due(tx, desk),
            lambda tx: taking_down.tell_due(tx, context),
            lambda tx: copies.comment_due(tx, context),
            lambda tx: paging.escalate_due(tx, context, PageRules()),
            lambda tx: notes.remind_due(tx, context),
            lambda tx: reminding.remind_due(tx, context),
            lambda tx: taking_over.take_over_abandoned(tx, context.outbox.doors()),
            waiting.expire_due,
            wishes.settle_silence,
            wishes.wake,
            erasing.forget_addresses,
            lambda tx: left_lying.tell_due(tx, context),
        )
        for work in rounds:
            await self.chat.do(work)

    async def deliver(self, answer: Answer | None = None, *, most: int = 1_000_000) -> list[Heard]:
        """Bring at most so many of what is due, at the platform's pace; return them in order."""
        brought: list[Send] = []
        pace = self.chat.platform.able.pace
        while len(brought) < most:
            now = round(self.chat.clock.now().timestamp() * SECOND)
            taken = take(self.table, pace, now, min(50, most - len(brought)), reply=False)
            if not taken.slots:
                self.chat.clock.forward(seconds=(taken.free_at - now) / SECOND)
                continue
            sends = await self.chat.bring(answer, most=len(taken.slots), members=_members)
            unused = [Went(slot, None) for slot in taken.slots[len(sends) :]]
            self.table = mend(taken.table, unused)
            if not sends:
                break
            brought += sends
        known = {heard.id: heard for heard in await self.chat.said()} if brought else {}
        # What a platform has no way for is said nowhere.
        return [known[send.delivery_id] for send in brought if send.delivery_id in known]

    async def settles(self, answer: Answer | None = None) -> list[Heard]:
        """Ring and bring until nothing moves any more; return what was brought."""
        brought: list[Heard] = []
        while True:
            await self.tick()
            found = await self.deliver(answer)
            if not found:
                return brought
            brought += found

    async def passes(
        self, *, until: datetime | None = None, answer: Answer | None = None, **by: float
    ) -> list[Heard]:
        """Let time pass, to an instant or `minutes=…`, and everything happen that is due then."""
        now = self.chat.clock.now()
        to = now + timedelta(**by) if until is None else until
        self.chat.clock.forward(seconds=max(0.0, (to - now).total_seconds()))
        return await self.settles(answer)

    async def drop_in(self, *people: Party) -> None:
        """Let people open our chat, where a message to who was away for long costs or is barred."""
        if self.chat.platform.able.free_window is None:
            return
        for who in people:
            await who.turns_to_us()
        await self.settles()

    async def figures(self, since: str | None = None, until: str | None = None) -> Report:
        """Return the report `python -m bot reach` makes; of the running month by default."""

        def make(tx: Tx) -> Report:
            return period_report.of_unit(tx, self.chat.unit, read_period(since, until, tx.now))

        report = await self.chat.look(make)
        assert all(check.holds for sheet in report.sheets for check in sheet.checks)
        return report

    async def reach(self, code: str) -> str:
        """Return what `python -m bot reach CODE` prints of a run."""
        return await self.chat.look(lambda tx: figures.reach(tx, code)) or f"no run {code}"

    async def agrees(self) -> None:
        """Check, as `python -m bot verify` does, that every figure is what the rows say."""
        assert await self.chat.look(checking.verify) == []


def _members(send: Send) -> int | None:
    return MEMBERS if send.kind is DeliveryKind.POST else None


@asynccontextmanager
async def open_commune(
    url: str,
    *,
    rules: BroadcastRules | None = None,
    villages: Sequence[int] = VILLAGES,
    platform: Platform = TELEGRAM,
) -> AsyncIterator[Commune]:
    """Open the commune with the groups of some villages; it rests and caps by the usual rules."""
    home = ("cao-loc", COMMUNE, "Công an xã Cao Lộc")
    async with open_chat(url, Takers(), home=home, platform=platform) as chat:
        chat.router = make_router(chat.context)
        kept = units.rules_json(rules or BroadcastRules())
        await chat.do(lambda tx: tx.connection.execute(unit.update().values(broadcasting=kept)))
        chat.unit = await chat.look(lambda tx: units.get_unit(tx, chat.unit.id))

        yield Commune(
            chat,
            officer=await chat.staff("2001", Role.OFFICER, name="Lê Cán Bộ"),
            chief=await chat.staff("2002", Role.CHIEF, name="Trần Chỉ Huy"),
            deputy=await chat.staff("2003", Role.DEPUTY, name="Phó Chỉ Huy"),
            reviewer=await chat.staff("2004", Role.REVIEWER, name="Hoàng Tiếp Nhận"),
            duty=await chat.staff("2005", Role.DUTY_OFFICER, name="Nông Trực Ban"),
            desk=await chat.group("-2006", area=COMMUNE, purpose="review", label="Tiếp nhận"),
            groups={
                n: await chat.group(
                    f"-30{n:02}", area=village_code(n), label=f"Nhóm thôn Ví Dụ {n}"
                )
                for n in villages
            },
            table=Timetable(),
        )
