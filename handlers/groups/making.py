"""`/taonhom`: a group that one of our accounts makes itself, connected as soon as it is there.

The chief says yes first, as for any group. It is made once: where nobody can know whether the
platform made it, the officer is told to look, and nothing is tried again by itself.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

import structlog

from broadcasts.desk import Desk, Rows, Say
from domain.audit import Act, Thing
from domain.delivery import DeliveryState
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.messages import Button, ChatKind, Press
from domain.roles import Permission
from handlers.groups import approvers, deciding
from handlers.router import Presser
from handlers.turn import Context, Turn
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.groups import group_links, group_makings, group_requests
from storage.groups.group_makings import Made, Making
from storage.groups.group_requests import ANSWERED_WITHIN, Wanted
from storage.people import addresses, units
from storage.people.addresses import Account, Address
from storage.savepoints import Spoiled, apart
from storage.staff import audit

log = structlog.get_logger(__name__)

_ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED)


def able_accounts(tx: Tx, desk: Desk, unit_id: UUID) -> list[Account]:
    """Return the accounts of a unit that make groups themselves."""
    found = []
    for one in addresses.accounts(tx):
        able = desk.outbox.able(one.channel)
        if one.unit_id in (None, unit_id) and able is not None and able.makes_groups:
            found.append(one)
    return found


def must_be_able(turn: Turn) -> None:
    """Refuse where this account makes no groups, and say how groups are connected here.

    Raises: Refusal.
    """
    able = able_accounts(turn.tx, _desk(turn.context), turn.unit.id)
    if any(one.id == turn.account.id for one in able):
        return
    if not able:
        raise Refusal("making.nowhere")
    there = turn.context.catalogue.channel(turn.language, able[0].channel)
    raise Refusal("making.elsewhere", kenh=there)


def request(turn: Turn, purpose: str, area_code: str, label: str) -> None:
    """Ask the chief whether a group is to be made."""
    who = turn.require(Permission.CONNECT_GROUP)
    if group_makings.has_twin(turn.tx, who.unit_id, label):
        raise Refusal("making.twin", label=label)
    making_id = group_makings.ask(
        turn.tx, who.unit_id, turn.account.id, who.id, purpose, area_code, label
    )
    known = group_makings.get(turn.tx, making_id)
    if known is None or not ask_chiefs(turn.tx, _desk(turn.context), known):
        raise Refusal("connecting.no_chief")
    turn.say("making.asked", label=label)


def ask_chiefs(tx: Tx, desk: Desk, known: Making) -> int:
    """Put the question to who may say yes; returns how many they are."""
    asker = units.get_staff(tx, known.asked_by) if known.asked_by is not None else None
    area = units.area_name(tx, known.area_code)
    channel = addresses.channel_of(tx, known.account_id)

    def question(language: Language, say: Say) -> tuple[str, Rows]:
        text = say(
            "making.ask_chief",
            name=asker.name if asker is not None else say("making.by_command"),
            label=known.label,
            purpose=say(f"connecting.purpose_{known.purpose}"),
            area=area,
            kenh=desk.catalogue.channel(language, channel),
        )
        yes = Button(say("making.button_yes"), f"making:yes:{short(known.id)}")
        no = Button(say("making.button_no"), f"making:no:{short(known.id)}")
        return text, ((yes,), (no,))

    chiefs = approvers.of(tx, known.unit_id, asker)
    for chief in chiefs:
        desk.notify(tx, chief.id, partial(question, chief.language))
    return len(chiefs)


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take the chief's answer: `making:yes|no:<request>`."""
    making_id = from_short(args[1]) if len(args) == 2 else None
    if making_id is None or args[0] not in ("yes", "no"):
        raise Refusal("app.stale_button")
    (_yes if args[0] == "yes" else _no)(turn, making_id)
    turn.answer(press.press_id)


def _yes(turn: Turn, making_id: UUID) -> None:
    """Have the group made, with who asked for it and the chief as its first members.

    A platform may want somebody among them who looks after the account, and tells nobody who does.
    """
    known = _answerable(turn, making_id)
    chief = turn.require(Permission.CONFIRM_GROUP)
    members = _members(turn.tx, known, (known.asked_by, chief.id))
    if not members:
        there = turn.context.catalogue.channel(
            turn.language, addresses.channel_of(turn.tx, known.account_id)
        )
        raise Refusal("making.no_member", kenh=there)
    about = turn.context.catalogue.say(
        Language.VI, "making.about", don_vi=turn.unit.values(Language.VI)["don_vi"]
    )
    second = addresses.chat_of(turn.tx, members[1].id).chat_id if len(members) > 1 else None
    group_makings.begin(turn.tx, known, chief.id, members[0].id, about, second)
    turn.say("making.yes_said", label=known.label)


