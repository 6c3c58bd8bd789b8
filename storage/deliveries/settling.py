"""Settling: what the sends of a window came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import Uuid, bindparam, delete, select, update

from domain.delivery import (
    Accepted,
    AccountStopped,
    Advanced,
    DeliveryKind,
    DeliveryState,
    Facet,
    GoneAway,
    Lane,
    NotSent,
    Outcome,
    Relocated,
    SkipReason,
    TurnedDown,
    Unknowable,
)
from domain.door import OPEN, Door
from storage.database import Tx
from storage.deliveries import (
    article_steps,
    attempts,
    effects,
    elsewhere,
    pauses,
    plain,
    receipts,
    typed_numbers,
    use,
    waits,
)
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery, key_of, locked, move
from storage.deliveries.plain import NOTHING, Taken
from storage.deliveries.receipts import SentAs, Told
from storage.groups import group_makings
from storage.people import addresses, moving, units
from storage.tables import delivery
from storage.tables import send_window as window
from storage.tips import topics
from storage.types import UtcDateTime

log = structlog.get_logger(__name__)

WORKER_DIED = "worker_died"
_QUOTA = "quota:"
_IN_DOUBT = (DeliveryState.UNSURE, DeliveryState.PENDING)
_MOST_TRIES = 4
"""However long a platform says to wait, one message tries again after this."""
_SECOND_THOUGHT = timedelta(seconds=5)
"""How long what may have been sent waits before it goes once more: a proof may come meanwhile."""
_ANSWERS = (Accepted, Advanced, GoneAway, TurnedDown, Relocated)
"""Outcomes that show that the platform hears our account."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one send came to."""

    delivery_id: UUID
    attempt_id: UUID
    outcome: Outcome
    members: int | None = None
    """Members of the group when a post went out, where the platform tells."""
    paid: bool | None = None
    """Whether it went outside the free window; None where nothing is counted."""
    choices: tuple[str, ...] | None = None
    """What numbers typed after it stand for; None where nobody types numbers."""


def settle(
    tx: Tx,
    window_id: UUID,
    results: Sequence[Settled],
    door: Door = OPEN,
    taken: Taken = NOTHING,
    *,
    close: bool = True,
) -> bool:
    """Write what the sends of a window came to and close it; `door` is that of their account.

    `taken` are its plain rows. It stays open where it is not to `close`: more will be settled then.
    Returns False when the window was taken over meanwhile: then what was learned is evidence only,
    and may raise an unsure row to accepted but change nothing else. Of a row that was erased
    meanwhile nothing is written.
    """
    held = tx.connection.execute(_HELD, {"window": window_id}).one_or_none()
    if held is not None and (door.is_counted or any(map(_is_of_account, results))):
        # Before all else, as whoever opens the next window with these counters locked needs it.
        use.hold(tx, held.account_id)
    moves = Moves()
    results = _but_plain(tx, window_id if held is not None else None, taken, results, moves)
    plain.give_back(tx, window_id, taken)
    rows = locked(tx, [result.delivery_id for result in results]) if results else {}
    attempts.note(tx, {result.attempt_id: result.outcome for result in results})
    told = _told(tx, results, rows) if door.receipts else {}
    for result in results:
        row = rows.get(result.delivery_id)
        if row is None:
            continue
        if held is None or row.window_id != window_id:
            _weigh(tx, row, result, moves, told.get(result.attempt_id))
            continue
        what = told.get(result.attempt_id)
        if what or row.proven or not _left_out(tx, row, result, moves):
            apply(tx, row, result.outcome, moves, what)
        note_cost(tx, row, result, moves)
        _note_choices(tx, row, result)
        _note_members(tx, row, result.members, moves)
    if held is not None and door.is_counted:
        _count(tx, held.account_id, results)
    if close:
        tx.connection.execute(_CLOSE, {"window": window_id})
    moves.apply(tx)
    heard = bool(taken.rows) or any(isinstance(one.outcome, _ANSWERS) for one in results)
    if held is not None and heard:
        pauses.end(tx, held.account_id)
    if len(rows) < len(results):
        log.warning("settled_after_erasing", rows=len(results) - len(rows))
    return held is not None


def _but_plain(
    tx: Tx, held: UUID | None, taken: Taken, results: Sequence[Settled], moves: Moves
) -> Sequence[Settled]:
    """Settle plain rows of a window that is ours all at once; return what is left to settle."""
    if held is not None and plain.settle(tx, held, taken, moves):
        return results
    return [*results, *one_by_one(tx, taken)]


def one_by_one(tx: Tx, taken: Taken) -> list[Settled]:
    """Return what the platform took as the results that any row could have."""
    return [
        Settled(UUID(row.delivery), UUID(row.attempt), Accepted(message_id, tx.now))
        for row, message_id in taken.rows
    ]


