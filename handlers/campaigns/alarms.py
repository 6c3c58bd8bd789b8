"""`/khan` in chat: one line, whom it reaches in how many minutes, one tap with a reason."""

from collections.abc import Sequence
from datetime import timedelta

from broadcasts import alarming, approving, own_photos, plan_words, reach_planning, telling
from broadcasts.desk import Desk, Rows, Say
from broadcasts.preparing import SAMPLE_CODE, prepare
from domain.alert_words import stray_marks
from domain.channel_names import channel_name
from domain.delivery import Lane
from domain.errors import Refusal
from domain.figures import count
from domain.ids import from_short, short
from domain.messages import Button, Message, Outgoing, Press
from domain.own_photo import OwnPhoto
from domain.reach_plan import Left
from domain.roles import Permission
from domain.wording import has_words, visible
from handlers.campaigns.wording import shown_text
from handlers.turn import Context, Turn
from storage.campaigns import recipients
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.people import dialogues, units
from storage.people.units import Staff

REASON = "alarm_reason"
_TYPED = "other"
_REASONS = ("life", "crime", "missing")
_LONGEST_REASON = 500
_FRESH = timedelta(minutes=1)
"""So long the plan that was made when an alert was handed in is shown as it was."""


def hand_in(turn: Turn, argument: str) -> None:
    """Take `/khan TEXT`: ask for the one tap, and show its author the same."""
    author = turn.require(Permission.WRITE_CAMPAIGN)
    alert = _ask_for_the_tap(turn.tx, turn.context, author, argument, None)
    text, rows = _answer(turn.tx, turn.context, alert, turn.text)
    turn.tell(Outgoing(text=text, buttons=rows))


def put_forward(tx: Tx, context: Context, author: Staff, typed: str, photo: OwnPhoto) -> None:
    """Hand an alert in whose photo was fetched just now.

    Raises: Refusal.
    """
    alert = _ask_for_the_tap(tx, context, author, typed, photo)
    Desk(context.outbox, context.catalogue).notify(
        tx, author.id, lambda say: _answer(tx, context, alert, say)
    )


def ask_one(tx: Tx, context: Context, known: Campaign, asked: Staff) -> None:
    """Ask one person for the tap: the picture exactly as it will come, then the words."""
    desk = Desk(context.outbox, context.catalogue)
    if known.content.photo is not None:
        own_photos.show(
            tx,
            desk,
            asked,
            known.content.photo,
            "of_request",
            lane=Lane.URGENT,
            number=str(known.number),
        )
    desk.notify(tx, asked.id, lambda say: request(tx, context, known, say), lane=Lane.URGENT)


def _ask_for_the_tap(
    tx: Tx, context: Context, author: Staff, typed: str, photo: OwnPhoto | None
) -> alarming.Alert:
    desk = Desk(context.outbox, context.catalogue)
    alert = alarming.hand_in(tx, desk, author, typed, photo)
    for one in alert.asked:
        ask_one(tx, context, alert.campaign, one)
    return alert


def _answer(tx: Tx, context: Context, alert: alarming.Alert, say: Say) -> tuple[str, Rows]:
    """Return what its author is told of an alert, with what may still be changed about it."""
    known = alert.campaign
    lines = [
        say(
            "campaigns.urgent_submitted",
            number=str(known.number),
            approvers=", ".join(one.name for one in alert.asked),
        )
    ]
    if alert.others:
        lines.append(say("campaigns.urgent_others", numbers=_numbers(alert.others)))
    lines += ["", *_shown(tx, context, known, say)]
    rows = []
    for other in alert.others:
        if other.author_id == known.author_id:
            label = say("campaigns.button_urgent_void", number=str(other.number))
            rows.append((Button(label, action=f"uncampaign:{short(other.id)}"),))
    if known.content.photo is None:
        add = say("campaigns.button_urgent_photo_add")
        rows.append((Button(add, action=f"alarmphoto:add:{short(known.id)}"),))
    return "\n".join(lines), tuple(rows)