def _no(turn: Turn, making_id: UUID) -> None:
    """Make nothing, and tell who asked."""
    known = _answerable(turn, making_id)
    chief = turn.require(Permission.CONFIRM_GROUP)
    group_makings.forget(turn.tx, known.id)
    audit.append(
        turn.tx,
        Act.GROUP_REFUSED,
        Thing.GROUP,
        None,
        unit_id=chief.unit_id,
        staff_id=chief.id,
        asked_by=known.asked_by.hex if known.asked_by is not None else "",
        purpose=known.purpose,
    )
    turn.say("making.no_said", label=known.label)
    if known.asked_by not in (None, chief.id):
        _desk(turn.context).tell(
            turn.tx, known.asked_by, "making.refused_by_chief", label=known.label
        )


def tell_due(tx: Tx, context: Context) -> int:
    """Connect what was made, and tell what became of what was not; returns how many."""
    done = 0
    for known in group_makings.under_way(tx):
        row = ledger.get(tx, known.effect_id) if known.effect_id is not None else None
        if row is not None and row.state is DeliveryState.PENDING:
            continue
        try:
            apart(tx, partial(_end, tx, context, known, row))
        except Spoiled as fault:
            # It may stand there; what the platform told of it cannot be read or used.
            log.error("group_making_spoiled", error=str(fault))
            _tell(tx, context, known, "making.unsure")
        group_makings.forget(tx, known.id)
        done += 1
    for known in group_makings.overdue(tx):
        _tell(tx, context, known, "making.no_answer")
        group_makings.forget(tx, known.id)
        done += 1
    return done


def _end(tx: Tx, context: Context, known: Making, row: Delivery | None) -> None:
    made = group_makings.told(tx, known.id)
    if made is None or row is None or row.state not in _ARRIVED:
        unsure = row is None or row.state is DeliveryState.UNSURE or row.state in _ARRIVED
        log.warning("group_not_made", unsure=unsure)
        _tell(tx, context, known, "making.unsure" if unsure else "making.failed")
    elif known.purpose == group_makings.REVIEW and not made.closed:
        # Whoever has its link could read tips there: nothing of ours goes into it.
        log.warning("group_left_open")
        _tell(tx, context, known, "making.left_open")
    else:
        _connect(tx, context, known, made)


def _connect(tx: Tx, context: Context, known: Making, made: Made) -> None:
    chat = addresses.ensure(tx, known.account_id, ChatKind.GROUP, made.chat_id)
    if chat.group_id is None:
        group = group_links.connect(
            tx, chat.id, known.unit_id, known.area_code, known.purpose, known.label
        )
        audit.append(
            tx,
            Act.GROUP_CONNECTED,
            Thing.GROUP,
            group.id,
            unit_id=group.unit_id,
            staff_id=known.decided_by,
            asked_by=known.asked_by.hex if known.asked_by is not None else "",
            purpose=group.purpose,
            made=True,
        )
        if made.link is not None:
            group_makings.keep_invitation(tx, group.id, made.link)
        notice_id = deciding.put_up(tx, context, group, chat.id)
        for staff_id in _concerned(known):
            wanted = Wanted(group.unit_id, staff_id, group.purpose, group.area_code, group.label)
            group_requests.watch(tx, wanted, group.id, notice_id)
    key = "making.made" if made.link is not None else "making.made_without_link"
    key = "making.made_closed" if made.closed else key
    _tell(tx, context, known, key, lien_ket=made.link or "")


def _tell(tx: Tx, context: Context, known: Making, key: str, **facts: str) -> None:
    desk = _desk(context)
    for staff_id in _concerned(known):
        desk.tell(tx, staff_id, key, label=known.label, **facts)


def _desk(context: Context) -> Desk:
    return Desk(context.outbox, context.catalogue)


def _concerned(known: Making) -> list[UUID]:
    both = (known.asked_by, known.decided_by)
    return list(dict.fromkeys(one for one in both if one is not None))


def _members(tx: Tx, known: Making, staff: tuple[UUID | None, ...]) -> list[Address]:
    """Return the private chats of the staff, each once, in the account that makes it."""
    found = []
    for staff_id in dict.fromkeys(one for one in staff if one is not None):
        theirs = addresses.all_of_staff(tx, staff_id)
        found += [chat for chat in theirs if chat.account_id == known.account_id][:1]
    return found


def _answerable(turn: Turn, making_id: UUID) -> Making:
    """Return what is asked, if the member of staff may answer it and it is not too late.

    Raises: Refusal.
    """
    chief = turn.require(Permission.CONFIRM_GROUP)
    known = group_makings.get(turn.tx, making_id)
    if known is None or known.unit_id != chief.unit_id:
        raise Refusal("connecting.answered")
    if turn.tx.now - known.asked_at >= ANSWERED_WITHIN:
        raise Refusal("making.too_late")
    asker = units.get_staff(turn.tx, known.asked_by) if known.asked_by is not None else None
    if chief.id not in {one.id for one in approvers.of(turn.tx, chief.unit_id, asker)}:
        raise Refusal("connecting.somebody_else")
    return known


PRESSES: Mapping[str, Presser] = {"making": press}
