"""The Telegram channel: one bot account that sends, receives, fetches and counts."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import telegram
from aiohttp import web

from bot.channels.in_flight import InFlight
from bot.channels.long_polling import Poller
from bot.channels.raw import clean, integer, mapping
from bot.channels.telegram.answers import at_start, sent_of, topic_of
from bot.channels.telegram.arranging import arranging, is_arranged, without_topic
from bot.channels.telegram.fetching import fetched
from bot.channels.telegram.group_filter import Me
from bot.channels.telegram.incoming import file_of
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.mailing import mailing
from bot.channels.telegram.outgoing import Call, deleting, editing, leaving, pinning, sending
from bot.channels.telegram.polling import TelegramUpdates
from bot.channels.telegram.request import CallRejected, SilentBot
from bot.channels.telegram.settings import TelegramSettings, capabilities
from bot.channels.telegram.traffic import RecentSends
from bot.channels.telegram.translate import is_gone, is_unmodified, translate
from bot.channels.telegram.transport import CallFailed, FilePart, Transport
from bot.channels.telegram.webhook import Webhook, ask_for_calls, unheard
from domain.channel import Capabilities, Inbox, Unheard
from domain.clock import Clock, SystemClock
from domain.failures import AccountDown, Ambiguous, Refused, SendFailure, Transient
from domain.messages import (
    ChatRef,
    Effect,
    EffectKind,
    MediaRef,
    Outgoing,
    PressAnswer,
    Sent,
    Upload,
    Uploaded,
)

_LOG = logging.getLogger(__name__)


class TelegramChannel:
    """A bot account; its `username` is known after `ready`, its `routes` are for the one app."""

    def __init__(self, settings: TelegramSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._capabilities = capabilities(settings.pace)
        self._transport = Transport(
            settings.api_url,
            settings.token,
            connect_timeout_s=settings.connect_timeout_s,
            read_timeout_s=settings.send_timeout_s,
            proxy_url=settings.proxy_url,
        )
        self._bot = SilentBot(settings.api_url, settings.token, self._transport)
        self._webhook = Webhook(settings.webhook_path, settings.webhook_secret)
        self._in_flight = InFlight()
        self._recent = RecentSends(settings.pace.account_per_s, settings.pace.chat_per_s)
        self._me: Me | None = None
        self._is_ready = False
        self._intake: Intake | None = None
        self._poller: Poller | None = None
        self._down: AccountDown | None = None
        self._deaf: AccountDown | None = None

    @property
    def name(self) -> str:
        """The channel's short name."""
        return "telegram"

    @property
    def capabilities(self) -> Capabilities:
        """What this channel can do."""
        return self._capabilities

    @property
    def username(self) -> str:
        """The bot's public name without `@`; empty before `start`."""
        return self._me.username if self._me else ""

    @property
    def link(self) -> str:
        """How links to the bot are written (Bot API, deep linking); empty before `start`."""
        return f"https://t.me/{self.username}?start={{payload}}" if self.username else ""

    @property
    def down(self) -> AccountDown | None:
        """Why the account cannot work, None while it can.

        A send that succeeds clears what a send found, a poll that succeeds what a poll found.
        """
        return self._deaf or self._down

    @property
    def heard_at(self) -> datetime | None:
        """When Telegram last answered a poll; None when we do not poll."""
        return self._poller.heard_at if self._poller else None

    @property
    def poll_timeout(self) -> timedelta:
        """How long a poll without news may take."""
        return timedelta(seconds=self._settings.poll_timeout_s)

    @property
    def unreadable(self) -> int:
        """How many updates since the start could not be read whole."""
        return self._intake.unreadable if self._intake else 0

    @property
    def anonymous(self) -> int:
        """How many messages to us since the start were dropped for having no signer."""
        return self._intake.anonymous if self._intake else 0

    def routes(self) -> list[web.RouteDef]:
        """Return the webhook's route; none when polling."""
        return self._webhook.routes() if self._settings.mode == "webhook" else []

    async def start(self, inbox: Inbox) -> None:
        """Check the account and begin to receive; what is waiting at Telegram is kept.

        Raises: AccountDown when the account is refused, Refused when the webhook's address is, and
        Transient when Telegram is not there; a channel that was ready stays so.
        """
        was_ready = self._is_ready
        await self.ready()
        assert self._me is not None, "it is known of a channel that is ready"
        secret = self._settings.token.encode()
        self._intake = intake = Intake(self._me, inbox, self._clock, secret, self.count_members)
        try:
            if self._settings.mode == "webhook":
                await self._receive_by_webhook(intake)
            else:
                await self._receive_by_polling(intake)
        except SendFailure as failure:
            self._webhook.close()
            if not was_ready:
                self._is_ready = False
                await self._transport.close()
            raise at_start(failure) from None

    async def ready(self) -> None:
        """Check the account, so that it can send; nothing is received before `start`.

        Raises: AccountDown, Transient.
        """
        if self._is_ready:
            return
        self._down = self._deaf = None
        self._transport.open()
        self._in_flight.open()
        try:
            self._me = await self._introduced()
        except SendFailure as failure:
            await self._transport.close()
            raise at_start(failure) from None
        self._is_ready = True

    async def deafen(self) -> None:
        """Receive no more; sending goes on."""
        self._webhook.close()
        poller, self._poller = self._poller, None
        if poller is not None:
            await poller.stop()

    async def probe(self) -> str:
        """Ask the platform who we are and receive nothing; returns the bot's username.

        Raises: SendFailure.
        """
        self._transport.open()
        self._in_flight.open()
        try:
            return (await self._introduced()).username
        finally:
            await self._transport.close()

    async def check(self) -> None:
        """Ask the platform, while running, whether it knows the account; clears `down` if so.

        Raises: SendFailure.
        """
        await self._introduced()
        self._down = None

    async def stop(self) -> None:
        """Stop receiving, wait for the sends in flight (at most their time-outs), close."""
        await self.deafen()
        self._is_ready = False
        await self._in_flight.close()
        await self._transport.close()

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        """Send one message.

        Raises: SendFailure. When cancelled, the message may have been sent.
        """
        call = sending(chat, outgoing, self.username)
        return sent_of(await self._call(chat, call))

    def prepare(self, outgoing: Outgoing, own: str) -> Callable[[str, str], Awaitable[Sent]]:
        """Write a message once for many private chats, as `Prepares` says."""
        return mailing(self._call, outgoing, own, self.username)

    async def upload(self, chat: ChatRef, outgoing: Outgoing, upload: Upload) -> Uploaded:
        """Send one message with a file from our side; keep `media` for all who get it after.

        Raises: SendFailure.
        """
        call = sending(chat, outgoing, self.username)
        if call.file_field is None:
            reason = "media: an upload needs a message with media"
            raise Refused(reason)
        del call.params[call.file_field]
        part = FilePart(upload.name, upload.mime, upload.content)
        result = await self._call(chat, call, files={call.file_field: part})
        return Uploaded(sent_of(result), file_of(mapping(result)))

    async def edit(self, chat: ChatRef, message_id: str, outgoing: Outgoing) -> None:
        """Give a message of ours new words and buttons; that nothing changes is a success.

        Raises: SendFailure.
        """
        call = editing(chat, message_id, outgoing, self.username)
        await self._call(chat, call, fine=is_unmodified)

    async def withdraw(self, chat: ChatRef, message_id: str) -> None:
        """Delete a message younger than 48 hours; that it is gone already is a success.

        Raises: SendFailure; Refused when it is too old, or is theirs and we lack the right.
        """
        await self._call(chat, deleting(chat, message_id), fine=is_gone)

    async def pin(self, chat: ChatRef, message_id: str) -> None:
        """Pin a message of ours without a notice to the members.

        Raises: SendFailure.
        """
        await self._call(chat, pinning(chat, message_id))

    async def leave(self, chat: ChatRef) -> None:
        """Leave a group or channel.

        Raises: SendFailure; Unreachable when we are out already.
        """
        await self._call(chat, leaving(chat))

    async def arrange(self, chat: ChatRef, effect: Effect, text: str) -> str:
        """Open, close, reopen or delete a topic, or set a person's menu; return an opened thread.

        Raises: SendFailure.
        """
        result = await self._call(chat, arranging(chat, effect, text), fine=is_arranged)
        return topic_of(result) if effect.kind is EffectKind.OPEN_TOPIC else ""

    async def answer_press(self, answer: PressAnswer) -> None:
        """Answer a press; failures are swallowed, since nobody waits for it."""
        params: dict[str, object] = {"callback_query_id": answer.press_id}
        if answer.text:
            params["text"] = clean(answer.text)[:200]
            params["show_alert"] = answer.alert
        try:
            with self._in_flight.one():
                await self._transport.call(
                    "answerCallbackQuery", params, timeout_s=self._settings.call_timeout_s
                )
        except (CallFailed, SendFailure) as failure:
            _LOG.debug("a press was not answered: %s", type(failure).__name__)

    async def fetch(self, media: MediaRef) -> bytes:
        """Return the bytes of a file, at most 20 MB (Bot API getFile, cloud server).

        Raises: Refused when it is too big or gone, Transient when Telegram is not there.
        """
        try:
            return await fetched(self._transport, self._in_flight, media, self._capabilities)
        except CallFailed as failure:
            gone = failure.method == "download" and failure.status == 404
            meaning = Refused("media: gone") if gone else self._meaning(failure, None)
        if isinstance(meaning, Refused):
            raise meaning
        raise Transient(getattr(meaning, "reason", "throttled"))

    async def count_members(self, chat: ChatRef) -> int:
        """Return the number of members, the bot itself not counted.

        Raises: SendFailure.
        """
        with self._rare(chat):
            count = integer(await self._bot.get_chat_member_count(chat.chat_id))
        if count is None:
            reason = "answer: not a number"
            raise Ambiguous(reason)
        return max(0, count - 1)

    async def unheard(self, since: datetime) -> Unheard | None:
        """Ask Telegram whether it calls us, and is answered.

        Raises: SendFailure.
        """
        with self._rare(None):
            info = await self._bot.get_webhook_info()
        return unheard(info, self._settings.webhook_url, since, self._clock.now())

    async def publish_commands(self, commands: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Set the menu of commands per language (`""`: all others), only where it differs.

        Raises: SendFailure.
        """
        for language, pairs in commands.items():
            wanted = [(name, clean(description)) for name, description in pairs]
            with self._rare(None):
                now = await self._bot.get_my_commands(language_code=language or None)
                if [(known.command, known.description) for known in now] != wanted:
                    await self._bot.set_my_commands(wanted, language_code=language or None)

    async def _introduced(self) -> Me:
        with self._rare(None):
            me = await self._bot.get_me()
        return Me(me.id, me.username or "", self._settings.group_commands)

    async def _receive_by_polling(self, intake: Intake) -> None:
        with self._rare(None):
            await self._bot.delete_webhook(drop_pending_updates=False)
        self._poller = Poller(
            TelegramUpdates(self._transport, poll_timeout_s=self._settings.poll_timeout_s),
            intake,
            backoff_cap_s=self._settings.backoff_cap_s,
            on_down=partial(setattr, self, "_deaf"),
            clock=self._clock,
        )
        self._poller.start()

    async def _receive_by_webhook(self, intake: Intake) -> None:
        # Opened first: Telegram may call before it has answered us.
        self._webhook.open(intake)
        with self._rare(None):
            await ask_for_calls(self._bot, self._settings)

    async def _call(
        self,
        chat: ChatRef,
        call: Call,
        *,
        files: Mapping[str, FilePart] | None = None,
        fine: Callable[[int | None, str], bool] | None = None,
    ) -> object:
        with self._in_flight.one():
            self._recent.add(chat.chat_id)
            try:
                result = await self._transport.make(call, files)
            except CallFailed as error:
                failure = error
            else:
                self._down = None
                return result
        if fine is not None and fine(failure.code, failure.description):
            return None
        elsewhere = without_topic(call, failure.code, failure.description)
        if elsewhere is not None:
            return await self._call(chat, elsewhere, files=files)
        raise self._meaning(failure, chat)

    @contextmanager
    def _rare(self, chat: ChatRef | None) -> Iterator[None]:
        """Do a call by python-telegram-bot; its failures get the same names as a send's."""
        meaning: SendFailure
        with self._in_flight.one():
            try:
                yield
            except CallRejected as error:
                meaning = self._meaning(error.failure, chat)
            except (telegram.error.TelegramError, TypeError, ValueError, KeyError) as error:
                # The answer was well-formed JSON, but not what the method is to return.
                meaning = Ambiguous(f"answer: {type(error).__name__}")
            else:
                return
        raise meaning

    def _meaning(self, failure: CallFailed, chat: ChatRef | None) -> SendFailure:
        meaning = translate(
            status=failure.status,
            code=failure.code,
            description=failure.description,
            parameters=failure.parameters,
            network=failure.network,
            group=chat is not None and chat.chat_id.startswith(("-", "@")),
            only_this_chat=chat is not None and self._recent.only_chat_over(chat.chat_id),
        )
        if isinstance(meaning, AccountDown):
            self._down = meaning
        return meaning
