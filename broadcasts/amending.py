"""Corrections and withdrawals: campaigns that go to exactly those whom another run reached."""

from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from broadcasts import articles, controlling, packs
from broadcasts.desk import Desk, Say
from broadcasts.preparing import POST
from domain.campaign import CampaignState
from domain.clock import show_day
from domain.delivery import Lane
from domain.errors import Refusal
from domain.hours import ANY_TIME, BroadcastRules
from domain.language import Language
from domain.library import fill
from domain.messages import Outgoing
from storage.campaigns import articles as stored_articles
from storage.campaigns import campaigns, reached, runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.reached import Fate, Reached
from storage.campaigns.runs import Run
from storage.codec import read_outgoing
from storage.database import Tx
from storage.deliveries import effects
from storage.deliveries.ledger import Delivery
from storage.groups import post_copies
from storage.people.units import Staff, Unit

CORRECTION = "sys-correction"
WITHDRAWAL = "sys-withdrawal"

_OF_POSTS = MappingProxyType(
    {
        Fate.DOWN: "campaigns.posts_down",
        Fate.STANDS: "campaigns.posts_by_machine",
        Fate.BY_HAND: "campaigns.posts_by_hand",
    }
)
_UNDER_WAY = (CampaignState.DRAFT, CampaignState.SUBMITTED, CampaignState.APPROVED)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A run to be corrected or withdrawn, what it was called, and whom it reached."""

    run: Run
    campaign: Campaign
    reached: Reached

    @property
    def values(self) -> dict[str, str]:
        """The placeholders by which a correction names it."""
        own = self.campaign.content
        return {
            "ma_ban_tin": self.run.code,
            "tieu_de": fill(own.title, own.values[Language.VI]),
            "ngay_gui": show_day(self.run.created_at),
        }

    @property
    def languages(self) -> frozenset[Language]:
        """The languages in which it went out."""
        return frozenset(language for language in Language if language.value in self.run.content)


def check(tx: Tx, unit_id: UUID, run_id: UUID) -> Wrong:
    """Return a run that may be corrected or withdrawn now; the run is locked.

    Raises: Refusal when it reached nobody, or when that is under way already.
    """
    run = runs.get(tx, run_id, lock=True)
    known = campaigns.get(tx, run.campaign_id) if run is not None else None
    if run is None or known is None or run.unit_id != unit_id:
        raise Refusal("campaigns.no_such_run")
    for other in campaigns.waiting(tx, unit_id, _UNDER_WAY):
        if other.audience.of_run == run.id:
            raise Refusal("campaigns.amended_already", number=str(other.number), code=run.code)
    if run.archived_at is not None:
        raise Refusal("campaigns.put_away", code=run.code)
    found = reached.whom(tx, run.id)
    public = bool(packs.standing(tx, run.id)) or articles.has_any(tx, run.id)
    if found.nobody and not public:
        raise Refusal("campaigns.reached_nobody_yet", code=run.code)
    if found.people == found.stopped + found.suspended and not (found.posts.here or public):
        raise Refusal("campaigns.nobody_to_amend", code=run.code)
    return Wrong(run, known, found)


def is_urgent(tx: Tx, run_id: UUID) -> bool:
    """Tell whether a run was an urgent alert, so that what mends it waits for nothing, either."""
    run = runs.get(tx, run_id)
    return run is not None and run.lane is Lane.URGENT


def hours(tx: Tx, unit: Unit, run_id: UUID) -> BroadcastRules:
    """Return the hours to which a correction or withdrawal of a run keeps."""
    return ANY_TIME if is_urgent(tx, run_id) else unit.broadcasting


def stop_the_rest(tx: Tx, run: Run, by: Staff) -> bool:
    """Cancel what is still to go out of a wrong run; False when it is over already."""
    if run.state.is_over:
        return False
    controlling.cancel(tx, run, by)
    return True


def take_down(tx: Tx, desk: Desk, run_id: UUID) -> int:
    """Withdraw a run's posts wherever a machine can; returns how many that is begun for.

    Each is deleted, or changed into one line where the platform deletes it no more.
    """
    run = runs.get(tx, run_id)
    if run is None:
        return 0
    said = desk.catalogue.say(Language.VI, "campaigns.post_withdrawn", code=run.code)
    written = run.content.get(POST)
    media = read_outgoing(written).media if written is not None else None
    begun = 0
    for post in reached.old_posts(tx, run_id):
        if post.fate is Fate.STANDS and post.message_id is not None:
            instead = Outgoing(text=said, media=media)
            begun += effects.withdraw(tx, post.row, post.message_id, instead) is not None
            _take_down_copies(tx, post.row, said)
    return begun + stored_articles.take_down(tx, run_id)


def _take_down_copies(tx: Tx, post: Delivery, said: str) -> None:
    """Delete what the platform copied of a channel's post into the group that discusses it."""
    for copy, comment, message_id in post_copies.standing(tx, post):
        if tx.now - post.created_at < effects.REMOVABLE:
            until = post.created_at + effects.REMOVABLE
            effects.remove(tx, copy.address_id, copy.group_id, copy.message_id, until)
        if comment is not None and message_id is not None:
            effects.withdraw(tx, comment, message_id, Outgoing(text=said))


def posts_left(tx: Tx, run_id: UUID, say: Say) -> str | None:
    """Say which of a run's posts a machine takes down, has taken down, and which people must."""
    found = reached.old_posts(tx, run_id)
    lines = []
    for fate, key in _OF_POSTS.items():
        labels = [post.label for post in found if post.fate is fate]
        if labels:
            lines.append(say(key, n=str(len(labels)), names=", ".join(labels)))
    lines += articles.left(tx, run_id, say)
    standing = packs.standing(tx, run_id)
    if standing:
        names = ", ".join(standing)
        lines.append(say("packs.still_standing", n=str(len(standing)), names=names))
    return "\n".join(lines) or None
