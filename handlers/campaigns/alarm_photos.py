"""An urgent alert with a photo: its words wait until the photo is fetched, not longer."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog

from broadcasts import alarming, approving
from broadcasts import own_photos as rules
from broadcasts.desk import Desk, Rows, Say
from domain.campaign import CampaignState
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Message, Outgoing, Press
from domain.own_photo import OwnPhoto
from domain.roles import Permission, may
from handlers.campaigns import alarms, own_photos
from handlers.turn import Context, Turn
from storage.campaigns import campaigns, own_photo_ends
from storage.campaigns import own_photos as store
from storage.campaigns.campaigns import Campaign
from storage.campaigns.own_photos import Photo, PhotoState
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import dialogues, units
from storage.people.units import Staff
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)

QUESTION = "alarm_photo"
_VERB = "alarmphoto"
_AT_ONCE = 20


def hand_in(turn: Turn, argument: str) -> None:
    """Take `/khan TEXT`; with a photo it is handed in as soon as that is fetched."""
    message = turn.incoming
    if not isinstance(message, Message) or not message.media:
        alarms.hand_in(turn, argument)
        return
    author = turn.require(Permission.WRITE_CAMPAIGN)
    words = argument.strip()
    own_photos.sent_photo(turn, message, urgent=True)
    # What is wrong with the words is said now, not when the photo is there.
    waiting = OwnPhoto(turn.tx.new_id())
    alarming.check(turn.tx, _desk(turn.context), author, words, waiting)
    _wait(turn, own_photos.receive(turn, message, alert=words))


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a button about the photo of an alert: `alarmphoto:<what>:<id>`."""
    del press
    author = turn.require(Permission.WRITE_CAMPAIGN)
    found = from_short(args[1]) if len(args) == 2 else None
    if found is None:
        raise Refusal("app.stale_button")
    if args[0] == "add":
        _waiting_alert(turn, found)
        dialogues.lay_over(turn.tx, turn.me.id, QUESTION, {"campaign": args[1]})
        turn.say("campaigns.ask_photo")
        return
    known = store.get(turn.tx, found, lock=True)
    if args[0] not in ("without", "drop") or known is None or known.staff_id != author.id:
        raise Refusal("app.stale_button")
    words = store.take_alert(turn.tx, known.id)
    if words is None:
        raise Refusal("app.stale_button")
    own_photo_ends.erase(turn.tx, known.id)
    if args[0] == "drop":
        turn.say("campaigns.urgent_photo_dropped")
    elif known.replaces is None:
        alarms.hand_in(turn, words)
    else:
        turn.say("campaigns.urgent_photo_left_out")


def take(turn: Turn, message: Message) -> bool:
    """Take a photo that is sent for an alert which waits for its tap: asked for, or as an answer.

    Words are no answer to it: the question is dropped, and they are somebody else's.
    """
    asked = dialogues.current(turn.tx, turn.me.id)
    is_open = asked is not None and asked.name == QUESTION
    if not message.media:
        if is_open and message.text.strip():
            dialogues.end(turn.tx, turn.me.id)
        return False
    if is_open and asked is not None:
        campaign_id = from_short(asked.data["campaign"])
    else:
        campaign_id = _answered(turn, message)
    if campaign_id is None:
        return False
    turn.require(Permission.WRITE_CAMPAIGN)
    known = _waiting_alert(turn, campaign_id)
    words = alarming.words_of(known)
    photo_id = own_photos.receive(turn, message, alert=words, replaces=known.id)
    if is_open:
        dialogues.end(turn.tx, turn.me.id)
    _wait(turn, photo_id, goes_on=True)
    return True


def tell_due(tx: Tx, context: Context) -> int:
    """Go on with photos that were fetched, or could not be; return how many."""
    found = store.untold(tx, _AT_ONCE)
    for known in found:
        store.mark_told(tx, known.id)
        try:
            apart(tx, partial(_go_on, tx, context, known))
        except Spoiled as fault:
            log.error("photo_not_told", photo=str(known.id), error=str(fault))
            _tell_lost(tx, _desk(context), known)
    return len(found)


