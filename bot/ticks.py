"""What the clock rings for: the rules that look at the time, in the role that keeps it."""

from datetime import timedelta

from bot.assembly import House
from bot.clock_steps import Steps
from bot.clockwork import Tick
from bot.jobs import Jobs
from bot.long_jobs import EXPAND
from bot.pager import ring_due
from broadcasts import (
    all_gone,
    finishing,
    firing,
    months,
    outages,
    own_photos,
    silence,
    silent_staff,
)
from broadcasts.desk import Desk
from handlers.campaigns import alarm_photos, unanswered
from handlers.groups import copies, making, noticing, outcomes
from handlers.staff import left_lying
from handlers.staff import menus as staff_menus
from people import wishes
from storage.database import DatabaseAway, Tx
from storage.deliveries import taking_over, waiting
from storage.people import erasing, forgotten
from tips import cards, files, notes, paging, photos, reminding, taking_down
from tips.digest import DigestRules
from tips.paging import PageRules

_EXPIRE_EVERY = timedelta(seconds=10)


class Ticks:
    """The ticks of the scheduler; each step of one is done by one process at a time."""

    def __init__(self, house: House, steps: Steps, desk: Desk, jobs: Jobs) -> None:
        self._house = house
        self._steps = steps
        self._desk = desk
        self._jobs = jobs
        self._was_away = False
        self._rang_at = house.clock.now()

    def all(self) -> dict[str, tuple[Tick, timedelta]]:
        """Return the ticks by name, with their intervals."""
        every_second = timedelta(seconds=1)
        return {
            "fire": (self._fire, every_second),
            "finish": (self._finish, every_second),
            "cards": (self._cards, every_second),
            "pages": (self._pages, timedelta(seconds=5)),
            "rings": (self._ring, timedelta(seconds=2)),
            "deadlines": (self._remind, timedelta(minutes=30)),
            "alarm_photos": (self._alarm_photos, every_second),
            "photos_end": (self._end_photos, timedelta(seconds=10)),
            "photos_over": (self._forget_photos, timedelta(minutes=1)),
            "groups": (self._groups, every_second),
            "expire": (self._expire, _EXPIRE_EVERY),
            "silence": (self._silence, timedelta(minutes=5)),
            "calls_told": (self._calls_told, timedelta(minutes=5)),
            "months": (self._months, timedelta(minutes=5)),
            "outages": (self._outages, timedelta(seconds=30)),
            "addresses": (self._forget_addresses, timedelta(minutes=5)),
            "menus": (self._menus, timedelta(seconds=10)),
            "leavers": (self._leavers, timedelta(minutes=1)),
            **self._jobs.periodic(),
        }

    async def _fire(self) -> None:
        def fire(tx: Tx) -> int:
            fired = firing.fire_due(tx, self._desk)
            if fired:
                self._jobs.defer(tx, EXPAND)
            return fired

        await self._steps.one("fire", fire)
        context = self._house.context
        await self._steps.one("unanswered", lambda tx: unanswered.look_due(tx, context))

    async def _finish(self) -> None:
        await self._steps.one("finish", lambda tx: finishing.finish_due(tx, self._desk))

    async def _cards(self) -> None:
        context, settings = self._house.context, self._house.settings
        await self._steps.one("cards_mended", lambda tx: cards.mend_failures(tx, context))
        rules = DigestRules(
            most=settings.cards_most, within=timedelta(seconds=settings.cards_within_s)
        )
        await self._steps.one("cards", lambda tx: cards.send_due(tx, context, rules=rules))

    async def _groups(self) -> None:
        context, steps = self._house.context, self._steps
        await steps.one("notices", lambda tx: noticing.put_up_due(tx, context))
        await steps.one("groups_made", lambda tx: making.tell_due(tx, context))
        await steps.one("outcomes", lambda tx: outcomes.tell_due(tx, self._desk))
        await steps.one("taken_down", lambda tx: taking_down.tell_due(tx, context))
        await steps.one("copies", lambda tx: copies.comment_due(tx, context))

    async def _pages(self) -> None:
        context, settings = self._house.context, self._house.settings
        rules = PageRules(
            acknowledge_within=timedelta(seconds=settings.page_ack_s),
            look_within=timedelta(seconds=settings.urgent_look_s),
        )
        await self._steps.one("pages", lambda tx: paging.escalate_due(tx, context, rules))
        await self._steps.one("notes", lambda tx: notes.remind_due(tx, context))

    async def _ring(self) -> None:
        # Whoever claims a call has it for a while: no turn is held while the gateway is asked.
        house = self._house
        if house.pager is not None:
            rung = house.outbox_bell.ring_everywhere
            await ring_due(house.database, house.pager, house.context, rung)

    async def _remind(self) -> None:
        await self._steps.one("deadlines", lambda tx: reminding.remind_due(tx, self._house.context))

    async def _alarm_photos(self) -> None:
        context = self._house.context
        await self._steps.one("alarm_photos", lambda tx: alarm_photos.tell_due(tx, context))

    async def _end_photos(self) -> None:
        steps = self._steps
        await steps.one("files_ended", lambda tx: files.tell_ended(tx, self._house.context))
        await steps.all("photos_back", photos.take_back_due)
        await steps.all("photos_down", lambda tx: own_photos.take_down_due(tx, self._desk))

    async def _forget_photos(self) -> None:
        await self._steps.one("photos_over", own_photos.forget_due)

    async def _expire(self) -> None:
        # Where leases ended while the database was away, or all of us stood still, whoever lives
        # has a round to say what became of their sends.
        doors = self._house.context.outbox.doors()
        now = self._house.clock.now()
        stood_still = now - self._rang_at > 3 * _EXPIRE_EVERY
        self._rang_at = now
        try:
            if not (stood_still or self._was_away):
                take_over = taking_over.take_over_abandoned
                await self._steps.all("abandoned", lambda tx: take_over(tx, doors))
            await self._steps.all("expire", waiting.expire_due)
        except DatabaseAway:
            self._was_away = True
            raise
        self._was_away = False

    async def _menus(self) -> None:
        words, outbox = self._house.context.catalogue, self._house.context.outbox
        if await self._house.database.read(lambda tx: staff_menus.is_due(tx, words, outbox)):
            await self._steps.one("menus", lambda tx: staff_menus.renew(tx, words, outbox))

    async def _leavers(self) -> None:
        await self._steps.one("leavers", lambda tx: left_lying.tell_due(tx, self._house.context))

    async def _silence(self) -> None:
        await self._steps.all("silence", wishes.settle_silence)
        await self._steps.all("waking", wishes.wake)

    async def _calls_told(self) -> None:
        await self._steps.one("calls_told", lambda tx: silence.tell_due(tx, self._desk))
        await self._steps.one("staff_silent", lambda tx: silent_staff.tell_due(tx, self._desk))

    async def _months(self) -> None:
        await self._steps.one("months", lambda tx: months.warn_due(tx, self._desk))
        await self._steps.all("months_passed_on", lambda tx: months.pass_on_due(tx, self._desk))

    async def _outages(self) -> None:
        await self._steps.one("outages", lambda tx: outages.tell_due(tx, self._desk))
        await self._steps.one("all_gone", lambda tx: all_gone.tell_due(tx, self._desk))

    async def _forget_addresses(self) -> None:
        await self._steps.all("addresses", erasing.forget_addresses)
        await self._steps.all("addresses_old", forgotten.forget_old)
