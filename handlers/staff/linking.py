"""Link a chat to a member of staff by a one-time code that an admin gave them."""

from itertools import islice

import structlog

from broadcasts.desk import Desk
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import is_typed_code
from domain.messages import ChatKind, Message, Outgoing
from domain.roles import Role
from handlers.turn import Turn
from storage.people import addresses, link_codes, units
from storage.people.units import Staff
from storage.staff import one_time_codes, staff_links
from storage.staff.one_time_codes import CodePurpose, TooManyWrong
from tips.urgency import alarm_in

log = structlog.get_logger(__name__)

LINK = "lk-"
"""What the link with a code begins with, after `?start=`."""

_COMMAND = "/lienket"
_MOST_CODES = 8
"""Of one text so many are looked up."""


def take(turn: Turn, message: Message) -> bool:
    """Take `/lienket CODE`, and whoever comes by a link with a code."""
    if turn.chat.kind is not ChatKind.PRIVATE:
        return False
    typed = _typed(message)
    if typed is None:
        return False
    if not is_typed_code(typed):
        turn.say("linking.ask")
        return True
    try:
        code = one_time_codes.redeem(turn.tx, CodePurpose.STAFF, typed, turn.me.id)
    except TooManyWrong:
        turn.say("linking.wait")
        return True
    who = units.get_staff(turn.tx, code.staff_id) if code is not None else None
    if who is None:
        turn.say("linking.wrong")
        return True
    if turn.staff is not None and turn.staff.id != who.id:
        # Rights do not change hands without a word: whose chat it is has to give it up first.
        raise Refusal("linking.somebody_elses", ten=turn.staff.name)
    _link(turn, who)
    return True


def in_group(turn: Turn, message: Message) -> bool:
    """Take a code typed before everybody's eyes: it works no more, nothing is said there.

    However it is written, in whatever is ours to read; a danger told beside it goes its own way.
    Who typed it is told in private, where we know them.
    """
    if turn.chat.kind is ChatKind.PRIVATE:
        return False
    typed = _typed(message)
    told: str | None = None
    if typed is not None:
        told = _revoke(turn, typed) or "linking.in_group"
    elif message.addressed is not None:
        for one in islice(link_codes.within(message.text), _MOST_CODES):
            told = _revoke(turn, one) or told
    if told is None:
        return False
    if turn.person is not None:
        turn.say(told)
    return alarm_in(message.text) is None


def _revoke(turn: Turn, typed: str) -> str | None:
    """Let a code of a resident or of staff work no more; returns what to say of it."""
    residents_code = link_codes.find(turn.tx, typed)
    if residents_code is not None:
        link_codes.forget(turn.tx, residents_code.resident_id)
        return "linked.in_group"
    if one_time_codes.revoke_typed(turn.tx, CodePurpose.STAFF, typed):
        log.warning("link_code_shown_in_group")
        return "linking.in_group"
    return None


def _typed(message: Message) -> str | None:
    if message.start is not None:
        return message.start.removeprefix(LINK) if message.start.startswith(LINK) else None
    command, _, rest = message.text.strip().partition(" ")
    return rest.strip() if command.casefold().partition("@")[0] == _COMMAND else None


def _link(turn: Turn, who: Staff) -> None:
    before = staff_links.link(turn.tx, turn.me, who)
    turn.staff = who
    turn.person = addresses.get(turn.tx, turn.me.id)
    if turn.person.resident_id is None:
        turn.resident = None
    turn.say("linking.linked", ten=who.name, vai_tro=roles_of(turn, who))
    for address_id in before:
        turn.context.outbox.put(
            turn.tx,
            address_id,
            Outgoing(text=turn.text("linking.moved", ten=who.name)),
            kind=DeliveryKind.NOTICE,
            lane=Lane.TALK,
            language=who.language.value,
        )
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    for chief in units.staff_with(turn.tx, who.unit_id, frozenset({Role.CHIEF})):
        if chief.id != who.id:
            facts = {"ten": who.name, "vai_tro": roles_of(turn, who)}
            desk.tell(turn.tx, chief.id, "linking.chief_told", **facts)


def roles_of(turn: Turn, who: Staff) -> str:
    """Return a member of staff's roles in words, for people."""
    return ", ".join(turn.text(f"linking.role_{role.value}") for role in Role if role in who.roles)
