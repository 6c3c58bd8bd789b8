"""What a link or QR code of ours says after `?start=`: where it hangs and what it is for.

A payload is 1 to 64 of `A-Z a-z 0-9 _ -` (Bot API, deep linking) and anybody can type one: it is
a hint, never a proof of anything. Written are `z1`, a letter for the purpose, and the parts that
are known, each behind `_` and its letter; ids take 22 characters (`domain.ids.short`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.ids import from_short, short

LONGEST = 64


class Purpose(StrEnum):
    """What who comes by the link wants to do first."""

    JOIN = "join"
    TIP = "tip"
    PLEDGE = "pledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPayload:
    """What a link carries; whatever is not known is None.

    `area` is a place's code (in links printed before, also its slug or name); the unit is the one
    that serves the area, or that the campaign, group or pack belongs to. `post` is the delivery
    under which the button stood. At most one of `group`, `pack` and `post` says where it hangs;
    in none it is a poster's or a plain link's.
    """

    purpose: Purpose = Purpose.JOIN
    area: str | None = None
    campaign: UUID | None = None
    group: UUID | None = None
    pack: UUID | None = None
    post: UUID | None = None

    def __post_init__(self) -> None:
        if sum(place is not None for place in (self.group, self.pack, self.post)) > 1:
            message = "a link hangs in one place: a group, a pack or under a post"
            raise ValueError(message)
        if self.area is not None and not _AREA.fullmatch(self.area):
            message = "an area is named by its code"
            raise ValueError(message)

    @property
    def is_bare(self) -> bool:
        """True when it says nothing."""
        return self == _BARE


def encode(payload: StartPayload) -> str:
    """Write a payload; a bare one is empty text, for a link without any.

    An area whose code has no room beside the ids is named less exactly: by its commune.
    """
    if payload.is_bare:
        return ""
    ids = "".join(
        f"_{letter}{short(value)}"
        for letter, value in (
            ("c", payload.campaign),
            ("g", payload.group),
            ("k", payload.pack),
            ("p", payload.post),
        )
        if value is not None
    )
    start = _MARK + _LETTERS[payload.purpose]
    area = payload.area or ""
    if area and len(start) + 2 + len(area) + len(ids) > LONGEST:
        area = area.partition("-")[0]
    return start + (f"_a{area}" if area else "") + ids


def under_post(purpose: Purpose) -> str:
    """Return a button's payload for a message that is still to be sent.

    The outbox puts the message's own id in the place of `{d}`.
    """
    return f"{_MARK}{_LETTERS[purpose]}_p{{d}}"


def link_to(pattern: str, payload: str) -> str:
    """Return the address of a link by its account's pattern, as it stands in a QR code.

    The pattern has `{payload}` in it; an empty payload leaves only what stands before `?`.
    """
    if not payload:
        return pattern.partition("?")[0].replace("{payload}", "")
    return pattern.replace("{payload}", payload)


def decode(text: str) -> StartPayload:
    """Read a payload, also one of the links made before; what no link of ours says is bare."""
    text = text.strip()
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        return _read(written)
    if text == _OLD_TIP or text.startswith(f"{_OLD_TIP}-"):
        post = from_short(text.removeprefix(f"{_OLD_TIP}-"))
        return StartPayload(purpose=Purpose.TIP, post=post)
    if _AREA.fullmatch(text):
        return StartPayload(area=text)
    old = text.casefold().replace("_", "-")
    return StartPayload(area=old) if _AREA.fullmatch(old) else _BARE


def _read(written: re.Match[str]) -> StartPayload:
    def an_id(name: str) -> UUID | None:
        return from_short(written[name]) if written[name] is not None else None

    group, pack, post = an_id("group"), an_id("pack"), an_id("post")
    if sum(place is not None for place in (group, pack, post)) > 1:
        return _BARE
    return StartPayload(
        purpose=_PURPOSES[written["purpose"]],
        area=written["area"],
        campaign=an_id("campaign"),
        group=group,
        pack=pack,
        post=post,
    )


_MARK = "z1"
_OLD_TIP = "bao-tin"
_LETTERS = {Purpose.JOIN: "j", Purpose.TIP: "t", Purpose.PLEDGE: "k"}
_PURPOSES = {letter: purpose for purpose, letter in _LETTERS.items()}
_AREA = re.compile(r"[a-z0-9][a-z0-9-]{0,58}")
_ID = "[A-Za-z0-9_-]{22}"
_WRITTEN = re.compile(
    rf"{_MARK}(?P<purpose>[jtk])(?:_a(?P<area>{_AREA.pattern}))?(?:_c(?P<campaign>{_ID}))?"
    rf"(?:_g(?P<group>{_ID}))?(?:_k(?P<pack>{_ID}))?(?:_p(?P<post>{_ID}))?"
)
_BARE = StartPayload()
