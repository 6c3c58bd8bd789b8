"""Bot API objects as JSON: messages, chats and polls, as one bot is shown them."""

from typing import Any

from simulator.chats import Chat
from simulator.files import StoredFile
from simulator.messages import Content, Message, Poll
from simulator.people import Bot, Person, user_json
from simulator.world import World

Json = dict[str, Any]
SERVICE_ACCOUNT_ID = 777000


def chat_json(world: World, chat: Chat) -> Json:
    """Write a Chat object (Bot API, Chat)."""
    if chat.kind == "private":
        person = world.people[chat.id]
        written: Json = {"id": chat.id, "first_name": person.name}
        if person.username:
            written["username"] = person.username
        return written | {"type": "private"}
    written = {"id": chat.id, "title": chat.title}
    if chat.username:
        written["username"] = chat.username
    if chat.kind == "supergroup" and chat.forum:
        written["is_forum"] = True
    written["type"] = chat.kind
    if chat.kind == "group":
        written["all_members_are_administrators"] = False
    return written


def sender_json(world: World, sender: int | None) -> Json | None:
    """Write the `from` of a message; None for posts that have none."""
    if sender is None:
        return None
    if sender == SERVICE_ACCOUNT_ID:
        return {"id": SERVICE_ACCOUNT_ID, "is_bot": False, "first_name": "Telegram"}
    user = world.user(sender)
    if user is None:
        return {"id": sender, "is_bot": False, "first_name": ""}
    return user_json(user)


def file_json(world: World, bot: Bot, stored: StoredFile) -> Json:
    """Write what every file object has: both identifiers and the size."""
    written: Json = {
        "file_id": world.files.file_id(bot.id, stored),
        "file_unique_id": stored.unique_id,
    }
    if stored.size:
        written["file_size"] = stored.size
    return written


def message_json(
    world: World, bot: Bot, chat: Chat, message: Message, *, nested: bool = False
) -> Json:
    """Write a Message object for one bot; a nested one says nothing of what it replied to."""
    written: Json = {"message_id": message.id}
    sender = sender_json(world, message.sender)
    if sender is not None:
        written["from"] = sender
    if message.sender_chat is not None:
        written["sender_chat"] = chat_json(world, world.chats[message.sender_chat])
    written["chat"] = chat_json(world, chat)
    written["date"] = int(message.at.timestamp())
    if message.edited_at is not None:
        written["edit_date"] = int(message.edited_at.timestamp())
    if message.thread is not None:
        written["message_thread_id"] = message.thread
    if message.origin is not None:
        written |= _forward_fields(message)
    written |= _reply_fields(world, bot, chat, message, nested=nested)
    if message.album is not None:
        written["media_group_id"] = message.album
    written |= _content_json(world, bot, chat, message.content)
    if message.protected:
        written["has_protected_content"] = True
    if message.markup is not None and "inline_keyboard" in message.markup:
        written["reply_markup"] = message.markup
    if message.thread is not None and chat.forum:
        written["is_topic_message"] = True
    return written


def _reply_fields(world: World, bot: Bot, chat: Chat, message: Message, *, nested: bool) -> Json:
    """Write what a message replies to; in a topic that is the topic's first message at least."""
    written: Json = {}
    reply = chat.messages.get(message.reply_to or message.thread or 0)
    if reply is not None and not nested and reply.id != message.id:
        written["reply_to_message"] = message_json(world, bot, chat, reply, nested=True)
    if message.external_reply is not None:
        written["external_reply"] = message.external_reply
    if message.quote is not None:
        written["quote"] = message.quote
    return written


def entities_json(world: World, entities: tuple[Json, ...]) -> list[Json]:
    """Write MessageEntity objects; the user of a text_mention is written in full."""
    written = []
    for entity in entities:
        if entity["type"] == "text_mention":
            shown = {name: value for name, value in entity.items() if name != "user_id"}
            user = sender_json(world, entity["user_id"])
            written.append(shown | {"user": user})
        else:
            written.append(entity)
    return written


