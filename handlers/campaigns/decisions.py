"""Approving a campaign in chat: the request, the decision, a new time when it is too late."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from broadcasts import approving, own_photos, reach_planning, signing, telling
from broadcasts.desk import Desk, Rows, Say
from broadcasts.preparing import SAMPLE_CODE, prepare
from domain.campaign import CampaignState
from domain.clock import show_day, show_time
from domain.delivery import Lane
from domain.errors import Refusal
from domain.figures import count
from domain.ids import from_short, short
from domain.messages import Button, Message, Press
from domain.reach_plan import ReachPlan
from domain.roles import Permission
from domain.schedule import Schedule
from domain.wording import has_words, visible
from handlers.campaigns import articles, audiences, expiring
from handlers.campaigns.form import ASAP, SOON, read_choice
from handlers.campaigns.scheduling import typed_plan
from handlers.campaigns.wording import plan_of, shown_text
from handlers.library import printable
from handlers.turn import Turn
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.people import dialogues, units

REASON = "campaign_reason"
NEW_TIME = "campaign_time"
_TYPED = "typed"
_LONGEST_REASON = 500


def ask_approvers(turn: Turn, known: Campaign, *, anew: bool = False) -> None:
    """Send the request to everybody who may approve, and tell the author to whom it went.

    `anew`: the author is not the one who is in this turn, and knows of it already.
    """
    desk = _desk(turn)
    asked = approving.approvers(turn.tx, known.unit_id, *known.hands)
    said = {
        language: _request(turn, known, desk.say(language))
        for language in {one.language for one in asked}
    }
    for one in asked:
        if known.content.photo is not None:
            key, number = "of_request", str(known.number)
            own_photos.show(turn.tx, desk, one, known.content.photo, key, number=number)
        desk.notify(turn.tx, one.id, _ready(said[one.language]))
    if anew:
        return
    turn.say(
        "campaigns.submitted",
        number=str(known.number),
        approvers=", ".join(one.name for one in asked),
    )


def _ready(said: tuple[str, Rows]) -> Callable[[Say], tuple[str, Rows]]:
    """Return what writes a request that was put into words already, in the right language."""

    def compose(say: Say) -> tuple[str, Rows]:
        del say
        return said

    return compose


def approve(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Approve exactly the version whose button was pressed: `approve:<id>:<hash>`.

    Of one with an article it is asked first whether with it: `:with` or `:plain` behind that.
    """
    decider = turn.require(Permission.APPROVE_CAMPAIGN)
    campaign_id, start = _read(args[:2])
    known = approving.decidable(turn.tx, decider, campaign_id, start)
    if known.lane is Lane.URGENT:
        raise Refusal("app.stale_button")
    chosen = articles.take(turn, known, tuple(args[2:]))
    if chosen is None:
        turn.answer(press.press_id)
        return
    known = chosen
    number = str(known.number)
    desk = _desk(turn)
    if approving.is_outdated(turn.tx, desk, known):
        words = approving.tells_old_unit(turn.tx, known)
        key = "unit_changes.submitted" if words else "campaigns.rules_changed"
        turn.answer(press.press_id, turn.text(key), alert=True)
        ask_approvers(turn, approving.renew(turn.tx, desk, known), anew=True)
        return
    plan = reach_planning.of(turn.tx, desk, known)
    if reach_planning.costs_more(known, plan):
        _ask_for_more(turn, press, known, plan)
        return
    printable.check_cards(turn, known.content, known.subject)
    expired = approving.is_expired(turn.tx, known)
    if not approving.approve(turn.tx, desk, known, decider):
        key = "expiry.over" if expired else "campaigns.too_late"
        turn.answer(press.press_id, turn.text(key, number=number), alert=True)
        telling.notify(turn.tx, desk, known, lambda say: new_time(known, say, expired=expired))
        return
    approved = campaigns.get(turn.tx, known.id)
    when = show_time(approved.next_at) if approved and approved.next_at else ""
    turn.say("campaigns.approved", number=number, when=when)
    if known.reach_plan is not None and plan.has_grown(known.reach_plan):
        told = audiences.teller(turn.tx, turn.unit, known.audience, turn.text)
        before, now = told(known.reach_plan.people), told(plan.people)
        if before != now:
            turn.say("plan.grown", before=before, now=now)
    telling.tell(
        turn.tx,
        desk,
        known,
        "campaigns.approved_author",
        by=decider.id,
        decider=decider.name,
        number=number,
        when=when,
    )


def _ask_for_more(turn: Turn, press: Press, known: Campaign, plan: ReachPlan) -> None:
    """Ask again for what costs more by now than was shown."""
    before = known.reach_plan.cost_vnd if known.reach_plan is not None else 0
    said = turn.text("plan.cost_grew", before=count(before), now=count(plan.cost_vnd))
    if known.audience.is_narrowed:
        said = turn.text("plan.cost_grew_part")
    turn.answer(press.press_id, said, alert=True)
    ask_approvers(turn, approving.renew(turn.tx, _desk(turn), known), anew=True)


