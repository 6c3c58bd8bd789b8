"""A report as a workbook that is sent: of which days or run, and for whom it is made."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.messages import MediaKind, MediaRef
from domain.period import Period

_PREFIX = "report:"


class Form(StrEnum):
    """For whom a report is made; each leaves out what the next may see."""

    UPWARD = "upward"
    """For the level above: small figures are hidden."""
    INSIDE = "inside"
    CHIEF = "chief"
    """With the table that only the chief sees."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A workbook that is written when it is sent: of a unit's days, or of one run."""

    form: Form
    unit_id: UUID
    period: Period | None = None
    run_id: UUID | None = None

    @property
    def media(self) -> MediaRef:
        """What a message names it by."""
        if self.run_id is not None:
            about = f"run:{self.run_id.hex}"
        elif self.period is not None:
            about = f"days:{self.period.first.isoformat()}:{self.period.last.isoformat()}"
        else:
            message = "a report is of some days or of a run"
            raise ValueError(message)
        name = f"{_PREFIX}{self.form.value}:{self.unit_id.hex}:{about}"
        return MediaRef(MediaKind.FILE, name, sealed=True)


def is_report(ref: MediaRef) -> bool:
    """Tell whether a reference names a report."""
    return ref.sealed and ref.ref.startswith(_PREFIX)


def read_report(ref: MediaRef) -> ReportFile:
    """Return the report that a reference names.

    Raises: LookupError.
    """
    parts = ref.ref.removeprefix(_PREFIX).split(":")
    try:
        match parts:
            case [form, unit, "run", run]:
                return ReportFile(Form(form), UUID(hex=unit), run_id=UUID(hex=run))
            case [form, unit, "days", first, last]:
                days = Period(date.fromisoformat(first), date.fromisoformat(last))
                return ReportFile(Form(form), UUID(hex=unit), days)
    except ValueError:
        pass
    message = "no reference to a report"
    raise LookupError(message)
