"""From raw updates to what handlers understand. Names and usernames of people stay behind.

Nothing raises: what cannot be read of a private chat becomes a Message with the words that could
be saved, or none, so that its writer gets an answer; in a group it is dropped.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import telegram

from bot.channels.group_commands import CONNECT
from bot.channels.raw import Raw, clean, integer, mapping, words
from bot.channels.telegram.group_filter import Me, command_of, is_copy, replied_message
from bot.channels.telegram.raw import chat_kind, is_service
from domain.messages import (
    Addressed,
    ChatKind,
    ChatMoved,
    ChatRef,
    Copied,
    Edit,
    Incoming,
    Location,
    MediaKind,
    MediaRef,
    Membership,
    MembershipChange,
    Message,
    Press,
    Quoted,
    Room,
    Sender,
)

FORWARDING = "chuyentin"
CONTACT_NOTE = "(gửi một danh thiếp)"
"""Stands for a shared contact; its name and phone are personal data of a third person."""

_READ = frozenset(
    {
        "message_id",
        "message_thread_id",
        "is_topic_message",
        "date",
        "edit_date",
        "chat",
        "from",
        "text",
        "caption",
        "media_group_id",
        "photo",
        "video",
        "video_note",
        "voice",
        "audio",
        "document",
        "sticker",
        "animation",
        "location",
        "venue",
    }
)
"""Fields given to python-telegram-bot; a new or broken field elsewhere cannot spoil a message."""

_ABSENT = frozenset({"left", "kicked"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of an update; `readable` is False when something had to be given up."""

    incoming: Incoming | None
    readable: bool = True


def parse(update: Raw, me: Me, addressed: Addressed | None, now: datetime) -> Parsed:
    """Understand an update that the group filter let through.

    `now` stands in where Telegram tells no time (presses, broken dates). The moves of a live
    location arrive as edits and give None in this version: its first point is the message.
    """
    try:
        return Parsed(_parse(update, me, addressed, now))
    except Exception:  # noqa: BLE001 - any shape may come; what must not happen is a loss
        return Parsed(_saved(update, now), readable=False)


def _parse(update: Raw, me: Me, addressed: Addressed | None, now: datetime) -> Incoming | None:
    if "my_chat_member" in update:
        return _membership(mapping(update["my_chat_member"]))
    if "callback_query" in update:
        return _press(mapping(update["callback_query"]), now)
    if "edited_message" in update:
        return _edit(mapping(update["edited_message"]), me, addressed)
    for field in ("channel_post", "edited_channel_post"):
        if field in update:
            return _message(mapping(update[field]), me, addressed)
    message = mapping(update.get("message"))
    moved = _moved(message)
    if moved is not None:
        return moved
    if is_copy(message):
        return _copied(message)
    return None if is_service(message) else _message(message, me, addressed)


def _message(raw: Raw, me: Me, addressed: Addressed | None) -> Message:
    message = _typed(raw)
    text = clean(message.text or message.caption or "")
    command = command_of(text, me)
    start, passes_on, room = None, False, None
    if command is not None:
        name, rest = command
        text = f"/{name} {rest}".rstrip()
        start = rest if name == "start" else None
        passes_on = addressed is Addressed.COMMAND and name.lower() == FORWARDING
        if name.lower() == CONNECT and message.chat.title:
            room = Room(clean(message.chat.title))
    location = message.venue.location if message.venue else message.location
    if message.venue:
        text = clean("\n".join(filter(None, (message.venue.title, message.venue.address))))
    if "contact" in raw:
        text = CONTACT_NOTE
    if addressed is Addressed.MENTION:
        text = _without_our_name(text, me)
    replied = integer(replied_message(raw).get("message_id"))
    return Message(
        chat=_chat(message),
        sender=_sender(message, anonymous="sender_chat" in raw),
        at=message.date.astimezone(UTC),
        message_id=str(_id(message.message_id)),
        text=text,
        media=_media(message),
        location=Location(float(location.latitude), float(location.longitude))
        if location
        else None,
        reply_to=None if replied is None else str(replied),
        album=_text(message.media_group_id),
        start=start,
        addressed=addressed,
        forwarded="forward_origin" in raw,
        quoted=_quoted(raw, me) if passes_on else None,
        room=room,
    )


