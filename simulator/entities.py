"""Telegram's HTML: the tags it knows, read as strictly as it reads them.

The grammar and every error text follow `parse_html` of TDLib (td/telegram/MessageEntity.cpp);
positions in errors are byte offsets into the UTF-8 text, positions of entities UTF-16 units.
"""

import re
from dataclasses import dataclass
from typing import Any

from simulator.errors import ApiError, bad_request

_SPACES = " \t\r\n\0\v"
_SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TAGS = frozenset(_SIMPLE_TAGS) | {"a", "code", "pre", "blockquote", "tg-emoji"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]*)|#([0-9]*)|([A-Za-z]+));?")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>/\"'\0]*")
_USER_LINK = re.compile(r"tg://user\?id=(\d+)\Z")
_END = "\0"


def utf16_length(text: str) -> int:
    """Count UTF-16 code units, the unit of every Telegram length and offset."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    at: int


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self.source = source + _END
        self.at = 0
        self.out: list[str] = []
        self.units = 0
        self.open: list[_Open] = []
        self.entities: list[dict[str, Any]] = []

    def read(self) -> tuple[str, list[dict[str, Any]]]:
        end = len(self.source) - 1
        while self.at < end:
            letter = self.source[self.at]
            if letter == "&":
                decoded = self._reference()
                self._put(decoded if decoded is not None else self._take())
            elif letter != "<":
                self._put(self._take())
            elif self.source[self.at + 1] == "/":
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            tag = self.open[-1].tag
            raise _broken(f'Can\'t find end tag corresponding to start tag "{tag}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return "".join(self.out), sorted_entities(self.entities)

    def _take(self) -> str:
        letter = self.source[self.at]
        self.at += 1
        return letter

    def _put(self, letter: str) -> None:
        self.out.append(letter)
        self.units += 2 if ord(letter) > 0xFFFF else 1

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _skip_spaces(self) -> None:
        while self.source[self.at] in " \t\r\n\v":
            self.at += 1

    def _reference(self) -> str | None:
        """Decode a character reference; None when it is none and the `&` stands for itself."""
        found = _REFERENCE.match(self.source, self.at)
        if found is None:
            return None
        hexadecimal, decimal, name = found.groups()
        if name is not None:
            decoded = _NAMED.get(name)
        else:
            number = int(hexadecimal or "0", 16) if decimal is None else int(decimal or "0")
            length = len(found.group().rstrip(";"))
            if number == 0 or number >= 0x10FFFF or length >= 10:
                return None
            if 0xD800 <= number <= 0xDFFF:
                raise _broken(
                    "Text contains invalid Unicode characters after decoding HTML entities, "
                    "check for unmatched surrogate code units"
                )
            decoded = chr(number)
        if decoded is not None:
            self.at = found.end()
        return decoded

    def _start_tag(self) -> None:
        begin = self._byte(self.at)
        self.at += 1
        name_at = self.at
        while self.source[self.at] not in _SPACES and self.source[self.at] != ">":
            self.at += 1
        if self.source[self.at] == _END:
            raise _broken(f"Unclosed start tag at byte offset {begin}")
        tag = self.source[name_at : self.at].lower()
        if tag not in _TAGS:
            raise _broken(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while self.source[self.at] != ">":
            self._skip_spaces()
            if self.source[self.at] == ">":
                break
            argument = self._attribute(tag, begin, argument)
        self.at += 1
        if tag == "span" and argument != "spoiler":
            raise _broken(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open.append(_Open(tag, argument, self.units, len(self.out)))

    def _attribute(self, tag: str, begin: int, argument: str) -> str:
        found = _ATTRIBUTE_NAME.match(self.source, self.at)
        name = found.group() if found else ""
        if not name:
            raise _broken(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self.at += len(name)
        self._skip_spaces()
        if self.source[self.at] != "=":
            if self.source[self.at] == _END:
                raise _broken(f'Unclosed start tag "{tag}" at byte offset {begin}')
            return "1" if tag == "blockquote" and name == "expandable" else argument
        self.at += 1
        self._skip_spaces()
        if self.source[self.at] == _END:
            raise _broken(f'Unclosed start tag "{tag}" at byte offset {begin}')
        value = self._value()
        if self.source[self.at] == _END:
            raise _broken(f"Unclosed start tag at byte offset {begin}")
        return _argument(tag, name, value, argument)

    def _value(self) -> str:
        quote = self.source[self.at]
        if quote not in "'\"":
            token_at = self.at
            found = _NAME_TOKEN.match(self.source, self.at)
            value = found.group() if found else ""
            self.at += len(value)
            if self.source[self.at] not in _SPACES and self.source[self.at] != ">":
                where = self._byte(token_at)
                raise _broken(f"Unexpected end of name token at byte offset {where}")
            return value.lower()
        self.at += 1
        value_letters: list[str] = []
        while self.source[self.at] not in {quote, _END}:
            decoded = self._reference() if self.source[self.at] == "&" else None
            value_letters.append(decoded if decoded is not None else self._take())
        if self.source[self.at] == quote:
            self.at += 1
        return "".join(value_letters)

    def _end_tag(self) -> None:
        begin = self._byte(self.at)
        if not self.open:
            raise _broken(f"Unexpected end tag at byte offset {begin}")
        self.at += 2
        name_at = self.at
        while self.source[self.at] not in _SPACES and self.source[self.at] != ">":
            self.at += 1
        name = self.source[name_at : self.at].lower()
        self._skip_spaces()
        if self.source[self.at] != ">":
            raise _broken(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            raise _broken(
                f"Unmatched end tag at byte offset {begin}, "
                f'expected "</{opened.tag}>", found "</{name}>"'
            )
        length = self.units - opened.offset
        if length > 0:
            self._close(opened, length)

    def _close(self, opened: _Open, length: int) -> None:
        entity: dict[str, Any] = {"offset": opened.offset, "length": length}
        same = self.entities and self.entities[-1] | entity == self.entities[-1]
        tag, argument = opened.tag, opened.argument
        if tag in _SIMPLE_TAGS:
            self.entities.append(entity | {"type": _SIMPLE_TAGS[tag]})
        elif tag == "blockquote":
            kind = "expandable_blockquote" if argument else "blockquote"
            self.entities.append(entity | {"type": kind})
        elif tag == "tg-emoji":
            if not argument.isdigit() or int(argument) == 0:
                raise _broken("Invalid custom emoji identifier specified")
            self.entities.append(entity | {"type": "custom_emoji", "custom_emoji_id": argument})
        elif tag == "a":
            link = link_entity(argument or "".join(self.out[opened.at :]))
            if link is not None:
                self.entities.append(entity | link)
        elif tag == "pre":
            if same and self.entities[-1]["type"] == "code" and self.entities[-1].get("language"):
                self.entities[-1]["type"] = "pre"
            else:
                self.entities.append(entity | {"type": "pre"})
        elif same and self.entities[-1]["type"] == "pre" and argument:
            self.entities[-1]["language"] = argument
        else:
            written = entity | {"type": "code"}
            self.entities.append(written | ({"language": argument} if argument else {}))


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Read Telegram HTML into plain text and MessageEntity objects in UTF-16 units.

    Raises:
        ApiError: 400 "can't parse entities: …", on anything Telegram would refuse.
    """
    return _HtmlReader(source.replace("\0", " ")).read()


