"""Open an installation: its database with its keys, its account. Light, for every command does."""

from bot.folders import check_folder, close_to_others, prepare
from bot.invocation import typed
from bot.keys import find_keys
from bot.settings import Settings
from domain.clock import Clock
from domain.errors import Misconfigured
from storage.database import Database, Tx
from storage.migrations_runner import is_current, is_untouched, upgrade
from storage.people import addresses

NOT_CONNECTED = (
    "Chưa có TELEGRAM_TOKEN: hãy ghi token vào tệp .env, hoặc chạy thử không cần token: make demo"
)
_INVENTED = (
    "Đơn vị ví dụ chỉ để chạy thử với máy giả lập (make demo): trên Telegram thật, các mã trong đó "
    "là của người lạ. Hãy ghi đơn vị của mình vào một tệp rồi chạy: {command}"
)
_SEVERAL = (
    "Có nhiều tài khoản trong cơ sở dữ liệu mà chưa có TELEGRAM_TOKEN để biết là tài khoản nào."
)


def refuse_demo(settings: Settings) -> None:
    """See that the demo unit, whose ids are invented, does not meet the people who have them.

    Raises: Misconfigured on Telegram's own server.
    """
    if settings.on_a_real_platform:
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
        raise Misconfigured(NOT_CONNECTED)
    return token.split(":", 1)[0]
