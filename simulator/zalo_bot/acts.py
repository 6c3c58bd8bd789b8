"""What people do on their phones, and what the bot hears of it."""

from dataclasses import dataclass
from typing import Any

from simulator.errors import PhoneError
from simulator.zalo_bot.shown import (
    bot_for_phone,
    group_for_phone,
    message_for_phone,
    person_for_phone,
)
from simulator.zalo_bot.world import (
    BotGroup,
    BotMessage,
    BotPerson,
    Media,
    MessageKind,
    ZaloBotWorld,
    new_id,
)

MAX_TEXT_UNITS = 2000
_EVENTS: dict[MessageKind, tuple[str, str]] = {
    "text": ("message.text.received", "TEXT"),
    "image": ("message.image.received", "IMAGE"),
    "sticker": ("message.sticker.received", "STICKER"),
    "audio": ("message.voice.received", "VOICE"),
    "file": ("message.unsupported.received", "UNSUPPORTED"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody sends; `origin` is the address files are read from, without a slash."""

    kind: MessageKind
    origin: str
    text: str = ""
    media: Media | None = None
    sticker: str = ""
    quote: str = ""
    mention: bool = False


def units(text: str) -> int:
    """Count UTF-16 units, as the platform's own server (Java) does."""
    return len(text.encode("utf-16-le")) // 2


def say(world: ZaloBotWorld, person: BotPerson, group: BotGroup | None, said: Said) -> BotMessage:
    """Put what a person says into the private chat or a group, and tell the bot if it may hear.

    Raises:
        PhoneError: too long, empty, not a member, or the bot is blocked.
    """
    _check(person, group, said)
    chat = group.id if group else person.id
    text = said.text
    if said.mention and group is not None:
        text = f"@{world.display_name} {text}".rstrip()
    quoted = world.message(chat, said.quote) if said.quote else None
    if said.quote and quoted is None:
        raise PhoneError(404, "message_not_found", "Không có tin được trả lời.")
    message = BotMessage(
        new_id(),
        chat,
        person.id,
        world.clock.now(),
        said.kind,
        text,
        media=said.media,
        sticker=said.sticker,
        quote=said.quote,
    )
    if said.media is not None:
        world.media[said.media.id] = said.media
    post(world, message)
    answers_bot = quoted is not None and quoted.sender is None
    if group is None:
        _meet(world, person)
    heard = group is None or (group.bot and (said.mention or _names(world, text) or answers_bot))
    if heard and world.token:
        world.line.push(_update(world, person, group, message, said.origin))
    return message


def post(world: ZaloBotWorld, message: BotMessage) -> None:
    """Put a message into its chat and onto the phones of those who are in it."""
    world.messages.setdefault(message.chat, []).append(message)
    for watcher in world.watchers(message.chat):
        if watcher.id == message.sender:
            watcher.unread[message.chat] = 0
        elif message.kind != "service":
            watcher.unread[message.chat] += 1
    world.live.tell("message", message=message_for_phone(world, message))


def read(world: ZaloBotWorld, person: BotPerson, chat: str) -> None:
    """Open a chat: nothing of it is unread any more. The bot is never told."""
    person.unread[chat] = 0
    world.live.tell("read", person=person.id, chat=chat)


def block(world: ZaloBotWorld, person: BotPerson, *, blocked: bool) -> None:
    """Block the bot, or let it write again. The bot is not told."""
    person.blocked = blocked
    world.live.tell("person", person=person_for_phone(person))


def move(world: ZaloBotWorld, person: BotPerson, group: BotGroup, *, into: bool) -> None:
    """Join a group, or leave it. The bot is not told."""
    if into == (person.id in group.members):
        return
    if into:
        group.members.append(person.id)
    else:
        group.members.remove(person.id)
    _note(world, group, f"{person.name} đã {'vào' if into else 'rời'} nhóm.")


def put_bot(world: ZaloBotWorld, person: BotPerson, group: BotGroup, *, into: bool) -> None:
    """Put the bot into a group, or take it out.

    Raises:
        PhoneError: 403, only a member may.
    """
    if person.id not in group.members:
        raise PhoneError(403, "not_a_member", "Chỉ người trong nhóm mới thêm hoặc bớt được bot.")
    if group.bot == into:
        return
    group.bot = into
    verb = "thêm" if into else "đưa"
    tail = "vào nhóm" if into else "ra khỏi nhóm"
    _note(world, group, f"{person.name} đã {verb} {world.display_name} {tail}.")


def _note(world: ZaloBotWorld, group: BotGroup, sentence: str) -> None:
    world.live.tell("group", group=group_for_phone(group))
    post(world, BotMessage(new_id(), group.id, None, world.clock.now(), "service", sentence))


def _check(person: BotPerson, group: BotGroup | None, said: Said) -> None:
    if group is not None and person.id not in group.members:
        raise PhoneError(403, "not_a_member", "Bạn không ở trong nhóm này.")
    if group is None and person.blocked:
        raise PhoneError(409, "blocked", "Bạn đã chặn bot này; hãy bỏ chặn để nhắn.")
    if said.kind == "text" and not said.text.strip():
        raise PhoneError(400, "empty", "Tin nhắn chưa có chữ nào.")
    if units(said.text) > MAX_TEXT_UNITS:
        raise PhoneError(400, "too_long", f"Tin nhắn dài quá {MAX_TEXT_UNITS} ký tự.")


def _meet(world: ZaloBotWorld, person: BotPerson) -> None:
    if person.written:
        return
    person.written = True
    world.known.append(person.id)
    world.live.tell("person", person=person_for_phone(person))
    if world.token:
        world.live.tell("bot", bot=bot_for_phone(world))


def _names(world: ZaloBotWorld, text: str) -> bool:
    return bool(world.display_name) and f"@{world.display_name}" in text


def _update(
    world: ZaloBotWorld,
    person: BotPerson,
    group: BotGroup | None,
    message: BotMessage,
    origin: str,
) -> dict[str, Any]:
    kind: MessageKind = "file" if person.protected else message.kind
    event, message_type = _EVENTS[kind]
    body: dict[str, Any] = {
        "message_id": message.id,
        "message_type": message_type,
        "date": int(message.at.timestamp() * 1000),
        "from": {"id": person.id, "display_name": person.name, "is_bot": False},
        "chat": {
            "id": group.id if group else person.id,
            "chat_type": "GROUP" if group else "PRIVATE",
        },
    }
    address = f"{origin}/zalo-bot/media/{message.media.id}" if message.media else ""
    if kind == "text":
        body["text"] = message.text
    elif kind == "image":
        body[world.rules.photo_key] = address
        body["caption"] = message.text
    elif kind == "audio":
        body["voice_url"] = address
    elif kind == "sticker":
        body["sticker"] = message.sticker
        body["url"] = f"{origin}/zalo-bot/stickers/{message.sticker}"
    return {"event_name": event, "message": body}
