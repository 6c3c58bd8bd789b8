"""From our messages to calls of the Open API. Pure; there is no rich text, so all is plain."""

from dataclasses import dataclass, field, replace

from bot.channels.raw import clean
from bot.channels.zalo_oa.pressing import press_text
from bot.channels.zalo_oa.settings import BUTTON_TITLE, BUTTONS, TEXT_LIMIT
from domain.failures import Refused
from domain.fit import numbered, split_text
from domain.messages import Button, ChatRef, MediaKind, MediaRef, Outgoing
from domain.start_payload import link_to

GROUP = "g:"
"""Before the id of a group: people and groups have ids of different kinds."""

CS, V2, GROUP_PATH = "/v3.0/oa/message/cs", "/v2.0/oa/message", "/v3.0/oa/group/message"
_MENTION = "[@"
_LEFT_OUT = {MediaKind.PHOTO: "ảnh/photo", MediaKind.VOICE: "audio"}
"""What stands for media that cannot go; who reads it may have any of our languages."""
_KNOWN_KINDS = (MediaKind.PHOTO, MediaKind.FILE)


@dataclass(frozen=True, slots=True)
class Way:
    """How the account sends now."""

    on_v2: bool
    """By the older path, which may take no buttons and no files."""
    group_buttons: bool
    link: str
    """Of the account, with `{payload}` in it."""
    secret: bytes = field(default=b"", repr=False)
    """Seals what buttons send back."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Open API."""

    path: str
    body: dict[str, object]


def calls(chat: ChatRef, outgoing: Outgoing, way: Way) -> tuple[Call, ...]:
    """Build the calls that send a message: more than one for a file with words, or a long text.

    A picture's or file's `ref` is what the platform gave for an upload, or for a picture its
    address.

    Raises: Refused when Zalo has no way to say it.
    """
    group = is_group(chat)
    if outgoing.effect is not None:
        reason = f"effect: cannot {outgoing.effect.kind.value}"
        raise Refused(reason)
    outgoing = with_sendable_media(outgoing, on_v2=way.on_v2 and not group)
    media = outgoing.media
    said = _as_possible(outgoing, way, group=group)
    text = _text(said, group=group)
    if media is None and not text:
        reason = "content: empty"
        raise Refused(reason)
    messages = _messages(text, media, _buttons(chat, said, way))
    path = GROUP_PATH if group else V2 if way.on_v2 else CS
    return tuple(Call(path, {"recipient": recipient(chat), "message": one}) for one in messages)


def with_sendable_media(outgoing: Outgoing, *, on_v2: bool) -> Outgoing:
    """Return the message without media that have no way to go: no film, no recording.

    What of attachments the v2 path takes is not known; a picture is not risked there.

    Raises: Refused when it has no words that could go alone.
    """
    media = outgoing.media
    if media is None or (media.kind in _KNOWN_KINDS and not on_v2) or media.kind is MediaKind.FILE:
        return outgoing
    if media.kind is MediaKind.PHOTO and not (outgoing.text or outgoing.heading or "").strip():
        return outgoing
    return in_words_alone(outgoing, f"cannot send a {media.kind.value}")


def in_words_alone(outgoing: Outgoing, reason: str) -> Outgoing:
    """Leave the media out and say so at the end: the words must get there all the same.

    Raises: Refused with the reason when there are no words.
    """
    media = outgoing.media
    if media is None or not (outgoing.text or outgoing.heading or "").strip():
        raise Refused(f"media: {reason}")
    mark = f"[{_LEFT_OUT.get(media.kind, media.kind.value)} ✗]"
    return replace(outgoing, media=None, text=f"{outgoing.text}\n\n{mark}".strip())


def is_group(chat: ChatRef) -> bool:
    """Tell whether an id is a group's."""
    return chat.chat_id.startswith(GROUP)


def recipient(chat: ChatRef) -> dict[str, str]:
    """Return to whom a message goes."""
    if is_group(chat):
        return {"group_id": chat.chat_id.removeprefix(GROUP)}
    return {"user_id": chat.chat_id}


def _as_possible(outgoing: Outgoing, way: Way, *, group: bool) -> Outgoing:
    """Leave out what has no way, and write choices as numbers where buttons may not work.

    Not confirmed are buttons beside a picture or a file, on the v2 path, and in groups.
    """
    rows = tuple(tuple(one for one in row if one.spot is None) for row in outgoing.buttons)
    outgoing = replace(outgoing, buttons=tuple(row for row in rows if row))
    here = way.group_buttons if group else not way.on_v2
    flat = [button for row in outgoing.buttons for button in row]
    if here and outgoing.media is None and len(flat) <= BUTTONS:
        return outgoing
    spelled = tuple((_spelled(button, way),) for button in flat)
    return numbered(replace(outgoing, buttons=spelled))


def _spelled(button: Button, way: Way) -> Button:
    """Write the address of a start button out, since nothing else will lead there."""
    if button.start is None:
        return button
    return replace(button, label=f"{button.label}: {link_to(way.link, button.start)}")


def _text(outgoing: Outgoing, *, group: bool) -> str:
    heading, text = clean(outgoing.heading or "").strip(), clean(outgoing.text).strip()
    whole = "\n\n".join(part for part in (heading, text) if part)
    # In a group `[@id]` calls somebody, or everybody; as long, so that what fitted still fits.
    return whole.replace(_MENTION, "(@") if group else whole


def _messages(
    text: str, media: MediaRef | None, buttons: list[dict[str, object]]
) -> list[dict[str, object]]:
    pieces = split_text(text, TEXT_LIMIT) if text else []
    messages: list[dict[str, object]] = []
    if media is not None and media.kind is MediaKind.PHOTO:
        caption = {"text": pieces.pop(0)} if len(pieces) == 1 else {}
        messages.append({**caption, "attachment": _picture(media)})
    elif media is not None:
        # A file has no caption: its words follow.
        messages.append({"attachment": {"type": "file", "payload": {"token": media.ref}}})
    messages += [{"text": piece} for piece in pieces]
    if buttons:
        payload = {"buttons": buttons}
        messages[-1]["attachment"] = {"type": "template", "payload": payload}
    return messages


def _picture(media: MediaRef) -> dict[str, object]:
    by_address = media.ref.startswith(("https://", "http://"))
    element = {"media_type": "image", "url" if by_address else "attachment_id": media.ref}
    payload = {"template_type": "media", "elements": [element]}
    return {"type": "template", "payload": payload}


def _buttons(chat: ChatRef, outgoing: Outgoing, way: Way) -> list[dict[str, object]]:
    return [_button(chat, button, way) for row in outgoing.buttons for button in row]


def _button(chat: ChatRef, button: Button, way: Way) -> dict[str, object]:
    title = clean(button.label)[:BUTTON_TITLE]
    if button.action is not None:
        told = press_text(way.secret, chat.chat_id, button.action)
        return {"title": title, "type": "oa.query.hide", "payload": told}
    url = link_to(way.link, button.start or "")
    return {"title": title, "type": "oa.open.url", "payload": {"url": url}}
