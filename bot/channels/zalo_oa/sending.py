"""Sending a message by the path that the account takes."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.channels.in_flight import InFlight
from bot.channels.raw import mapping
from bot.channels.zalo_oa.outgoing import CS, Call, Way, calls, is_group
from bot.channels.zalo_oa.reading import told
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.tokens import TokenShelf
from bot.channels.zalo_oa.translate import WRONG_PATH, Doing
from bot.channels.zalo_oa.transport import CallFailed, Transport
from domain.failures import AccountDown, Ambiguous, SendFailure, Transient
from domain.messages import ChatRef, Outgoing, Sent

_LOG = logging.getLogger(__name__)
_V2 = "v2_message"

Named = Callable[[CallFailed | AccountDown, Doing], SendFailure]


class Sending:
    """Send, and learn by which path.

    `sent` hears of every success; `named` gives failures their names.
    """

    def __init__(
        self,
        settings: ZaloOaSettings,
        transport: Transport,
        shelf: TokenShelf,
        in_flight: InFlight,
        link: str,
        *,
        sent: Callable[[], None],
        named: Named,
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._shelf = shelf
        self._in_flight = in_flight
        self._link = link
        self._sent = sent
        self._named = named
        self.on_v2 = settings.send_path == _V2
        """Whether the older path is used, on which there may be no buttons."""

    async def remember(self) -> None:
        """Use the path that was learned before.

        Raises: Transient when the shelf is away.
        """
        if self._settings.send_path != "auto":
            return
        try:
            self.on_v2 = await self._shelf.pinned() == _V2
        except Exception as error:  # noqa: BLE001 - the shelf may fail in any way
            reason = f"network: the shelf of the tokens is away ({type(error).__name__})"
        else:
            return
        raise Transient(reason)

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        """Send one message, by the older path when the account takes no other.

        Raises: SendFailure.
        """
        way = Way(self.on_v2, self._settings.group_buttons, self._link)
        todo = calls(chat, outgoing, way)
        may_switch = self._settings.send_path == "auto" and todo[0].path == CS
        try:
            return await self._make(chat, todo, may_switch=may_switch)
        except _WrongPath:
            pass
        # Nothing went out, and only this number says so: other errors may hide a delivery.
        await self._pin()
        return await self.send(chat, outgoing)

    async def _make(self, chat: ChatRef, todo: Sequence[Call], *, may_switch: bool) -> Sent:
        """Make the calls in order; what fails after the first went out is in doubt as a whole."""
        doing = Doing.GROUP if is_group(chat) else Doing.SEND
        done: list[Sent] = []
        for call in todo:
            try:
                with self._in_flight.one():
                    done.append(_sent_of(await self._transport.post(call.path, call.body)))
            except CallFailed as failure:
                if may_switch and not done and failure.code == WRONG_PATH:
                    raise _WrongPath from None
                meaning = self._named(failure, doing)
            except AccountDown as failure:
                meaning = self._named(failure, doing)
            except SendFailure as failure:
                meaning = failure
            else:
                self._sent()
                continue
            if done:
                meaning = Ambiguous(f"half: {getattr(meaning, 'reason', '')}".rstrip())
            raise meaning
        return replace(done[-1], pressable=_has_buttons(todo[-1]))

    async def _pin(self) -> None:
        self.on_v2 = True
        _LOG.warning("the account does not take consultation messages; sending by the older path")
        try:
            await self._shelf.pin(_V2)
        except Exception as error:  # noqa: BLE001 - it is learned again after the next start
            _LOG.warning("the way of sending was not kept: %s", type(error).__name__)


class _WrongPath(Exception):
    """The account does not take this path."""


def _has_buttons(call: Call) -> bool:
    attachment = mapping(mapping(call.body["message"]).get("attachment"))
    return bool(mapping(attachment.get("payload")).get("buttons"))


def _sent_of(data: object) -> Sent:
    message_id = told(mapping(data).get("message_id"))
    if not message_id:
        reason = "answer: no message id"
        raise Ambiguous(reason)
    return Sent(message_id)
