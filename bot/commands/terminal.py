"""What every command needs: what it says, the settings, the database."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from rich.console import Console

from bot.opening import open_database
from bot.settings import Settings, at_hand, load_settings
from domain.clock import SystemClock
from domain.errors import Misconfigured
from storage.database import Database, Tx
from storage.people import units
from storage.people.units import Unit

T = TypeVar("T")

out = Console()
err = Console(stderr=True)


def say(text: str, console: Console = out) -> None:
    """Print a text."""
    # Never wrapped: what is printed may be copied.
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def complain(text: str) -> None:
    """Print what went wrong."""
    err.print(text, style="red", highlight=False, markup=False, soft_wrap=True)


def settings_at_hand() -> Settings:
    """Return the settings of a command that looks at, or changes, what is there."""
    settings = load_settings()
    there = at_hand(settings)
    if there != settings:
        say(f"Chưa có tài khoản nào trong .env: dùng dữ liệu chạy thử trong {there.var_dir}.", err)
    return there


def with_database(settings: Settings, work: Callable[[Tx], T], *, write: bool = False) -> T:
    """Open the database and let `work` read, or write and commit."""

    async def once(database: Database) -> T:
        return await (database.write(work) if write else database.read(work))

    return use(settings, once, make=write)


def use(
    settings: Settings, work: Callable[[Database], Coroutine[Any, Any, T]], *, make: bool = False
) -> T:
    """Open the database, made or upgraded when `make`, and let `work` use it."""

    async def opened() -> T:
        database = open_database(settings, SystemClock(), bring_up_to_date=make)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(opened())


def the_unit(tx: Tx, code: str | None) -> Unit:
    """Return the unit of a code; without one, the only one there is.

    Raises: Misconfigured.
    """
    known = units.all_units(tx)
    if code is not None:
        known = [one for one in known if one.code == code]
    if len(known) == 1:
        return known[0]
    if not known:
        raise Misconfigured("Không có đơn vị nào mang mã đó." if code else "Chưa có đơn vị nào.")
    codes = ", ".join(one.code for one in known)
    raise Misconfigured(f"Có nhiều đơn vị: {codes}. Hãy nêu một, như --unit {known[0].code}.")
