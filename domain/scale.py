"""The arithmetic of growing: the accounts, processes, rows and bytes that residents need."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

SIZES = (5_000, 50_000, 1_000_000, 10_000_000, 100_000_000)
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the arithmetic starts from; `docs/scaling.md` says where each figure is from."""

    per_unit: int = 30_000
    """Residents of one unit, a commune, who said yes at the most: each has accounts of its own."""
    broadcasts_a_month: float = 4.0
    """How many each resident gets."""
    pace_per_s: float = 28.0
    """What the platform lets one account send."""
    reply_share: float = 0.15
    """What of it a broadcast leaves to conversations."""
    within: timedelta = timedelta(hours=3)
    """In what time a campaign is to be out."""
    units_at_once: float = 0.2
    """Share of all units that send in the same minute: many choose the same hour."""
    tips_a_month: float = 20.0
    """Tips of 1,000 residents a month."""
    messages_a_tip: float = 4.0
    """What is sent because of a tip: receipt, card, answers."""
    sends_per_s_and_worker: float = 250.0
    """What one worker process settles in PostgreSQL (`make bench`), with room to spare."""
    sends_per_s_and_database: float = 1_500.0
    """What one PostgreSQL server settles (`make bench`), with room to spare."""
    connections_a_worker: int = 25
    """What an installation of one process keeps of a server's connections: 10 to 30."""
    connections_per_database: int = 1_000
    """What one PostgreSQL server is to hold, most of them idle."""
    bytes_a_worker: int = 200_000_000
    """Memory of a process."""
    bytes_a_resident: int = 1_500
    """Person, address, consent, with their indexes."""
    bytes_a_delivery: int = 1_500
    """A row of the ledger and its attempt, with their indexes, on PostgreSQL; on SQLite 900."""
    bytes_a_tip: int = 400_000
    """Its rows, and a photo for every second one."""
    kept_months: int = 12
    """How long the rows of a run and closed tips stay, before only their figures do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a number of residents needs."""

    residents: int
    units: int
    accounts: int
    """Of one platform, over all units. An installation has one of each platform."""
    campaign_takes: timedelta
    """Until a campaign to all is out, every unit sending by its own accounts."""
    messages_a_month: int
    peak_per_s: float
    """Sends in all in the busiest minute."""
    workers: int
    """Processes that send: each account has its own."""
    databases: int
    """PostgreSQL servers on which all can lie together, by what they settle and by connections; 0
    where one SQLite file is all."""
    memory_bytes: int
    """Of the processes, without that of the databases."""
    rows: int
    """Deliveries that are kept at any time."""
    archived_a_year: int
    """Deliveries of which only the figures are left, each year."""
    disk_bytes: int

    @property
    def one_machine(self) -> bool:
        """Whether one `make run` on SQLite is all that is needed."""
        return self.databases == 0


def need(residents: int, given: Assumptions) -> Need:
    """Work it out for so many residents."""
    units = max(1, math.ceil(residents / given.per_unit))
    of_unit = min(residents, given.per_unit)
    broadcast_pace = given.pace_per_s * (1 - given.reply_share)
    by_account = max(1.0, broadcast_pace * given.within.total_seconds())
    of_one = max(1, math.ceil(of_unit / by_account))
    takes = timedelta(seconds=of_unit / (of_one * broadcast_pace))
    broadcasts = residents * given.broadcasts_a_month
    talk = residents / 1000 * given.tips_a_month * given.messages_a_tip
    sending = max(1.0, units * given.units_at_once)
    peak = sending * of_one * given.pace_per_s
    rows = round((broadcasts + talk) * given.kept_months)
    tips = residents / 1000 * given.tips_a_month * given.kept_months
    small = units == 1 and of_one == 1
    of_account = math.ceil(given.pace_per_s / given.sends_per_s_and_worker)
    workers = units * of_one * max(1, of_account)
    by_sends = math.ceil(peak / given.sends_per_s_and_database)
    by_connections = math.ceil(
        workers * given.connections_a_worker / given.connections_per_database
    )
    return Need(
        residents=residents,
        units=units,
        accounts=units * of_one,
        campaign_takes=takes,
        messages_a_month=round(broadcasts + talk),
        peak_per_s=peak,
        workers=workers,
        databases=0 if small else max(by_sends, by_connections),
        memory_bytes=workers * given.bytes_a_worker,
        rows=rows,
        archived_a_year=round((broadcasts + talk) * _MONTHS),
        disk_bytes=round(
            residents * given.bytes_a_resident
            + rows * given.bytes_a_delivery
            + tips * given.bytes_a_tip
        ),
    )


def table(given: Assumptions, sizes: Sequence[int] = SIZES) -> tuple[Need, ...]:
    """Work it out for several numbers of residents."""
    return tuple(need(size, given) for size in sizes)
