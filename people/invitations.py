"""What the link or QR code says by which a person came: a hint, never a proof of anything."""

import re
from dataclasses import dataclass
from uuid import UUID

from domain.ids import from_short
from domain.place import Level, Place
from domain.places import Gazetteer
from domain.toneless import slug

PRIVATE_TIP = "bao-tin"
"""The link of the button "Báo tin riêng" in a group; `-<short id of the post>` may follow."""

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A payload as it may be kept; `text` is empty for a bare start or a broken payload."""

    text: str

    @property
    def to_tip(self) -> bool:
        """True when the person came to tell something privately."""
        return self.text == PRIVATE_TIP or self.text.startswith(f"{PRIVATE_TIP}-")

    @property
    def post(self) -> UUID | None:
        """The post in a group under which the button stood, if the link tells."""
        return from_short(self.text.removeprefix(f"{PRIVATE_TIP}-")) if self.to_tip else None


def read(payload: str) -> Invitation:
    """Read a payload; one that no link of ours can hold (Bot API: deep linking) is dropped."""
    payload = payload.strip()
    return Invitation(payload if _PAYLOAD.fullmatch(payload) else "")


def area_of(gazetteer: Gazetteer, payload: str, home: str) -> Place | None:
    """Return the commune or village that a payload names, None when it names none or several.

    Accepts a code (`05977`, `05977-kp-vi-du-2`), a village's slug and a commune's name without
    tones (`dong-kinh`, `phuong-dong-kinh`). Villages of many communes bear the same name, so
    those below `home`, the unit's own area, come first.
    """
    by_code = gazetteer.get(payload)
    if by_code is not None:
        return by_code if by_code.level is not Level.PROVINCE else None
    wanted = payload.casefold().replace("_", "-")
    named = [
        place
        for place in gazetteer.places
        if place.slug == wanted or (place.level is Level.COMMUNE and slug(place.name) == wanted)
    ]
    if not named or any(place.level is Level.PROVINCE for place in named):
        return None
    near = [place for place in named if _lies_in(gazetteer, place, home)]
    for choice in (near, named):
        if len(choice) == 1:
            return choice[0]
    return None


def _lies_in(gazetteer: Gazetteer, place: Place, code: str) -> bool:
    return any(step.code == code for step in gazetteer.path(place.code))
