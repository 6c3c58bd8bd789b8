"""The platforms that a test world may be on: what they can do, and what their phones show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.channels.zalo_bot.settings import capabilities as of_zalo_bot
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.settings import capabilities as of_zalo_oa
from delivery.outbox import personal
from domain.channel import Capabilities
from domain.delivery import DeliveryKind, Outcome, TurnedDown
from domain.fit import fit, numbered
from domain.messages import Button, ChatKind, EffectKind, Outgoing
from storage.deliveries.windows import Send
from tests.chat_furniture import pretend_capabilities

_ABOUT_TIPS = (DeliveryKind.CARD, DeliveryKind.STUB, DeliveryKind.NOTICE, DeliveryKind.PHOTO)
_LINE = re.compile(r"(\d{1,2})\. (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform; `link` is the pattern of its start links."""

    name: str
    link: str
    able: Capabilities

    @property
    def numbers(self) -> bool:
        """Whether people type numbers where there are no buttons."""
        return self.able.typed_choices

    def goes(self, send: Send) -> "Outcome | Shown":
        """Return what the phone shows of a message, or that the platform has no way for it."""
        if not self.numbers:
            return Shown(send.outgoing)
        outgoing = replace(personal(send.outgoing, send.delivery_id), edits=None)
        if outgoing.effect is not None:
            made = outgoing.effect.kind is EffectKind.MAKE_GROUP and self.able.makes_groups
            reason = f"effect: cannot {outgoing.effect.kind.value}"
            return Shown(outgoing) if made else TurnedDown(reason)
        if outgoing.media is not None and outgoing.media.kind not in self.able.uploads:
            # As the sender does: the words go alone where there are any.
            outgoing = replace(outgoing, media=None)
        (fitted,) = fit(outgoing, self.able).parts
        private = send.chat.kind is ChatKind.PRIVATE
        if private and fitted.media is None and _actions(fitted):
            return Shown(fitted, choices=())
        listed = numbered(fitted)
        about = private or send.kind in _ABOUT_TIPS
        return Shown(outgoing, bool(listed.choices), listed.choices if about else None)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as its chat shows it; `choices` is what the sender tells of typed numbers."""

    outgoing: Outgoing
    numbered: bool = False
    choices: tuple[str, ...] | None = None


def offered(outgoing: Outgoing) -> Outgoing:
    """Return it with buttons in place of the numbered lines at its end, to be read alike."""
    if not outgoing.choices or _actions(outgoing):
        return outgoing
    above, labels = _split(outgoing.text, len(outgoing.choices))
    rows = tuple((Button(*one),) for one in zip(labels, outgoing.choices, strict=True))
    return replace(outgoing, text=above, buttons=(*rows, *outgoing.buttons))


def _actions(outgoing: Outgoing) -> list[str]:
    return [one.action for row in outgoing.buttons for one in row if one.action is not None]


def _split(text: str, count: int) -> tuple[str, Sequence[str]]:
    """Take the newest lines `1. …` to `count. …` from the end of a text."""
    lines = text.split("\n")
    # Links to our chat stand below, as lines that begin with a dot.
    first = max(at for at, line in enumerate(lines) if line.startswith("1. "))
    found = [_LINE.fullmatch(line) for line in lines[first : first + count]]
    labels = [match[2] for match in found if match is not None]
    return "\n".join(lines[:first]).rstrip(), labels


TELEGRAM = Platform(
    name="telegram",
    link="https://t.me/vi_du_bot?start={payload}",
    able=pretend_capabilities(),
)
_OA = ZaloOaSettings(app_id="1", app_secret="vi-du", oa_id="7001", pace_per_minute=1800)
ZALO_OA = Platform(
    name="zalo_oa", link="https://zalo.me/7001?text=%23{payload}", able=of_zalo_oa(_OA)
)
ZALO_BOT = Platform(name="zalo_bot", link="", able=of_zalo_bot(20.0))
