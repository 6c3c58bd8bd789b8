"""Sending a message by the path that the account takes."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.channels.in_flight import InFlight
from bot.channels.raw import mapping
from bot.channels.zalo_oa.outgoing import CS, V2, Call, Way, calls, is_group
from bot.channels.zalo_oa.reading import told
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.tokens import TokenShelf
from bot.channels.zalo_oa.translate import SHUT_DOWN, WRONG_PATH, Doing
from bot.channels.zalo_oa.transport import CallFailed, Transport
from domain.failures import AccountDown, Ambiguous, SendFailure, Transient
from domain.messages import ChatRef, Outgoing, Sent

_LOG = logging.getLogger(__name__)
_V2, _V3 = "v2_message", "v3_cs"
_LEFT_ON = {CS: WRONG_PATH, V2: SHUT_DOWN}
"""The one answer to each path that says that the account takes the other."""

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
        """Send one message, by the other path when the account takes this one no more.

        Raises: SendFailure.
        """
        # Held as one: a stop between two calls would leave half a message.
        with self._in_flight.one():
            return await self._by_either_path(chat, outgoing)

    async def _by_either_path(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        left: set[str] = set()
        while True:
            secret = self._settings.app_secret.encode()
            way = Way(self.on_v2, self._settings.group_buttons, self._link, secret)
            todo = calls(chat, outgoing, way)
            path = todo[0].path
            leave_on = _LEFT_ON.get(path) if self._settings.send_path == "auto" else None
            try:
                return await self._make(chat, todo, None if path in left else leave_on)
            except _WrongPath:
                # Nothing went out, and only this number says so: others may hide a delivery.
                left.add(path)
            await self._pin(_V2 if path == CS else _V3)

    async def _make(self, chat: ChatRef, todo: Sequence[Call], leave_on: int | None) -> Sent:
        """Make the calls in order; what fails after the first went out is in doubt as a whole."""
        doing = Doing.GROUP if is_group(chat) else Doing.SEND
        done: list[Sent] = []
        for call in todo:
            try:
                done.append(_sent_of(await self._transport.post(call.path, call.body)))
            except CallFailed as failure:
                if not done and failure.code is not None and failure.code == leave_on:
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
                went = tuple(one.message_id for one in done)
                meaning = Ambiguous(f"half: {getattr(meaning, 'reason', '')}".rstrip(), went)
            raise meaning
        *before, last = done
        others = tuple(one.message_id for one in before)
        return replace(last, pressable=_has_buttons(todo[-1]), calls=len(todo), others=others)

    async def _pin(self, path: str) -> None:
        self.on_v2 = path == _V2
        _LOG.warning("the account does not take messages on this path; sending by %s", path)
        try:
            await self._shelf.pin(path)
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
