"""The `message` a service sends, read strictly: what is not described is refused.

Source: the consultation message pages (text, media, file, request_user_info); the buttons template
is known from code that runs in production.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from simulator.zalo_oa.codes import OaError, invalid
from simulator.zalo_oa.things import Content, Json, Kind, Media
from simulator.zalo_oa.world import ZaloWorld

MOST_TEXT = 2000
MOST_BUTTONS = 5
MOST_TITLE = 100
MOST_PAYLOAD = 1000
MOST_SMS = 160
UPLOAD_LIFE = timedelta(days=7)
QUERIES = ("oa.query.show", "oa.query.hide")
_PICTURES: dict[str, Kind] = {"image": "image", "gif": "gif"}


@dataclass(frozen=True, slots=True)
class Where:
    """Where a message is going, and what may stand in it there."""

    chat: str
    buttons: bool
    attachments: bool = True


def read_content(world: ZaloWorld, where: Where, given: Any) -> Content:
    """Read a message.

    Raises:
        OaError: -201 for what is missing, unknown or of the wrong kind, -210 for what is too long,
            -233 for kinds that are not served, -100 for an upload older than 7 days.
    """
    message = _object(given, "message", {"text", "attachment", "quote_message_id"})
    text = _text(message)
    quote = message.get("quote_message_id")
    if quote is not None and (
        not isinstance(quote, str) or quote not in world.chat(where.chat).messages
    ):
        raise invalid("quote_message_id is invalid")
    if "attachment" not in message:
        if not text:
            raise invalid("message.text is empty")
        return Content(text=text, quote=quote)
    if not where.attachments:
        raise OaError(-233)
    attachment = _object(message["attachment"], "attachment", {"type", "payload"})
    if attachment.get("type") == "file":
        payload = _object(attachment.get("payload"), "payload", {"token"})
        media = _uploaded(world, payload.get("token"), "file")
        if text:
            raise invalid("message.text does not go with a file")
        return Content("file", media=media, quote=quote)
    if attachment.get("type") != "template":
        raise OaError(-233, "attachment.type")
    content = _template(world, where, text, attachment.get("payload"))
    return replace(content, quote=quote)


def _template(world: ZaloWorld, where: Where, text: str, payload: Any) -> Content:
    if not isinstance(payload, dict):
        raise invalid("payload is invalid")
    template = payload.get("template_type")
    if template in (None, "button") and "buttons" in payload:
        _object(payload, "payload", {"template_type", "buttons"})
        if not where.buttons:
            raise OaError(-233, "buttons")
        if not text:
            raise invalid("message.text is empty")
        return Content(text=text, buttons=_buttons(payload["buttons"]))
    _object(payload, "payload", {"template_type", "elements"})
    elements = payload.get("elements")
    if not isinstance(elements, list) or len(elements) != 1:
        raise invalid("elements must hold one element")
    if template == "media":
        return _media(world, text, elements[0])
    if template == "request_user_info" and not where.chat.startswith("g:"):
        return _info_request(elements[0])
    raise OaError(-233, "template_type")


def _media(world: ZaloWorld, text: str, given: Any) -> Content:
    element = _object(given, "element", {"media_type", "url", "attachment_id", "width", "height"})
    kind = element.get("media_type")
    if kind == "sticker":
        sticker = element.get("attachment_id")
        if not isinstance(sticker, str) or not sticker:
            raise invalid("attachment_id is invalid")
        if text:
            raise invalid("message.text does not go with a sticker")
        return Content("sticker", sticker=sticker)
    if not isinstance(kind, str) or kind not in _PICTURES:
        raise OaError(-233, "media_type")
    if kind == "gif" and not all(
        type(element.get(side)) is int and element[side] > 0 for side in ("width", "height")
    ):
        raise invalid("width and height are required")
    if ("url" in element) == ("attachment_id" in element):
        raise invalid("one of url and attachment_id is required")
    if "url" in element:
        return Content(_PICTURES[kind], text=text, url=web_address(element["url"]))
    return Content(
        _PICTURES[kind], text=text, media=_uploaded(world, element["attachment_id"], kind)
    )


def _info_request(given: Any) -> Content:
    element = _object(given, "element", {"title", "subtitle", "image_url"})
    for name, most in (("title", 100), ("subtitle", 500)):
        value = element.get(name)
        if not isinstance(value, str) or not value:
            raise invalid(f"{name} is invalid")
        if characters(value) > most:
            raise OaError(-210, name)
    asked = dict(element) | {"image_url": web_address(element.get("image_url"))}
    return Content("info_request", text=element["title"], info_request=asked)


def _buttons(given: Any) -> tuple[Json, ...]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_BUTTONS:
        raise invalid("buttons must hold 1 to 5 buttons")
    return tuple(_button(button) for button in given)


def _button(given: Any) -> Json:
    button = _object(given, "button", {"title", "type", "payload", "image_icon"})
    title, kind, payload = button.get("title"), button.get("type"), button.get("payload")
    if not isinstance(title, str) or not title.strip() or characters(title) > MOST_TITLE:
        raise invalid("button.title must have 1 to 100 characters")
    if kind in QUERIES:
        if not isinstance(payload, str) or not 1 <= characters(payload) <= MOST_PAYLOAD:
            raise invalid("button.payload must have 1 to 1000 characters")
    elif kind == "oa.open.url":
        web_address(_object(payload, "button.payload", {"url"}).get("url"))
    elif kind == "oa.open.phone":
        _phone(_object(payload, "button.payload", {"phone_code"}))
    elif kind == "oa.open.sms":
        sms = _object(payload, "button.payload", {"phone_code", "content"})
        _phone(sms)
        said = sms.get("content")
        if not isinstance(said, str) or not 1 <= characters(said) <= MOST_SMS:
            raise invalid("button.payload.content must have 1 to 160 characters")
    else:
        raise invalid("button.type is invalid")
    return {"title": title, "type": kind, "payload": payload}


def _phone(payload: Json) -> None:
    code = payload.get("phone_code")
    if not isinstance(code, str) or not code.lstrip("+").isdigit():
        raise invalid("phone_code is invalid")


def _uploaded(world: ZaloWorld, given: Any, kind: str) -> Media:
    media = world.uploads.get(given) if isinstance(given, str) else None
    if media is None or media.kind != kind:
        raise invalid("attachment is invalid")
    if media.at + UPLOAD_LIFE < world.clock.now():
        raise OaError(-100)
    return media


def _text(message: Json) -> str:
    text = message.get("text", "")
    if not isinstance(text, str):
        raise invalid("message.text is invalid")
    if characters(text) > MOST_TEXT:
        raise OaError(-210, "message.text is over 2000 characters")
    return "" if not text.strip() else text


def characters(text: str) -> int:
    """Count characters as Zalo is taken to: as given, so decomposed accents count twice."""
    return len(text)


def web_address(given: Any) -> str:
    """Take an http(s) address.

    Raises:
        OaError: -201, it is none.
    """
    if not isinstance(given, str) or not is_web_address(given):
        raise invalid("url is invalid")
    return given


def is_web_address(text: str) -> bool:
    """Say whether a text is an http(s) address with a host."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _object(given: Any, name: str, known: set[str]) -> Json:
    if not isinstance(given, dict):
        raise invalid(f"{name} is invalid")
    for key in given:
        if key not in known:
            raise invalid(f"{name}.{key} is unknown")
    return given
