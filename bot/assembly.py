"""Put the real house together; stand-ins come in through the settings alone."""

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.abilities import all_capabilities
from bot.accounts import Configured, some_configured
from bot.channel_making import Made, make
from bot.inbox_worker import InboxWorker
from bot.invocation import typed
from bot.keys import check_keys
from bot.line import Line
from bot.opening import open_database, register
from bot.own_photo_shelf import OwnPhotoShelf
from bot.pager import WebhookPager
from bot.plan import read_plan
from bot.print_shelf import PrintShelf
from bot.report_shelf import ReportShelf
from bot.seed import complete_plan, seed_areas, seed_plan
from bot.settings import Settings
from delivery.bell import Bell
from delivery.high_water import HighWater
from delivery.mark_file import MarkFile, UnreadableMark
from delivery.outbox import Outbox
from delivery.pace import Pace
from delivery.sender import Sender, SenderRules
from domain.clock import Clock, SystemClock
from domain.door import OPEN, door_of
from domain.errors import Misconfigured
from domain.language import Language
from domain.messages import Outgoing
from domain.pager import Pager
from domain.places import Gazetteer
from domain.texts.catalogue import Catalogue, catalogue
from handlers import word_lists
from handlers.turn import ChatRules, Context
from handlers.wiring import make_router
from storage import advisory_locks, installation
from storage.accounts import tokens
from storage.bell_wire import Wire
from storage.database import Database, Tx, is_sqlite
from storage.deliveries import marks, taking_over
from storage.packaged import load_gazetteer, load_library
from storage.people import addresses, areas
from storage.people.addresses import Account
from storage.server_clock import ServerClock
from storage.tips.media_folder import MediaFolder
from storage.tips.media_shelf import MediaShelf

_NO_UNIT = (
    "Chưa có đơn vị nào nên không có ai trả lời bà con: hãy ghi đơn vị, cán bộ, nhóm vào một tệp "
    "TOML rồi chạy: {command}"
)

_UNREADABLE = (
    "{setting}: không đọc hoặc không ghi được {path}, nơi ghi máy đã gửi tới đâu. Hãy xem quyền và "
    "chỗ trống của đĩa; nếu tệp đã hỏng và cơ sở dữ liệu không phải bản sao cũ thì xóa tệp đó đi."
)


@dataclass(frozen=True, slots=True)
class House:
    """The parts of a running service."""

    settings: Settings
    clock: Clock
    database: Database
    context: Context
    lines: tuple[Line, ...]
    """One for each account, in the order in which they are shown."""
    worker: InboxWorker
    inbox_bell: Bell
    outbox_bell: Bell
    media_folder: MediaFolder
    water: HighWater
    pager: Pager | None = None
    wire: Wire | None = None
    """Carries rings to other processes; None where there are none."""

    @property
    def shared_clock(self) -> ServerClock | None:
        """The clock by which all processes go, where there are several."""
        return self.clock if isinstance(self.clock, ServerClock) else None


async def build(settings: Settings, *, demo: bool, clock: Clock | None = None) -> House:
    """Assemble the service for the accounts that are set; `demo` also sets up the demo unit.

    Raises: Misconfigured, DatabaseAway.
    """
    clock = clock or _clock(settings)
    wanted, shipped = some_configured(settings), load_gazetteer()
    database = await _opened(settings, clock)
    try:
        accounts, gazetteer = await database.write(
            lambda tx: _prepare(tx, settings, shipped, demo=demo)
        )
        known = list(zip(wanted, accounts, strict=True))
        water = await _high_water(settings, database, clock)
        made = [make(one.platform, account, settings, clock, database) for one, account in known]
    except BaseException:
        await database.close()
        raise
    words = catalogue()
    choose = {one.value: words.say(one, "app.choose") for one in Language}
    no_file = {one.value: words.say(one, "app.no_file") for one in Language}
    context = Context(
        catalogue=words,
        library=load_library(),
        gazetteer=gazetteer,
        outbox=Outbox(all_capabilities(settings), choose, no_file),
        rules=ChatRules(burst=timedelta(seconds=settings.burst_s)),
        articles=settings.zalo_oa_articles,
    )
    inbox_bell, outbox_bell = Bell(), Bell()
    wire = _wire(settings, inbox=inbox_bell, outbox=outbox_bell)
    media_folder = MediaFolder(settings.media)
    shelf = _shelf(database, media_folder)
    desk = _Desk(database, clock, outbox_bell, shelf, _marker(words), choose, water)
    lines = tuple(
        _line(desk, one, account, channel)
        for (one, account), channel in zip(known, made, strict=True)
    )
    word_lists.read()
    worker = InboxWorker(
        database,
        make_router(context),
        {line.account.id: (line.account, line.channel) for line in lines},
        inbox_bell,
        outbox_bell,
    )
    return House(
        settings,
        clock,
        database,
        context,
        lines,
        worker,
        inbox_bell,
        outbox_bell,
        media_folder,
        water,
        _pager(settings),
        wire,
    )


