"""What a message says at the last moment: its own id, its numbers, the mark of a repeat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from delivery.outbox import personal
from domain.channel import Capabilities
from domain.delivery import TurnedDown
from domain.fit import fit
from domain.messages import Outgoing
from storage.deliveries.windows import Send

log = structlog.get_logger(__name__)


class _TooLong(Exception):
    """A run's message does not fit one message of this channel."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words in which what is to be sent goes out."""

    mark_again: Callable[[Outgoing, str], Outgoing]
    choose: Mapping[str, str]

    def of(self, send: Send, able: Capabilities) -> Outgoing | TurnedDown:
        """Return the message as a channel that is so `able` can say it now, or why it cannot."""
        try:
            return self._worded(send, able)
        except _TooLong:
            # Where messages may be longer, it may go.
            return TurnedDown("too_long", rights=True)
        except ValueError:
            log.error("unsendable", delivery=str(send.delivery_id))
            return TurnedDown("unsendable")

    def _worded(self, send: Send, able: Capabilities) -> Outgoing:
        outgoing = personal(send.outgoing, send.delivery_id)
        if outgoing.edits is not None and not able.edits:
            outgoing = replace(outgoing, edits=None)
        if able.typed_choices and outgoing.effect is None:
            choose = self.choose.get(send.language, "")
            outgoing = _one_part(replace(outgoing, choose=choose), able)
        if not send.again or outgoing.edits is not None or outgoing.effect is not None:
            # What takes the place of a message may do so twice without anybody noticing.
            return outgoing
        marked = self.mark_again(outgoing, send.language)
        # A text that fills a message to the brim goes again without the mark, not cut.
        fits = len(fit(marked, able).parts) == 1
        return marked if fits else outgoing


def _one_part(outgoing: Outgoing, able: Capabilities) -> Outgoing:
    """Put choices where the channel can show them; what has them already stays as it is.

    Raises: _TooLong.
    """
    parts = fit(outgoing, able).parts
    if len(parts) > 1:
        raise _TooLong
    return parts[0]