def _told(tx: Tx, results: Sequence[Settled], rows: Mapping[UUID, Delivery]) -> Mapping[UUID, Told]:
    """Return by attempt what receipts told before we knew the message ourselves."""
    known = [one for one in results if one.delivery_id in rows]
    messages = {
        SentAs(rows[one.delivery_id].address_id, message_id): one.attempt_id
        for one in known
        if isinstance(one.outcome, Accepted)
        for message_id in (one.outcome.message_id, *one.outcome.others)
        if message_id
    }
    told: dict[UUID, Told] = {}
    for sent, what in receipts.early(tx, list(messages)).items():
        told[messages[sent]] = told.get(messages[sent], Told.NOTHING) | what
    for one in known:
        if isinstance(one.outcome, Unknowable | GoneAway | TurnedDown):
            row = rows[one.delivery_id]
            told[one.attempt_id] = receipts.since_attempt(tx, row.address_id, one.attempt_id)
    return told


def _note_choices(tx: Tx, row: Delivery, result: Settled) -> None:
    if result.choices is not None and isinstance(result.outcome, Accepted | Unknowable):
        in_group = row.group_id is not None
        typed_numbers.note(tx, row.address_id, row.id, result.choices, in_group=in_group)


def _note_members(tx: Tx, row: Delivery, members: int | None, moves: Moves) -> None:
    if members is None or row.run_id is None:
        return
    moves.add(key_of(row), "members", members)
    if row.group_id is not None:
        units.note_members(tx, row.group_id, members)


def note_cost(tx: Tx, row: Delivery, result: Settled, moves: Moves) -> None:
    """Mark once a run's message that may have gone outside the free window."""
    if not result.paid or not isinstance(result.outcome, Accepted | Unknowable):
        return
    if (
        row.run_id is not None
        and tx.connection.execute(_PAID, {"row": row.id, "at": tx.now}).rowcount
    ):
        moves.add(key_of(row), Facet.PAID.value)


def _count(tx: Tx, account_id: UUID, results: Sequence[Settled]) -> None:
    counted = [one for one in results if one.paid is not None]
    sent = [(one, _messages(one.outcome)) for one in counted]
    paid = sum(messages for one, messages in sent if one.paid)
    use.add(tx, account_id, sum(messages for _, messages in sent), paid)
    costly = [one.outcome for one in results if one.paid]
    if any(_is_too_dear(outcome) for outcome in costly):
        use.stop_paid(tx, account_id)
    elif any(isinstance(outcome, Accepted) for outcome in costly):
        use.resume_paid(tx, account_id)


def _messages(outcome: Outcome) -> int:
    """Return how many messages went out, or may have: a file's words are one of their own."""
    if isinstance(outcome, Accepted | Unknowable):
        return 1 + len(outcome.others)
    return 0


def _weigh(tx: Tx, row: Delivery, result: Settled, moves: Moves, told: Told | None) -> None:
    """Take what a worker without a lease says as evidence; it may only raise."""
    # A row that waits as if it were new is one of an older copy, which lacks the attempt, too.
    if row.state in _IN_DOUBT and isinstance(result.outcome, Accepted):
        attempts.know(tx, row, result.attempt_id, result.outcome)
        _accept(tx, row, result.outcome, moves, told)


def apply(tx: Tx, row: Delivery, outcome: Outcome, moves: Moves, told: Told | None = None) -> None:
    """Let `moves` bring a row to what a send of it came to, or may have come to."""
    match outcome:
        case Accepted():
            _accept(tx, row, outcome, moves, told)
        case Advanced(effect):
            article_steps.go_on(tx, row, effect, moves)
        case GoneAway() | TurnedDown():
            _fail(tx, row, outcome, moves, told)
        case NotSent(reason, wait, account_wide):
            held_until = tx.now + min(wait, waits.LONGEST_OF_CHAT)
            if account_wide:
                here = row.account_id
                moves.after(here, lambda tx: pauses.begin(tx, here, held_until))
            elif wait:
                chat = row.address_id
                moves.after(chat, lambda tx: addresses.hold_until(tx, chat, held_until))
            _back(row, reason, moves, untried=not wait)
        case Relocated(chat_id):
            _move(tx, row, chat_id, moves)
        case AccountStopped(reason):
            _stop(tx, row, reason, moves)
        case Unknowable(reason):
            _in_the_dark(tx, row, reason, moves, told)


def _stop(tx: Tx, row: Delivery, reason: str, moves: Moves) -> None:
    """Note that the account is down; an alert does not wait for it where there is another way."""
    here = row.account_id
    moves.after(here, lambda tx: addresses.mark_down(tx, here, reason))
    urgent = row.lane is Lane.URGENT
    if not (urgent and elsewhere.pass_on(tx, row, reason, moves, tried=True)):
        _back(row, reason, moves)


