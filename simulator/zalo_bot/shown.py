"""The pretend Zalo Bot Platform as phones see it."""

from typing import Any

from simulator.record import instant
from simulator.zalo_bot.world import BotGroup, BotMessage, BotPerson, ZaloBotWorld

Json = dict[str, Any]
SHOWN_MESSAGES = 200


def snapshot(world: ZaloBotWorld) -> Json:
    """Write everything a phone page needs to begin."""
    return {
        "seq": world.live.seq,
        "now": instant(world.clock.now()),
        "bot": bot_for_phone(world) if world.token else None,
        "people": [person_for_phone(person) for person in world.people.values()],
        "groups": [group_for_phone(group) for group in world.groups.values()],
        "messages": {
            chat: [message_for_phone(world, one) for one in said[-SHOWN_MESSAGES:]]
            for chat, said in world.messages.items()
            if said
        },
    }


def bot_for_phone(world: ZaloBotWorld) -> Json:
    """Write the bot."""
    month = world.month()
    return {
        "id": world.id,
        "name": world.display_name,
        "account_name": world.account_name,
        "month": month,
        "sent": world.sent_in[month],
        "known": len(world.known),
    }


def person_for_phone(person: BotPerson) -> Json:
    """Write a person."""
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "written": person.written,
        "blocked": person.blocked,
        "protected": person.protected,
        "unread": {chat: count for chat, count in person.unread.items() if count},
    }


def group_for_phone(group: BotGroup) -> Json:
    """Write a group."""
    return {
        "id": group.id,
        "chat": group.id,
        "name": group.title,
        "members": list(group.members),
        "bot": group.bot,
    }


def message_for_phone(world: ZaloBotWorld, message: BotMessage) -> Json:
    """Write a message."""
    quoted = world.message(message.chat, message.quote) if message.quote else None
    file = None
    if message.media is not None:
        media = message.media
        path = f"/zalo-bot/media/{media.id}"
        file = {"name": media.name, "size": len(media.data), "mime": media.mime, "url": path}
    elif message.url:
        file = {"name": "", "size": 0, "mime": "", "url": message.url}
    return {
        "id": message.id,
        "chat": message.chat,
        "from": _author(world, message),
        "at": instant(message.at),
        "kind": message.kind,
        "text": message.text,
        "file": file,
        "sticker": message.sticker or None,
        "quote": None
        if quoted is None
        else {"id": quoted.id, "text": quoted.text, "from": _author(world, quoted)},
        "parse_mode": message.parse_mode or None,
        "styles": list(message.styles),
    }


def _author(world: ZaloBotWorld, message: BotMessage) -> Json:
    if message.sender is None:
        return {"id": world.id, "name": world.display_name, "is_bot": True}
    person = world.people.get(message.sender)
    return {"id": message.sender, "name": person.name if person else "", "is_bot": False}
