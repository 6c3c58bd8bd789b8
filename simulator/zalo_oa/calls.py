"""One call of the service to the OA API, checked at the door."""

from dataclasses import dataclass, field
from typing import Any

from simulator.zalo_oa.codes import invalid
from simulator.zalo_oa.record import Accepted
from simulator.zalo_oa.things import Json
from simulator.zalo_oa.world import ZaloWorld


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """The `file` of a multipart call."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Call:
    """A call with its arguments: the JSON body, the object in `data=`, or the plain query."""

    world: ZaloWorld
    path: str
    args: Json
    file: UploadedFile | None = None
    accepted: list[Accepted] = field(default_factory=list)

    def recipient(self, known: set[str]) -> Json:
        """Take the recipient, which names exactly what is known here.

        Raises:
            OaError: -201.
        """
        given = self.args.get("recipient")
        if not isinstance(given, dict) or not given or set(given) - known:
            raise invalid("recipient is invalid")
        return given

    def text(self, name: str) -> str:
        """Take a string that is not empty.

        Raises:
            OaError: -201.
        """
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            raise invalid(f"{name} is invalid")
        return value

    def number(self, name: str, default: int, most: int) -> int:
        """Take a number from 0 to `most`, written as a number or as digits.

        Raises:
            OaError: -201.
        """
        value: Any = self.args.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            value = int(value)
        if type(value) is not int or not 0 <= value <= most:
            raise invalid(f"{name} must be 0 to {most}")
        return value

    def ids(self, name: str, most: int) -> list[str]:
        """Take a list of 1 to `most` ids, each once.

        Raises:
            OaError: -201.
        """
        value = self.args.get(name)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise invalid(f"{name} must hold 1 to {most} ids")
        if not all(isinstance(one, str) for one in value) or len(set(value)) != len(value):
            raise invalid(f"{name} is invalid")
        return value