def _quoted(raw: Raw, me: Me) -> Quoted | None:
    """Read what another person wrote, whom an officer passes on; who they are stays behind."""
    replied = replied_message(raw)
    writer = mapping(replied.get("from"))
    bot = writer.get("is_bot") is True or integer(writer.get("id")) == me.bot_id
    if not replied or bot or is_service(replied):
        return None
    try:
        message = _typed(replied)
        place = message.venue.location if message.venue else message.location
        return Quoted(
            text=CONTACT_NOTE
            if "contact" in replied
            else clean(message.text or message.caption or ""),
            media=_media(message),
            location=Location(float(place.latitude), float(place.longitude)) if place else None,
        )
    except Exception:  # noqa: BLE001 - any shape may come; the words alone are still worth it
        return Quoted(text=clean(words(replied.get("text")) or words(replied.get("caption"))))


def _without_our_name(text: str, me: Me) -> str:
    """Return what was said to us; that it was to us is known."""
    name = rf"@{re.escape(me.username)}\b[\s,:;.!-]*"
    return re.sub(name, "", text, flags=re.IGNORECASE).strip()


def _copied(raw: Raw) -> Copied:
    """Read which post of which channel a copy is of; not a word of it."""
    origin = mapping(raw.get("forward_origin"))
    chat = mapping(raw.get("chat"))
    return Copied(
        chat=ChatRef(str(_id(chat.get("id"))), ChatKind.GROUP),
        at=datetime.fromtimestamp(_id(raw.get("date")), UTC),
        message_id=str(_id(raw.get("message_id"))),
        channel_id=str(_id(mapping(origin.get("chat")).get("id"))),
        post_id=str(_id(origin.get("message_id"))),
    )


def _edit(raw: Raw, me: Me, addressed: Addressed | None) -> Edit | None:
    if "location" in raw or is_service(raw):
        return None
    message = _typed(raw)
    text = clean(message.text or message.caption or "")
    command = command_of(text, me)
    replied = integer(replied_message(raw).get("message_id"))
    return Edit(
        chat=_chat(message),
        sender=_sender(message),
        at=(message.edit_date or message.date).astimezone(UTC),
        message_id=str(_id(message.message_id)),
        text=text if command is None else f"/{command[0]} {command[1]}".rstrip(),
        reply_to=None if replied is None else str(replied),
        addressed=addressed,
    )


def _press(raw: Raw, now: datetime) -> Press | None:
    """Read a press; one without data (a game) or on a message sent by inline mode is not ours."""
    if "data" not in raw or "message" not in raw:
        return None
    message = mapping(raw["message"])
    chat = mapping(message.get("chat"))
    user = telegram.User.de_json(dict(mapping(raw["from"])))
    kind = chat_kind(chat)
    if kind is None:
        return None
    thread = integer(message.get("message_thread_id"))
    in_topic = message.get("is_topic_message") is True and thread is not None
    return Press(
        chat=ChatRef(str(_id(chat.get("id"))), kind, str(thread) if in_topic else None),
        sender=Sender(str(_id(user.id)), _text(user.language_code)),
        at=now,
        message_id=str(_id(message.get("message_id"))),
        action=_required(raw["data"]),
        press_id=_required(raw["id"]),
    )


def _membership(changed: Raw) -> Membership | None:
    """Read what happened to us, raw: a list of rights that grew must not hide a block."""
    chat, writer = mapping(changed.get("chat")), mapping(changed.get("from"))
    kind = chat_kind(chat)
    was = _is_in(mapping(changed.get("old_chat_member")))
    is_now = _is_in(mapping(changed.get("new_chat_member")))
    if kind is None:
        return None
    if kind is ChatKind.PRIVATE:
        # Old and new may look alike when updates were merged; the new state is what counts.
        change = MembershipChange.UNBLOCKED if is_now else MembershipChange.BLOCKED
    elif was == is_now:
        return None
    else:
        change = MembershipChange.ADDED if is_now else MembershipChange.REMOVED
    user_id = integer(writer.get("id"))
    return Membership(
        chat=ChatRef(str(_id(chat.get("id"))), kind),
        sender=None
        if user_id is None
        else Sender(str(user_id), _text(writer.get("language_code"))),
        at=datetime.fromtimestamp(_id(changed.get("date")), UTC),
        change=change,
    )


def _is_in(member: Raw) -> bool:
    status = _required(member.get("status"))
    if status == "restricted":
        return member.get("is_member") is True
    return status not in _ABSENT


def _moved(raw: Raw) -> ChatMoved | None:
    """Read a migration notice; the old and the new chat each get one, and both say the same."""
    here = integer(mapping(raw.get("chat")).get("id"))
    new, old = integer(raw.get("migrate_to_chat_id")), integer(raw.get("migrate_from_chat_id"))
    if here is None or (new is None and old is None):
        return None
    old, new = (here, new) if new is not None else (old, here)
    at = datetime.fromtimestamp(integer(raw.get("date")) or 0, UTC)
    return ChatMoved(chat=ChatRef(str(old), ChatKind.GROUP), at=at, new_chat_id=str(new))


