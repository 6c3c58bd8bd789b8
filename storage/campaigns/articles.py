"""Articles of campaigns: how many an account sent lately, and which of a run's still stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from domain.campaign import CampaignState
from domain.clock import local
from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.language import Language
from domain.messages import ChatKind
from domain.reach_plan import Page
from storage.campaigns.campaigns import Campaign
from storage.campaigns.runs import Run
from storage.campaigns.stored_json import audience_json, plan_json
from storage.database import Tx
from storage.deliveries import effects, ledger
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery, NewDelivery, as_delivery
from storage.people import addresses
from storage.tables import account, attempt, campaign, delivery
from storage.tables.deliveries import ARTICLE

_PAGE = "page"
_MAY_STAND = tuple(
    state.value for state in (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNSURE)
)
_ADVANCED = "advanced"


def key_of(account_id: UUID) -> str:
    """Return under which name a run keeps the article of an account, beside its messages."""
    return f"article:{account_id.hex}"


def pages(tx: Tx, account_ids: Sequence[UUID], at: datetime) -> list[Page]:
    """Return on which accounts' pages a campaign goes, and what went there by that month and day.

    What nobody knows whether it went counts as gone.
    """
    here = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for account_id in sorted(account_ids):
        channel = tx.connection.execute(
            select(account.c.channel).where(account.c.id == account_id)
        ).scalar_one_or_none()
        if channel is not None:
            month = _sent(tx, account_id, here.replace(day=1), at)
            today = _sent(tx, account_id, here, here + timedelta(days=1))
            found.append(Page(account_id=account_id, channel=channel, month=month, today=today))
    return found


def write(tx: Tx, run: Run, area_code: str) -> int:
    """Write a run's articles down, one for each account; again does no harm."""
    moves = Moves()
    written = 0
    for account_id in run.audience.articles:
        if key_of(account_id) not in run.content:
            continue
        page = addresses.ensure(tx, account_id, ChatKind.PAGE, _PAGE)
        row = ledger.put(
            tx,
            NewDelivery(
                kind=DeliveryKind.ARTICLE,
                lane=run.lane,
                address_id=page.id,
                language=Language.VI.value,
                area_code=area_code,
                run_id=run.id,
            ),
            moves,
        )
        written += row is not None
    moves.apply(tx)
    return written


def leave_out(tx: Tx, known: Campaign) -> bool:
    """Let a campaign that waits for a decision go without articles; False when it was decided.

    What is signed from now on is the campaign without them.
    """
    plain = replace(
        known,
        audience=replace(known.audience, articles=()),
        reach_plan=replace(known.reach_plan, articles=()) if known.reach_plan else None,
    )
    values = {} if plain.reach_plan is None else {"reach_plan": plan_json(plain.reach_plan)}
    result = tx.connection.execute(
        update(campaign)
        .where(
            campaign.c.id == known.id,
            campaign.c.state == CampaignState.SUBMITTED.value,
            campaign.c.submitted_hash == known.submitted_hash,
        )
        .values(
            audience=audience_json(plain.audience),
            submitted_hash=plain.hash(),
            **values,
        )
    )
    return bool(result.rowcount)


@dataclass(frozen=True, slots=True)
class Standing:
    """A run's article that stands there or may; without an id only people can take it down."""

    row: Delivery
    article_id: str | None
    removal: DeliveryState | None
    """What became of taking it down; None where nobody asked for that."""


def standing(tx: Tx, run_id: UUID) -> list[Standing]:
    """Return a run's articles of which something was put up, or may have been."""
    removal = delivery.alias()
    advanced = (
        select(attempt.c.id)
        .where(attempt.c.delivery_id == delivery.c.id, attempt.c.outcome == _ADVANCED)
        .correlate(delivery)
        .exists()
    )
    article_id = (
        select(attempt.c.message_id)
        .where(
            attempt.c.delivery_id == delivery.c.id,
            attempt.c.outcome == _ADVANCED,
            attempt.c.message_id.is_not(None),
        )
        .order_by(attempt.c.id.desc())
        .limit(1)
        .correlate(delivery)
        .scalar_subquery()
    )
    rows = tx.connection.execute(
        select(delivery, article_id.label("article_id"), removal.c.state.label("removal"))
        .outerjoin(removal, removal.c.amends == delivery.c.id)
        .where(
            delivery.c.run_id == run_id,
            ARTICLE,
            delivery.c.state.in_(_MAY_STAND) | advanced,
        )
        .order_by(delivery.c.id)
    )
    return [
        Standing(
            as_delivery(row),
            row.article_id,
            DeliveryState(row.removal) if row.removal is not None else None,
        )
        for row in rows
    ]


def take_down(tx: Tx, run_id: UUID, lane: Lane = Lane.TALK) -> int:
    """Have a run's articles taken down where their ids are known; returns how many."""
    begun = 0
    for one in standing(tx, run_id):
        if one.article_id is not None and one.removal is None:
            begun += effects.retract(tx, one.row, one.article_id, lane) is not None
    return begun


def take_down_unsent(tx: Tx, run_id: UUID) -> int:
    """Have those of a cancelled run taken down that went to nobody; returns how many."""
    begun = 0
    for one in standing(tx, run_id):
        skipped = one.row.state is DeliveryState.SKIPPED
        if skipped and one.article_id is not None and one.removal is None:
            begun += effects.retract(tx, one.row, one.article_id) is not None
    return begun


def _sent(tx: Tx, account_id: UUID, since: datetime, until: datetime) -> int:
    query = select(func.count()).where(
        ARTICLE,
        delivery.c.account_id == account_id,
        delivery.c.state.in_(_MAY_STAND),
        delivery.c.settled_at >= since,
        delivery.c.settled_at < until,
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count
