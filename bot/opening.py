"""Open an installation: its database, keys, accounts. Light, for every command does."""

from collections.abc import Sequence
from uuid import UUID

from bot import jobs_schema
from bot.accounts import NOT_CONNECTED, configured
from bot.folders import check_folder, close_to_others, prepare
from bot.invocation import typed
from bot.keys import find_keys
from bot.platforms import PLATFORMS
from bot.settings import Settings
from domain.clock import Clock
from domain.errors import Misconfigured
from storage.database import Database, Tx
from storage.migrations_runner import is_current, is_untouched, upgrade
from storage.people import addresses, units
from storage.staff import setting_up

_INVENTED = (
    "Đơn vị ví dụ chỉ để chạy thử với máy giả lập (make demo): trên Telegram, Zalo thật, các mã "
    "trong đó là của người lạ. Hãy ghi đơn vị của mình vào một tệp rồi chạy: {command}"
)
_SEVERAL = (
    "Có nhiều tài khoản {shown} trong cơ sở dữ liệu mà chưa có {token} để biết là tài khoản nào."
)


def refuse_demo(settings: Settings) -> None:
    """See that the demo unit, whose ids are invented, does not meet the people who have them.

    Raises: Misconfigured on a platform's own server.
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
        jobs_schema.bring_up(url)
        close_to_others(settings)
    return Database(url, keys, clock)


def register(tx: Tx, settings: Settings) -> tuple[addresses.Account, ...]:
    """Make the accounts of the settings known; they go to the unit where there is only one.

    Without any set they are those that the database knows.

    Raises: Misconfigured when that is none, or several of one platform.
    """
    found = configured(settings)
    if not found:
        known = tuple(addresses.accounts(tx))
        for channel in {one.channel for one in known}:
            if sum(one.channel == channel for one in known) > 1:
                platform = PLATFORMS[channel]
                raise Misconfigured(_SEVERAL.format(shown=platform.shown, token=platform.token))
        if not known:
            raise Misconfigured(NOT_CONNECTED)
        return known
    ids = [addresses.register_account(tx, one.platform.channel, one.key, "").id for one in found]
    _give_to_the_unit(tx, ids)
    known = tuple(addresses.accounts(tx))
    return tuple(next(one for one in known if one.id == account_id) for account_id in ids)


def _give_to_the_unit(tx: Tx, ids: Sequence[UUID]) -> None:
    """Let an account that is set later serve the unit that is there already."""
    there = units.all_units(tx)
    if len(there) != 1:
        return
    for one in addresses.accounts(tx):
        if one.id in ids and one.unit_id is None:
            setting_up.give_account(tx, one.id, there[0].id)