def file_of(raw: Raw) -> MediaRef | None:
    """Return the file of a message that we sent, None when it cannot be read."""
    try:
        return next(iter(_media(_typed(raw))), None)
    except Exception:  # noqa: BLE001 - the answer may have any shape
        return None


def _typed(raw: Raw) -> telegram.Message:
    known = {name: value for name, value in raw.items() if name in _READ}
    update = telegram.Update.de_json({"update_id": 0, "message": known})
    if update.message is None:
        reason = "no message"
        raise ValueError(reason)
    return update.message


def _media(message: telegram.Message) -> tuple[MediaRef, ...]:
    """Return the file of a message: one at most, since albums come as many messages."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (_ref(MediaKind.PHOTO, largest),)
    # An animation comes with a document of the same file beside it, for old clients.
    for kind, found in (
        (MediaKind.VIDEO, message.animation),
        (MediaKind.VIDEO, message.video),
        (MediaKind.VIDEO, message.video_note),
        (MediaKind.VOICE, message.voice),
        (MediaKind.AUDIO, message.audio),
        (MediaKind.STICKER, message.sticker),
        (MediaKind.FILE, message.document),
    ):
        if found is not None:
            return (_ref(kind, found),)
    return ()


def _ref(kind: MediaKind, found: telegram.TelegramObject) -> MediaRef:
    name = _text(getattr(found, "file_name", None))
    # Its attribute would give another type, or a warning, by what stands in the environment.
    length = found.to_dict().get("duration")
    return MediaRef(
        kind=kind,
        ref=_required(getattr(found, "file_id", None)),
        name=clean(name) if name else None,
        mime=_text(getattr(found, "mime_type", None)),
        size=integer(getattr(found, "file_size", None)),
        seconds=integer(int(length)) if isinstance(length, int | float) else None,
    )


def _chat(message: telegram.Message) -> ChatRef:
    thread = integer(message.message_thread_id)
    # Outside forums a thread id only names a chain of replies and cannot be sent to.
    in_topic = message.is_topic_message is True and thread is not None
    return ChatRef(
        str(_id(message.chat.id)), _kind(message.chat), str(thread) if in_topic else None
    )


def _kind(chat: telegram.Chat) -> ChatKind:
    kind = chat_kind({"type": chat.type, "id": chat.id})
    if kind is None:
        reason = "no chat"
        raise ValueError(reason)
    return kind


def _sender(message: telegram.Message, *, anonymous: bool = False) -> Sender:
    if message.from_user is None:
        # In a private chat the chat's id is the person's; a channel signs its posts itself.
        if _kind(message.chat) is ChatKind.GROUP:
            reason = "nobody wrote it"
            raise ValueError(reason)
        return Sender(str(_id(message.chat.id)))
    hint = _text(message.from_user.language_code)
    return Sender(str(_id(message.from_user.id)), hint, anonymous)


def _saved(update: Raw, now: datetime) -> Message | None:
    """Save what can be read of an unreadable update; None outside private chats."""
    raw = mapping(update.get("message")) or mapping(update.get("edited_message"))
    press = mapping(update.get("callback_query"))
    if press:
        raw = {"chat": mapping(press.get("message")).get("chat"), "from": press.get("from")}
    chat = mapping(raw.get("chat"))
    if is_service(raw) or chat_kind(chat) is not ChatKind.PRIVATE:
        return None
    writer = mapping(raw.get("from"))
    user_id = integer(writer.get("id"))
    chat_id = integer(chat.get("id"))
    known = chat_id if chat_id is not None else user_id
    if known is None:
        return None
    message_id = integer(raw.get("message_id"))
    update_id = integer(update.get("update_id"))
    return Message(
        chat=ChatRef(str(known), ChatKind.PRIVATE),
        sender=Sender(str(known if user_id is None else user_id)),
        at=now,
        # Not a number, so that nothing is sent as a reply to it.
        message_id=f"u{update_id}" if message_id is None else str(message_id),
        text=clean(words(raw.get("text")) or words(raw.get("caption"))),
    )


def _id(value: object) -> int:
    number = integer(value)
    if number is None:
        reason = "an id is not a number"
        raise ValueError(reason)
    return number


def _text(value: object) -> str | None:
    return clean(value) if isinstance(value, str) and value else None


def _required(value: object) -> str:
    text = _text(value)
    if text is None:
        reason = "an empty text"
        raise ValueError(reason)
    return text