def _fail(
    tx: Tx, row: Delivery, outcome: GoneAway | TurnedDown, moves: Moves, told: Told | None
) -> None:
    """Settle what did not arrive, unless its person has another chat to try.

    A platform may answer an error and deliver: a press, an answer or a receipt knows better.
    """
    if row.proven or told:
        _arrive(tx, row, moves, told)
        return
    if isinstance(outcome, GoneAway):
        chat, until = row.address_id, outcome.until
        moves.after(chat, lambda tx: addresses.mark_unreachable(tx, chat, until))
        state, for_another = DeliveryState.UNREACHABLE, True
    else:
        state, for_another = DeliveryState.REFUSED, outcome.rights
    if not (for_another and elsewhere.pass_on(tx, row, outcome.reason, moves, tried=True)):
        move(tx, row, state, moves, outcome.reason)


def _is_of_account(result: Settled) -> bool:
    """Tell whether what a send came to changes its account."""
    outcome = result.outcome
    return isinstance(outcome, AccountStopped) or (
        isinstance(outcome, NotSent) and outcome.account_wide
    )


def _is_too_dear(outcome: Outcome) -> bool:
    """Tell whether the account alone was in the way of it, for it has nothing left to pay with."""
    return isinstance(outcome, TurnedDown) and outcome.rights and outcome.reason.startswith(_QUOTA)


def _left_out(tx: Tx, row: Delivery, result: Settled, moves: Moves) -> bool:
    """Settle a run's row that could not be paid for, unless its person has another chat."""
    if not result.paid or not _is_too_dear(result.outcome) or row.kind is not DeliveryKind.CAMPAIGN:
        return False
    reason = SkipReason.ALLOWANCE.value
    if not elsewhere.pass_on(tx, row, reason, moves, tried=True):
        state = DeliveryState.UNSURE if row.again else DeliveryState.SKIPPED
        move(tx, row, state, moves, reason)
    return True


def _arrive(tx: Tx, row: Delivery, moves: Moves, told: Told | None) -> None:
    """Take it for accepted, or for what receipts told already."""
    arrived = told is not None and Told.DELIVERED in told
    move(tx, row, DeliveryState.DELIVERED if arrived else DeliveryState.ACCEPTED, moves)
    if told is Told.SEEN:
        receipts.see(tx, row, moves)


def _accept(
    tx: Tx, row: Delivery, outcome: Accepted, moves: Moves, told: Told | None = None
) -> None:
    """Take it for accepted; what is to be pinned will be, from this very transaction on."""
    _arrive(tx, row, moves, told)
    if row.kind is DeliveryKind.PINNED and outcome.message_id:
        effects.pin(tx, row, outcome.message_id)
    elif row.kind is DeliveryKind.EFFECT and outcome.message_id:
        topics.opened(tx, row, outcome.message_id)
    elif row.kind is DeliveryKind.MAKING and outcome.message_id:
        group_makings.made(tx, row.id, outcome.message_id)


def _in_the_dark(
    tx: Tx, row: Delivery, reason: str, moves: Moves, told: Told | None = None
) -> None:
    """Routine messages stay unsure; urgent ones, replies and cards go once more, marked.

    A reply or card whose workers died goes again a few times: most likely it never went out, and
    an answer that comes twice, marked, hurts less than silence. What was pressed or answered
    meanwhile, or of which a receipt tells, has arrived.
    """
    if row.proven or told:
        _arrive(tx, row, moves, told)
        return
    if article_steps.only_asked(tx, row):
        _back(row, reason, moves)
        return
    goes_again = row.run_id is None or row.lane is Lane.URGENT
    goes_again = goes_again and row.kind not in (DeliveryKind.MAKING, DeliveryKind.ARTICLE)
    patient = row.run_id is None and reason == WORKER_DIED and row.tries < _MOST_TRIES
    if goes_again and (not row.again or patient):
        # A dead worker's lease was wait enough.
        not_before = None if reason == WORKER_DIED else tx.now + _SECOND_THOUGHT
        moves.write(row.id, window_id=None, again=True, reason=reason, not_before=not_before)
        return
    move(tx, row, DeliveryState.UNSURE, moves, reason)


def _move(tx: Tx, row: Delivery, chat_id: str, moves: Moves) -> None:
    if not moving.move_chat(tx, row.address_id, chat_id):
        move(tx, row, DeliveryState.UNREACHABLE, moves, "replaced")
    elif not moving.drop_if_lost(tx, row, moves):
        _back(row, "relocated", moves)


def _back(row: Delivery, reason: str, moves: Moves, *, untried: bool = False) -> None:
    moves.write(row.id, window_id=None, reason=reason, tries=row.tries - untried)


_IT = window.c.id == bindparam("window", type_=Uuid)
_HELD, _CLOSE = select(window.c.account_id).where(_IT).with_for_update(), delete(window).where(_IT)
_PAID = (
    update(delivery)
    .where(delivery.c.id == bindparam("row", type_=Uuid), delivery.c.paid_at.is_(None))
    .values(paid_at=bindparam("at", type_=UtcDateTime))
)
