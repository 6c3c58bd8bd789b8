"""Run every role in one event loop, and stop so that nothing is left half done."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import MappingProxyType
from typing import TypeVar

import structlog

from bot import forgetting, health
from bot.assembly import House
from bot.clockwork import Clockwork, Tick
from bot.document_check import checked_pdf
from bot.file_rounds import LARGE, OF_STAFF, OF_TIPS, SMALL, FileRounds, RoundRules, Store
from bot.inbox_worker import AccountInbox
from bot.instance_lock import StillOurs
from bot.menu import menus
from bot.outages import of_platform
from bot.pager import ring_due
from bot.photo_cleaning import cleaned_apart
from bot.recording_cleaning import film_apart, sound_apart
from bot.revival import Revival
from bot.web import WebDoor, create_app
from broadcasts import expanding, finishing, firing, own_photos
from broadcasts.desk import Desk
from domain.errors import Misconfigured
from domain.failures import AccountDown, Refused, SendFailure, Transient
from domain.file_kind import FileKind
from handlers.campaigns import alarm_photos, unanswered
from handlers.groups import copies, noticing, outcomes
from handlers.staff import left_lying
from handlers.staff import menus as staff_menus
from people import wishes
from storage.database import Tx
from storage.deliveries import waiting
from storage.people import addresses, erasing
from tips import cards, files, notes, paging, photos, reminding, taking_down
from tips.digest import DigestRules
from tips.paging import PageRules

log = structlog.get_logger(__name__)
T = TypeVar("T")

_KNOCK_AGAIN_S = 2.0
_STEPS_S = 5.0
_POLL_GRACE = timedelta(seconds=60)

_CLEANS_OUR_OWN = MappingProxyType(
    {
        FileKind.PICTURE: cleaned_apart,
        FileKind.VIDEO: film_apart,
        FileKind.PDF: checked_pdf,
    }
)
_CLEANERS = MappingProxyType(
    {
        FileKind.PICTURE: cleaned_apart,
        FileKind.VOICE: sound_apart,
        FileKind.AUDIO: sound_apart,
        FileKind.VIDEO: film_apart,
    }
)
_ACCOUNT_REFUSED = (
    "TELEGRAM_TOKEN: Telegram không nhận token này; hãy ghi lại đúng token mà BotFather đã cấp "
    "(và xem TELEGRAM_API_URL có chỉ đúng máy chủ không)."
)
_ADDRESS_REFUSED = (
    "TELEGRAM_WEBHOOK_URL: Telegram không nhận địa chỉ này; phải là địa chỉ https:// gọi tới được "
    "từ ngoài Internet, ở cổng 443, 80, 88 hoặc 8443."
)


def _nobody(_sentence: str) -> None:
    """Nobody is there to be told."""


class Service:
    """The running service."""

    def __init__(self, house: House, still_ours: StillOurs = lambda: True) -> None:
        self._house = house
        self._still_ours = still_ours
        self._made_at = house.clock.now()
        self._usurped = False
        self._stopping = asyncio.Event()
        self._desk = Desk(house.context.outbox, house.context.catalogue)
        self._revival = Revival(
            house.database, house.account.id, house.channel, house.outbox_bell, house.clock
        )
        self._photos = self._rounds(OF_TIPS, SMALL)
        # Apart, so that a film holds up no photo.
        self._large_files = self._rounds(OF_TIPS, LARGE)
        # Apart, for somebody waits for these: a slow photo of a tip must not hold up an alert.
        self._own_photos = self._rounds(OF_STAFF, SMALL)
        self._own_films = self._rounds(OF_STAFF, LARGE)
        self._clockwork = Clockwork(self._ticks(), house.clock)

    def _rounds(self, store: Store, rules: RoundRules) -> FileRounds:
        house = self._house
        desk = house.context
        return FileRounds(
            database=house.database,
            account_id=house.account.id,
            channel=house.channel,
            folder=house.media_folder,
            cleaners=_CLEANERS if store is OF_TIPS else _CLEANS_OUR_OWN,
            clock=house.clock,
            stores=(store,),
            rules=rules,
            oversized=lambda tx, file_id: files.ask_for_shorter(tx, desk, file_id),
        )

    async def run(
        self, announce: Callable[[int], None], warn: Callable[[str], None] = _nobody
    ) -> None:
        """Run until a signal says stop; `announce` is told the web door's port.

        `announce` comes when the platform answered; until then `warn` is told why it does not.

        Raises: Misconfigured when the platform refuses the account, the port is taken, or another
        process took our place.
        """
        house = self._house
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._stopping.set)
        door = WebDoor(
            create_app(house.channel.routes(), self._health),
            house.settings.web_host,
            house.settings.web_port,
        )
        menu: asyncio.Task[None] | None = None
        try:
            port = await door.open()
            if not await self._start_channel(warn):
                return
            # Beside the work: a platform slow to take a menu must not keep messages waiting.
            menu = asyncio.create_task(self._publish_menu(), name="menu")
            announce(port)
            await self._work()
        finally:
            if menu is not None:
                menu.cancel()
            await house.channel.stop()
            await door.close()
            await house.database.close()

    async def _start_channel(self, warn: Callable[[str], None]) -> bool:
        """Knock until the platform answers; False when we were told to stop before it did."""
        house = self._house
        box = AccountInbox(house.database, house.account.id, house.inbox_bell)
        said = ""
        while not self._stopping.is_set():
            try:
                await house.channel.start(box)
            except AccountDown:
                raise Misconfigured(_ACCOUNT_REFUSED) from None
            except Refused:
                raise Misconfigured(_ADDRESS_REFUSED) from None
            except Transient as trouble:
                why = of_platform(trouble)
                if why != said:
                    log.warning("platform_away", reason=trouble.reason)
                    warn(f"Chưa liên lạc được với Telegram: {why}. Dịch vụ vẫn tiếp tục thử lại.")
                    said = why
                await self._pause(_KNOCK_AGAIN_S)
            else:
                house.worker.know(await house.database.write(self._introduce))
                return True
        return False

    def _introduce(self, tx: Tx) -> addresses.Account:
        channel, account_id = self._house.channel, self._house.account.id
        addresses.register_account(tx, channel.name, channel.bot_id, channel.username)
        return next(one for one in addresses.accounts(tx) if one.id == account_id)

    async def _publish_menu(self) -> None:
        house = self._house
        try:
            await house.channel.publish_commands(menus(house.context.catalogue))
        except SendFailure as failure:
            log.warning("menu_not_published", reason=type(failure).__name__)

    async def _work(self) -> None:
        house = self._house
        jobs = [
            asyncio.create_task(house.sender.run(), name="sender"),
            asyncio.create_task(house.worker.run(), name="inbox"),
        ]
        self._clockwork.start()
        stop = asyncio.create_task(self._stopping.wait(), name="stop")
        done, _ = await asyncio.wait([stop, *jobs], return_when=asyncio.FIRST_COMPLETED)
        await self._clockwork.stop()
        house.worker.stop()
        house.sender.stop()
        results = await asyncio.gather(*jobs, return_exceptions=True)
        stop.cancel()
        for result in results:
            if isinstance(result, BaseException):
                raise result
        if self._usurped:
            message = "Một tiến trình khác đã chạy tài khoản này; tiến trình này dừng lại."
            raise Misconfigured(message)
        log.info("stopped", by_signal=stop in done)

    def _ticks(self) -> dict[str, tuple[Tick, timedelta]]:
        every_second = timedelta(seconds=1)
        return {
            "fire": (self._fire, every_second),
            "expand": (self._expand, every_second),
            "finish": (self._finish, every_second),
            "cards": (self._cards, every_second),
            "pages": (self._pages, timedelta(seconds=5)),
            "rings": (self._ring, timedelta(seconds=2)),
            "deadlines": (self._remind, timedelta(minutes=30)),
            "photos": (self._fetch_photos, timedelta(seconds=5)),
            "large_files": (self._fetch_large_files, timedelta(seconds=60)),
            "own_films": (self._fetch_own_films, timedelta(seconds=20)),
            "own_photos": (self._fetch_own_photos, every_second),
            "photos_end": (self._end_photos, timedelta(seconds=10)),
            "sweep": (self._sweep_photos, timedelta(minutes=1)),
            "groups": (self._groups, every_second),
            "expire": (self._expire, timedelta(seconds=10)),
            "revive": (self._revival.look, timedelta(seconds=5)),
            "alone": (self._alone, timedelta(seconds=10)),
            "silence": (self._silence, timedelta(minutes=5)),
            "addresses": (self._forget_addresses, timedelta(minutes=5)),
            "forget": (self._forget, timedelta(hours=1)),
            "menus": (self._menus, timedelta(seconds=10)),
            "leavers": (self._leavers, timedelta(minutes=1)),
            "keeping": (self._forget_at_night, timedelta(minutes=10)),
        }

    async def _fire(self) -> None:
        await self._tick(lambda tx: firing.fire_due(tx, self._desk))
        await self._tick(lambda tx: unanswered.look_due(tx, self._house.context))

    async def _expand(self) -> None:
        def step(tx: Tx) -> bool:
            return expanding.expand_due(tx, self._desk)

        await self._steps(step)

    async def _finish(self) -> None:
        await self._tick(lambda tx: finishing.finish_due(tx, self._desk))

    async def _cards(self) -> None:
        await self._tick(lambda tx: cards.mend_failures(tx, self._house.context))
        settings = self._house.settings
        rules = DigestRules(
            most=settings.cards_most, within=timedelta(seconds=settings.cards_within_s)
        )
        await self._tick(lambda tx: cards.send_due(tx, self._house.context, rules=rules))

    async def _groups(self) -> None:
        await self._tick(lambda tx: noticing.put_up_due(tx, self._house.context))
        await self._tick(lambda tx: outcomes.tell_due(tx, self._desk))
        await self._tick(lambda tx: taking_down.tell_due(tx, self._house.context))
        await self._tick(lambda tx: copies.comment_due(tx, self._house.context))

    async def _pages(self) -> None:
        settings = self._house.settings
        rules = PageRules(
            acknowledge_within=timedelta(seconds=settings.page_ack_s),
            look_within=timedelta(seconds=settings.urgent_look_s),
        )
        await self._tick(lambda tx: paging.escalate_due(tx, self._house.context, rules))
        await self._tick(lambda tx: notes.remind_due(tx, self._house.context))

    async def _ring(self) -> None:
        house = self._house
        if house.pager is not None:
            await ring_due(house.database, house.pager, house.context, house.outbox_bell.ring)

    async def _remind(self) -> None:
        await self._tick(lambda tx: reminding.remind_due(tx, self._house.context))

    async def _fetch_photos(self) -> None:
        await self._photos.fetch_due()

    async def _fetch_large_files(self) -> None:
        await self._large_files.fetch_due()

    async def _fetch_own_films(self) -> None:
        await self._own_films.fetch_due()

    async def _fetch_own_photos(self) -> None:
        await self._own_photos.fetch_due()
        await self._tick(lambda tx: alarm_photos.tell_due(tx, self._house.context))

    async def _end_photos(self) -> None:
        await self._tick(lambda tx: files.tell_ended(tx, self._house.context))
        await self._steps(photos.take_back_due)
        await self._steps(lambda tx: own_photos.take_down_due(tx, self._desk))

    async def _sweep_photos(self) -> None:
        await self._tick(own_photos.forget_due)
        await self._photos.sweep()

    async def _expire(self) -> None:
        await self._steps(waiting.expire_due)

    async def _alone(self) -> None:
        if not await asyncio.to_thread(self._still_ours):
            log.error("another_process_runs_this_account")
            self._usurped = True
            self._stopping.set()

    async def _forget(self) -> None:
        await forgetting.forget(self._steps)

    async def _menus(self) -> None:
        words = self._house.context.catalogue
        if await self._house.database.read(lambda tx: staff_menus.is_due(tx, words)):
            await self._tick(lambda tx: staff_menus.renew(tx, words))

    async def _leavers(self) -> None:
        await self._tick(lambda tx: left_lying.tell_due(tx, self._house.context))

    async def _forget_at_night(self) -> None:
        if await self._house.database.read(forgetting.is_due):
            works = forgetting.nightly(self._house.settings.keeping)
            await forgetting.forget(self._steps, works)
            await self._tick(lambda tx: forgetting.finish(tx, works))

    async def _silence(self) -> None:
        await self._steps(wishes.settle_silence)
        await self._steps(wishes.wake)

    async def _forget_addresses(self) -> None:
        await self._steps(erasing.forget_addresses)

    async def _steps(self, work: Callable[[Tx], object]) -> None:
        """Work in steps until nothing is left, at most a few seconds: the next ring goes on."""
        deadline = time.monotonic() + _STEPS_S
        while not self._stopping.is_set() and time.monotonic() < deadline:
            if not await self._tick(work):
                return

    async def _tick(self, work: Callable[[Tx], T]) -> T:
        result = await self._house.database.write(work)
        if result:
            self._house.outbox_bell.ring()
        return result

    async def _health(self) -> dict[str, object]:
        house = self._house
        store = await house.database.read(lambda tx: health.stored(tx, house.account.id))
        # Before the first poll the platform has been silent since our start.
        heard_at = house.channel.heard_at
        if heard_at is None and house.settings.telegram_mode == "polling":
            heard_at = self._made_at
        return health.facts(
            store,
            health.Running(
                now=house.clock.now(),
                heard_at=heard_at,
                heard_limit=house.channel.poll_timeout + _POLL_GRACE,
                refused=house.channel.down is not None,
                ticks=self._clockwork.well_at(),
                overdue=self._clockwork.overdue(),
            ),
        )

    async def _pause(self, seconds: float) -> None:
        waiting: Awaitable[bool] = self._stopping.wait()
        try:
            await asyncio.wait_for(waiting, seconds)
        except TimeoutError:
            return
