"""Put the real house together; stand-ins come in through the settings alone."""

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import DEFAULT_PACE, TelegramSettings
from bot.folders import check_folder, close_to_others, prepare
from bot.inbox_worker import InboxWorker
from bot.invocation import typed
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
from storage import addresses, areas, installation, settling
from storage.database import Database, Tx, is_sqlite
from storage.migrations_runner import is_current, is_untouched, upgrade
from storage.packaged import load_gazetteer, load_library

_NOT_CONNECTED = (
    "Chưa có TELEGRAM_TOKEN: hãy ghi token vào tệp .env, hoặc chạy thử không cần token: make demo"
)
_NO_UNIT = (
    "Chưa có đơn vị nào nên không có ai trả lời bà con: hãy ghi đơn vị, cán bộ, nhóm vào một tệp "
    "TOML rồi chạy: {command}"
)
_INVENTED = (
    "Đơn vị ví dụ chỉ để chạy thử với máy giả lập (make demo): trên Telegram thật, các mã trong đó "
    "là của người lạ. Hãy ghi đơn vị của mình vào một tệp rồi chạy: {command}"
)
_SEVERAL = (
    "Có nhiều tài khoản trong cơ sở dữ liệu mà chưa có TELEGRAM_TOKEN để biết là tài khoản nào."
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


def refuse_demo(settings: Settings) -> None:
    """See that the demo unit, whose ids are invented, does not meet the people who have them.

    Raises: Misconfigured on Telegram's own server.
    """
    if settings.on_telegram_itself:
        raise Misconfigured(_INVENTED.format(command=typed("seed TỆP.toml")))


def open_database(settings: Settings, clock: Clock, *, bring_up_to_date: bool) -> Database:
    """Open the database with its keys.

    Raises: Misconfigured, DatabaseAway.
    """
    if bring_up_to_date:
        prepare(settings)
    else:
        check_folder(settings)
    url = settings.database
    current = is_current(url)
    if not current and not bring_up_to_date:
        command = typed("db upgrade")
        message = f"Cơ sở dữ liệu chưa có hoặc chưa đúng phiên bản. Chạy: {command}"
        raise Misconfigured(message)
    keys = find_keys(settings.keys, fresh_database=is_untouched(url))
    if not current:
        upgrade(url)
    if bring_up_to_date:
        close_to_others(settings)
    return Database(url, keys, clock)


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
    sender = Sender(
        database=database,
        account_id=account.id,
        channel=channel,
        pace=Pace(channel.capabilities.pace, time.monotonic),
        rules=_sender_rules(telegram),
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


def register(tx: Tx, settings: Settings) -> addresses.Account:
    """Make the Telegram account of the settings known, by the bot id in front of its token.

    Without a token it is the only one that the database knows.

    Raises: Misconfigured when that is none, or several.
    """
    if not settings.telegram_token.get_secret_value():
        known = [one for one in addresses.accounts(tx) if one.channel == "telegram"]
        if len(known) > 1:
            raise Misconfigured(_SEVERAL)
        if known:
            return known[0]
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
        message = "Các dòng TELEGRAM_… chưa đúng; hãy so với tệp .env.example."
        raise Misconfigured(message) from error


def _marker(words: Catalogue) -> Callable[[Outgoing, str], Outgoing]:
    def mark(outgoing: Outgoing, language: str) -> Outgoing:
        text = words.say(Language(language), "app.again", text=outgoing.text)
        return replace(outgoing, text=text)

    return mark
