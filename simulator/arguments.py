"""The parameters of a call, read the way Telegram's own server reads them.

Every parameter is a string there, whether it came in a query, a form, a multipart body or JSON;
a number that is none reads as 0 (td::to_integer), a number too large is clamped.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from simulator.errors import ApiError, bad_request

_LEADING_INTEGER = re.compile(r"\s*(-?\d{1,18})")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Arguments:
    """The parameters of one call."""

    values: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Give a parameter as it came, "" when it is missing."""
        return self.values.get(name, "")

    def required(self, name: str) -> str:
        """Give a parameter.

        Raises:
            ApiError: 400, it is missing or empty.
        """
        value = self.text(name)
        if not value:
            raise bad_request(f'Parameter "{name}" is required')
        return value

    def integer(
        self, name: str, default: int = 0, low: int = -(1 << 53), high: int = 1 << 53
    ) -> int:
        """Give a number, clamped; what is no number reads as 0."""
        value = self.text(name)
        if not value:
            return min(max(default, low), high)
        found = _LEADING_INTEGER.match(value)
        return min(max(int(found.group(1)) if found else 0, low), high)

    def flag(self, name: str) -> bool:
        """Give a yes or no."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def json(self, name: str, refusal: str) -> Any:
        """Give a parameter that holds JSON, None when it is missing.

        Raises:
            ApiError: 400 with the refusal, it is no JSON.
        """
        value = self.text(name)
        if not value:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise bad_request(refusal) from error

    def message_id(self, name: str = "message_id") -> int:
        """Give a message id, 0 when there is none."""
        return max(0, self.integer(name))

    def upload(self, name: str) -> Upload | None:
        """Find the file of a parameter: sent under its name, or named by attach://."""
        value = self.text(name)
        if value.startswith("attach://"):
            return self.uploads.get(value.removeprefix("attach://"))
        return self.uploads.get(name)


async def read_arguments(request: web.Request) -> Arguments:
    """Read the parameters of a request, whichever way they came.

    Raises:
        ApiError: 400 for a body that cannot be read.
    """
    arguments = Arguments(dict(request.query))
    if request.method != "POST" or not request.body_exists:
        return arguments
    content_type = request.content_type
    if content_type == "application/json":
        await _read_json(request, arguments)
    elif content_type == "multipart/form-data":
        await _read_multipart(request, arguments)
    elif content_type == "application/x-www-form-urlencoded":
        form = await request.post()
        arguments.values |= {name: str(value) for name, value in form.items()}
    return arguments


async def _read_json(request: web.Request, arguments: Arguments) -> None:
    body = await request.read()
    if not body:
        return
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, "Bad Request: can't parse request body as JSON") from error
    if not isinstance(value, dict):
        raise ApiError(400, "Bad Request: expected a JSON Object")
    arguments.values |= from_json(value)


def from_json(value: dict[str, Any]) -> dict[str, str]:
    """Turn the fields of a JSON object into parameters; null counts as missing."""
    written: dict[str, str] = {}
    for name, field_value in value.items():
        if isinstance(field_value, str):
            written[name] = field_value
        elif field_value is not None:
            written[name] = orjson.dumps(field_value).decode()
    return written


async def _read_multipart(request: web.Request, arguments: Arguments) -> None:
    try:
        reader = await request.multipart()
        async for part in reader:
            if not isinstance(part, BodyPartReader) or part.name is None:
                continue
            data = bytes(await part.read(decode=True))
            if part.filename is None:
                arguments.values[part.name] = data.decode()
            else:
                mime = part.headers.get("Content-Type", "application/octet-stream")
                arguments.uploads[part.name] = Upload(part.filename, mime, data)
    except (ValueError, UnicodeDecodeError) as error:
        raise ApiError(400, "Bad Request: can't parse multipart body") from error
