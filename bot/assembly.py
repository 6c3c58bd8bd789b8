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
from bot.keys import check_keys, find_keys
from bot.seed import read_plan, seed_areas, seed_plan
from bot.settings import Settings
from delivery.bell import Bell
from delivery.outbox import Outbox
from delivery.pace import Pace
from delivery.sender import Sender, SenderRules
from domain.clock import Clock, SystemClock
from domain.errors import Misconfigured
from domain.language import Language
from domain.messages import Outgoing
from domain.places import Gazetteer
from domain.texts.catalogue import Catalogue, catalogue
from handlers.turn import ChatRules, Context
from handlers.wiring import make_router
from storage import addresses, installation, settling
from storage.database import Database, Tx, is_sqlite
from storage.migrations_runner import is_current, is_untouched, upgrade
from storage.packaged import load_gazetteer, load_library

_NOT_CONNECTED = (
    "Chưa có TELEGRAM_TOKEN. Ghi token vào tệp .env, hoặc chạy thử không cần token: make demo"
)
_NO_UNIT = (
    "Chưa có đơn vị nào nên không có ai trả lời bà con. Ghi đơn vị, cán bộ, nhóm vào một tệp TOML, "
    "rồi chạy: python -m bot seed TỆP"
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


def open_database(settings: Settings, clock: Clock, *, bring_up_to_date: bool) -> Database:
    """Open the database with its keys.

    Raises: Misconfigured, DatabaseAway.
    """
    url = settings.database
    current = is_current(url)
    if not current and not bring_up_to_date:
        message = "Cơ sở dữ liệu chưa có hoặc chưa đúng phiên bản. Chạy: python -m bot db upgrade"
        raise Misconfigured(message)
    keys = find_keys(settings.keys, fresh_database=is_untouched(url))
    if not current:
        upgrade(url)
    return Database(url, keys, clock)


async def build(settings: Settings, *, demo: bool, clock: Clock | None = None) -> House:
    """Assemble the service for one Telegram account; `demo` also sets up the demo unit.

    Raises: Misconfigured, DatabaseAway.
    """
    clock = clock or SystemClock()
    telegram = telegram_settings(settings)
    channel = TelegramChannel(telegram, clock)
    database = open_database(settings, clock, bring_up_to_date=True)
    gazetteer = load_gazetteer(demo_villages=demo)

    try:
        account = await database.write(lambda tx: _prepare(tx, settings, gazetteer, demo=demo))
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
    sender = Sender(
        database=database,
        account_id=account.id,
        channel=channel,
        pace=Pace(channel.capabilities.pace, time.monotonic),
        rules=SenderRules(
            worker=f"{os.getpid()}-{secrets.token_hex(4)}",
            send_timeout=timedelta(
                seconds=telegram.connect_timeout_s + telegram.send_timeout_s + 1
            ),
        ),
        clock=clock,
        bell=outbox_bell,
        mark_again=_marker(words),
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
    )


def _prepare(tx: Tx, settings: Settings, gazetteer: Gazetteer, *, demo: bool) -> addresses.Account:
    check_keys(tx)
    seed_areas(tx, gazetteer)
    account = register(tx, settings)
    if demo:
        seed_plan(tx, account.id, read_plan(None))
    if not installation.count_units(tx):
        raise Misconfigured(_NO_UNIT)
    if is_sqlite(settings.database):
        # The file's lock is ours, so whoever opened these windows is dead.
        settling.take_over(tx, account.id, all_dead=True)
    return next(one for one in addresses.accounts(tx) if one.id == account.id)


def register(tx: Tx, settings: Settings) -> addresses.Account:
    """Make the Telegram account of the settings known, by the bot id in front of its token.

    Raises: Misconfigured when no token is set.
    """
    return addresses.register_account(tx, "telegram", account_key(settings), "")


def account_key(settings: Settings) -> str:
    """Return the bot id, which stands in front of the token and is no secret.

    Raises: Misconfigured when no token is set.
    """
    token = settings.telegram_token.get_secret_value()
    if not token:
        raise Misconfigured(_NOT_CONNECTED)
    return token.split(":", 1)[0]


def telegram_settings(settings: Settings) -> TelegramSettings:
    """Return what the Telegram adapter needs to be told.

    Raises: Misconfigured.
    """
    token = settings.telegram_token.get_secret_value()
    if not token:
        raise Misconfigured(_NOT_CONNECTED)
    try:
        return TelegramSettings(
            token=token,
            api_url=settings.telegram_api_url,
            mode=settings.telegram_mode,
            webhook_url=settings.telegram_webhook_url,
            webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
            send_timeout_s=settings.send_timeout_s,
            pace=replace(DEFAULT_PACE, account_per_s=settings.telegram_pace_per_s),
        )
    except ValueError as error:
        raise Misconfigured(f"Cấu hình Telegram chưa đúng: {error}.") from error


def _marker(words: Catalogue) -> Callable[[Outgoing, str], Outgoing]:
    def mark(outgoing: Outgoing, language: str) -> Outgoing:
        text = words.say(Language(language), "app.again", text=outgoing.text)
        return replace(outgoing, text=text)

    return mark
