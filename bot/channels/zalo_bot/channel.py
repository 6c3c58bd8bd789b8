"""The Zalo Bot channel: one bot that sends, receives and fetches."""

import logging
from datetime import datetime, timedelta

from aiohttp import web

from bot.channels import starting
from bot.channels.exchange import Exchange
from bot.channels.in_flight import InFlight
from bot.channels.long_polling import Poller
from bot.channels.raw import mapping, words
from bot.channels.zalo_bot.incoming import Me
from bot.channels.zalo_bot.intake import Intake
from bot.channels.zalo_bot.outgoing import sending
from bot.channels.zalo_bot.polling import ZaloBotUpdates
from bot.channels.zalo_bot.settings import ZaloBotSettings, capabilities
from bot.channels.zalo_bot.throttles import Throttles
from bot.channels.zalo_bot.translate import NOT_THERE, TOO_FAST, TOO_OFTEN, translate
from bot.channels.zalo_bot.transport import CallFailed, Transport
from bot.channels.zalo_bot.webhook import Webhook
from bot.channels.zalo_oa import files
from bot.channels.zalo_oa.reading import told
from domain.channel import Capabilities, Inbox, Unheard
from domain.clock import Clock
from domain.failures import AccountDown, Ambiguous, Refused, SendFailure
from domain.messages import ChatRef, MediaRef, Outgoing, Sent

_LOG = logging.getLogger(__name__)
_POLL_GRACE_S = 10


