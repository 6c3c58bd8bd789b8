"""One message sent by itself: its words, its file, and what becomes of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from delivery.effects import came_to, carry_out
from delivery.files import NoFile, Shelf, send_file
from delivery.meanings import Meanings
from delivery.pace import Pace
from delivery.wording import Wording
from domain.channel import Channel, Edits
from domain.clock import Clock
from domain.delivery import Accepted, DeliveryKind, NotSent, Outcome, TurnedDown, Unknowable
from domain.failures import Refused, SendFailure
from domain.messages import ChatKind, ChatRef, MediaRef, Outgoing, Sent, Uploaded
from domain.patience import Patience
from storage.database import DatabaseAway
from storage.deliveries.windows import Send

log = structlog.get_logger(__name__)

_WORDS_FIRST = frozenset({DeliveryKind.CAMPAIGN, DeliveryKind.POST})
"""What goes out without its picture where that cannot be had: the words were approved, too."""
_ABOUT_TIPS = (DeliveryKind.CARD, DeliveryKind.STUB, DeliveryKind.NOTICE, DeliveryKind.PHOTO)


class Single:
    """Send messages of one account, each by itself."""

    def __init__(
        self,
        *,
        account_id: UUID,
        channel: Channel,
        pace: Pace,
        clock: Clock,
        timeout: timedelta,
        shelf: Shelf | None,
        wording: Wording,
        meanings: Meanings,
    ) -> None:
        self._account_id = account_id
        self._channel = channel
        self._pace = pace
        self._clock = clock
        self._timeout = timeout
        self._shelf = shelf
        self._wording = wording
        self._meanings = meanings

    async def of(self, send: Send) -> Outcome:
        """Send a message; return what it came to, whatever happened."""
        outgoing = self._wording.of(send, self._channel.capabilities)
        if isinstance(outgoing, TurnedDown):
            return outgoing
        limit_s = self._timeout.total_seconds()
        try:
            async with Patience(limit_s):
                went = await self._passed_on(send.chat, outgoing)
        except (NoFile, Refused) as fault:
            return await self._refused(send, fault)
        except DatabaseAway:
            # Only a file of ours is looked up there, before anything is on its way.
            return NotSent("database", timedelta(seconds=1))
        except SendFailure as failure:
            return self._meanings.of(failure)
        except TimeoutError:
            return Unknowable("hung")
        except Exception as error:  # noqa: BLE001 - an unforeseen fault must not lose the row
            log.error("send_fault", error=type(error).__name__, delivery=str(send.delivery_id))
            return Unknowable(f"fault:{type(error).__name__}")
        self._meanings.well()
        self._pace.also(send.slot, went.sent.calls - 1)
        accepted = came_to(outgoing.effect, went.sent, self._clock.now())
        await self._note_file(outgoing.media, went.media)
        return accepted

    async def _refused(self, send: Send, fault: NoFile | Refused) -> Outcome:
        """Send the words alone, where only the file is the trouble and they are worth it."""
        missing = isinstance(fault, NoFile)
        reason = str(fault) if isinstance(fault, NoFile) else fault.reason
        if missing or reason.startswith("media:"):
            words = send.outgoing
            able = self._channel.capabilities.uploads
            if words.media is not None and words.media.kind not in able:
                log.info("words_alone", delivery=str(send.delivery_id))
            else:
                log.error("file_missing", delivery=str(send.delivery_id), reason=reason)
            if send.kind in _WORDS_FIRST and words.media is not None and words.text.strip():
                return await self.of(replace(send, outgoing=replace(words, media=None)))
        rights = isinstance(fault, Refused) and fault.rights
        return TurnedDown("file_missing" if missing else reason, rights)

    async def _note_file(self, ours: MediaRef | None, theirs: MediaRef | None) -> None:
        """Remember what the platform just got; without that it is only uploaded again."""
        if self._shelf is None or ours is None or theirs is None:
            return
        try:
            await self._shelf.learn(ours, self._account_id, theirs)
        except Exception as error:  # noqa: BLE001 - it went out, whatever becomes of the note
            log.info("upload_not_noted", error=type(error).__name__)

    async def _passed_on(self, chat: ChatRef, outgoing: Outgoing) -> Uploaded:
        if outgoing.effect is not None:
            return Uploaded(await carry_out(self._channel, chat, outgoing, outgoing.effect), None)
        if outgoing.media is not None and outgoing.media.sealed and outgoing.edits is None:
            account, channel = self._account_id, self._channel
            return await send_file(self._shelf, account, channel, chat, outgoing)
        if outgoing.edits is None:
            return Uploaded(await self._channel.send(chat, outgoing), None)
        if not isinstance(self._channel, Edits):
            reason = "the channel cannot edit"
            raise Refused(reason)
        await self._channel.edit(chat, outgoing.edits, outgoing)
        return Uploaded(Sent(outgoing.edits), None)

    def choices(self, send: Send, outcome: Outcome) -> tuple[str, ...] | None:
        """Return what numbers typed after a message stand for; None where that changes nothing."""
        answered = send.chat.kind is ChatKind.PRIVATE or send.kind in _ABOUT_TIPS
        if not answered or send.outgoing.effect is not None:
            return None
        if isinstance(outcome, Accepted) and outcome.pressable:
            return ()
        outgoing = self._wording.of(send, self._channel.capabilities)
        return None if isinstance(outgoing, TurnedDown) else outgoing.choices
