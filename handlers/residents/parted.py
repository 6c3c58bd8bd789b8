"""Several chats of one person: where they want to be written to, and one of them parted again."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.channel_names import CHANNELS
from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button
from handlers.residents.questions import resident_of
from handlers.residents.telling import shown, tell_others
from handlers.turn import Turn
from people import link_words, linking
from storage.people import addresses, joining, residents
from storage.people.addresses import Address

Rows = tuple[tuple[Button, ...], ...]


def part(turn: Turn, account_id: UUID | None = None) -> None:
    """Part a chat from the person's others; each takes what came by it.

    Typed in a chat that was linked later, that chat goes; in the first one, the other, or the one
    of an account that is chosen.
    """
    person = resident_of(turn)
    theirs = addresses.all_of_resident(turn.tx, person.id)
    if len(theirs) < 2:
        turn.say("linked.only_here")
        return
    first, *later = theirs
    gone = _which(turn, later, account_id)
    if gone is None:
        rows = [
            (Button(turn.text("linked.button_one", kenh=shown(turn, one.channel)), _part(one)),)
            for one in later
        ]
        turn.say("linked.which_part", *rows)
        return
    left = [one for one in theirs if one.id != gone.id]
    heir = first if gone.id == turn.me.id else turn.me
    alone = joining.part(turn.tx, person, gone.id, heir.id, turn.me.id)
    linking.note_parted(turn.tx, person)
    key = "parted_here" if gone.id == turn.me.id else "parted_away"
    here = turn.text(f"linked.{key}", kenh=shown(turn, heir.channel))
    there = turn.text("linked.parted_there", kenh=shown(turn, gone.channel))
    tell_others(turn, [addresses.get(turn.tx, gone.id)], here)
    tell_others(turn, left, there)
    turn.person = addresses.get(turn.tx, turn.me.id)
    turn.resident = alone if gone.id == turn.me.id else residents.get(turn.tx, person.id)


def choose(turn: Turn, typed: str) -> None:
    """Ask in which chat they want to be written to, or take the name of one."""
    if typed and _by_name(turn, typed):
        return
    theirs = _theirs(turn)
    if len(theirs) < 2:
        turn.say("linked.only_here")
        return
    best = addresses.of_resident(turn.tx, resident_of(turn).id)
    now = shown(turn, best.channel) if best is not None else ""
    rows = [
        (Button(shown(turn, one.channel), f"link:best:{short(one.account_id)}"),) for one in theirs
    ]
    turn.say("linked.choose", *rows, kenh=now)


def preferred(turn: Turn, text: str) -> bool:
    """Take "ưu tiên Zalo"; False for anything else, which may be a tip."""
    return _chosen(turn, link_words.preferred(text, _names(turn)))


def prefer(turn: Turn, account_id: UUID) -> None:
    """Write to the person in the chat of one account from now on.

    Raises: Refusal when they have none there.
    """
    mine = next((one for one in _theirs(turn) if one.account_id == account_id), None)
    if mine is None:
        raise Refusal("app.stale_button")
    addresses.prefer(turn.tx, mine.id)
    turn.say("linked.preferred", kenh=shown(turn, mine.channel))


def _by_name(turn: Turn, typed: str) -> bool:
    """Take what follows `/kenh`, which is the name of a channel or none."""
    if not _chosen(turn, link_words.named(typed, _names(turn))):
        theirs = ", ".join(shown(turn, one.channel) for one in _theirs(turn))
        turn.say("linked.unknown", kenh=theirs)
    return True


def _chosen(turn: Turn, channels: Sequence[str]) -> bool:
    """Write to the person in the channel that was named; ask where several are meant."""
    if not channels:
        return False
    theirs = _theirs(turn)
    meant = [one for one in theirs if one.channel in channels]
    if len(theirs) < 2:
        turn.say("linked.only_here")
    elif len(meant) == 1:
        prefer(turn, meant[0].account_id)
    elif meant:
        choose(turn, "")
    else:
        turn.say("linked.unknown", kenh=", ".join(shown(turn, one.channel) for one in theirs))
    return True


def _names(turn: Turn) -> Mapping[str, str]:
    return {channel: shown(turn, channel) for channel in CHANNELS}


def _theirs(turn: Turn) -> list[Address]:
    return addresses.all_of_resident(turn.tx, resident_of(turn).id)


def _which(turn: Turn, later: Sequence[Address], account_id: UUID | None) -> Address | None:
    """Return the chat that is parted; None when it has to be chosen."""
    if account_id is not None:
        chosen = next((one for one in later if one.account_id == account_id), None)
        if chosen is None:
            raise Refusal("app.stale_button")
        return chosen
    mine = next((one for one in later if one.id == turn.me.id), None)
    if mine is not None:
        return mine
    return later[0] if len(later) == 1 else None


def _part(one: Address) -> str:
    return f"link:part:{short(one.account_id)}"
