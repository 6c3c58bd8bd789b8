"""The updates of a Telegram account: the offset moves after the inbox has them.

python-telegram-bot's Updater confirms first and would lose messages in a crash.
"""

import logging
from collections.abc import Sequence

from bot.channels.raw import integer, mapping
from bot.channels.telegram.translate import translate
from bot.channels.telegram.transport import CallFailed, Transport
from domain.failures import SendFailure

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
)

_LOG = logging.getLogger(__name__)
_UNCONFIRMED_PAUSE_S = 1.0


class TelegramUpdates:
    """What getUpdates gives, each batch confirmed by the next call."""

    platform = "Telegram"

    def __init__(self, transport: Transport, *, poll_timeout_s: int) -> None:
        self._transport = transport
        self._poll_timeout_s = poll_timeout_s
        self._offset: int | None = None
        self._in_conflict = False

    async def fetch(self) -> list[object]:
        """Do one long poll.

        Raises: SendFailure.
        """
        params: dict[str, object] = {
            "timeout": self._poll_timeout_s,
            "limit": 100,
            "allowed_updates": ALLOWED_UPDATES,
        }
        if self._offset is not None:
            params["offset"] = self._offset
        timeout_s = self._poll_timeout_s + 10
        try:
            result = await self._transport.call("getUpdates", params, timeout_s=timeout_s)
        except CallFailed as error:
            failure = self._meaning(error)
        else:
            if self._in_conflict:
                self._in_conflict = False
                _LOG.info("polling again: no other poller any more")
            return result if isinstance(result, list) else []
        raise failure

    def taken(self, updates: Sequence[object], _took_s: float) -> float:
        """Confirm them with the next poll."""
        known = [
            number
            for update in updates
            if (number := integer(mapping(update).get("update_id"))) is not None
        ]
        if known:
            self._offset = max(known) + 1
        # What cannot be confirmed comes again at once: do not spin.
        return _UNCONFIRMED_PAUSE_S if updates and not known else 0

    def _meaning(self, failure: CallFailed) -> SendFailure:
        if failure.code == 409 and not self._in_conflict:
            self._in_conflict = True
            _LOG.error("another poller or a webhook uses this bot; waiting for it to end")
        return translate(
            status=failure.status,
            code=failure.code,
            description=failure.description,
            parameters=failure.parameters,
            network=failure.network,
        )
