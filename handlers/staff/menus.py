"""The menu beside the message field of each member of staff: the commands that are theirs.

It is compared with what was put there, so whatever changes it is followed: a link, other roles,
who leaves, another phone, a new version of the commands.
"""

import hashlib
from collections.abc import Iterator

from delivery.outbox import Outbox
from domain.texts.catalogue import Catalogue
from handlers.staff.commands import listed
from storage.database import Tx
from storage.staff import menus
from storage.staff.menus import Diner

_DASH = " – "


def renew(tx: Tx, words: Catalogue, outbox: Outbox, limit: int = 50) -> int:
    """Put the right menu into up to `limit` chats that have another; return how many.

    A chat whose channel has no menus gets none.
    """
    done = 0
    for diner, text, digest in _wrong(tx, words, outbox):
        if not diner.reachable:
            # Put again when they write.
            menus.note(tx, diner.address_id, None)
            continue
        menus.put(tx, diner, text, digest)
        done += 1
        if done == limit:
            break
    return done


def is_due(tx: Tx, words: Catalogue, outbox: Outbox) -> bool:
    """Tell whether a chat has another menu than it should."""
    return next(_wrong(tx, words, outbox), None) is not None


def _wrong(tx: Tx, words: Catalogue, outbox: Outbox) -> Iterator[tuple[Diner, str, str | None]]:
    for diner in menus.everybody(tx):
        if not outbox.has_menus(diner.channel):
            continue
        text = _menu(words, diner)
        digest = hashlib.sha256(text.encode()).hexdigest()[:16] if text else None
        wrong = digest != diner.digest if diner.reachable else diner.digest is not None
        if wrong:
            yield diner, text, digest


def _menu(words: Catalogue, diner: Diner) -> str:
    """Return a line for each command; none for who is no member of staff any more."""
    if diner.roles is None:
        return ""
    lines = [
        f"/{name}{_DASH}{words.say(diner.language, f'officers.command_{name}')}"
        for name in listed(diner.roles)
    ]
    if diner.resident:
        lines += words.say(diner.language, "residents.commands").splitlines()
    names = set()
    kept = []
    for line in lines:
        name = line.partition(_DASH)[0]
        if line.startswith("/") and name not in names:
            names.add(name)
            kept.append(line)
    return "\n".join(kept)
