"""From webhook events to what handlers understand. Names and pictures of people stay behind.

Several names of one event are known, by which sources differ; all are taken. Pure and total: no
shape of event makes it raise.
"""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.channels.group_commands import REPORT
from bot.channels.raw import NOTHING, Raw, clean, cut, mapping, words
from bot.channels.zalo_oa.outgoing import GROUP
from bot.channels.zalo_oa.pressing import action_of
from bot.channels.zalo_oa.reading import degrees, number, told
from domain.messages import (
    ChatKind,
    ChatRef,
    Echo,
    Incoming,
    Location,
    MediaKind,
    MediaRef,
    Membership,
    MembershipChange,
    Message,
    Press,
    ReceiptEvent,
    ReceiptKind,
    Sender,
)
from domain.start_payload import Purpose, decode

CONTACT_NOTE = "(gửi một danh thiếp)"
"""Stands for a shared contact; its name and phone are personal data of a third person."""
UNSEEN_NOTE = "(gửi một nội dung mà máy chưa đọc được: hãy viết lại bằng chữ)"
"""Stands for a kind of message that we do not know and that has no words."""
REVOKED = "permission_revoked"

_MOST_RECEIPTS = 500
_MEDIA: dict[str, tuple[MediaKind, str | None]] = {
    "image": (MediaKind.PHOTO, "image/jpeg"),
    "gif": (MediaKind.FILE, "image/gif"),
    "audio": (MediaKind.VOICE, "audio/amr"),
    "video": (MediaKind.VIDEO, "video/mp4"),
    "sticker": (MediaKind.STICKER, None),
    "file": (MediaKind.FILE, None),
}
_SENT = re.compile(
    r"user_send_(group_)?"
    r"(text|image|gif|link|links|audio|voice|video|sticker|location|file|business_card)"
)
_UNSEEN = re.compile(r"user_send_(?!group_)[a-z0-9_]+")
_UNSEEN_KIND = "unseen"
_ANONYMOUS = "anonymous_send_"
_ALIASES = {"voice": "audio", "links": "link"}
_RECEIPTS = {
    "user_seen_message": ReceiptKind.SEEN,
    "user_received_message": ReceiptKind.DELIVERED,
}
_HELLO = frozenset({"follow", "user_click_chatnow"})
_LEFT = {
    "unfollow": MembershipChange.BLOCKED,
    "user_withdraw": MembershipChange.FORGET,
}
_GROUPS = {
    "create_group": MembershipChange.ADDED,
    "delete_group": MembershipChange.REMOVED,
    "disperse_group": MembershipChange.REMOVED,
}
_PASSED_OVER = re.compile(
    r"oa_send_(group|anonymous|consent).*|oa_reacted_message|user_reacted_message|user_submit_info"
    r"|add_user_to_tag|remove_user_from_tag|remove_tag|update_user_info|user_reply_consent"
    r"|user_call_oa|oa_call_user|widget_interaction_accepted|extension_purchased"
    r"|user_(join|request_join|out|leave)_group|(accept|react|reject)_request_join_group(_accept)?"
    r"|(add|remove)_group_admin|update_group_info|event_journey_.*|change_.*|user_feedback"
    r"|user_click_response_button"
)
_ECHO = "oa_send_"
_MARK, _STAFF = "z1", "lk-"
"""How payloads begin that our links, and the codes by which officers join, have."""
_COMMAND = re.compile(r"[/#]([A-Za-z0-9_]{1,32})(?=\s|$)")
_PAYLOAD = re.compile(r"#([A-Za-z0-9_-]{1,64})")


class Fate(StrEnum):
    """What became of an event."""

    TAKEN = "taken"
    PASSED_OVER = "passed_over"
    ANONYMOUS = "anonymous"
    """Of somebody who did not log in: nobody is there whom we could answer."""
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are on the platform, and what is ours in a group."""

    oa_id: str
    commands: frozenset[str]
    mention: str = ""
    group_buttons: bool = False
    secret: bytes = field(default=b"", repr=False)
    """By which what our buttons send is known from what anybody may write."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that an event tells; equal `source`s tell the same thing."""

    source: str
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class Parsed:
    """What an event tells."""

    fate: Fate
    items: tuple[Item, ...] = ()


