"""Text as Telegram keeps it: cleaned, trimmed, measured, with links and commands found in it.

Cleaning and trimming follow `fix_formatted_text` of TDLib (td/telegram/MessageEntity.cpp).
"""

import re
from dataclasses import dataclass
from typing import Any

from simulator.entities import parse_html, sorted_entities, utf16_length
from simulator.errors import bad_request

MAX_TEXT_UNITS = 4096
MAX_CAPTION_UNITS = 1024
MAX_ENTITIES = 100
_MAX_INPUT_BYTES = 1 << 15

_DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_CONTROL = re.compile("[\0-\x09\x0b\x0c\x0e-\x1f]")
_KNOWN_TYPES = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
    }
)
_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/<>@.])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@]))"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<mention>(?<![\w/@])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w))"
    r"|(?P<url>(?<![\w@/.])(?:https?://[^\s<>\"]+|(?:[\w-]+\.)+"
    r"(?:com|vn|net|org|info|edu|gov|io|me|xyz|top|shop|online|site|app|dev)\b(?:[/?#][^\s<>\"]*)?))"
    r"|(?P<hashtag>(?<![\w#&/])\#(?=\w*[^\W\d_])\w{1,255})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text with its MessageEntity objects, both as Telegram would store them."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()

    @property
    def units(self) -> int:
        """Give the length Telegram's limits speak of."""
        return utf16_length(self.text)


def format_text(
    source: str, parse_mode: str = "", given: list[dict[str, Any]] | None = None
) -> FormattedText:
    """Read a text as the Bot API does: parse mode first, else the entities given beside it.

    Raises:
        ApiError: 400 for an unknown parse mode, broken HTML or an impossible entity.
    """
    if len(source.encode()) > _MAX_INPUT_BYTES:
        raise bad_request("Text is too long")
    mode = parse_mode.lower()
    entities: list[dict[str, Any]] = []
    text = source
    if source and mode == "html":
        text, entities = parse_html(source)
    elif source and mode in {"markdown", "markdownv2"}:
        raise bad_request("the simulator does not imitate Markdown; send HTML or entities")
    elif source and mode not in {"", "none"}:
        raise bad_request("Unsupported parse_mode")
    elif given:
        entities = [_given_entity(entity) for entity in given]
    return _tidy(text, entities)


def plain_text(text: str) -> FormattedText:
    """Read a text a person typed."""
    return _tidy(text, [])


def _given_entity(entity: object) -> dict[str, Any]:
    if not isinstance(entity, dict):
        raise bad_request("Can't parse MessageEntity: expected an Object")
    kind = entity.get("type")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request('Can\'t parse MessageEntity: Field "offset" must be of type Number')
    if not 0 <= offset <= 1_000_000:
        raise bad_request(f"Receive an entity with incorrect offset {offset}")
    if not 0 <= length <= 1_000_000:
        raise bad_request(f"Receive an entity with incorrect length {length}")
    if not isinstance(kind, str) or kind not in _KNOWN_TYPES:
        return {"type": "", "offset": offset, "length": 0}
    written = {"type": kind, "offset": offset, "length": length}
    for name in ("url", "language", "custom_emoji_id"):
        if entity.get(name):
            written[name] = str(entity[name])
    user = entity.get("user")
    if kind == "text_mention" and isinstance(user, dict):
        number = user.get("id")
        written["user_id"] = number if isinstance(number, int) else 0
    return written


def _tidy(source: str, entities: list[dict[str, Any]]) -> FormattedText:
    units = source.encode("utf-16-le", "surrogatepass")
    cleaned, shift = _clean(source)
    end = len(cleaned.rstrip())
    begin = 0
    kept = [entity for entity in entities if entity["length"] > 0]
    for entity in kept:
        for place in (entity["offset"], entity["offset"] + entity["length"]):
            if place * 2 < len(units) and 0xDC <= units[place * 2 + 1] <= 0xDF:
                raise bad_request(f"Entity at UTF-16 offset {place} splits a character")
        start, stop = entity["offset"], entity["offset"] + entity["length"]
        last = len(shift) - 1
        entity["offset"] = shift[min(start, last)]
        entity["length"] = shift[min(stop, last)] - entity["offset"]
    first_entity = min((entity["offset"] for entity in kept), default=len(cleaned))
    while begin < min(end, first_entity) and cleaned[begin] in " \n":
        begin += 1
    text = cleaned[begin:end]
    total = utf16_length(text)
    trimmed: list[dict[str, Any]] = []
    for entity in kept:
        offset = entity["offset"] - begin
        length = min(entity["length"], total - offset)
        if length > 0:
            trimmed.append(entity | {"offset": offset, "length": length})
    found = _found_entities(text, trimmed)
    ordered = sorted_entities(trimmed + found)[:MAX_ENTITIES]
    return FormattedText(text, tuple(ordered))


def _clean(source: str) -> tuple[str, list[int]]:
    """Drop what Telegram drops; the list maps old UTF-16 offsets to new ones."""
    letters: list[str] = []
    shift = [0]
    units = 0
    for letter in source:
        width = 2 if ord(letter) > 0xFFFF else 1
        if _DROPPED.match(letter):
            shift.extend([units] * width)
            continue
        letters.append(" " if _CONTROL.match(letter) else letter)
        for step in range(width):
            shift.append(units + step + 1)
        units += width
    return "".join(letters), shift


def _found_entities(text: str, present: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Find commands, mentions, addresses and hashtags outside the entities already there."""
    found: list[dict[str, Any]] = []
    closed = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in present
        if entity["type"] in {"code", "pre", "text_link", "text_mention"}
    ]
    for match in _FOUND.finditer(text):
        kind = match.lastgroup or ""
        piece = match.group().rstrip(".,;:!?)…") if kind == "url" else match.group()
        offset = utf16_length(text[: match.start()])
        length = utf16_length(piece)
        if any(offset < stop and start < offset + length for start, stop in closed):
            continue
        found.append({"type": kind, "offset": offset, "length": length})
    return found
