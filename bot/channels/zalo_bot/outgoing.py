"""From a message of ours to the call that sends it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.channels.raw import clean
from domain.failures import Refused
from domain.fit import numbered
from domain.messages import ChatRef, MediaKind, MediaRef, Outgoing

NO_UPLOADS = "media: a Zalo bot sends pictures by their web address only"


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its parameters."""

    method: str
    params: Mapping[str, object]


def sending(chat: ChatRef, outgoing: Outgoing) -> Call:
    """Return the call that sends a message; buttons become numbered lines.

    What it answers is left out: there is no documented way to name it.

    Raises: Refused for what a bot cannot send.
    """
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


def _is_web(media: MediaRef) -> bool:
    try:
        address = urlsplit(media.ref)
    except ValueError:
        return False
    return not media.sealed and address.scheme in {"http", "https"} and bool(address.hostname)