def parse(event: Raw, me: Me, at: datetime) -> Parsed:
    """Understand an event of then; messages in groups are not filtered yet, nor `addressed`."""
    name = words(event.get("event_name"))
    if name == REVOKED:
        return Parsed(Fate.REVOKED if _is_ours(event, me) else Fate.FOREIGN)
    if name.startswith(_ECHO) and not _PASSED_OVER.fullmatch(name):
        return _echo(event, me, at)
    sent = _SENT.fullmatch(name)
    if sent is not None:
        kind = _ALIASES.get(sent[2], sent[2])
        return _written(event, me, at, kind, in_group=sent[1] is not None)
    if name in _RECEIPTS:
        return _receipts(event, me, at, _RECEIPTS[name])
    if name in _GROUPS:
        return _group(event, me, at, _GROUPS[name])
    if name in _HELLO or name in _LEFT:
        return _turned(event, me, at, name)
    if _UNSEEN.fullmatch(name):
        # No tip may be lost to a kind of message that Zalo made since.
        return _written(event, me, at, _UNSEEN_KIND, in_group=False)
    if name.startswith(_ANONYMOUS):
        return Parsed(Fate.ANONYMOUS)
    return Parsed(Fate.PASSED_OVER if _PASSED_OVER.fullmatch(name) else Fate.UNKNOWN)


def command_of(text: str, commands: frozenset[str]) -> tuple[str, str] | None:
    """Split a command of ours, also one behind `#` as menus write it, from what follows it."""
    found = _COMMAND.match(text)
    if found is None or found[1].lower() not in commands:
        return None
    return found[1].lower(), text[found.end() :].strip()


def command_in_group(text: str, commands: frozenset[str]) -> tuple[str, str] | None:
    """Split a command of ours in a group; behind `#` only a tip's: neighbours write hashtags."""
    command = command_of(text, commands)
    hashtag = text.startswith("#") and command is not None and command[0] != REPORT
    return None if hashtag else command


def _written(event: Raw, me: Me, at: datetime, kind: str, *, in_group: bool) -> Parsed:
    user, place = _id(event, "sender"), _id(event, "recipient")
    ours = told(event.get("oa_id")) if in_group else place
    if not user or not place or user == me.oa_id or (ours and ours != me.oa_id):
        return Parsed(Fate.FOREIGN)
    chat = _group_chat(place) if in_group else ChatRef(user, ChatKind.PRIVATE)
    raw = mapping(event.get("message"))
    message_id = told(raw.get("msg_id"))
    text = cut(clean(words(raw.get("text"))).strip())
    unnamed = f"{user}:{place}:{told(event.get('timestamp'))}:{kind}:{text}"
    source = f"message:{message_id or unnamed}"
    pressable = kind == "text" and (not in_group or me.group_buttons)
    action = action_of(me.secret, chat.chat_id, text) if pressable else None
    if action is not None:
        press = Press(
            chat=chat, sender=Sender(user), at=at, message_id="", action=action, press_id=""
        )
        return Parsed(Fate.TAKEN, (Item(source, press),))
    command = (command_in_group if in_group else command_of)(text, me.commands)
    if command is not None:
        text = f"/{command[0]} {command[1]}".rstrip()
    start = _start(text) if kind == "text" and not in_group else None
    message = Message(
        chat=chat,
        sender=Sender(user),
        at=at,
        message_id=message_id or "unknown",
        text=f"/start {start}" if start else _words(raw, kind, text),
        media=_media(raw, kind),
        location=_location(raw) if kind == "location" else None,
        reply_to=told(raw.get("quote_msg_id")) or None,
        start=start,
    )
    return Parsed(Fate.TAKEN, (Item(source, message),))


def _start(text: str) -> str | None:
    """Return the payload of a link of ours that was sent as a text."""
    found = _PAYLOAD.fullmatch(text)
    if found is None:
        return None
    payload = decode(found[1])
    # Any word may be a place's name; a hashtag that somebody types is no link.
    ours = found[1].startswith(_MARK) or payload.purpose is Purpose.TIP
    linked = found[1].startswith(_STAFF) or (ours and not payload.is_bare)
    return found[1] if linked else None


def _words(raw: Raw, kind: str, text: str) -> str:
    if kind == "business_card":
        return CONTACT_NOTE
    if kind == _UNSEEN_KIND:
        return text or UNSEEN_NOTE
    if kind != "link":
        return text
    payload = next(_payloads(raw), NOTHING)
    parts = (text, words(payload.get("description")), words(payload.get("url")))
    return cut("\n".join(dict.fromkeys(clean(part).strip() for part in parts if part.strip())))


def _media(raw: Raw, kind: str) -> tuple[MediaRef, ...]:
    known = _MEDIA.get(kind)
    if known is None:
        return ()
    return tuple(
        ref for payload in _payloads(raw) if (ref := _ref(known[0], known[1], payload)) is not None
    )