def link_entity(url: str) -> dict[str, Any] | None:
    """Give what a link becomes: a mention of a user, a text_link, or nothing when it is no URL."""
    user = _USER_LINK.match(url)
    if user:
        return {"type": "text_mention", "user_id": int(user.group(1))}
    if re.match(r"(?i)(https?|tg|ton|tonsite)://\S+\Z", url):
        return {"type": "text_link", "url": checked_url(url)}
    if re.match(r"(?i)[^\s:/]+\.[^\s:/.]{2,}(:\d+)?([/?#]\S*)?\Z", url):
        return {"type": "text_link", "url": checked_url("http://" + url)}
    return None


def checked_url(url: str) -> str:
    """Write a URL as Telegram does: lower-case scheme and host, a slash after a bare host."""
    scheme, _, rest = url.partition("://")
    host = re.match(r"[^/?#]*", rest)
    name = host.group() if host else ""
    tail = rest[len(name) :]
    if scheme.lower() in {"http", "https"} and not tail.startswith("/"):
        tail = "/" + tail
    return f"{scheme.lower()}://{name.lower()}{tail}"


_ORDER = {
    "expandable_blockquote": 0,
    "blockquote": 0,
    "pre": 1,
    "code": 1,
    "text_link": 2,
    "text_mention": 2,
}


def sorted_entities(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order entities by where they begin, the longer ones first."""
    return sorted(
        entities,
        key=lambda entity: (entity["offset"], -entity["length"], _ORDER.get(entity["type"], 3)),
    )


def _argument(tag: str, name: str, value: str, argument: str) -> str:
    if tag == "a" and name == "href":
        return value
    if tag == "code" and name == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if tag == "span" and name == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    if tag == "tg-emoji" and name == "emoji-id":
        return value
    if tag == "blockquote" and name == "expandable":
        return "1"
    return argument


def _broken(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")
