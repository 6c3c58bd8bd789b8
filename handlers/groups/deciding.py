"""The chief's answer to a group: yes connects it and puts up its notice, no forgets it."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from broadcasts.desk import Desk
from domain.audit import Act, Thing
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import from_short
from domain.language import Language
from domain.library import fill
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from handlers.groups import approvers, leaving
from handlers.groups.talk import privately
from handlers.router import Presser
from handlers.turn import Context, Turn, unit_values
from storage.database import Tx
from storage.deliveries import effects
from storage.groups import group_links, group_requests
from storage.groups.group_requests import ANSWERED_WITHIN, Request, Wanted
from storage.people import addresses, units
from storage.people.units import Group, Staff
from storage.staff import audit


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a button about a group: `group:<what>:<request or group>`."""
    what, thing = (args[0], from_short(args[1])) if len(args) == 2 else ("", None)
    act = _ACTS.get(what)
    if act is None or thing is None:
        raise Refusal("app.stale_button")
    act(turn, thing)
    turn.answer(press.press_id)


def _yes(turn: Turn, request_id: UUID) -> None:
    chief, request = _answerable(turn, request_id)
    wanted = request.wanted
    chat = addresses.ensure(turn.tx, request.account_id, request.chat.kind, request.chat.chat_id)
    if chat.group_id is not None:
        group_requests.forget(turn.tx, request.id)
        turn.say("connecting.connected_meanwhile", label=wanted.label)
        return
    group = group_links.connect(
        turn.tx, chat.id, wanted.unit_id, wanted.area_code, wanted.purpose, wanted.label
    )
    audit.append(
        turn.tx,
        Act.GROUP_CONNECTED,
        Thing.GROUP,
        group.id,
        unit_id=group.unit_id,
        staff_id=chief.id,
        asked_by=wanted.asked_by.hex,
        purpose=group.purpose,
        alone=wanted.asked_by == chief.id,
    )
    notice_id = put_up(turn.tx, turn.context, group, chat.id)
    group_requests.note_connected(turn.tx, request.id, group.id, chief.id, notice_id)
    turn.say("connecting.yes_said", label=wanted.label)


def _no(turn: Turn, request_id: UUID) -> None:
    chief, request = _answerable(turn, request_id)
    group_requests.forget(turn.tx, request.id)
    audit.append(
        turn.tx,
        Act.GROUP_REFUSED,
        Thing.GROUP,
        None,
        unit_id=chief.unit_id,
        staff_id=chief.id,
        asked_by=request.wanted.asked_by.hex,
        purpose=request.wanted.purpose,
    )
    turn.say("connecting.no_said", label=request.wanted.label)
    if request.wanted.asked_by != chief.id:
        desk = Desk(turn.context.outbox, turn.context.catalogue)
        desk.tell(
            turn.tx, request.wanted.asked_by, "connecting.refused", label=request.wanted.label
        )


def _answerable(turn: Turn, request_id: UUID) -> tuple[Staff, Request]:
    """Return who answers and what, if they may and it is not too late.

    Raises: Refusal.
    """
    chief = turn.require(Permission.CONFIRM_GROUP)
    request = group_requests.get(turn.tx, request_id)
    if request is None or request.wanted.unit_id != chief.unit_id:
        raise Refusal("connecting.answered")
    if turn.tx.now - request.asked_at >= ANSWERED_WITHIN:
        raise Refusal("connecting.too_late")
    if chief.id not in {
        one.id for one in approvers.of(turn.tx, chief.unit_id, _asker(turn, request))
    }:
        raise Refusal("connecting.somebody_else")
    return chief, request


def _asker(turn: Turn, request: Request) -> Staff | None:
    return units.get_staff(turn.tx, request.wanted.asked_by)


def _pin(turn: Turn, group_id: UUID) -> None:
    """Pin the notice that stands once more, now that the right may be there."""
    _mend(turn, group_id, pin_only=True)


def _anew(turn: Turn, group_id: UUID) -> None:
    """Put the notice up once more."""
    _mend(turn, group_id, pin_only=False)


def _mend(turn: Turn, group_id: UUID, *, pin_only: bool) -> None:
    who = turn.require(Permission.CONNECT_GROUP)
    group = group_links.locked(turn.tx, group_id, who.unit_id)
    chat = addresses.of_group(turn.tx, group_id)
    if group is None or chat is None:
        raise Refusal("connecting.not_ours")
    if any(one.group_id == group_id for one in group_requests.connected(turn.tx)):
        raise Refusal("connecting.under_way")
    stands = group_links.standing_notice(turn.tx, chat.id, group.id) if pin_only else None
    if stands is not None:
        notice_id = effects.pin_again(turn.tx, chat.id, group.id, stands, Language.VI.value)
    else:
        notice_id = put_up(turn.tx, turn.context, group, chat.id)
    wanted = Wanted(group.unit_id, who.id, group.purpose, group.area_code, group.label)
    group_requests.watch(turn.tx, wanted, group.id, notice_id)
    turn.say("connecting.again_said", label=group.label)


def put_up(tx: Tx, context: Context, group: Group, chat_id: UUID) -> UUID:
    """Write a group's notice, to be pinned once it stands; returns its row."""
    unit = units.get_unit(tx, group.unit_id)
    say = context.catalogue.say
    values = unit_values(unit, Language.VI)
    buttons: tuple[tuple[Button, ...], ...] = ()
    if group.purpose == "neighbourhood":
        text = fill(context.library.system("sys-group-pinned", Language.VI), values)
        start = privately(group.id)
        buttons = ((Button(say(Language.VI, "groups.button_private"), start=start),),)
    else:
        text = say(Language.VI, f"connecting.notice_{group.purpose}", don_vi=values["don_vi"])
    if group.purpose == "review":
        held = "whole" if unit.card_content else "bare"
        text = f"{text}\n\n{say(Language.VI, f'connecting.cards_{held}')}"
    return context.outbox.put(
        tx,
        chat_id,
        Outgoing(text=text, buttons=buttons),
        kind=DeliveryKind.PINNED,
        lane=Lane.TALK,
        language=Language.VI.value,
        group_id=group.id,
    )


_ACTS: Mapping[str, Callable[[Turn, UUID], None]] = {
    "yes": _yes,
    "no": _no,
    "pin": _pin,
    "anew": _anew,
    "end": leaving.ask,
    "bye": leaving.part,
}
PRESSES: Mapping[str, Presser] = {"group": press}
