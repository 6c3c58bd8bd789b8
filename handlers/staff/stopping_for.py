"""`/dungho`: an officer stops broadcasts for somebody who asks for it by phone (product rule 3).

They are known by what they read out: a code from their own chat, the claim code of a tip, or its
case number. Nobody is shown who it is, nor whether anything was sent to them before.
"""

from uuid import UUID

from domain.audit import Act, Thing
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import short
from domain.library import fill
from domain.messages import Button, Outgoing
from domain.roles import Permission
from domain.tip import TipState
from handlers.residents import questions
from handlers.tips.meant import named
from handlers.turn import Turn, unit_values
from people import wishes
from storage.people import addresses, dialogues, residents, stop_codes, units
from storage.people.consents import Evidence
from storage.people.residents import Resident, Wish
from storage.staff import audit, one_time_codes
from storage.tips import tip_claims
from storage.tips.tips import Tip
from tips import rights

COMMAND = "/dungho"
BY_PHONE = "[qua điện thoại, cán bộ ghi hộ]"
_GETS_SOMETHING = (Wish.YES, Wish.PAUSED, Wish.SUSPENDED)


def command(turn: Turn, argument: str) -> None:
    """Handle `/dungho CODE`.

    Raises: Refusal, also after too many wrong codes.
    """
    own = turn.require(Permission.STOP_FOR_CALLER)
    if not argument:
        raise Refusal("phone_stop.how")
    tip: Tip | None = None
    if stop_codes.is_one(argument) or tip_claims.is_one(argument):
        whose = _by_code(turn, argument)
        if whose is None:
            turn.say("phone_stop.wrong")
            return
    else:
        tip_id, _ = named(turn, argument, COMMAND)
        tip, _ = rights.for_work(turn.tx, tip_id, own)
        if tip.resident_id is None:
            raise Refusal("limits.nobody", ma_tin=tip.case_number)
        whose = tip.resident_id
    _stop(turn, residents.get(turn.tx, whose))
    # By a code nobody learns which tip it was: the log would tie the call to it.
    told = {"number": tip.case_number} if tip is not None else {}
    audit.append(
        turn.tx,
        Act.STOPPED_FOR_CALLER,
        Thing.TIP if tip is not None else Thing.UNIT,
        tip.id if tip is not None else own.unit_id,
        unit_id=own.unit_id,
        staff_id=own.id,
        **told,
    )
    turn.say("phone_stop.done")


def _by_code(turn: Turn, typed: str) -> UUID | None:
    """Return whose code was read out; a wrong one is counted against who types."""
    try:
        one_time_codes.must_not_guess(turn.tx, turn.me.id)
    except one_time_codes.TooManyWrong:
        raise Refusal("phone_stop.too_often") from None
    whose = stop_codes.redeem(turn.tx, typed) if stop_codes.is_one(typed) else None
    if whose is None and tip_claims.is_one(typed):
        tip = tip_claims.find(turn.tx, typed)
        whose = tip.resident_id if tip is not None and tip.state is not TipState.ERASED else None
    if whose is None:
        one_time_codes.note_wrong(turn.tx, turn.me.id)
    return whose


def _stop(turn: Turn, person: Resident) -> None:
    """Stop at once and confirm to the person, with the way back; nothing twice."""
    where = addresses.of_resident(turn.tx, person.id)
    if person.wish not in _GETS_SOMETHING or where is None:
        return
    said = Evidence("", person.language.value, where.channel, BY_PHONE)
    proof = wishes.stop(turn.tx, person, said)
    asked = dialogues.current(turn.tx, where.id)
    if asked is not None and asked.name == questions.STOP:
        # Whether they want to stop is no question any more.
        dialogues.end(turn.tx, where.id)
        questions.bring_back(turn.tx, where.id, asked)
    unit = units.get_unit(turn.tx, person.unit_id)
    text = turn.context.library.system("sys-optout-done", person.language)
    say = turn.context.catalogue.say
    heading = say(person.language, "phone_stop.confirmed")
    rows: tuple[tuple[Button, ...], ...] = ()
    if proof is not None:
        label = say(person.language, "residents.undo_button")
        rows = ((Button(label, f"wish:undo:{short(proof)}"),),)
    body = fill(text, unit_values(unit, person.language))
    turn.context.outbox.put(
        turn.tx,
        where.id,
        Outgoing(text=f"{heading}\n\n{body}", buttons=rows),
        kind=DeliveryKind.REPLY,
        lane=Lane.TALK,
        language=person.language.value,
        resident_id=person.id,
    )
