"""From our messages to Bot API methods and their parameters. Pure; text is never markup."""

import re
from dataclasses import dataclass

import orjson

from bot.channels.raw import clean
from domain.failures import Refused
from domain.lengths import utf16_length
from domain.messages import Button, ChatKind, ChatRef, MediaKind, Outgoing, Spot

GENERAL_TOPIC = "1"
"""Sends to it must leave `message_thread_id` out: with it they fail (Bot API server)."""

_MEDIA: dict[MediaKind, tuple[str, str]] = {
    MediaKind.PHOTO: ("sendPhoto", "photo"),
    MediaKind.VIDEO: ("sendVideo", "video"),
    MediaKind.VOICE: ("sendVoice", "voice"),
    MediaKind.AUDIO: ("sendAudio", "audio"),
    MediaKind.FILE: ("sendDocument", "document"),
}
_INTEGER = re.compile(r"-?\d{1,18}")
_MESSAGE_ID = re.compile(r"[1-9]\d{0,17}")
_SUPERGROUP = re.compile(r"-100(\d{1,16})")
_ANY_CHAT = "900000000000000009"
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Call:
    """A Bot API call; `file_field` names the parameter that holds the file, if any."""

    method: str
    params: dict[str, object]
    file_field: str | None = None
    body: bytes | None = None
    """The parameters as JSON, where that is written already."""


def sending(chat: ChatRef, outgoing: Outgoing, bot_username: str) -> Call:
    """Build the call that sends a message.

    Raises: Refused when Telegram has no way to say it.
    """
    params = {**_target(chat, outgoing), **_words(outgoing)}
    markup = _markup(outgoing, bot_username)
    if markup is not None:
        params["reply_markup"] = markup
    if outgoing.media is None:
        return Call("sendMessage", params)
    known = _MEDIA.get(outgoing.media.kind)
    if known is None:
        reason = f"media: cannot send a {outgoing.media.kind.value}"
        raise Refused(reason)
    method, name = known
    params[name] = outgoing.media.ref
    return Call(method, params, name)


@dataclass(frozen=True, slots=True)
class Written:
    """A call to many private chats, its JSON written but for the chat and each one's own."""

    method: str
    before_chat: bytes
    after_chat: tuple[bytes, ...]
    """What follows, cut where each one's own goes."""

    def body(self, chat_id: str, own: str) -> bytes:
        """Return the JSON for one chat."""
        chat = chat_id.encode() if _INTEGER.fullmatch(chat_id) else orjson.dumps(chat_id)
        return self.before_chat + chat + own.encode().join(self.after_chat)


def written(outgoing: Outgoing, own: str, bot_username: str) -> Written:
    """Write a call once for many private chats; wherever `own` stands, each one's own will.

    Raises: Refused when Telegram has no way to say it.
    """
    call = sending(ChatRef(_ANY_CHAT, ChatKind.PRIVATE), outgoing, bot_username)
    before, after = orjson.dumps(call.params).split(_ANY_CHAT.encode(), 1)
    return Written(call.method, before, tuple(after.split(own.encode())))


def editing(chat: ChatRef, message_id: str, outgoing: Outgoing, bot_username: str) -> Call:
    """Build the call that gives a message of ours new words and buttons.

    With `media` set the message is taken to carry a file already, and its caption changes.
    """
    params: dict[str, object] = {
        "chat_id": _number(chat.chat_id),
        "message_id": _number(message_id),
        **_words(outgoing),
        # Without markup the old buttons go, which is what a stub needs.
        "reply_markup": _markup(outgoing, bot_username) or {"inline_keyboard": []},
    }
    method = "editMessageText" if outgoing.media is None else "editMessageCaption"
    return Call(method, params)


def deleting(chat: ChatRef, message_id: str) -> Call:
    """Build the call that deletes a message; Telegram allows it for 48 hours.

    What members of a group wrote: only with the right `can_delete_messages`.
    """
    return Call(
        "deleteMessage",
        {"chat_id": _number(chat.chat_id), "message_id": _number(message_id)},
    )


def pinning(chat: ChatRef, message_id: str) -> Call:
    """Build the call that pins a message without a notice to the members.

    Raises: Refused when it is no message of Telegram.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        reason = "gone: not a message of Telegram"
        raise Refused(reason)
    return Call(
        "pinChatMessage",
        {
            "chat_id": _number(chat.chat_id),
            "message_id": int(message_id),
            "disable_notification": True,
        },
    )


def leaving(chat: ChatRef) -> Call:
    """Build the call by which we leave a group or channel."""
    return Call("leaveChat", {"chat_id": _number(chat.chat_id)})


def _target(chat: ChatRef, outgoing: Outgoing) -> dict[str, object]:
    params: dict[str, object] = {"chat_id": _number(chat.chat_id)}
    thread = outgoing.thread or chat.thread
    if thread and thread != GENERAL_TOPIC and _MESSAGE_ID.fullmatch(thread):
        params["message_thread_id"] = int(thread)
    if outgoing.reply_to and _MESSAGE_ID.fullmatch(outgoing.reply_to):
        params["reply_parameters"] = {
            "message_id": int(outgoing.reply_to),
            "allow_sending_without_reply": True,
        }
    if outgoing.silent:
        params["disable_notification"] = True
    if outgoing.protected:
        params["protect_content"] = True
    return params


def _words(outgoing: Outgoing) -> dict[str, object]:
    """Return text or caption with the heading in bold on a line of its own, as entities."""
    heading = clean(outgoing.heading or "").strip()
    text = clean(outgoing.text)
    if heading:
        text = f"{heading}\n\n{text}" if text.strip() else heading
    entities = [{"type": "bold", "offset": 0, "length": utf16_length(heading)}] if heading else []
    if outgoing.media is not None:
        return {"caption": text, "caption_entities": entities} if text else {}
    return {"text": text, "entities": entities, "link_preview_options": {"is_disabled": True}}


def _markup(outgoing: Outgoing, bot_username: str) -> dict[str, object] | None:
    rows = [
        [made for button in row if (made := _button(button, bot_username)) is not None]
        for row in outgoing.buttons
    ]
    shown = [row for row in rows if row]
    return {"inline_keyboard": shown} if shown else None


def _button(button: Button, bot_username: str) -> dict[str, str] | None:
    label = clean(button.label)
    if button.action is not None:
        return {"text": label, "callback_data": button.action}
    if button.spot is not None:
        link = _link(button.spot)
        return {"text": label, "url": link} if link is not None else None
    start = button.start or ""
    if start and not _START.fullmatch(start):
        reason = "buttons: a start payload is 1 to 64 of A-Z a-z 0-9 _ -"
        raise Refused(reason)
    query = f"?start={start}" if start else "?start"
    return {"text": label, "url": f"https://t.me/{bot_username}{query}"}


def _link(spot: Spot) -> str | None:
    """Return the address of a message, for members; basic groups have none (Bot API, Chat)."""
    chat = _SUPERGROUP.fullmatch(spot.chat_id)
    if chat is None or not _MESSAGE_ID.fullmatch(spot.message_id):
        return None
    return f"https://t.me/c/{chat.group(1)}/{spot.message_id}"


def _number(value: str) -> int | str:
    """Return a platform id as the number that Telegram wants; a public @name stays text."""
    return int(value) if _INTEGER.fullmatch(value) else value
