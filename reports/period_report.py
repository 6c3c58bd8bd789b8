"""The report of a unit for a period: its tables, with the year before beside each figure."""

from collections.abc import Collection

from domain.clock import show_time
from domain.period import Period
from reports import articles, by_hand, pledges, reach, rights, tips, value
from reports.sheet import Report
from storage.database import Tx
from storage.people.units import Unit
from storage.tips.tip_figures import Division


def of_unit(
    tx: Tx,
    unit: Unit,
    period: Period,
    receipts: Collection[str] | None = None,
    rows: Collection[Division] = tips.DIVISIONS,
) -> Report:
    """Return a unit's report, as it stays inside; `reports.upward` makes of it what is sent up.

    `receipts` names the channels that tell of delivery, `rows` by what tips are told apart.
    """
    return Report(
        unit=unit.name["vi"],
        period=period,
        before=period.year_before(),
        provisional_until=None if period.is_over(tx.now) else show_time(tx.now),
        sheets=(
            *reach.sheets(tx, unit, period, receipts),
            *by_hand.sheets(tx, unit, period),
            *articles.sheets(tx, unit, period),
            *pledges.sheets(tx, unit, period),
            *tips.sheets(tx, unit, period, rows),
            *value.sheets(tx, unit, period),
            *rights.sheets(tx, unit, period),
        ),
    )
