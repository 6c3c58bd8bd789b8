"""From updates to what handlers understand. Names of people stay behind.

Decided on `event_name` alone, for the values of `message_type` are not documented. Pure and total:
no shape of update makes it raise.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.channels.group_commands import CONNECT
from bot.channels.raw import Raw, clean, cut, mapping, words
from bot.channels.zalo_oa.incoming import command_of
from bot.channels.zalo_oa.reading import instant, told
from domain.ids import is_typed_code
from domain.messages import (
    Addressed,
    ChatKind,
    ChatRef,
    MediaKind,
    MediaRef,
    Message,
    Room,
    Sender,
)

UNSEEN_NOTE = "(gửi một nội dung mà Zalo không chuyển cho máy: hãy viết lại bằng chữ)"
"""Stands for files, contacts, and whatever people send whom Zalo protects, such as children."""

_SENT = re.compile(r"message\.(text|image|sticker|voice|link|unsupported)\.received")
_KINDS = {"PRIVATE": ChatKind.PRIVATE, "GROUP": ChatKind.GROUP}
_PAYLOAD = re.compile(r"#((?:z1|lk-)[A-Za-z0-9_-]{1,62})")
"""A payload of a link of ours, or a code by which chats are linked, sent as a text."""


@dataclass(frozen=True, slots=True)
class Me:
    """By what name people mention us in groups, and which bare commands are ours there."""

    mention: str
    commands: frozenset[str]


def parse(update: Raw, me: Me, now: datetime) -> Message | None:
    """Understand an update; None for what is no message of a person.

    A group's message comes only when it mentions or answers us; which one answers a message of
    ours is not told.
    """
    found = _SENT.fullmatch(words(update.get("event_name")))
    raw = mapping(update.get("message"))
    chat, writer = mapping(raw.get("chat")), mapping(raw.get("from"))
    kind = _KINDS.get(words(chat.get("chat_type")).upper())
    chat_id, user_id = told(chat.get("id")), told(writer.get("id"))
    if found is None or kind is None or not chat_id or not user_id or writer.get("is_bot") is True:
        return None
    message = Message(
        chat=ChatRef(chat_id, kind),
        sender=Sender(user_id),
        at=instant(raw.get("date")) or now,
        message_id=told(raw.get("message_id")) or "unknown",
        text=_words(raw, found[1]),
        media=_media(raw, found[1]),
    )
    if kind is ChatKind.PRIVATE:
        return _private(message, me)
    return _in_group(message, chat, me)


def _private(message: Message, me: Me) -> Message:
    text = message.text
    if text.casefold() in {"/start", "#start"}:
        return replace(message, text="/start", start="")
    payload = _PAYLOAD.fullmatch(text)
    if payload is not None:
        return replace(message, text=f"/start {payload[1]}", start=payload[1])
    command = command_of(text, me.commands)
    return replace(message, text=_typed(command)) if command is not None else message


def _in_group(message: Message, chat: Raw, me: Me) -> Message:
    text, mentioned = _without_mention(message.text, me.mention)
    command = command_of(text, me.commands)
    if command is None:
        why = Addressed.MENTION if mentioned else Addressed.REPLY
        return replace(message, text=text, addressed=why)
    room = None
    if command[0] == CONNECT and is_typed_code(command[1]):
        room = Room(clean(words(chat.get("title")) or words(chat.get("name"))).strip())
    return replace(message, text=_typed(command), addressed=Addressed.COMMAND, room=room)


def _without_mention(text: str, name: str) -> tuple[str, bool]:
    """Take our name out; where it is not known, whatever stands between `@` and a command."""
    if name:
        ours = re.compile(rf"@{re.escape(clean(name))}(?!\w)[ \t,:]*", re.IGNORECASE)
        rest, count = ours.subn("", text)
        if count:
            return rest.strip(), True
    if not text.startswith("@"):
        return text, False
    command = re.search(r"(?<=\s)[/#][A-Za-z0-9_]{1,32}(?=\s|$)", text)
    return (text[command.start() :] if command is not None else text), True


def _typed(command: tuple[str, str]) -> str:
    return f"/{command[0]} {command[1]}".rstrip()


def _words(raw: Raw, kind: str) -> str:
    if kind == "unsupported":
        return UNSEEN_NOTE
    parts = [raw.get("text"), raw.get("caption")]
    if kind == "link":
        parts += [raw.get("url"), raw.get("link")]
    found = [clean(words(part)).strip() for part in parts]
    return cut("\n".join(dict.fromkeys(part for part in found if part)))


def _media(raw: Raw, kind: str) -> tuple[MediaRef, ...]:
    if kind == "image":
        url = words(raw.get("photo")) or words(raw.get("photo_url"))
        return (MediaRef(MediaKind.PHOTO, url, mime="image/jpeg"),) if url else ()
    if kind == "voice":
        url = words(raw.get("voice_url"))
        return (MediaRef(MediaKind.VOICE, url, mime="audio/aac"),) if url else ()
    if kind == "sticker":
        sticker = told(raw.get("sticker")) or words(raw.get("url"))
        return (MediaRef(MediaKind.STICKER, sticker),) if sticker else ()
    return ()
