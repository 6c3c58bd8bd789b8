"""From a message of ours to the call that sends it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.channels.raw import clean
from domain.failures import Refused
from domain.fit import numbered
from domain.messages import Button, ChatKind, ChatRef, MediaKind, MediaRef, Outgoing

_WRITE_TO = "mở chat riêng với {name} rồi viết"
_NO_NAME = "bot này"
NO_UPLOADS = "media: a Zalo bot sends pictures by their web address only"


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its parameters."""

    method: str
    params: Mapping[str, object]


def sending(chat: ChatRef, outgoing: Outgoing, name: str = "") -> Call:
    """Return the call that sends a message; buttons become numbered lines.

    What it answers is left out: there is no documented way to name it. Nor has a chat with a bot
    an address: what leads there says to whom to write, by the bot's `name`.

    Raises: Refused for what a bot cannot send.
    """
    if chat.kind is not ChatKind.PRIVATE:
        rows = tuple(tuple(_spelled(one, name) for one in row) for row in outgoing.buttons)
        outgoing = replace(outgoing, buttons=rows)
    outgoing = numbered(outgoing)
    parts = [clean(part) for part in (outgoing.heading or "", outgoing.text) if part.strip()]
    text = "\n\n".join(parts)
    media = outgoing.media
    if media is None:
        if not text:
            reason = "content: empty"
            raise Refused(reason)
        return Call("sendMessage", {"chat_id": chat.chat_id, "text": text})
    if media.kind is MediaKind.PHOTO and _is_web(media):
        photo: dict[str, object] = {"chat_id": chat.chat_id, "photo": media.ref}
        return Call("sendPhoto", photo | ({"caption": text} if text else {}))
    if media.kind is MediaKind.STICKER and not media.sealed and not text:
        return Call("sendSticker", {"chat_id": chat.chat_id, "sticker": media.ref})
    raise Refused(NO_UPLOADS)


def _spelled(button: Button, name: str) -> Button:
    if button.start is None:
        return button
    return replace(button, label=f"{button.label}: {_WRITE_TO.format(name=name or _NO_NAME)}")


def _is_web(media: MediaRef) -> bool:
    try:
        address = urlsplit(media.ref)
    except ValueError:
        return False
    return not media.sealed and address.scheme in {"http", "https"} and bool(address.hostname)
