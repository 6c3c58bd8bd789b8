"""Changing and taking back what a bot has sent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from simulator.access import find_chat, find_message
from simulator.acts import forget
from simulator.calls import Call, Handler
from simulator.chats import Chat
from simulator.errors import bad_request
from simulator.markups import check_markup, read_markup
from simulator.messages import Content, Message
from simulator.posting import amend
from simulator.record import Send
from simulator.sending import read_caption, read_preview, read_text
from simulator.wire import message_json

Json = dict[str, Any]
DELETE_WINDOW_S = 48 * 3600
MAX_IDS = 100
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_UNDELETABLE = frozenset({"supergroup_chat_created", "channel_chat_created", "forum_topic_created"})


async def edit_message_text(call: Call) -> Json:
    """Answer editMessageText; a keyboard not given again is taken away."""
    _no_inline(call)
    said = read_text(call)
    preview = read_preview(call)

    def change(content: Content) -> Content:
        if content.kind != "text":
            raise bad_request("There is no text in the message to edit")
        return replace(content, text=said.text, entities=said.entities, preview=preview)

    return _edit(call, change)


async def edit_message_caption(call: Call) -> Json:
    """Answer editMessageCaption."""
    _no_inline(call)
    said = read_caption(call)

    def change(content: Content) -> Content:
        if not content.is_media:
            raise bad_request("There is no caption in the message to edit")
        return replace(content, text=said.text, entities=said.entities)

    return _edit(call, change)


async def edit_message_reply_markup(call: Call) -> Json:
    """Answer editMessageReplyMarkup."""
    _no_inline(call)
    return _edit(call, lambda content: content)


async def delete_message(call: Call) -> bool:
    """Answer deleteMessage."""
    if not call.args.text("chat_id"):
        raise bad_request("Chat identifier is not specified")
    if not call.args.message_id():
        raise bad_request("Message identifier is not specified")
    chat, message = find_message(call, "write", "message to delete")
    _check_deletable(call, chat, message)
    forget(call.world, chat, [message.id])
    _note(call, chat, message)
    return True


async def delete_messages(call: Call) -> bool:
    """Answer deleteMessages; ids of messages that are not there are passed over."""
    if not call.args.text("chat_id"):
        raise bad_request("Chat identifier is not specified")
    ids = read_message_ids(call)
    chat = find_chat(call, "write")
    found = [chat.messages[message_id] for message_id in ids if message_id in chat.messages]
    for message in found:
        _check_deletable(call, chat, message)
    forget(call.world, chat, [message.id for message in found])
    for message in found:
        _note(call, chat, message)
    return True


def read_message_ids(call: Call) -> list[int]:
    """Read message_ids, 1 to 100 of them.

    Raises:
        ApiError: 400, with the texts of Client.cpp `get_message_ids`.
    """
    value = call.args.text("message_ids")
    if not value:
        raise bad_request("Message identifiers are not specified")
    try:
        ids = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise bad_request("Can't parse message_ids JSON object") from error
    if not isinstance(ids, list):
        raise bad_request("Expected an Array of message identifiers")
    if not ids:
        raise bad_request("Message identifiers are not specified")
    if len(ids) > MAX_IDS:
        raise bad_request("Too many message identifiers specified")
    read: list[int] = []
    for given in ids:
        if isinstance(given, bool) or not isinstance(given, int | str):
            raise bad_request("Message identifier must be a Number")
        try:
            number = int(given)
        except ValueError as error:
            raise bad_request("Can't parse message identifier as a Number") from error
        if number <= 0:
            raise bad_request("Invalid message identifier specified")
        read.append(number)
    return read


def _edit(call: Call, change: Callable[[Content], Content]) -> Json:
    markup = read_markup(call.args.text("reply_markup"))
    chat, message = find_message(call, "edit", "message to edit")
    if not _is_editable(call, chat, message):
        raise bad_request("Message can't be edited")
    content = change(message.content)
    checked = check_markup(markup, chat.kind, inline_only=True)
    if content == message.content and checked == message.markup:
        raise bad_request(_NOT_MODIFIED)
    call.world.rates.spend(call.bot.id, chat.id, 1)
    # A change of the keyboard alone does not show as an edit.
    changed = content != message.content
    at = call.world.clock.now() if changed else message.edited_at
    edited = replace(message, content=content, markup=checked, edited_at=at)
    amend(call.world, chat, edited, told=False)
    _note(call, chat, edited)
    return message_json(call.world, call.bot, chat, edited)


def _note(call: Call, chat: Chat, message: Message) -> None:
    now = call.world.clock.now()
    change = Send(chat.id, message.id, call.method, message.content.text, now)
    call.world.record.changes.append(change)
    call.accepted.append(change)


def _is_editable(call: Call, chat: Chat, message: Message) -> bool:
    if message.content.kind == "service" or message.origin is not None:
        return False
    if message.markup is not None and "inline_keyboard" not in message.markup:
        return False
    if chat.kind == "channel":
        member = chat.member(call.bot.id)
        return member.may("can_edit_messages") or member.may("can_post_messages")
    return message.sender == call.bot.id


def _check_deletable(call: Call, chat: Chat, message: Message) -> None:
    member = chat.member(call.bot.id)
    own = message.sender == call.bot.id
    allowed = chat.kind == "private" or own or member.may("can_delete_messages")
    if chat.kind == "channel":
        allowed = member.may("can_delete_messages") or member.may("can_post_messages")
    service = message.content.service or {}
    if not allowed or _UNDELETABLE & service.keys():
        raise bad_request("Message can't be deleted")
    age = call.world.clock.now() - message.at
    if age.total_seconds() > DELETE_WINDOW_S:
        raise bad_request("Message can't be deleted for everyone")


def _no_inline(call: Call) -> None:
    if not call.args.text("chat_id") and call.args.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    if not call.args.text("chat_id") and not call.args.text("inline_message_id"):
        raise bad_request("Message identifier is not specified")


METHODS: dict[str, Handler] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
