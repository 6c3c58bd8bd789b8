"""Put the real house together; stand-ins come in through the settings alone."""

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import DEFAULT_PACE, TelegramSettings
from bot.inbox_worker import InboxWorker
from bot.invocation import typed
from bot.keys import check_keys
from bot.opening import NOT_CONNECTED, open_database, register
from bot.own_photo_shelf import OwnPhotoShelf
from bot.pager import WebhookPager
from bot.plan import read_plan
from bot.print_shelf import PrintShelf
from bot.report_shelf import ReportShelf
from bot.seed import seed_areas, seed_plan
from bot.settings import Settings
from delivery.bell import Bell
from delivery.outbox import Outbox
from delivery.pace import Pace
from delivery.sender import Sender, SenderRules
from domain.channel import Pace as ChannelPace
from domain.clock import Clock, SystemClock
from domain.errors import Misconfigured
from domain.language import Language
from domain.messages import Outgoing
from domain.pager import Pager
from domain.places import Gazetteer
from domain.texts.catalogue import Catalogue, catalogue
from handlers.turn import ChatRules, Context
from handlers.wiring import make_router
from storage import installation
from storage.database import Database, Tx, is_sqlite
from storage.deliveries import settling
from storage.packaged import load_gazetteer, load_library
from storage.people import addresses, areas
from storage.tips.media_folder import MediaFolder
from storage.tips.media_shelf import MediaShelf

_NO_UNIT = (
    "Chưa có đơn vị nào nên không có ai trả lời bà con: hãy ghi đơn vị, cán bộ, nhóm vào một tệp "
    "TOML rồi chạy: {command}"
)


@dataclass(frozen=True, slots=True)
class House:
    """The parts of a running service."""

    settings: Settings
    clock: Clock
    database: Database
    context: Context
    account: addresses.Account
    channel: TelegramChannel
    sender: Sender
    worker: InboxWorker
    inbox_bell: Bell
    outbox_bell: Bell
    media_folder: MediaFolder
    pager: Pager | None = None


async def build(settings: Settings, *, demo: bool, clock: Clock | None = None) -> House:
    """Assemble the service for one Telegram account; `demo` also sets up the demo unit.

    Raises: Misconfigured, DatabaseAway.
    """
    clock = clock or SystemClock()
    telegram = telegram_settings(settings)
    channel = TelegramChannel(telegram, clock)
    database = open_database(settings, clock, bring_up_to_date=True)
    shipped = load_gazetteer()

    try:
        account, gazetteer = await database.write(
            lambda tx: _prepare(tx, settings, shipped, demo=demo)
        )
    except BaseException:
        await database.close()
        raise
    words = catalogue()
    context = Context(
        catalogue=words,
        library=load_library(),
        gazetteer=gazetteer,
        outbox=Outbox({channel.name: channel.capabilities}),
        rules=ChatRules(burst=timedelta(seconds=settings.burst_s)),
    )
    inbox_bell, outbox_bell = Bell(), Bell()
    media_folder = MediaFolder(settings.media)
    sender = Sender(
        database=database,
        account_id=account.id,
        channel=channel,
        pace=Pace(channel.capabilities.pace, time.monotonic),
        rules=_sender_rules(telegram),
        clock=clock,
        bell=outbox_bell,
        mark_again=_marker(words),
        shelf=_shelf(database, media_folder),
    )
    worker = InboxWorker(
        database,
        make_router(context),
        {account.id: (account, channel)},
        inbox_bell,
        outbox_bell,
    )
    return House(
        settings,
        clock,
        database,
        context,
        account,
        channel,
        sender,
        worker,
        inbox_bell,
        outbox_bell,
        media_folder,
        _pager(settings),
    )


def _shelf(database: Database, folder: MediaFolder) -> OwnPhotoShelf:
    """Return all files of ours that messages may name."""
    reports = ReportShelf(database, MediaShelf(database, folder))
    return OwnPhotoShelf(database, folder, PrintShelf(database, reports))


def _pager(settings: Settings) -> Pager | None:
    if not settings.pager_url:
        return None
    return WebhookPager(settings.pager_url, settings.pager_secret.get_secret_value())


def _sender_rules(telegram: TelegramSettings) -> SenderRules:
    longest = telegram.connect_timeout_s + telegram.send_timeout_s + 1
    return SenderRules(
        worker=f"{os.getpid()}-{secrets.token_hex(4)}", send_timeout=timedelta(seconds=longest)
    )


def _prepare(
    tx: Tx, settings: Settings, shipped: Gazetteer, *, demo: bool
) -> tuple[addresses.Account, Gazetteer]:
    check_keys(tx)
    seed_areas(tx, shipped)
    account = register(tx, settings)
    if demo:
        seed_plan(tx, account.id, read_plan(None))
    if not installation.count_units(tx):
        raise Misconfigured(_NO_UNIT.format(command=typed("seed TỆP.toml")))
    if is_sqlite(settings.database):
        # The file's lock is ours, so whoever opened these windows is dead.
        settling.take_over(tx, account.id, all_dead=True)
    account = next(one for one in addresses.accounts(tx) if one.id == account.id)
    return account, shipped.plus(areas.villages(tx))


def telegram_pace(settings: Settings) -> ChannelPace:
    """Return how fast the account may send."""
    return replace(DEFAULT_PACE, account_per_s=settings.telegram_pace_per_s)


def telegram_settings(settings: Settings) -> TelegramSettings:
    """Return what the Telegram adapter needs to be told.

    Raises: Misconfigured.
    """
    token = settings.telegram_token.get_secret_value()
    if not token:
        raise Misconfigured(NOT_CONNECTED)
    try:
        return TelegramSettings(
            token=token,
            api_url=settings.telegram_api_url,
            mode=settings.telegram_mode,
            webhook_url=settings.telegram_webhook_url,
            webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
            send_timeout_s=settings.send_timeout_s,
            pace=telegram_pace(settings),
        )
    except ValueError as error:
        message = "Các dòng TELEGRAM_… chưa đúng; hãy so với tệp .env.example."
        raise Misconfigured(message) from error


def _marker(words: Catalogue) -> Callable[[Outgoing, str], Outgoing]:
    def mark(outgoing: Outgoing, language: str) -> Outgoing:
        text = words.say(Language(language), "app.again", text=outgoing.text)
        return replace(outgoing, text=text)

    return mark