def _clock(settings: Settings) -> Clock:
    """Return what tells the time: alone our own machine, else the server that all share."""
    own = SystemClock()
    return own if is_sqlite(settings.database) else ServerClock(own)


async def _opened(settings: Settings, clock: Clock) -> Database:
    # In a thread: bringing the schema up to date may take minutes, in which the loop is to turn.
    database = await asyncio.to_thread(open_database, settings, clock, bring_up_to_date=True)
    if isinstance(clock, ServerClock):
        try:
            await clock.look(database)
        except BaseException:
            await database.close()
            raise
    return database


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all lines share."""

    database: Database
    clock: Clock
    outbox_bell: Bell
    shelf: OwnPhotoShelf
    mark_again: Callable[[Outgoing, str], Outgoing]
    choose: Mapping[str, str]
    water: HighWater


def _line(desk: _Desk, wanted: Configured, account: Account, made: Made) -> Line:
    channel = made.channel
    sender = Sender(
        database=desk.database,
        account_id=account.id,
        channel=channel,
        pace=Pace(channel.capabilities.pace),
        rules=SenderRules(
            worker=f"{os.getpid()}-{secrets.token_hex(4)}", send_timeout=made.longest_send
        ),
        clock=desk.clock,
        bell=desk.outbox_bell,
        mark_again=desk.mark_again,
        shelf=desk.shelf,
        choose=desk.choose,
        water=desk.water,
    )
    return Line(
        platform=wanted.platform,
        key=wanted.key,
        account=account,
        channel=channel,
        sender=sender,
        longest_poll=made.longest_poll,
        lock=wanted.lock,
    )


async def _high_water(settings: Settings, database: Database, clock: Clock) -> HighWater:
    """See how far this process, and others that send from here, had come.

    Raises: Misconfigured, DatabaseAway.
    """
    installation_id = await database.write(marks.installation_id)
    try:
        water = HighWater(MarkFile.take(settings.marks, installation_id), clock)
        await water.look(database)
    except UnreadableMark as error:
        setting = "MARKS_DIR" if settings.marks_dir else "VAR_DIR"
        raise Misconfigured(_UNREADABLE.format(setting=setting, path=error)) from error
    return water


def _wire(settings: Settings, **bells: Bell) -> Wire | None:
    """Return what rings these bells in other processes too, where there can be any."""
    if is_sqlite(settings.database):
        return None
    wire = Wire(settings.database)
    for name, bell in bells.items():
        bell.passes_on(wire.connect(name, bell.ring))
    return wire


def _shelf(database: Database, folder: MediaFolder) -> OwnPhotoShelf:
    """Return all files of ours that messages may name."""
    reports = ReportShelf(database, MediaShelf(database, folder))
    return OwnPhotoShelf(database, folder, PrintShelf(database, reports))


def _pager(settings: Settings) -> Pager | None:
    if not settings.pager_url:
        return None
    return WebhookPager(settings.pager_url, settings.pager_secret.get_secret_value())


def _prepare(
    tx: Tx, settings: Settings, shipped: Gazetteer, *, demo: bool
) -> tuple[Sequence[Account], Gazetteer]:
    # Several processes may start at once.
    advisory_locks.wait(tx, "preparing")
    check_keys(tx)
    seed_areas(tx, shipped)
    if demo:
        ours, plan = register(tx, settings), read_plan(None)
        if not seed_plan(tx, ours, plan):
            # A demonstration begun with an older file gets what came since.
            complete_plan(tx, ours, plan)
    accounts = register(tx, settings)
    if not installation.count_units(tx):
        raise Misconfigured(_NO_UNIT.format(command=typed("seed TỆP.toml")))
    if is_sqlite(settings.database):
        # The file's lock is ours: whoever opened these windows or renews tokens is dead.
        able = all_capabilities(settings)
        for account in addresses.accounts(tx):
            door = door_of(able[account.channel]) if account.channel in able else OPEN
            taking_over.take_over(tx, account.id, door, all_dead=True)
            tokens.let_go(tx, account.id)
    return accounts, shipped.plus(areas.villages(tx))


def _marker(words: Catalogue) -> Callable[[Outgoing, str], Outgoing]:
    def mark(outgoing: Outgoing, language: str) -> Outgoing:
        text = words.say(Language(language), "app.again", text=outgoing.text)
        return replace(outgoing, text=text)

    return mark
