"""The one way out: whatever is meant for somebody becomes rows of the ledger here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from domain.channel import Capabilities
from domain.delivery import DeliveryKind, Lane
from domain.door import OPEN, Door, door_of
from domain.fit import excess, fit
from domain.ids import short
from domain.messages import Button, Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses

_LONGEST_START = 64
NO_WORDS: Mapping[str, str] = MappingProxyType({})


class Outbox:
    """Write messages that will be sent, fitted to what the channel can do."""

    def __init__(
        self,
        capabilities: Mapping[str, Capabilities],
        choose: Mapping[str, str] = NO_WORDS,
        no_file: Mapping[str, str] = NO_WORDS,
    ) -> None:
        """Take what each channel can do, and two sentences by language.

        `choose` says that a number is to be typed, `no_file` that a file cannot be sent.
        """
        self._choose = choose
        self._no_file = no_file
        self._capabilities = dict(capabilities)
        self._doors = {name: door_of(able) for name, able in capabilities.items()}

    def put(
        self,
        tx: Tx,
        address_id: UUID,
        outgoing: Outgoing,
        *,
        kind: DeliveryKind,
        lane: Lane,
        language: str,
        resident_id: UUID | None = None,
        group_id: UUID | None = None,
        tip_id: UUID | None = None,
        not_after: datetime | None = None,
        instead_of: UUID | None = None,
    ) -> UUID:
        """Write a message outside any run as one or several rows; return the last row's id.

        `instead_of`: a row that did not arrive, in place of which the first of these goes, once.

        `{d}` in a button's action or start is replaced by the row's own short id when it is sent.

        Raises: ValueError when there is nothing to send or one would get too long by that.
        """
        if not outgoing.text.strip() and not outgoing.heading and outgoing.media is None:
            message = "an empty message was put into the outbox"
            raise ValueError(message)
        personal(outgoing, address_id)
        channel = addresses.home(tx, address_id).channel
        last: UUID | None = None
        able = self._capabilities[channel]
        if not (able.edits and outgoing.edits):
            # Nothing to change there: the new words go as a new message.
            outgoing = replace(outgoing, edits=None)
        media = outgoing.media
        if media is not None and media.sealed and media.kind not in able.uploads:
            # Somebody waits for it: they are told, instead of hearing nothing.
            said = (outgoing.text, self._no_file.get(language, ""))
            outgoing = replace(outgoing, media=None, text="\n\n".join(filter(None, said)))
        if able.typed_choices and outgoing.buttons:
            outgoing = replace(outgoing, choose=self._choose.get(language, ""))
        for part in fit(outgoing, able).parts:
            last = ledger.put(
                tx,
                ledger.NewDelivery(
                    kind=kind,
                    lane=lane,
                    address_id=address_id,
                    language=language,
                    outgoing=part,
                    resident_id=resident_id,
                    group_id=group_id,
                    tip_id=tip_id,
                    not_after=not_after,
                    amends=instead_of if last is None else None,
                ),
            )
        if last is None:
            message = "an empty message was put into the outbox"
            raise ValueError(message)
        return last

    def time_for(self, channel: str, messages: int) -> timedelta:
        """Return how long the channel takes for so many broadcast messages, at its own pace."""
        return timedelta(seconds=messages / self.pace(channel))

    def pace(self, channel: str) -> float:
        """Return how many broadcast messages a second the channel sends at most."""
        pace = self._capabilities[channel].pace
        return pace.account_per_s * (1 - pace.reply_share)

    def able(self, channel: str) -> Capabilities | None:
        """Return what a channel can do; None when it is not in use."""
        return self._capabilities.get(channel)

    def door(self, channel: str) -> Door:
        """Return what a channel asks of whoever sends there; one not in use asks nothing."""
        return self._doors.get(channel, OPEN)

    def doors(self) -> Mapping[str, Door]:
        """Return what each channel in use asks."""
        return self._doors

    def has_topics(self, channel: str) -> bool:
        """Tell whether groups of the channel may have topics."""
        return self._capabilities[channel].topics

    def has_menus(self, channel: str) -> bool:
        """Tell whether a chat of the channel may have a menu of its own; not of one out of use."""
        able = self._capabilities.get(channel)
        return able is not None and able.menus

    def largest_file(self, channel: str) -> int:
        """Return how many bytes of a file the channel hands out at most."""
        return self._capabilities[channel].download_limit_bytes

    def fits_one_message(self, channel: str, outgoing: Outgoing) -> bool:
        """Tell whether the channel can carry it as one message, as a campaign's must be."""
        return not self.excess(channel, outgoing)

    def excess(self, channel: str, outgoing: Outgoing) -> int:
        """Return how many letters, as the channel counts them, it is too long for one message."""
        longest = max(self._choose.values(), key=len, default="")
        return excess(replace(outgoing, choose=longest), self._capabilities[channel])


def personal(outgoing: Outgoing, delivery_id: UUID) -> Outgoing:
    """Put the delivery's own id into the buttons, so that a press tells which message it was.

    Raises: ValueError when an action or a start gets longer than 64 bytes by that.
    """
    own = short(delivery_id)

    def filled(words: str | None) -> str | None:
        return words.replace("{d}", own) if words is not None else None

    def named(button: Button) -> Button:
        start = filled(button.start)
        if start is not None and len(start.encode()) > _LONGEST_START:
            message = "a start payload is at most 64 characters (Bot API, deep linking)"
            raise ValueError(message)
        return replace(button, action=filled(button.action), start=start)

    rows = tuple(tuple(named(button) for button in row) for row in outgoing.buttons)
    choices = tuple(action.replace("{d}", own) for action in outgoing.choices)
    return replace(outgoing, buttons=rows, choices=choices)
