"""The report of a unit for a period: its tables, with the year before beside each figure."""

from collections.abc import Sequence

from domain.clock import show_time
from domain.period import Period
from reports import pledges, reach, tips, value
from reports.sheet import Report
from storage.database import Tx
from storage.units import Unit


def of_unit(tx: Tx, unit: Unit, period: Period, receipts: Sequence[str] = ()) -> Report:
    """Return a unit's report; `receipts` names the channels that tell of delivery."""
    return Report(
        unit=unit.name["vi"],
        period=period,
        before=period.year_before(),
        provisional_until=None if period.is_over(tx.now) else show_time(tx.now),
        sheets=(
            *reach.sheets(tx, unit, period, receipts),
            *by_hand.sheets(tx, unit, period),
            *pledges.sheets(tx, unit, period),
            *tips.sheets(tx, unit, period),
            *value.sheets(tx, unit, period),
        ),
    )
