"""Write a report's workbook when it is sent; nothing of it is kept."""

import asyncio
from uuid import UUID

from delivery.files import Shelf
from domain.messages import MediaRef, Upload
from domain.report_file import Form, ReportFile, is_report, read_report
from reports import period_report, run_report, upward
from reports.sheet import Report
from storage.campaigns import runs
from storage.database import Database, Tx
from storage.people import units

_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportShelf:
    """The reports of an installation; whatever else a message names is another shelf's."""

    def __init__(self, database: Database, others: Shelf) -> None:
        self._database = database
        self._others = others

    async def open(self, ref: MediaRef) -> Upload:
        """Return the workbook with the figures of now.

        Raises: LookupError when it cannot be had, DatabaseAway.
        """
        if not is_report(ref):
            return await self._others.open(ref)
        # Few starts write a workbook.
        from reports import workbook  # noqa: PLC0415

        wanted = read_report(ref)
        report = await self._database.read(lambda tx: make(tx, wanted))
        content = await asyncio.to_thread(workbook.write, report)
        return Upload(_name(wanted, report), _MIME, content)

    async def known(self, ref: MediaRef, account_id: UUID) -> MediaRef | None:
        """Return nothing for a report: its figures move.

        Raises: LookupError, DatabaseAway.
        """
        return None if is_report(ref) else await self._others.known(ref, account_id)

    async def learn(self, ref: MediaRef, account_id: UUID, theirs: MediaRef | None) -> None:
        """Remember nothing of a report.

        Raises: LookupError, DatabaseAway.
        """
        if not is_report(ref):
            await self._others.learn(ref, account_id, theirs)


def make(tx: Tx, wanted: ReportFile) -> Report:
    """Return the report that is wanted, in its form.

    Raises: LookupError when there is no such run.
    """
    run = runs.get(tx, wanted.run_id) if wanted.run_id is not None else None
    if run is not None and run.unit_id == wanted.unit_id:
        report = run_report.of_run(tx, run)
    elif wanted.period is not None:
        report = period_report.of_unit(tx, units.get_unit(tx, wanted.unit_id), wanted.period)
    else:
        message = "a report of a run that is not there"
        raise LookupError(message)
    if wanted.form is Form.UPWARD:
        return upward.for_upward(report)
    return report if wanted.form is Form.CHIEF else upward.for_staff(report)


def _name(wanted: ReportFile, report: Report) -> str:
    days = f"{report.period.first.isoformat()}-{report.period.last.isoformat()}"
    about = "dot" if wanted.run_id is not None else "ky"
    form = "-gui-len" if wanted.form is Form.UPWARD else ""
    return f"bao-cao-{about}-{days}{form}.xlsx"
