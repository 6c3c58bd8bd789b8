"""What happens when something is said: it is kept, shown on phones and told to bots."""

import secrets
from dataclasses import replace

from simulator.chats import Chat
from simulator.messages import Content, Message
from simulator.people import Bot
from simulator.snapshot import message_for_phone
from simulator.wire import SERVICE_ACCOUNT_ID, message_json, origin_json
from simulator.world import World

# Of its own messages a bot is told these only (Client.cpp, need_skip_update_message).
_TOLD_THOUGH_OUTGOING = frozenset(
    {
        "left_chat_member",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    }
)
KEPT_MESSAGES = 10_000


def post(world: World, chat: Chat, draft: Message) -> Message:
    """Give a message its id, keep it, and tell everybody who should know."""
    message = replace(draft, id=chat.next_id)
    chat.next_id += 1
    chat.messages[message.id] = message
    if len(chat.messages) > KEPT_MESSAGES:
        del chat.messages[next(iter(chat.messages))]
    world.live.tell("message", message=message_for_phone(world, chat, message))
    tell_bots(world, chat, message, edited=False)
    if chat.kind == "channel" and message.content.kind != "service":
        _forward_to_discussion(world, chat, message)
    return message


def amend(world: World, chat: Chat, message: Message, *, told: bool = True) -> Message:
    """Put an edited message in its place; `told` says whether bots hear of it."""
    chat.messages[message.id] = message
    world.live.tell("edited", message=message_for_phone(world, chat, message))
    if told:
        tell_bots(world, chat, message, edited=True)
    return message


def tell_bots(world: World, chat: Chat, message: Message, *, edited: bool) -> None:
    """Queue an update for every bot that is in the chat and is let see the message."""
    if chat.kind == "channel":
        kind = "edited_channel_post" if edited else "channel_post"
    else:
        kind = "edited_message" if edited else "message"
    for bot in world.bots.values():
        if sees(bot, chat, message):
            payload = message_json(world, bot, chat, message)
            world.queues[bot.id].push(kind, payload, f"chat:{chat.id}")


def sees(bot: Bot, chat: Chat, message: Message) -> bool:
    """Tell whether a bot gets a message (Bot API FAQ: what messages will my bot get)."""
    if chat.kind == "private" and chat.bot_id != bot.id:
        return False
    member = chat.member(bot.id)
    gone = message.content.service or {}
    just_left = gone.get("left_chat_member", {}).get("id") == bot.id
    if not member.present and not just_left:
        return False
    if message.by_bot == bot.id:
        return message.content.pinned is not None or bool(_TOLD_THOUGH_OUTGOING & gone.keys())
    if message.by_bot is not None and chat.is_group and message.content.kind != "service":
        return False
    if not chat.is_group or message.content.kind == "service":
        return True
    if member.status == "administrator" or not bot.privacy:
        return True
    return addressed(bot, chat, message)


def addressed(bot: Bot, chat: Chat, message: Message) -> bool:
    """Tell whether a group message is meant for a bot that has its privacy mode on."""
    reply = chat.messages.get(message.reply_to or 0)
    if reply is not None and reply.sender == bot.id:
        return True
    text = message.content.text
    for entity in message.content.entities:
        if entity["type"] == "text_mention" and entity.get("user_id") == bot.id:
            return True
        raw = text.encode("utf-16-le")
        begin, length = entity["offset"] * 2, entity["length"] * 2
        piece = raw[begin : begin + length].decode("utf-16-le").lower()
        if entity["type"] == "mention" and piece == f"@{bot.username.lower()}":
            return True
        if entity["type"] == "bot_command" and entity["offset"] == 0:
            _, at, name = piece.partition("@")
            return not at or name == bot.username.lower()
    return False


def announce(
    world: World,
    chat: Chat,
    service: dict[str, object],
    sentence: str,
    *,
    sender: int | None,
    thread: int | None = None,
    pinned: int | None = None,
) -> Message:
    """Post a service message."""
    content = Content("service", service=service, sentence=sentence, pinned=pinned)
    draft = Message(
        0,
        chat.id,
        world.clock.now(),
        content,
        sender=None if chat.kind == "channel" else sender,
        sender_chat=chat.id if chat.kind == "channel" else None,
        by_bot=sender if world.bot_by_id(sender or 0) else None,
        thread=thread,
    )
    return post(world, chat, draft)


def new_album_id() -> str:
    """Make up a media_group_id."""
    return str(13_000_000_000_000_000 + secrets.randbelow(900_000_000_000_000))


def _forward_to_discussion(world: World, channel: Chat, message: Message) -> None:
    """Copy a post into the linked discussion group, as Telegram does by itself."""
    group = world.chats.get(channel.linked or 0)
    if group is None or not group.is_group:
        return
    post(
        world,
        group,
        replace(
            message,
            chat_id=group.id,
            sender=SERVICE_ACCOUNT_ID,
            sender_chat=channel.id,
            by_bot=None,
            origin=origin_json(world, channel, message),
            automatic_forward=True,
            reply_to=None,
            quote=None,
            thread=None,
        ),
    )
