"""Who subscribed and who left, when: counted from the answers as they were recorded."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, not_, or_, select

from storage.database import Tx
from storage.people.consents import Answer
from storage.tables import consent, resident

_YES = (Answer.YES.value, Answer.RESUME.value)
_DECIDING = (*_YES, Answer.NO.value, Answer.STOP.value)
"""A pause decides nothing: it ends in a resumption or, after a day of silence, in a stop."""


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Subscribers at the start and at the end of a period, and who came and went between.

    `at_start` + `joined` - `left` = `at_end`. Who comes, goes and comes again counts each time.
    """

    at_start: int
    joined: int
    left: int

    @property
    def at_end(self) -> int:
        """How many had said yes and not taken it back when the period ended."""
        return self.at_start + self.joined - self.left


def of_period(tx: Tx, unit_id: UUID, since: datetime, until: datetime) -> Subscriptions:
    """Return a unit's subscriptions from `since` up to, not including, `until`.

    By where residents belong today: who moved to another unit counts there all along.
    """
    yes = consent.c.answer.in_(_YES)
    answers = (
        select(
            consent.c.at,
            yes.label("yes"),
            func.lag(yes)
            .over(partition_by=consent.c.resident_id, order_by=consent.c.id)
            .label("before"),
        )
        .join(resident, resident.c.id == consent.c.resident_id)
        .where(resident.c.unit_id == unit_id, consent.c.answer.in_(_DECIDING), consent.c.at < until)
        .subquery()
    )
    came = and_(answers.c.yes, or_(answers.c.before.is_(None), not_(answers.c.before)))
    went = and_(not_(answers.c.yes), answers.c.before.is_not(None), answers.c.before)
    earlier = answers.c.at < since
    query = select(
        *(
            func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
            for condition in (
                and_(came, earlier),
                and_(went, earlier),
                and_(came, not_(earlier)),
                and_(went, not_(earlier)),
            )
        )
    )
    came_earlier, went_earlier, joined, left = tx.connection.execute(query).one()
    return Subscriptions(int(came_earlier) - int(went_earlier), int(joined), int(left))
