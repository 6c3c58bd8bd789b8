"""Who turns away on one platform: a block stops all broadcasts, a demand to forget erases all."""

from collections.abc import Sequence
from dataclasses import replace

from domain.messages import Outgoing
from handlers.residents.telling import tell_in
from handlers.turn import Context, unit_values
from people import erasing, wishes
from storage.database import Tx
from storage.people import addresses, residents, units
from storage.people import erasing as stored
from storage.people.addresses import Address
from storage.people.residents import Resident, Wish

_RECEIVING = (Wish.YES, Wish.PAUSED, Wish.SUSPENDED)


def blocked(tx: Tx, context: Context, chat: Address) -> None:
    """Stop broadcasts on every channel of who blocked us on one, and say so on the others."""
    if chat.resident_id is None:
        return
    person = residents.get(tx, chat.resident_id)
    wishes.block(tx, person, chat.channel)
    if not person.linked or person.wish not in _RECEIVING:
        return
    words, language = context.catalogue, person.language
    where = words.channel(language, chat.channel)
    text = words.say(language, "linked.blocked_elsewhere", kenh=where)
    others = [
        one
        for one in addresses.all_of_resident(tx, person.id)
        if one.id != chat.id and one.unreachable is None
    ]
    tell_in(tx, context, others, language, Outgoing(text=text))


def forget(tx: Tx, context: Context, chat: Address) -> None:
    """Erase at once who told the platform that we must forget them, as by their own word to us.

    Nothing is said in that chat, whose address is forgotten in the same breath; in chats of theirs
    on other platforms the receipt is given. A chat of staff is only not written to any more.
    """
    person = residents.get(tx, chat.resident_id) if chat.resident_id is not None else None
    if person is not None:
        mine = addresses.all_of_resident(tx, person.id)
        erasing.erase(tx, person, withdrawn=True)
        tell_erased(tx, context, person, chat, mine)
    stored.forget_chat(tx, chat)


def tell_erased(
    tx: Tx, context: Context, person: Resident, chat: Address, chats: Sequence[Address]
) -> None:
    """Say in a person's other chats that all was erased by their word in this one."""
    words, language = context.catalogue, person.language
    values = unit_values(units.get_unit(tx, person.unit_id), language)
    where = words.channel(language, chat.channel)
    facts = {"kenh": where, "don_vi": values["don_vi"]}
    receipt = Outgoing(text=words.say(language, "linked.forgotten_there", **facts))
    others = [replace(one, resident_id=None) for one in chats if one.id != chat.id]
    tell_in(tx, context, [one for one in others if one.unreachable is None], language, receipt)
