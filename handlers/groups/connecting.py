"""`/ketnoi` in a group or channel: the code brings the question to the chief, without a word there.

Without a code linked staff are told the group's id, which a set-up file may need.
"""

from broadcasts.desk import Desk, Say
from domain.ids import is_typed_code, short
from domain.messages import Button, ChatKind, Message, Room
from domain.roles import Permission, Role, may
from handlers.groups import approvers
from handlers.turn import Turn
from storage.groups import group_requests
from storage.groups.group_requests import Wanted
from storage.people import addresses, units
from storage.people.units import Staff
from storage.staff import one_time_codes
from storage.staff.one_time_codes import CodePurpose, OneTimeCode, TooManyWrong

_CONNECT = "/ketnoi"
_LONGEST_TITLE = 80
_FEW = 20
_PER_STAFF = 3
"""A review group has at most so many members for each of the unit's staff, or `_FEW`."""


def take(turn: Turn, message: Message) -> bool:
    """Take `/ketnoi`, with or without a code, and whatever else comes from a channel.

    Nothing is written into the chat; a row of it is made only as a request that the chief answers.
    """
    in_channel = turn.chat.kind is ChatKind.CHANNEL
    if turn.chat.kind is ChatKind.PRIVATE:
        return False
    command, _, typed = message.text.strip().partition(" ")
    if command.casefold().partition("@")[0] != _CONNECT:
        return in_channel
    if message.sender.anonymous and not in_channel:
        _anonymously(turn, typed)
        return True
    if is_typed_code(typed):
        _with_code(turn, typed)
    elif turn.staff is None:
        return in_channel
    elif typed.strip():
        turn.say("connecting.wrong")
    elif turn.group is not None:
        turn.say("connecting.connected", label=turn.group.label)
    else:
        turn.say("connecting.group_id", id=turn.chat.chat_id)
    return True


def _anonymously(turn: Turn, typed: str) -> None:
    """Nobody can be held to have typed it; who asked for the code learns why nothing happens."""
    owner_id = one_time_codes.asked_by(turn.tx, CodePurpose.GROUP, typed)
    if owner_id is not None:
        _desk(turn).tell(turn.tx, owner_id, "connecting.typed_anonymously")


def _with_code(turn: Turn, typed: str) -> None:
    """Only who asked for a code can use it in a group; in a channel all that may post are one."""
    owner_id = one_time_codes.asked_by(turn.tx, CodePurpose.GROUP, typed)
    owner = units.get_staff(turn.tx, owner_id) if owner_id is not None else None
    in_channel = turn.chat.kind is ChatKind.CHANNEL
    if owner is not None and not in_channel and (turn.staff is None or turn.staff.id != owner.id):
        # A code that somebody else has is no code any more; who asked learns of it.
        one_time_codes.revoke(turn.tx, CodePurpose.GROUP, owner.id)
        _desk(turn).tell(turn.tx, owner.id, "connecting.code_lost")
        return
    speaker = owner if in_channel else turn.staff
    where = addresses.of_staff(turn.tx, speaker.id) if speaker is not None else None
    if speaker is None or where is None:
        return
    refusal = _refusal(turn, speaker)
    if refusal is not None:
        _desk(turn).tell(turn.tx, speaker.id, refusal)
        return
    try:
        code = one_time_codes.redeem(turn.tx, CodePurpose.GROUP, typed, where.id)
    except TooManyWrong:
        _desk(turn).tell(turn.tx, speaker.id, "connecting.wait")
        return
    if code is None or code.staff_id != speaker.id:
        _desk(turn).tell(turn.tx, speaker.id, "connecting.wrong")
    else:
        _ask(turn, speaker, code)


def _refusal(turn: Turn, speaker: Staff) -> str | None:
    """Return what speaks against it before the code is used up."""
    if not may(speaker.roles, Permission.CONNECT_GROUP):
        return "app.not_allowed"
    if turn.group is None:
        return None
    ours = turn.group.unit_id == speaker.unit_id
    return "connecting.is_connected" if ours else "connecting.of_another_unit"


def _ask(turn: Turn, speaker: Staff, code: OneTimeCode) -> None:
    wanted = Wanted(
        code.unit_id, speaker.id, code.facts["use"], code.facts["area"], code.facts["label"]
    )
    desk = _desk(turn)
    if (wanted.purpose == "channel") is not (turn.chat.kind is ChatKind.CHANNEL):
        desk.tell(turn.tx, speaker.id, f"connecting.not_a_{wanted.purpose}")
        return
    room = turn.incoming.room if isinstance(turn.incoming, Message) else None
    if wanted.purpose == "review" and room is not None and room.members is not None:
        most = max(_FEW, _PER_STAFF * len(units.staff_with(turn.tx, wanted.unit_id, _ANYBODY)))
        if room.members > most:
            desk.tell(turn.tx, speaker.id, "connecting.too_many", n=str(room.members))
            return
    chiefs = approvers.of(turn.tx, wanted.unit_id, speaker)
    if not chiefs:
        desk.tell(turn.tx, speaker.id, "connecting.no_chief")
        return
    request_id = group_requests.ask(turn.tx, wanted, turn.account.id, turn.chat)
    if request_id is None:
        desk.tell(turn.tx, speaker.id, "connecting.waits_already")
        return
    area = units.area_name(turn.tx, wanted.area_code)
    for chief in chiefs:
        desk.notify(
            turn.tx,
            chief.id,
            lambda say: (
                say(
                    "connecting.ask_chief",
                    name=speaker.name,
                    label=wanted.label,
                    purpose=say(f"connecting.purpose_{wanted.purpose}"),
                    area=area,
                    room=_shown(room, wanted, say),
                ),
                (
                    (Button(say("connecting.button_yes"), f"group:yes:{short(request_id)}"),),
                    (Button(say("connecting.button_no"), f"group:no:{short(request_id)}"),),
                ),
            ),
        )
    if [chief.id for chief in chiefs] != [speaker.id]:
        desk.tell(turn.tx, speaker.id, "connecting.asked", label=wanted.label)


def _shown(room: Room | None, wanted: Wanted, say: Say) -> str:
    """Say which chat it is, by its own name: the label is only what the officer calls it."""
    title = " ".join(room.title.split())[:_LONGEST_TITLE] if room is not None else ""
    if room is None or not title:
        lines = [say("connecting.room_unknown")]
    elif room.members is None:
        lines = [say("connecting.room_uncounted", title=title)]
    else:
        lines = [say("connecting.room", title=title, n=str(room.members))]
    if wanted.purpose == "review":
        lines.append(say("connecting.room_review"))
    return "\n".join(lines)


_ANYBODY = frozenset(Role)


def _desk(turn: Turn) -> Desk:
    return Desk(turn.context.outbox, turn.context.catalogue)
