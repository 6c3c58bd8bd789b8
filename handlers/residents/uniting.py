"""Two chats become one person's: whether they may, the word of who made the code, what is told."""

import base64
from uuid import UUID

from domain.ids import short
from domain.messages import Button, Outgoing
from handlers.residents import pausing, questions
from handlers.residents.questions import evidence, refresh, resident_of
from handlers.residents.telling import shown, tell_others
from handlers.turn import Turn
from people import linking
from storage.database import Tx
from storage.people import addresses, erasing, joining, link_codes, units
from storage.people.addresses import Address
from storage.people.joining import Pair
from storage.people.link_codes import LinkCode
from storage.people.residents import Resident, Wish

_SEALED = "link press"
_SEAL_BYTES = 16
_STOPPED = (Wish.STOPPED, Wish.NO)
_AGREED = frozenset({Wish.YES, Wish.PAUSED, Wish.SUSPENDED})


def sealed(tx: Tx, *parts: str) -> str:
    """Return what only we can write into a button for these parts."""
    return _short(tx.keys.hash(_SEALED, ":".join(parts)))


def is_sealed(tx: Tx, seal: str, *parts: str) -> bool:
    """Tell whether a button is one of ours for these parts."""
    return seal in map(_short, tx.keys.hashes(_SEALED, ":".join(parts)))


def is_hindered(turn: Turn, pair: Pair) -> bool:
    """Tell whether two people's chats cannot be joined, and say why."""
    there = addresses.all_of_resident(turn.tx, pair.kept.id)
    here = addresses.all_of_resident(turn.tx, pair.other.id)
    if any(one.staff_id is not None for one in (*there, *here)):
        turn.say("linked.staff")
        return True
    taken = {one.account_id for one in there}
    twice = next((one for one in here if one.account_id in taken), None)
    if twice is not None:
        turn.say("linked.same_channel", kenh=shown(turn, twice.channel))
    return twice is not None


def ask_owner(turn: Turn, pair: Pair, code: LinkCode) -> None:
    """Ask in the chat where a code was made whether this one may join it and see its tips."""
    maker = addresses.get(turn.tx, code.address_id)
    seal = sealed(turn.tx, *_meant(turn.tx, pair, turn.me.id))
    chat = short(turn.me.id)
    yes = turn.text("linked.button_let")
    text = turn.text(
        "linked.ask_owner",
        kenh=shown(turn, turn.me.channel),
        tin=str(erasing.tips_of(turn.tx, pair.kept.id)),
        nut=yes,
    )
    rows = (
        (Button(yes, f"link:let:{chat}:{seal}"),),
        (Button(turn.text("linked.button_no"), f"link:deny:{chat}:{seal}"),),
    )
    tell_others(turn, [maker], text, rows)
    turn.say("linked.owner_asked", kenh=shown(turn, maker.channel))


def owner_said(turn: Turn, chat_id: UUID, seal: str, *, yes: bool) -> None:
    """Take the word of who made a code on the chat in which it was typed."""
    owner = resident_of(turn)
    chat = addresses.find_by_id(turn.tx, chat_id)
    other = chat.resident_id if chat is not None else None
    pair = joining.lock(turn.tx, owner.id, other) if other not in (None, owner.id) else None
    if (
        chat is None
        or pair is None
        or not is_sealed(turn.tx, seal, *_meant(turn.tx, pair, chat_id))
    ):
        turn.say("linked.changed")
    elif not yes:
        link_codes.forget(turn.tx, owner.id)
        turn.say("linked.not_linked_now")
        tell_others(turn, [chat], turn.text("linked.not_let", kenh=shown(turn, turn.me.channel)))
    elif not is_hindered(turn, pair):
        label = questions.BUTTON.format(label=turn.text("linked.button_let"))
        unite(turn, pair, chat, label)


def unite(turn: Turn, pair: Pair, other: Address, said: str) -> None:
    """Make this chat and another one person's, and say so in every chat of theirs."""
    questions.end_ours(turn)
    before = addresses.all_of_resident(turn.tx, pair.kept.id)
    lost = _AGREED & {pair.kept.wish, pair.other.wish}
    unanswered = linking.unanswered(pair)
    mine = resident_of(turn).id
    kept = linking.join(turn.tx, pair, evidence(turn, said))
    joining.follow(turn.tx, kept.id, turn.me.id)
    turn.person = addresses.get(turn.tx, turn.me.id)
    turn.resident = kept
    refresh(turn)
    turn.unit = units.get_unit(turn.tx, kept.unit_id)
    part = (Button(turn.text("linked.button_part"), "link:part"),)
    wishes = pausing.shown(turn, kept)
    more = [turn.text("linked.stopped_too")] if lost and kept.wish in _STOPPED else []
    more += [turn.text("linked.answer_first")] if unanswered is not None else []
    facts = {"nhan_tin": wishes, "don_vi": turn.unit_values()["don_vi"]}
    text = turn.text("linked.done", kenh=shown(turn, other.channel), **facts)
    turn.tell(Outgoing(text="\n".join([text, *more]), buttons=(part,)))
    joined = other if mine == pair.kept.id else turn.me
    told = {one.id: one for one in (*before, other) if one.id != turn.me.id}
    for one in told.values():
        if one.id == joined.id:
            there = turn.text("linked.done", kenh=shown(turn, turn.me.channel), **facts)
        else:
            kenh = shown(turn, joined.channel)
            there = turn.text("linked.done_there", kenh=kenh, nhan_tin=wishes)
        chat = addresses.get(turn.tx, one.id)
        tell_others(turn, [chat], "\n".join([there, *more]), (part,))
    if unanswered is not None:
        _ask_consent(turn, addresses.get(turn.tx, other.id), unanswered, mine)


def _ask_consent(turn: Turn, other: Address, unanswered: Resident, mine: UUID) -> None:
    """Show the words of consent in the chat that never answered them: till then no yes holds."""
    if unanswered.id == mine:
        questions.ask_consent(turn)
    else:
        questions.ask_consent_in(turn, other)


def _meant(tx: Tx, pair: Pair, chat_id: UUID) -> tuple[str, ...]:
    """Return what the maker of a code agrees to: that code, and who typed it in which chat."""
    until = link_codes.expiry(tx, pair.kept.id)
    at = until.isoformat() if until is not None else "none"
    return (pair.kept.id.hex, pair.other.id.hex, chat_id.hex, at)


def _short(hashed: bytes) -> str:
    return base64.urlsafe_b64encode(hashed[:_SEAL_BYTES]).rstrip(b"=").decode()
