"""Keyboards: read as Client.cpp reads them, checked as Telegram's servers check them."""

from typing import Any

import orjson

from simulator.entities import link_entity
from simulator.errors import bad_request

MAX_CALLBACK_BYTES = 64
MAX_INLINE_BUTTONS = 100
MAX_ROW_BUTTONS = 8
MAX_REPLY_BUTTONS = 300
_PRIVATE_ONLY = {
    "request_contact": "Phone number can be requested in private chats only",
    "request_location": "Location can be requested in private chats only",
    "request_poll": "Poll can be requested in private chats only",
    "request_users": "Users can be requested in private chats only",
    "request_chat": "Chats can be requested in private chats only",
    "web_app": "Web App buttons can be used in private chats only",
}

Json = dict[str, Any]


def read_markup(source: str) -> Json | None:
    """Read a reply_markup parameter into the one form Telegram keeps; None when there is none.

    Raises:
        ApiError: 400, with the text of Client.cpp's `get_reply_markup`.
    """
    if not source:
        return None
    try:
        value = orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise bad_request("Can't parse reply keyboard markup JSON object") from error
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("Object expected as reply markup")
    keyboard = _rows(value, "keyboard", 'Field "keyboard" must be an Array of Arrays')
    inline = _rows(
        value,
        "inline_keyboard",
        'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    )
    if keyboard:
        kept = {
            name: bool(value[name])
            for name in ("resize_keyboard", "one_time_keyboard", "is_persistent", "selective")
            if value.get(name)
        }
        return {"keyboard": [[_key(key) for key in row] for row in keyboard]} | kept
    if inline:
        return {"inline_keyboard": [[_button(button) for button in row] for row in inline]}
    if value.get("remove_keyboard") or value.get("hide_keyboard"):
        return {"remove_keyboard": True}
    if value.get("force_reply"):
        return {"force_reply": True}
    return None


def check_markup(markup: Json | None, chat_kind: str, *, inline_only: bool = False) -> Json | None:
    """Check a keyboard against the chat it goes to; empty rows fall away.

    Raises:
        ApiError: 400 for a keyboard that Telegram's servers refuse there.
    """
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        rows = [row for row in markup["inline_keyboard"] if row]
        for row in rows:
            for button in row:
                _check_button(button, chat_kind)
        too_wide = any(len(row) > MAX_ROW_BUTTONS for row in rows)
        if too_wide or sum(len(row) for row in rows) > MAX_INLINE_BUTTONS:
            raise bad_request("reply markup is too long")
        return {"inline_keyboard": rows} if rows else None
    if inline_only or chat_kind == "channel":
        raise bad_request("Inline keyboard expected")
    if "keyboard" in markup:
        _check_keys(markup["keyboard"], chat_kind)
    return markup


def _rows(value: Json, name: str, refusal: str) -> list[list[Any]]:
    rows = value.get(name)
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise bad_request(f'Field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(refusal)
    return rows


def _key(key: Any) -> Json:
    if isinstance(key, str):
        return {"text": key}
    if not isinstance(key, dict):
        raise bad_request(
            "Can't parse keyboard button: KeyboardButton must be a String or an Object"
        )
    if not isinstance(key.get("text"), str):
        raise bad_request("Can't parse keyboard button: Can't find field \"text\"")
    return {name: value for name, value in key.items() if value not in (None, False)}


def _button(button: Any) -> Json:
    prefix = "Can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(prefix + "InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(prefix + 'Can\'t find field "text"')
    written: Json = {"text": button["text"]}
    for name in ("url", "callback_data"):
        value = button.get(name)
        if value is not None and not isinstance(value, str):
            raise bad_request(prefix + f'Field "{name}" must be of type String')
        if value:
            return written | {name: value}
    for name in (
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "login_url",
        "web_app",
        "copy_text",
    ):
        if button.get(name) is not None:
            return written | {name: button[name]}
    raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")


def _check_button(button: Json, chat_kind: str) -> None:
    if not button["text"].strip():
        raise bad_request("Inline keyboard button text must be non-empty")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and link_entity(url) is None:
        raise bad_request(f"Inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if "web_app" in button:
        if chat_kind != "private":
            raise bad_request("BUTTON_TYPE_INVALID")
        address = button["web_app"].get("url") if isinstance(button["web_app"], dict) else None
        if not isinstance(address, str) or not address.lower().startswith("https://"):
            raise bad_request(
                f"Inline keyboard button Web App URL '{address}' is invalid: "
                "Only HTTPS links are allowed"
            )
    copied = button.get("copy_text")
    if copied is not None:
        piece = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(piece, str) or not 1 <= len(piece) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_keys(rows: list[list[Json]], chat_kind: str) -> None:
    if sum(len(row) for row in rows) > MAX_REPLY_BUTTONS:
        raise bad_request("reply markup is too long")
    for row in rows:
        for key in row:
            if not key["text"].strip():
                raise bad_request("Keyboard button text must be non-empty")
            if chat_kind != "private":
                for name, refusal in _PRIVATE_ONLY.items():
                    if key.get(name):
                        raise bad_request(refusal)
