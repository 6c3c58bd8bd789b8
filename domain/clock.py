"""Time: one port for 'now', and the local time of the people we serve."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Local time of Viet Nam: UTC+7 all year, no daylight saving since 1975."""


class Clock(Protocol):
    """Tell the time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """Return the instant in the residents' local time."""
    return instant.astimezone(HANOI)


def show_time(instant: datetime) -> str:
    """Write an instant as people here do: `14:05 ngày 22/11/2026` in local time."""
    return local(instant).strftime("%H:%M ngày %d/%m/%Y")


def show_hour(instant: datetime) -> str:
    """Write the local hour in which an instant lies: `14:00–14:59 ngày 22/11/2026`."""
    return local(instant).strftime("%H:00–%H:59 ngày %d/%m/%Y")


def show_day(instant: datetime) -> str:
    """Write the local date: `22/11/2026`."""
    return local(instant).strftime("%d/%m/%Y")