def _ref(kind: MediaKind, mime: str | None, payload: Raw) -> MediaRef | None:
    url = clean(words(payload.get("url")) or words(payload.get("thumbnail")))
    if not url:
        return None
    name = clean(words(payload.get("name"))) or None
    size = number(payload.get("size"))
    return MediaRef(
        kind=kind,
        ref=url,
        name=name,
        mime=mime or (mimetypes.guess_type(name)[0] if name else None),
        size=size if size is not None and size >= 0 else None,
    )


def _location(raw: Raw) -> Location | None:
    for payload in _payloads(raw):
        place = mapping(payload.get("coordinates"))
        latitude, longitude = degrees(place.get("latitude")), degrees(place.get("longitude"))
        if latitude is not None and longitude is not None and abs(latitude) <= 90:
            return Location(latitude, longitude)
    return None


def _payloads(raw: Raw) -> Iterator[Raw]:
    given = raw.get("attachments")
    for attachment in given if isinstance(given, list) else ():
        yield mapping(mapping(attachment).get("payload"))


def _receipts(event: Raw, me: Me, at: datetime, kind: ReceiptKind) -> Parsed:
    raw = mapping(event.get("message"))
    if "tracking_id" in raw:
        # Of a template message by phone, which is sent elsewhere.
        return Parsed(Fate.PASSED_OVER)
    # Sources differ in who is the sender: the person is whoever is not the account.
    ids = {_id(event, "sender"), _id(event, "recipient")} - {""}
    if me.oa_id not in ids or len(ids) != 2:
        return Parsed(Fate.FOREIGN)
    chat = ChatRef((ids - {me.oa_id}).pop(), ChatKind.PRIVATE)
    many = raw.get("msg_ids")
    found = [told(one) for one in many] if isinstance(many, list) else []
    single = told(raw.get("msg_id"))
    message_ids = dict.fromkeys(one for one in (*found, single) if one)
    items = tuple(
        Item(
            f"{kind.value}:{one}",
            ReceiptEvent(chat=chat, at=at, message_id=one, receipt=kind),
        )
        for one in list(message_ids)[:_MOST_RECEIPTS]
    )
    return Parsed(Fate.TAKEN, items)


def _echo(event: Raw, me: Me, at: datetime) -> Parsed:
    raw = mapping(event.get("message"))
    user, message_id = _id(event, "recipient"), told(raw.get("msg_id"))
    if _id(event, "sender") != me.oa_id or not user or user == me.oa_id or not message_id:
        return Parsed(Fate.FOREIGN)
    echo = Echo(
        chat=ChatRef(user, ChatKind.PRIVATE),
        at=at,
        message_id=message_id,
        text=cut(clean(words(raw.get("text"))).strip()),
        by_hand=bool(told(mapping(event.get("sender")).get("admin_id"))),
    )
    return Parsed(Fate.TAKEN, (Item(f"echo:{message_id}", echo),))


def _group(event: Raw, me: Me, at: datetime, change: MembershipChange) -> Parsed:
    group = told(event.get("group_id")) or _id(event, "recipient")
    if not group or group == me.oa_id or not _is_ours(event, me):
        return Parsed(Fate.FOREIGN)
    found = Membership(chat=_group_chat(group), sender=None, at=at, change=change)
    return Parsed(Fate.TAKEN, (Item(_told_source(event, group), found),))


def _turned(event: Raw, me: Me, at: datetime, name: str) -> Parsed:
    user = next((one for one in _people(event) if one and one != me.oa_id), "")
    if not user or not _is_ours(event, me):
        return Parsed(Fate.FOREIGN)
    chat, sender = ChatRef(user, ChatKind.PRIVATE), Sender(user)
    source = _told_source(event, user)
    if name in _LEFT:
        left = Membership(chat=chat, sender=sender, at=at, change=_LEFT[name])
        return Parsed(Fate.TAKEN, (Item(source, left),))
    hello = Message(chat=chat, sender=sender, at=at, message_id=name, text="", start="")
    return Parsed(Fate.TAKEN, (Item(source, hello),))


def _people(event: Raw) -> Iterator[str]:
    yield _id(event, "follower")
    yield told(event.get("user_id"))
    yield _id(event, "sender")
    yield _id(event, "recipient")
    yield _id(event, "user")


def _is_ours(event: Raw, me: Me) -> bool:
    """Tell whether an event that names its account names ours."""
    return told(event.get("oa_id")) in {"", me.oa_id}


def _told_source(event: Raw, of: str) -> str:
    return f"{words(event.get('event_name'))}:{of}:{told(event.get('timestamp'))}"


def _group_chat(group: str) -> ChatRef:
    return ChatRef(GROUP + group, ChatKind.GROUP)


def _id(event: Raw, field: str) -> str:
    return told(mapping(event.get(field)).get("id"))
