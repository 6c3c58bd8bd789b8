"""The place that a link or QR code names: a hint, never a proof of anything."""

from domain.place import Level, Place
from domain.places import Gazetteer
from domain.toneless import slug

PRIVATE_TIP = "bao-tin"
"""Kept with a person who came by the button "Báo tin riêng", or by another link for tips."""


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