class ZaloBotChannel:
    """A bot. In webhook mode `routes()` go into the one aiohttp app before it listens."""

    def __init__(self, settings: ZaloBotSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._capabilities = capabilities(settings.per_s)
        self._transport = Transport(settings.api_url, settings.token)
        self._calls = Exchange(
            connect_timeout_s=settings.connect_timeout_s, read_timeout_s=settings.send_timeout_s
        )
        self._polls = Exchange(
            connect_timeout_s=settings.connect_timeout_s,
            read_timeout_s=settings.poll_timeout_s + _POLL_GRACE_S,
        )
        self._webhook = Webhook(settings.webhook_path, settings.webhook_secret)
        self._in_flight = InFlight()
        self._throttles = Throttles(clock)
        self._account_name = ""
        self._is_ready = False
        self._poller: Poller | None = None
        self._down: AccountDown | None = None
        self._deaf: AccountDown | None = None

    @property
    def name(self) -> str:
        """The channel's short name."""
        return "zalo_bot"

    @property
    def capabilities(self) -> Capabilities:
        """What this channel can do."""
        return self._capabilities

    @property
    def username(self) -> str:
        """The name by which people mention the bot, else its account's; empty before `start`."""
        return self._settings.mention or self._account_name

    @property
    def link(self) -> str:
        """Empty: no address is documented that opens a bot's chat."""
        return ""

    @property
    def down(self) -> AccountDown | None:
        """Why the account cannot work, None while it can.

        A send that succeeds clears what a send found, a poll that succeeds what a poll found.
        """
        return self._deaf or self._down

    @property
    def heard_at(self) -> datetime | None:
        """When Zalo last answered a poll; None when we do not poll."""
        return self._poller.heard_at if self._poller else None

    @property
    def poll_timeout(self) -> timedelta:
        """How long a poll without news may take."""
        return timedelta(seconds=self._settings.poll_timeout_s + _POLL_GRACE_S)

    def routes(self) -> list[web.RouteDef]:
        """Return the webhook's route; none when polling."""
        return self._webhook.routes() if self._settings.mode == "webhook" else []

    async def start(self, inbox: Inbox) -> None:
        """Check the account and begin to receive.

        Raises: AccountDown when the account is refused, Refused when the webhook's address is, and
        Transient when Zalo is not there; a channel that was ready stays so.
        """
        was_ready = self._is_ready
        await self.ready()
        me = Me(self._settings.mention, self._settings.group_commands)
        intake = Intake(me, inbox, self._clock, self._settings.token.encode())
        try:
            if self._settings.mode == "webhook":
                await self._receive_by_webhook(intake)
            else:
                await self._receive_by_polling(intake)
        except SendFailure as failure:
            self._webhook.close()
            if not was_ready:
                self._is_ready = False
                await self._close()
            raise _at_start(failure) from None

    async def ready(self) -> None:
        """Check the account, so that it can send; nothing is received before `start`.

        Raises: AccountDown, Transient.
        """
        if self._is_ready:
            return
        self._down = self._deaf = None
        self._open()
        try:
            await self._introduced()
        except SendFailure as failure:
            await self._close()
            raise _at_start(failure) from None
        self._is_ready = True

    async def deafen(self) -> None:
        """Receive no more; sending goes on."""
        self._webhook.close()
        poller, self._poller = self._poller, None
        if poller is not None:
            await poller.stop()

    async def probe(self) -> str:
        """Ask the platform who we are and receive nothing; returns the bot's name.

        Raises: SendFailure.
        """
        self._open()
        try:
            await self._introduced()
        finally:
            await self._close()
        return self.username

    async def check(self) -> None:
        """Ask the platform, while running, whether it knows the account; clears `down` if so.

        Raises: SendFailure; AccountDown while the month's messages are taken for used up.
        """
        if self._throttles.spent:
            reason = "quota: 429"
            raise AccountDown(reason)
        await self._introduced()
        self._down = None

    async def stop(self) -> None:
        """Stop receiving, wait for the sends in flight (at most their time-outs), close."""
        await self.deafen()
        self._is_ready = False
        await self._in_flight.close()
        await self._close()

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        """Send one message; pictures by their web address only.

        Raises: SendFailure. When cancelled, the message may have been sent.
        """
        call = sending(chat, outgoing, self.username.removeprefix("@"))
        meaning: SendFailure
        with self._in_flight.one():
            try:
                result = mapping(await self._transport.call(self._calls, call.method, call.params))
            except CallFailed as failure:
                throttled = failure.code == TOO_FAST
                meaning = (
                    self._throttles.meaning(chat.chat_id, failure)
                    if throttled
                    else translate(failure)
                )
            else:
                self._down = None
                self._throttles.went(chat.chat_id)
                message_id = told(result.get("message_id"))
                if message_id:
                    return Sent(message_id)
                meaning = Ambiguous("answer: no message id")
        raise self._noted(meaning)

    async def fetch(self, media: MediaRef) -> bytes:
        """Return the bytes of a file, from the platform's own hosts alone.

        Raises: Refused when it is too big, gone or elsewhere, Transient when it may work later.
        """
        limit = self._capabilities.download_limit_bytes
        return await files.fetch(self._calls, media.ref, self._settings.api_url, limit)

    async def unheard(self, _since: datetime) -> Unheard | None:
        """Ask Zalo whether the address that it calls is ours; more it does not tell.

        Raises: SendFailure.
        """
        return None if await self._is_called() else Unheard.ELSEWHERE

    def _open(self) -> None:
        self._calls.open()
        self._polls.open()
        self._in_flight.open()

    async def _close(self) -> None:
        await self._calls.close()
        await self._polls.close()

    async def _introduced(self) -> None:
        me = mapping(await self._rare("getMe"))
        self._account_name = words(me.get("account_name"))

    async def _rare(self, method: str, **params: object) -> object:
        """Do a call that sends nothing.

        Raises: SendFailure.
        """
        failure: SendFailure
        with self._in_flight.one():
            try:
                return await self._transport.call(self._calls, method, params)
            except CallFailed as error:
                failure = translate(error)
        raise self._noted(failure)

    def _noted(self, failure: SendFailure) -> SendFailure:
        if isinstance(failure, AccountDown):
            self._down = failure
        return failure

    async def _receive_by_polling(self, intake: Intake) -> None:
        try:
            await self._transport.call(self._calls, "deleteWebhook")
        except CallFailed as failure:
            # None was set, or it was told so already.
            if failure.code not in {NOT_THERE, TOO_OFTEN}:
                raise self._noted(translate(failure)) from None
        self._poller = Poller(
            ZaloBotUpdates(self._fetch_updates, pause_s=self._settings.poll_pause_s),
            intake,
            backoff_cap_s=self._settings.backoff_cap_s,
            on_down=self._note_hearing,
            clock=self._clock,
        )
        self._poller.start()

    async def _fetch_updates(self) -> object:
        wait = {"timeout": self._settings.poll_timeout_s}
        return await self._transport.call(self._polls, "getUpdates", wait)

    async def _receive_by_webhook(self, intake: Intake) -> None:
        # Opened first: Zalo looks whether we answer before it answers us.
        self._webhook.open(intake)
        url, secret = self._settings.webhook_url, self._settings.webhook_secret
        try:
            result = mapping(
                await self._transport.call(
                    self._calls, "setWebhook", {"url": url, "secret_token": secret}
                )
            )
        except CallFailed as failure:
            if failure.code == TOO_OFTEN and await self._is_called():
                return
            if failure.code == 400:
                reason = "webhook: 400"
                raise Refused(reason) from None
            raise self._noted(translate(failure)) from None
        found = mapping(result.get("verification"))
        if found and found.get("ok") is not True:
            # The address is kept all the same: Zalo will call it as soon as it answers.
            _LOG.warning("the webhook did not answer when Zalo looked")

    async def _is_called(self) -> bool:
        """Tell whether our address is set already."""
        try:
            with self._in_flight.one():
                found = await self._transport.call(self._calls, "getWebhookInfo")
        except CallFailed as failure:
            if failure.code == NOT_THERE:
                return False
            raise self._noted(translate(failure)) from None
        ours = self._settings.webhook_url.rstrip("/")
        return words(mapping(found).get("url")).rstrip("/") == ours

    def _note_hearing(self, failure: AccountDown | None) -> None:
        self._deaf = failure


def _at_start(failure: SendFailure) -> SendFailure:
    bad_address = isinstance(failure, Refused) and failure.reason.startswith("webhook")
    return failure if bad_address else starting.at_start(failure)