def poll_json(poll: Poll) -> Json:
    """Write a Poll object (Bot API, Poll)."""
    counts = [
        sum(1 for chosen in poll.votes.values() if index in chosen)
        for index in range(len(poll.options))
    ]
    written: Json = {
        "id": poll.id,
        "question": poll.question,
        "options": [
            {"persistent_id": str(index), "text": text, "voter_count": count}
            for index, (text, count) in enumerate(zip(poll.options, counts, strict=True))
        ],
        "total_voter_count": len(poll.votes),
        "is_closed": poll.closed,
        "is_anonymous": poll.anonymous,
        "type": "quiz" if poll.quiz else "regular",
        "allows_multiple_answers": poll.multiple,
        "allows_revoting": not poll.quiz,
        "members_only": False,
    }
    if poll.quiz:
        written["correct_option_id"] = poll.correct[0]
        written["correct_option_ids"] = poll.correct
        if poll.explanation:
            written["explanation"] = poll.explanation
    return written


def _forward_fields(message: Message) -> Json:
    origin = message.origin or {}
    written: Json = {"forward_origin": origin}
    if message.automatic_forward:
        written["is_automatic_forward"] = True
    if origin.get("type") == "user":
        written["forward_from"] = origin["sender_user"]
    elif origin.get("type") == "channel":
        written["forward_from_chat"] = origin["chat"]
        written["forward_from_message_id"] = origin["message_id"]
    return written | {"forward_date": origin["date"]}


def _content_json(world: World, bot: Bot, chat: Chat, content: Content) -> Json:
    if content.kind == "service":
        written = dict(content.service or {})
        pinned = chat.messages.get(content.pinned or 0)
        if pinned is not None:
            written["pinned_message"] = message_json(world, bot, chat, pinned, nested=True)
        return written
    if content.kind == "text":
        written = {"text": content.text}
        if content.entities:
            written["entities"] = entities_json(world, content.entities)
        if content.preview is not None:
            written["link_preview_options"] = content.preview
        return written
    if content.kind == "location":
        return {"location": content.location}
    if content.kind == "poll":
        return {"poll": poll_json(world.polls[content.poll_id or ""])}
    written = {content.kind: _media_json(world, bot, content)}
    if content.text:
        written["caption"] = content.text
    if content.entities:
        written["caption_entities"] = entities_json(world, content.entities)
    return written


def _media_json(world: World, bot: Bot, content: Content) -> Json | list[Json]:
    stored = content.file
    assert stored is not None
    written = file_json(world, bot, stored)
    dimensions = {"width": stored.width or 0, "height": stored.height or 0}
    if content.kind == "photo":
        sizes = [*content.sizes, stored]
        return [
            file_json(world, bot, size) | {"width": size.width or 0, "height": size.height or 0}
            for size in sizes
        ]
    named = {"file_name": stored.name} if stored.name else {}
    if content.kind == "video":
        return (
            dimensions
            | {"duration": stored.duration or 0, "mime_type": stored.mime}
            | named
            | written
        )
    if content.kind == "voice":
        return {"duration": stored.duration or 0, "mime_type": stored.mime} | written
    return named | {"mime_type": stored.mime} | written


def origin_json(world: World, chat: Chat, message: Message) -> Json:
    """Write the MessageOrigin a forward of this message shows (Bot API, MessageOrigin)."""
    if message.origin is not None:
        return message.origin
    date = int(message.at.timestamp())
    if chat.kind == "channel":
        return {
            "type": "channel",
            "chat": chat_json(world, chat),
            "message_id": message.id,
            "date": date,
        }
    user = world.user(message.sender or 0)
    if isinstance(user, Person | Bot):
        return {"type": "user", "sender_user": user_json(user), "date": date}
    return {"type": "hidden_user", "sender_user_name": "", "date": date}