def _go_on(tx: Tx, context: Context, known: Photo) -> None:
    try:
        with tx.savepoint():
            _tell(tx, context, known)
    except Refusal as refusal:
        _desk(context).tell(tx, known.staff_id, refusal.key, **refusal.facts)


def _tell(tx: Tx, context: Context, known: Photo) -> None:
    desk = _desk(context)
    author = units.get_staff(tx, known.staff_id)
    if author is None:
        return
    if known.state is PhotoState.LOST:
        _tell_lost(tx, desk, known)
        return
    words = store.take_alert(tx, known.id)
    if words is None:
        rules.show(tx, desk, author, known.own, "ready")
        return
    if not may(author.roles, Permission.WRITE_CAMPAIGN):
        raise Refusal("app.not_allowed")
    if known.replaces is not None and not _replaced(tx, author, known):
        own_photo_ends.erase(tx, known.id)
        desk.tell(tx, author.id, "campaigns.urgent_photo_late")
        return
    rules.show(tx, desk, author, known.own, "ready", lane=Lane.URGENT)
    alarms.put_forward(tx, context, author, words, known.own)
    log.info("alert_with_photo", photo=str(known.id))


def _replaced(tx: Tx, author: Staff, known: Photo) -> bool:
    """Take back the alert that stands without the photo; False when it was decided meanwhile."""
    if known.replaces is None:
        return False
    old = campaigns.get(tx, known.replaces, lock=True)
    if old is None or old.state is not CampaignState.SUBMITTED or old.author_id != author.id:
        return False
    approving.cancel(tx, old, author)
    return True


def _tell_lost(tx: Tx, desk: Desk, known: Photo) -> None:
    if not known.has_alert:
        desk.tell(tx, known.staff_id, rules.lost_key(known))
        return

    def compose(say: Say) -> tuple[str, Rows]:
        lines = [say(rules.lost_key(known))]
        if known.replaces is not None:
            return "\n".join([*lines, say("campaigns.urgent_photo_left_out")]), ()
        lines.append(say("campaigns.urgent_photo_lost"))
        return "\n".join(lines), _ways_on(say, known.id)

    desk.notify(tx, known.staff_id, compose, lane=Lane.URGENT)


def _wait(turn: Turn, photo_id: UUID, *, goes_on: bool = False) -> None:
    """Say that the alert waits for its photo, and how to go on without it."""
    text = turn.text("campaigns.urgent_photo_added" if goes_on else "campaigns.urgent_photo_waits")
    rows = () if goes_on else _ways_on(turn.text, photo_id)
    turn.tell(Outgoing(text=text, buttons=rows), lane=Lane.URGENT)


def _ways_on(say: Say, photo_id: UUID) -> Rows:
    return tuple(
        (
            Button(
                say(f"campaigns.button_urgent_photo_{what}"),
                action=f"{_VERB}:{what}:{short(photo_id)}",
            ),
        )
        for what in ("without", "drop")
    )


def _waiting_alert(turn: Turn, campaign_id: UUID) -> Campaign:
    """Return an own alert that waits for its tap without a photo.

    Raises: Refusal.
    """
    known = campaigns.get(turn.tx, campaign_id)
    if known is None or turn.staff is None or known.author_id != turn.staff.id:
        raise Refusal("app.stale_button")
    if known.lane is not Lane.URGENT or known.content.photo is not None:
        raise Refusal("app.stale_button")
    if known.state is not CampaignState.SUBMITTED:
        raise Refusal("campaigns.urgent_photo_late")
    return known


def _answered(turn: Turn, message: Message) -> UUID | None:
    """Return the alert to whose draft a message answers: both were written in one instant."""
    if message.reply_to is None or turn.staff is None:
        return None
    row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
    if row is None or row.kind is not DeliveryKind.REPLY or row.tip_id is not None:
        return None
    for one in campaigns.waiting(turn.tx, turn.unit.id, (CampaignState.SUBMITTED,)):
        mine = one.lane is Lane.URGENT and one.author_id == turn.staff.id
        if mine and one.submitted_at == row.created_at:
            return one.id
    return None


def _desk(context: Context) -> Desk:
    return Desk(context.outbox, context.catalogue)
