"""Who handles what: the first taker in order for messages, a verb's owner for presses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

import structlog

from domain.errors import Refusal
from domain.failures import Until
from domain.language import from_hint
from domain.messages import (
    ChatKind,
    ChatMoved,
    ChatRef,
    Copied,
    Echo,
    Edit,
    Incoming,
    Membership,
    MembershipChange,
    Message,
    Press,
    PressAnswer,
    ReceiptEvent,
)
from handlers import numbers
from handlers.turn import Context, Turn
from people import erasing, wishes
from storage.database import Tx
from storage.deliveries import echoes, hearing, receipts
from storage.groups import group_requests
from storage.people import (
    addresses,
    away,
    consents,
    forgotten,
    joining,
    moving,
    residents,
    units,
    writers,
)
from storage.people.addresses import Account, Address
from storage.people.residents import Resident
from storage.people.units import Unit
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)

Taker = Callable[[Turn, Message], bool]
"""Handles a message and returns True, or leaves everything as it was and returns False."""
Hearer = Callable[[Turn, Message], None]
"""Looks at a message that others handle."""
Presser = Callable[[Turn, Press, Sequence[str]], None]
"""Handles a press whose action is `verb:arg:arg…`; gets the args."""


def joined(*owners: Mapping[str, Presser]) -> Mapping[str, Presser]:
    """Put the verbs of several owners together.

    Raises: ValueError where two have the same, of which one would never be asked.
    """
    verbs: dict[str, Presser] = {}
    for owner in owners:
        if twice := verbs.keys() & owner.keys():
            raise ValueError(f"Verbs of buttons with two owners: {', '.join(sorted(twice))}")
        verbs |= owner
    return MappingProxyType(verbs)


class Presence(Protocol):
    """Notes whether we are in a connected group."""

    def __call__(self, tx: Tx, context: Context, group_id: UUID, *, present: bool) -> None:
        """Note it, and tell whom it concerns."""
        ...


class TurnedAway(Protocol):
    """What is done for people who turn away from us on their platform."""

    def blocked(self, tx: Tx, context: Context, chat: Address) -> None:
        """Stop what they are sent."""
        ...

    def forget(self, tx: Tx, context: Context, chat: Address) -> None:
        """Erase what is kept of them."""
        ...


class NoUnit(RuntimeError):
    """No unit is set up: nobody is there in whose name to answer."""


class Router:
    """Bring an incoming item to its handler, in one transaction."""

    def __init__(
        self,
        context: Context,
        *,
        private: Sequence[Taker],
        group: Sequence[Taker],
        presses: Mapping[str, Presser],
        edited: Callable[[Turn, Edit], None],
        unhandled: Taker | None = None,
        heard: Hearer | None = None,
        came_back: Callable[[Turn], None] | None = None,
        copied: Callable[[Tx, Account, Copied], None] | None = None,
        presence: Presence | None = None,
        away: TurnedAway | None = None,
    ) -> None:
        """Take the handlers; `heard` sees a private message before them.

        `came_back` is called after them for who had been out of reach, `copied` for a post's copy,
        `away` for who turns away from us.
        """
        self._context = context
        self._private = private
        self._group = group
        self._presses = presses
        self._edited = edited
        self._unhandled = unhandled
        self._heard = heard
        self._came_back = came_back
        self._copied = copied
        self._presence = presence or _note_presence
        self._away = away or _Blocked()

    def handle(
        self, tx: Tx, account: Account, incoming: Incoming, *, fresh: bool = False
    ) -> list[PressAnswer]:
        """Handle one item; returns the answers to presses that are due after the commit.

        `fresh`: nobody tried to before, so that nothing of it can be kept already.

        Raises: NoUnit, so that the item waits until somebody is there to answer for.
        """
        if self._was_forgotten_since(tx, account, incoming):
            log.info("message_from_before_forgetting_dropped")
            return []
        return self._handle(tx, account, incoming, fresh=fresh)

    def _handle(
        self, tx: Tx, account: Account, incoming: Incoming, *, fresh: bool
    ) -> list[PressAnswer]:
        typed = False
        if isinstance(incoming, Message):
            incoming = self._meant(tx, account, incoming)
            typed = isinstance(incoming, Press)
        match incoming:
            case Message() | Edit() | Press():
                turn = self._turn(tx, account, incoming)
                turn.fresh = fresh
                turn.typed = typed
                self._guarded(turn)
                self._welcome_back(turn)
                self._hear(turn)
                return turn.answers
            case Membership():
                self._membership(tx, account, incoming)
            case ChatMoved():
                known = addresses.find(tx, account.id, incoming.chat.chat_id)
                if known is not None:
                    moving.move_chat(tx, known.id, incoming.new_chat_id)
                group_requests.moved(tx, account.id, incoming.chat.chat_id, incoming.new_chat_id)
            case ReceiptEvent():
                receipts.note(tx, account.id, incoming)
            case Echo():
                echoes.note(tx, account.id, incoming)
            case Copied():
                if self._copied is not None:
                    self._copied(tx, account, incoming)
            case _:
                log.info("incoming_ignored", kind=incoming.kind)
        return []

    def apologise(self, tx: Tx, account: Account, incoming: Incoming) -> None:
        """Pass on what could not be handled by the shortest way; tell the person what is true."""
        if not isinstance(incoming, Message) or incoming.chat.kind is not ChatKind.PRIVATE:
            return
        turn = self._turn(tx, account, incoming)
        kept = False
        try:
            with tx.savepoint():
                kept = self._unhandled is not None and self._unhandled(turn, incoming)
        except Exception as error:  # noqa: BLE001 - then at least the truth must be told
            log.error("unhandled_fault", error=type(error).__name__)
        turn.say("app.trouble" if kept else "app.trouble_lost")

    def _meant(self, tx: Tx, account: Account, message: Message) -> Message | Press:
        """Return the press that a typed number stands for, or the message as it is."""
        if not self._context.outbox.door(account.channel).typed_choices:
            return message
        return numbers.meant(tx, self._context, account, message)

    def _was_forgotten_since(self, tx: Tx, account: Account, incoming: Incoming) -> bool:
        """Tell whether who wrote had us forget them later, on a platform that may tell late."""
        if not isinstance(incoming, Message | Edit | Press):
            return False
        listens = self._context.outbox.door(account.channel).listens
        who = incoming.sender.user_id
        return listens and forgotten.since(tx, account.id, who, incoming.at)

    def _hear(self, turn: Turn) -> None:
        """Note when somebody wrote, where we may answer only for a while after that.

        Also in a group, if we know them by then: a platform counts it as much (Zalo's rules of
        interaction, 2026). Last of all, as rows of the ledger are locked before chats.
        """
        door = self._context.outbox.door(turn.account.channel)
        private = turn.chat.kind is ChatKind.PRIVATE
        in_group = turn.chat.kind is ChatKind.GROUP and isinstance(turn.incoming, Message)
        spoke = in_group or (private and not isinstance(turn.incoming, Edit))
        if door.listens and spoke and turn.person is not None:
            hearing.heard(turn.tx, turn.person.id, turn.incoming.at, door)

    def _welcome_back(self, turn: Turn) -> None:
        """Give what was missed; a fault in that costs nothing of what was answered just now."""
        if turn.away_since is None or self._came_back is None:
            return
        try:
            apart(turn.tx, partial(self._came_back, turn))
        except Spoiled as fault:
            # What they wrote was handled.
            log.error("welcome_back_fault", error=str(fault))

    def _guarded(self, turn: Turn) -> None:
        """Handle within a savepoint: a refusal undoes everything and is told to the person."""
        try:
            with turn.tx.savepoint():
                self._dispatch(turn)
        except Refusal as refusal:
            turn.answers.clear()
            turn.unheard.clear()
            if isinstance(turn.incoming, Press) and turn.incoming.press_id:
                turn.answer(
                    turn.incoming.press_id, turn.text(refusal.key, **refusal.facts), alert=True
                )
            else:
                turn.say_refused(turn.text(refusal.key, **refusal.facts))

    def _dispatch(self, turn: Turn) -> None:
        incoming = turn.incoming
        match incoming:
            case Press():
                self._pressed(turn, incoming)
            case Edit():
                self._edited(turn, incoming)
            case Message():
                private = turn.chat.kind is ChatKind.PRIVATE
                if private and self._heard is not None:
                    self._heard(turn, incoming)
                takers = self._private if private else self._group
                if not any(taker(turn, incoming) for taker in takers):
                    log.info("message_not_taken", chat_kind=turn.chat.kind.value)

    def _pressed(self, turn: Turn, press: Press) -> None:
        verb, *args = press.action.split(":")
        if verb == numbers.SURE:
            # Asked once more, and answered: what it was about, or nothing.
            press = replace(press, action=":".join(args))
            verb, *args = args or [""]
            done = numbers.meant_no(turn, press.action)
        else:
            done = numbers.ask_which(turn, press) or numbers.ask_again(turn, press)
        presser = self._presses.get(verb)
        if not done and presser is None:
            raise Refusal("app.stale_button")
        if not done and presser is not None:
            presser(turn, press, args)
        if not any(answer.press_id == press.press_id for answer in turn.answers):
            turn.answer(press.press_id)
        turn.say_unheard()

    def _turn(self, tx: Tx, account: Account, incoming: Message | Edit | Press) -> Turn:
        chat = incoming.chat
        private = chat.kind is ChatKind.PRIVATE
        known = writers.find(tx, account.id, incoming.sender.user_id)
        person, resident = known or (None, None)
        if person is None and private:
            # In a group whoever is not known stays unknown until a tip of theirs is opened.
            person = addresses.ensure(tx, account.id, ChatKind.PRIVATE, incoming.sender.user_id)
        away_since = None
        if private and person is not None and person.unreachable is not None:
            away_since = away.since(tx, person.id)
            addresses.mark_reachable(tx, person.id)
        group_address, group = self._group_of(tx, account, chat)
        staff = units.get_staff(tx, person.staff_id) if person and person.staff_id else None
        unit = _unit_of(tx, account, group or staff or resident)
        if resident is None and staff is None and person is not None and private:
            language = from_hint(incoming.sender.language_hint)
            resident = residents.create(tx, unit.id, language)
            addresses.link_resident(tx, person.id, resident.id)
        spoke = private and not isinstance(incoming, Edit)
        if spoke and resident is not None and resident.linked and person is not None:
            # A group's message says nothing of whether their own chat there can be reached.
            joining.follow(tx, resident.id, person.id)
        return Turn(
            tx=tx,
            context=self._context,
            incoming=incoming,
            account=account,
            unit=unit,
            chat=chat,
            person=person,
            resident=resident,
            staff=staff,
            group=group,
            group_address=group_address,
            away_since=away_since,
        )

    def _group_of(
        self, tx: Tx, account: Account, chat: ChatRef
    ) -> tuple[Address | None, units.Group | None]:
        if chat.kind is ChatKind.PRIVATE:
            return None, None
        found = addresses.find(tx, account.id, chat.chat_id)
        if found is None or found.group_id is None:
            return found, None
        return found, units.get_group(tx, found.group_id)

    def _membership(self, tx: Tx, account: Account, incoming: Membership) -> None:
        known = addresses.find(tx, account.id, incoming.chat.chat_id)
        if incoming.change is MembershipChange.FORGET and incoming.chat.kind is ChatKind.PRIVATE:
            # Also of somebody unknown: what they wrote before may still be on its way.
            forgotten.note(tx, account.id, incoming.chat.chat_id, incoming.at)
        if known is None:
            return
        left = incoming.change in {MembershipChange.BLOCKED, MembershipChange.REMOVED}
        if left and hearing.since(tx, known.id, incoming.at):
            # A platform that tries again may be late: they have come back since.
            log.info("late_membership_dropped")
            return
        if incoming.change is MembershipChange.FORGET and _came_back(tx, known, incoming.at):
            log.info("late_withdrawal_dropped")
            return
        match incoming.change:
            case MembershipChange.BLOCKED:
                addresses.mark_unreachable(tx, known.id, Until.THEY_WRITE)
                self._away.blocked(tx, self._context, known)
            case MembershipChange.FORGET if known.kind is ChatKind.PRIVATE:
                self._away.forget(tx, self._context, known)
            case MembershipChange.REMOVED if known.group_id is not None:
                self._presence(tx, self._context, known.group_id, present=False)
            case MembershipChange.ADDED if known.group_id is not None:
                self._presence(tx, self._context, known.group_id, present=True)
                addresses.mark_reachable(tx, known.id)
            case _:
                pass


def _came_back(tx: Tx, chat: Address, at: datetime) -> bool:
    """Tell whether who had us forget them at an instant has agreed anew in that chat since.

    A yes is dated when it was handled, which may be long after it was written: so they must have
    written since, too, by the platform's clock.
    """
    person = chat.resident_id
    if person is None or not hearing.since(tx, chat.id, at):
        return False
    return consents.agreed_since(tx, person, chat.channel, at)


class _Blocked:
    """As little as must be done where nobody is told of it."""

    def blocked(self, tx: Tx, _context: Context, chat: Address) -> None:
        """Record a stop."""
        if chat.resident_id is not None:
            wishes.block(tx, residents.get(tx, chat.resident_id), chat.channel)

    def forget(self, tx: Tx, _context: Context, chat: Address) -> None:
        """Erase them."""
        if chat.resident_id is not None:
            erasing.erase(tx, residents.get(tx, chat.resident_id), withdrawn=True)


def _note_presence(tx: Tx, _context: Context, group_id: UUID, *, present: bool) -> None:
    units.note_presence(tx, group_id, present=present)


def _unit_of(tx: Tx, account: Account, whose: units.Group | units.Staff | Resident | None) -> Unit:
    """Return the unit of a group or person; strangers belong to the account's, or the first."""
    unit_id = whose.unit_id if whose is not None else account.unit_id
    unit = units.get_unit(tx, unit_id) if unit_id is not None else units.first_unit(tx)
    if unit is None:
        message = "no unit is set up"
        raise NoUnit(message)
    return unit