def approve(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Approve exactly this alert for a reason: `alarm:<id>:<hash>:<reason>`."""
    if len(args) != 3 or args[2] not in (*_REASONS, _TYPED):
        raise Refusal("app.stale_button")
    known = _decidable(turn, args[0], args[1])
    if args[2] == _TYPED:
        data = {"campaign": args[0], "hash": args[1]}
        dialogues.lay_over(turn.tx, turn.me.id, REASON, data)
        turn.say("campaigns.urgent_ask_reason", number=str(known.number))
        return
    _start(turn, known, turn.text(f"campaigns.urgent_reason_{args[2]}"), press)


def take(turn: Turn, message: Message) -> bool:
    """Take the reason that somebody types."""
    open_one = dialogues.current(turn.tx, turn.me.id)
    if open_one is None or open_one.name != REASON or not message.text.strip():
        return False
    reason = visible(message.text)
    if not has_words(reason):
        raise Refusal("campaigns.reason_empty")
    if len(reason) > _LONGEST_REASON:
        raise Refusal("campaigns.reason_too_long", most=str(_LONGEST_REASON))
    dialogues.end(turn.tx, turn.me.id)
    try:
        known = _decidable(turn, open_one.data["campaign"], open_one.data["hash"])
        _start(turn, known, reason)
    except Refusal as refusal:
        # Said here, not by the router, which would undo the end of a question that is void.
        turn.say(refusal.key, **refusal.facts)
    return True


def _start(turn: Turn, known: Campaign, reason: str, press: Press | None = None) -> None:
    decider = turn.require(Permission.APPROVE_CAMPAIGN)
    desk, number = _desk(turn), str(known.number)
    run = alarming.approve(turn.tx, desk, known, decider, reason)
    if run is None:
        facts = {"number": number, "minutes": str(alarming.VALID_MINUTES)}
        said = turn.text("campaigns.urgent_too_late", **facts)
        if press is not None:
            turn.answer(press.press_id, said, alert=True)
        turn.tell(Outgoing(text=said))
        telling.tell(turn.tx, desk, known, "campaigns.urgent_too_late", by=decider.id, **facts)
        return
    turn.say("campaigns.urgent_approved", number=number, code=run.code, reason=reason)
    telling.tell(
        turn.tx,
        desk,
        known,
        "campaigns.urgent_approved_author",
        by=decider.id,
        decider=decider.name,
        number=number,
        reason=reason,
    )


def _decidable(turn: Turn, short_id: str, start: str) -> Campaign:
    decider = turn.require(Permission.APPROVE_CAMPAIGN)
    campaign_id = from_short(short_id)
    if campaign_id is None:
        raise Refusal("app.stale_button")
    known = approving.decidable(turn.tx, decider, campaign_id, start)
    if known.lane is not Lane.URGENT:
        raise Refusal("app.stale_button")
    return known


def request(tx: Tx, context: Context, known: Campaign, say: Say) -> tuple[str, Rows]:
    """Return the exact words of an alert, whom it reaches, and the buttons of the one tap."""
    author = units.get_staff(tx, known.author_id)
    lines = [
        say(
            "campaigns.urgent_request",
            number=str(known.number),
            author=author.name if author else "–",
        ),
        "",
        *_shown(tx, context, known, say),
    ]
    others = alarming.waiting_beside(tx, known)
    if others:
        lines.append(say("campaigns.urgent_others", numbers=_numbers(others)))
    which = f"{short(known.id)}:{known.hash()[:8]}"
    rows = [
        (Button(say(f"campaigns.button_urgent_{reason}"), action=f"alarm:{which}:{reason}"),)
        for reason in (*_REASONS, _TYPED)
    ]
    refuse = Button(say("campaigns.button_reject"), action=f"reject:{which}")
    return "\n".join(lines), (*rows, (refuse,))


def _shown(tx: Tx, context: Context, known: Campaign, say: Say) -> list[str]:
    """Say the exact words, and how many are reached on each path in how many minutes."""
    desk = Desk(context.outbox, context.catalogue)
    unit = units.get_unit(tx, known.unit_id)
    prepared = prepare(context.catalogue, known.content, SAMPLE_CODE, tx.now)
    lines = [shown_text(prepared, say), ""]
    strays = stray_marks(alarming.versions_of(known))
    if strays:
        lines.append(say("campaigns.urgent_stray", marks="; ".join(f"“{one}”" for one in strays)))
    plan = known.reach_plan
    if plan is None or tx.now - plan.made_at > _FRESH:
        # Whoever is asked again later must hear which account is down by then.
        plan = reach_planning.of(tx, desk, known)
    lines += plan_words.down(plan, say)
    lines += plan_words.bare(desk, plan, known.content.goes_with, say)
    for path in alarming.paths(desk, plan):
        grouped = path.channel == alarming.GROUPS
        lines.append(
            say(
                "campaigns.urgent_posts" if grouped else "campaigns.urgent_path",
                channel=channel_name(path.channel, say),
                n=count(path.number),
                minutes=count(path.minutes),
            )
        )
    if plan.most_vnd:
        lines.append(say("plan.urgent_cost", most=count(plan.most_vnd)))
    silent = plan.left.get(Left.WINDOW, 0) + plan.left.get(Left.QUOTA, 0)
    if silent:
        lines.append(say("plan.urgent_silent", n=count(silent)))
    expected = recipients.expected(tx, unit, known.audience)
    if expected.unreachable:
        lines.append(say("campaigns.urgent_unreachable", n=count(expected.unreachable)))
    foreign = sum(
        number for name, number in expected.by_language.items() if name not in known.content.bodies
    )
    if foreign:
        lines.append(say("campaigns.urgent_foreign", n=count(foreign)))
    lines.append(say("campaigns.urgent_passes"))
    return lines


def _numbers(found: Sequence[Campaign]) -> str:
    return ", ".join(str(one.number) for one in found)


def _desk(turn: Turn) -> Desk:
    return Desk(turn.context.outbox, turn.context.catalogue)
