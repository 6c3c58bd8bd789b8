"""`/ngatketnoi`: the chief lets a group go; the bot says goodbye and leaves."""

from uuid import UUID

from domain.audit import Act, Thing
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import short
from domain.language import Language
from domain.messages import Button, ChatKind, Message, Outgoing
from domain.roles import Permission
from domain.toneless import fold
from handlers.turn import Turn
from storage.deliveries import effects, ledger
from storage.deliveries.ledger import NewDelivery
from storage.groups import group_links
from storage.people import addresses, units
from storage.people.units import Group
from storage.staff import audit
from tips import parting

_COMMAND = "/ngatketnoi"
_MOST_SHOWN = 60
REVIEW = "review"


def start(turn: Turn, argument: str) -> None:
    """Ask which group to let go; words after the command narrow the list by name."""
    who = turn.require(Permission.CONFIRM_GROUP)
    wanted = fold(argument)
    found = [
        group
        for group in group_links.connected(turn.tx, who.unit_id)
        if wanted in fold(group.label)
    ]
    if not found:
        raise Refusal("connecting.none_connected")
    rows = [(Button(group.label, f"group:end:{short(group.id)}"),) for group in found[:_MOST_SHOWN]]
    turn.say("connecting.which_to_end", *rows)


def take(turn: Turn, message: Message) -> bool:
    """Take the command in the group itself; the question comes in private."""
    if turn.chat.kind is ChatKind.PRIVATE:
        return False
    if message.text.split(" ", 1)[0].casefold() != _COMMAND:
        return False
    if (
        turn.staff is not None
        and turn.group is not None
        and turn.group.unit_id == turn.staff.unit_id
    ):
        ask(turn, turn.group.id)
    return True


def ask(turn: Turn, group_id: UUID) -> None:
    """Say what letting a group go means, and ask whether to."""
    group = _ours(turn, group_id)
    button = Button(turn.text("connecting.button_end"), f"group:bye:{short(group.id)}")
    if group.purpose != REVIEW:
        turn.say("connecting.confirm_end", (button,), label=group.label)
        return
    chat = addresses.of_group(turn.tx, group.id)
    others = [
        one.label for one in units.groups_of(turn.tx, group.unit_id, REVIEW) if one.id != group.id
    ]
    where = ", ".join(f"“{label}”" for label in others)
    turn.say(
        "connecting.confirm_end_review",
        (button,),
        label=group.label,
        n=str(parting.standing(turn.tx, chat.id)) if chat is not None else "0",
        where=where or turn.text("connecting.where_private"),
    )


def part(turn: Turn, group_id: UUID) -> None:
    """Say goodbye, leave, and let the chat be nobody's."""
    group = _ours(turn, group_id)
    who = turn.require(Permission.CONFIRM_GROUP)
    chat = addresses.of_group(turn.tx, group.id)
    if chat is None or not group_links.disconnect(turn.tx, group.id):
        raise Refusal("connecting.not_ours")
    audit.append(
        turn.tx,
        Act.GROUP_LEFT,
        Thing.GROUP,
        group.id,
        unit_id=group.unit_id,
        staff_id=who.id,
        purpose=group.purpose,
    )
    if group.purpose == REVIEW:
        parting.clear(turn.tx, turn.context, chat.id)
    key = "connecting.goodbye_review" if group.purpose == REVIEW else "connecting.goodbye"
    goodbye = turn.context.catalogue.say(Language.VI, key, don_vi=turn.unit_values()["don_vi"])
    able = turn.context.outbox.able(chat.channel)
    notice = group_links.standing_notice(turn.tx, chat.id, group.id)
    if able is not None and not able.edits:
        # Nothing that stands there can be changed: it is said once, below.
        notice = None
    for outgoing in (
        # What is pinned must not go on to promise what is over.
        *((Outgoing(text=goodbye, edits=notice),) if notice is not None else ()),
        Outgoing(text=goodbye),
    ):
        ledger.put(
            turn.tx,
            NewDelivery(
                kind=DeliveryKind.EFFECT if outgoing.edits else DeliveryKind.REPLY,
                lane=Lane.TALK,
                address_id=chat.id,
                language=Language.VI.value,
                outgoing=outgoing,
                group_id=group.id,
            ),
        )
    if able is not None and able.makes_groups:
        # Nobody leaves a group that they made: it is for people to close.
        turn.say("connecting.ended_own", label=group.label)
        return
    effects.leave(turn.tx, chat.id, group.id, Language.VI.value)
    turn.say("connecting.ended", label=group.label)


def _ours(turn: Turn, group_id: UUID) -> Group:
    who = turn.require(Permission.CONFIRM_GROUP)
    group = group_links.locked(turn.tx, group_id, who.unit_id)
    if group is None:
        raise Refusal("connecting.not_ours")
    return group
