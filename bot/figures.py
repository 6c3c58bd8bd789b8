"""What `reach` and `verify` print."""

from dataclasses import dataclass

from broadcasts import checking, reach_words
from broadcasts import reach as reaches
from broadcasts.desk import Desk
from delivery.outbox import Outbox
from domain.language import Language
from domain.texts.catalogue import catalogue
from storage.campaigns import runs
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, and how to say it."""

    text: str
    problems: int


def reach(tx: Tx, code: str) -> str | None:
    """Return the funnel of a run as text; None when there is no such run."""
    found = reaches.find_run(tx, code)
    if found is None:
        return None
    say = Desk(Outbox({}), catalogue()).say(Language.VI)
    return reach_words.render(reaches.in_full(tx, found), say)


def verify(tx: Tx, code: str | None) -> Report | None:
    """Recompute the figures of a run, or of all; None when there is no such run."""
    found = reaches.find_run(tx, code) if code else None
    if code and found is None:
        return None
    problems = checking.verify(tx, found.id if found else None)
    checked = 1 if found else len(runs.all_ids(tx))
    if problems:
        return Report("\n".join(["Số liệu KHÔNG khớp:", *problems]), len(problems))
    return Report(f"Đã tính lại {checked} đợt từ từng dòng sổ: mọi con số đều khớp.", 0)