def reject(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Ask why a campaign is turned down: `reject:<id>:<hash>`."""
    del press
    decider = turn.require(Permission.APPROVE_CAMPAIGN)
    campaign_id, start = _read(args)
    known = approving.decidable(turn.tx, decider, campaign_id, start)
    dialogues.lay_over(turn.tx, turn.me.id, REASON, {"campaign": short(known.id), "hash": start})
    turn.say("campaigns.ask_reason", number=str(known.number))


def choose_time(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a new time for a campaign that was approved too late: `retime:<id>:<choice>`."""
    del press
    turn.require(Permission.WRITE_CAMPAIGN)
    if len(args) != 2:
        raise Refusal("app.stale_button")
    known = _own_draft(turn, args[0])
    choice = args[1]
    if choice == _TYPED:
        dialogues.lay_over(turn.tx, turn.me.id, NEW_TIME, {"campaign": args[0]})
        turn.say("campaigns.ask_when")
    elif choice == ASAP or choice in SOON:
        _hand_in_again(turn, known, read_choice(choice, turn.tx.now), None)
    else:
        raise Refusal("app.stale_button")


def take(turn: Turn, message: Message) -> bool:
    """Take a typed reason, or a typed new time."""
    open_one = dialogues.current(turn.tx, turn.me.id)
    if open_one is None or open_one.name not in (REASON, NEW_TIME) or not message.text.strip():
        return False
    plan: datetime | Schedule | None = None
    reason = visible(message.text)
    if open_one.name == NEW_TIME:
        plan = typed_plan(message.text, turn.tx.now)
    elif not has_words(reason):
        raise Refusal("campaigns.reason_empty")
    elif len(reason) > _LONGEST_REASON:
        raise Refusal("campaigns.reason_too_long", most=str(_LONGEST_REASON))
    dialogues.end(turn.tx, turn.me.id)
    try:
        if open_one.name == NEW_TIME:
            known = _own_draft(turn, open_one.data["campaign"])
            schedule = plan if isinstance(plan, Schedule) else None
            due_at = plan if isinstance(plan, datetime) else None
            _hand_in_again(turn, known, due_at, schedule)
        else:
            _turn_down(turn, open_one.data, reason)
    except Refusal as refusal:
        # Said here, not by the router, which would undo the end of a question that is void.
        turn.say(refusal.key, **refusal.facts)
    return True


def _hand_in_again(
    turn: Turn, known: Campaign, due_at: datetime | None, schedule: Schedule | None
) -> None:
    ready = approving.reschedule(turn.tx, _desk(turn), known, due_at, schedule)
    ask_approvers(turn, ready)
    if known.terms is not None and ready.terms is not None and ready.terms != known.terms:
        turn.say("expiry.let_go", now=expiring.said(ready.terms.expiry, turn.text))


def _turn_down(turn: Turn, data: Mapping[str, str], reason: str) -> None:
    decider = turn.require(Permission.APPROVE_CAMPAIGN)
    campaign_id, start = _read((data["campaign"], data["hash"]))
    known = approving.decidable(turn.tx, decider, campaign_id, start)
    approving.reject(turn.tx, known, decider, reason)
    number = str(known.number)
    turn.say("campaigns.rejected", number=number)
    telling.tell(
        turn.tx,
        _desk(turn),
        known,
        "campaigns.rejected_author",
        by=decider.id,
        decider=decider.name,
        number=number,
        reason=reason,
    )


def _request(turn: Turn, known: Campaign, say: Say) -> tuple[str, Rows]:
    """Return the exact text, plan and time, and the buttons that sign or refuse them."""
    prepared = prepare(turn.context.catalogue, known.content, SAMPLE_CODE, turn.tx.now)
    author = units.get_staff(turn.tx, known.author_id)
    text = say(
        "campaigns.approval_request",
        number=str(known.number),
        author=author.name if author else "–",
        text=shown_text(prepared, say),
        plan=plan_of(turn.tx, _desk(turn), known, say),
    )
    agree = say("campaigns.button_approve")
    until = signing.valid_until(turn.tx, known.unit_id, known.content)
    if until is not None:
        text = f"{text}\n\n{say('campaigns.approval_signed', until=show_day(until))}"
    which = f"{short(known.id)}:{known.hash()[:8]}"
    return text, (
        (Button(agree, action=f"approve:{which}"),),
        (Button(say("campaigns.button_reject"), action=f"reject:{which}"),),
        *_see_card(known, say),
    )


def _see_card(known: Campaign, say: Say) -> Rows:
    """Return the button that shows the picture card, where one goes with it."""
    if known.content.card is None:
        return ()
    return ((Button(say("campaigns.button_see_card"), action=f"own:the:{short(known.id)}"),),)


def new_time(known: Campaign, say: Say, *, expired: bool = False) -> tuple[str, Rows]:
    """Ask the author of a campaign whose time has passed for another; or whose expiry has."""
    which = short(known.id)
    soon = tuple(
        Button(say(f"campaigns.button_{choice}"), action=f"retime:{which}:{choice}")
        for choice in SOON
    )
    now = Button(say("campaigns.button_now"), action=f"retime:{which}:{ASAP}")
    other = Button(say("campaigns.button_other_time"), action=f"retime:{which}:{_TYPED}")
    key = "expiry.over_author" if expired else "campaigns.too_late_author"
    text = say(key, number=str(known.number))
    return text, ((now, *soon), (other,))


def _own_draft(turn: Turn, short_id: str) -> Campaign:
    author = turn.require(Permission.WRITE_CAMPAIGN)
    campaign_id = from_short(short_id)
    known = campaigns.get(turn.tx, campaign_id, lock=True) if campaign_id else None
    if known is None or known.looked.holder_id != author.id:
        raise Refusal("app.stale_button")
    if known.state is not CampaignState.DRAFT:
        raise Refusal("campaigns.already_decided")
    return known


def _read(args: Sequence[str]) -> tuple[UUID, str]:
    campaign_id = from_short(args[0]) if len(args) == 2 else None
    if campaign_id is None:
        raise Refusal("app.stale_button")
    return campaign_id, args[1]


def _desk(turn: Turn) -> Desk:
    return Desk(turn.context.outbox, turn.context.catalogue)
