"""What a test world is furnished with: a clock to move, a unit, staff, places, texts."""

from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from domain.channel import Capabilities, Pace
from domain.hours import ANY_TIME, BroadcastRules
from domain.language import Language
from domain.library import Library
from domain.messages import (
    MediaKind,
)
from domain.places import Gazetteer
from domain.roles import Role
from storage.database import Tx
from storage.packaged import load_gazetteer, load_library
from storage.people import units
from storage.sealing import Place
from storage.tables import staff, staff_role, unit
from tips.language import Languages

NINE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, nine in the morning local time: no quiet hours."""

DONG_KINH = "05977"
"""The ward of the demonstration unit; its invented quarters are `kp-vi-du-1` … `-8`."""


class MovingClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: datetime = NINE) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the instant it stands at."""
        return self._now

    def forward(self, **by: float) -> datetime:
        """Move on by `hours=…`, `minutes=…` and so on."""
        self._now += timedelta(**by)
        return self._now


def add_unit(
    tx: Tx, code: str, area_code: str, name: str, rules: BroadcastRules = ANY_TIME
) -> units.Unit:
    """Write a unit with an invented duty phone that rests never and caps nothing."""
    tx.connection.execute(
        unit.insert().values(
            id=tx.new_id(),
            code=code,
            name={"vi": name, "en": f"{name} (police)", "zh": f"{name}（公安）"},
            area_code=area_code,
            duty_phone="0205 000 0001",
            controller=name,
            retention={"vi": "12 tháng", "en": "12 months", "zh": "12个月"},
            card_content=True,
            broadcasting=units.rules_json(rules),
        )
    )
    return next(found for found in units.all_units(tx) if found.code == code)


def add_staff(tx: Tx, unit_id: UUID, name: str, *roles: Role) -> UUID:
    """Write a member of staff with roles; return the id."""
    staff_id = tx.new_id()
    tx.connection.execute(
        staff.insert().values(
            id=staff_id,
            unit_id=unit_id,
            name=tx.keys.seal(name, Place("staff", "name", staff_id)),
            language=Language.VI.value,
            active=True,
        )
    )
    for role in roles:
        tx.connection.execute(staff_role.insert().values(staff_id=staff_id, role=role.value))
    return staff_id


def pretend_capabilities() -> Capabilities:
    """What a platform like Telegram can do."""
    return Capabilities(
        text_limit=4096,
        caption_limit=1024,
        buttons_per_row=8,
        buttons=100,
        media=frozenset(set(MediaKind) - {MediaKind.STICKER}),
        download_limit_bytes=20 * 1024 * 1024,
        receipts=False,
        reply_window=None,
        pace=Pace(account_per_s=25, chat_per_s=1, group_per_minute=20, reply_share=0.15),
        menus=True,
    )


@cache
def demo_gazetteer() -> Gazetteer:
    return load_gazetteer(demo_villages=True)


@cache
def shipped_library() -> Library:
    return load_library()


@cache
def languages() -> Languages:
    return Languages()
