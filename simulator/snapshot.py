"""The world as phones see it."""

from typing import Any

from simulator.chats import Chat
from simulator.messages import Message
from simulator.people import Bot, Person
from simulator.record import instant
from simulator.wire import poll_json, sender_json
from simulator.world import World

Json = dict[str, Any]
SHOWN_MESSAGES = 200


def snapshot(world: World) -> Json:
    """Write everything a phone page needs to begin."""
    bot = world.bot
    private = [world.private_chat(bot, person) for person in world.people.values()]
    chats = [*world.chats.values(), *private]
    return {
        "seq": world.live.seq,
        "now": instant(world.clock.now()),
        "bot": bot_for_phone(bot),
        "users": [user_for_phone(world, person) for person in world.people.values()],
        "chats": [chat_for_phone(world, chat) for chat in chats if not chat.deleted],
        "messages": {
            str(chat.id): [
                message_for_phone(world, chat, message)
                for message in list(chat.messages.values())[-SHOWN_MESSAGES:]
            ]
            for chat in chats
            if chat.messages
        },
        "links": [
            {
                "label": link.label,
                "payload": link.payload,
                "url": f"https://t.me/{bot.username}?start={link.payload}",
            }
            for link in world.links
        ],
    }


def bot_for_phone(bot: Bot) -> Json:
    """Write a bot with the commands a Vietnamese phone shows in private."""
    for key in (
        ("all_private_chats", "vi"),
        ("all_private_chats", ""),
        ("default", "vi"),
        ("default", ""),
    ):
        if bot.commands.get(key):
            commands = bot.commands[key]
            break
    else:
        commands = []
    return {"id": bot.id, "username": bot.username, "name": bot.name, "commands": commands}


def user_for_phone(world: World, person: Person) -> Json:
    """Write a person; started and blocked speak of the first bot."""
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "language_code": person.language_code,
        "blocked": world.bot.id in person.blocked,
        "started": world.bot.id in person.started,
    }


def chat_for_phone(world: World, chat: Chat) -> Json:
    """Write a chat; the bot's standing is that of the first bot."""
    people = [user_id for user_id in chat.present_ids() if user_id in world.people]
    status = chat.member(world.bot.id).status
    shown = {"creator": "administrator", "kicked": "left"}.get(status, status)
    unread = {str(user_id): count for user_id in people if (count := chat.unread(user_id))}
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title,
        "members": people,
        "forum": chat.forum,
        "topics": [
            {"thread": topic.thread, "name": topic.name, "closed": topic.closed}
            for topic in chat.topics.values()
        ],
        "bot": shown,
        "pinned": chat.pinned[-1] if chat.pinned else None,
        "unread": unread,
        "migrated_to": chat.migrated_to,
    }


def message_for_phone(world: World, chat: Chat, message: Message) -> Json:
    """Write a message for phones."""
    content = message.content
    markup = message.markup or {}
    written: Json = {
        "id": message.id,
        "chat": chat.id,
        "thread": message.thread,
        "from": _sender(world, message),
        "at": instant(message.at),
        "edited_at": instant(message.edited_at) if message.edited_at else None,
        "kind": content.kind,
        "text": content.sentence if content.kind == "service" else content.text,
        "entities": list(content.entities),
        "file": _file(message),
        "location": content.location,
        "album": message.album,
        "reply_to": _reply(world, chat, message),
        "buttons": _buttons(markup) if "inline_keyboard" in markup else None,
        "keyboard": None,
        "forwarded": message.origin is not None,
        "protected": message.protected,
        "silent": message.silent,
    }
    if "keyboard" in markup:
        written["keyboard"] = [[key["text"] for key in row] for row in markup["keyboard"]]
    if markup.get("remove_keyboard"):
        written["keyboard"] = []
    if content.poll_id is not None:
        written["poll"] = poll_json(world.polls[content.poll_id])
    return written


def _sender(world: World, message: Message) -> Json | None:
    sender = sender_json(world, message.sender)
    if sender is None or message.sender_chat is not None:
        return None
    return {"id": sender["id"], "name": sender["first_name"], "is_bot": sender["is_bot"]}


def _file(message: Message) -> Json | None:
    stored = message.content.file
    if stored is None:
        return None
    written: Json = {
        "unique_id": stored.unique_id,
        "name": stored.name,
        "size": stored.size,
        "mime": stored.mime,
    }
    for name in ("width", "height", "duration"):
        value = getattr(stored, name)
        if value is not None:
            written[name] = value
    return written


def _reply(world: World, chat: Chat, message: Message) -> Json | None:
    reply = chat.messages.get(message.reply_to or 0)
    if reply is None:
        return None
    return {
        "id": reply.id,
        "text": reply.content.text or reply.content.sentence,
        "from": _sender(world, reply),
        "quote": message.quote["text"] if message.quote else None,
    }


def _buttons(markup: Json) -> list[list[Json]]:
    rows = []
    for row in markup["inline_keyboard"]:
        shown = []
        for button in row:
            if "callback_data" in button:
                shown.append({"text": button["text"], "kind": "callback"})
            elif "url" in button:
                shown.append({"text": button["text"], "kind": "url", "url": button["url"]})
            else:
                shown.append({"text": button["text"], "kind": "other"})
        rows.append(shown)
    return rows
