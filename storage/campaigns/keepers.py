"""Who looks after campaigns: their authors, or those to whom they were handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select, update

from domain.campaign import CampaignState, RunState
from storage.campaigns.campaigns import HOLDER
from storage.database import Tx
from storage.tables import campaign, run

_OPEN = (
    CampaignState.DRAFT,
    CampaignState.SUBMITTED,
    CampaignState.APPROVED,
    CampaignState.PAUSED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A campaign of which something is still to come, readable even where its words are not."""

    id: UUID
    number: int
    state: CampaignState
    author_id: UUID
    holder_id: UUID
    repeats: bool
    proposed: bool
    """Whether another plan for it waits for a second person."""

    @property
    def is_undecided(self) -> bool:
        """Tell whether it waits for somebody to decide on it."""
        return self.proposed or self.state in (CampaignState.DRAFT, CampaignState.SUBMITTED)


def held(tx: Tx, unit_id: UUID, staff_id: UUID) -> list[Kept]:
    """Return what somebody looks after, for a change: what is to come, and runs under way."""
    query = _open().where(campaign.c.unit_id == unit_id, HOLDER.in_([staff_id]))
    rows = tx.connection.execute(query.order_by(campaign.c.number).with_for_update(of=campaign))
    return [_kept(row) for row in rows]


def of_ids(tx: Tx, ids: Sequence[UUID]) -> list[Kept]:
    """Return those of some campaigns of which something is still to come, for a change."""
    query = _open().where(campaign.c.id.in_(ids)).order_by(campaign.c.number)
    return [_kept(row) for row in tx.connection.execute(query.with_for_update(of=campaign))]


def entrust(tx: Tx, known: Kept, to_id: UUID) -> None:
    """Let somebody look after a campaign from now on."""
    keeper = to_id if to_id != known.author_id else None
    tx.connection.execute(
        update(campaign).where(campaign.c.id == known.id).values(keeper_id=keeper)
    )


def _open() -> Select[Any]:
    under_way = select(run.c.id).where(
        run.c.campaign_id == campaign.c.id,
        run.c.state.in_([state.value for state in RunState if not state.is_over]),
    )
    return select(campaign, HOLDER.label("holder_id")).where(
        or_(campaign.c.state.in_([state.value for state in _OPEN]), under_way.exists())
    )


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        number=row.number,
        state=CampaignState(row.state),
        author_id=row.author_id,
        holder_id=row.holder_id,
        repeats=row.schedule is not None,
        proposed=row.proposal is not None,
    )
