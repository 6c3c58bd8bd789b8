"""Read what a platform sends without trusting its shape: every question has an answer."""

import json
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

import orjson

from domain.lengths import utf16_length

LONGEST_TEXT = 20_000
"""UTF-16 units of one message; ten times what Zalo's own apps send."""
Raw = Mapping[str, object]
NOTHING: Raw = MappingProxyType({})


def mapping(value: object) -> Raw:
    """Return an object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else NOTHING


def integer(value: object) -> int | None:
    """Return a number that can be an id (at most 64 bits), None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63:
        return value
    return None


def words(value: object) -> str:
    """Return a text as it is, anything else as empty text."""
    return value if isinstance(value, str) else ""


def clean(text: str) -> str:
    """Return text as we keep and send it: NFC, no NUL, halves of broken emoji replaced."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return unicodedata.normalize("NFC", whole.replace("\0", ""))


def cut(text: str) -> str:
    """Return clean text without what lies beyond the longest that we keep, in UTF-16 units."""
    if utf16_length(text) <= LONGEST_TEXT:
        return text
    return text.encode("utf-16-le")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")


def read_json(body: bytes) -> object:
    """Read JSON fast; escapes of half an emoji, which orjson refuses, are read all the same.

    Raises: ValueError.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(body)
        except RecursionError:
            message = "too deep"
            raise ValueError(message) from None
