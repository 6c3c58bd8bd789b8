"""The Zalo OA channel: one Official Account that sends, receives, fetches and broadcasts."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from bot.channels.exchange import Exchange
from bot.channels.in_flight import InFlight, in_time
from bot.channels.starting import at_start
from bot.channels.zalo_oa import articles, catch_up, files, lookups
from bot.channels.zalo_oa.incoming import Me
from bot.channels.zalo_oa.intake import Intake
from bot.channels.zalo_oa.lookups import About
from bot.channels.zalo_oa.oauth import Grants
from bot.channels.zalo_oa.outgoing import in_words_alone, is_group, with_sendable_media
from bot.channels.zalo_oa.sending import Sending
from bot.channels.zalo_oa.settings import IMAGE_LIMIT, ZaloOaSettings, capabilities
from bot.channels.zalo_oa.tokens import CONSENT, LEASE_SPARE, Tokens, TokenShelf
from bot.channels.zalo_oa.translate import Doing, is_known, translate
from bot.channels.zalo_oa.transport import CallFailed, Transport
from bot.channels.zalo_oa.webhook import Webhook
from domain.channel import (
    Allowance,
    Article,
    Capabilities,
    Inbox,
    NewGroup,
    OurMessages,
    Unheard,
)
from domain.clock import Clock
from domain.failures import AccountDown, Refused, SendFailure
from domain.messages import ChatRef, MediaKind, MediaRef, Outgoing, Room, Sent, Upload, Uploaded

_LOG = logging.getLogger(__name__)
_ROUND_S = 600.0
"""Between two looks at the tokens while nobody sends."""


class ZaloOaChannel:
    """An Official Account. `routes()` go into the one aiohttp app before it starts to listen."""

    def __init__(
        self, settings: ZaloOaSettings, clock: Clock, tokens: TokenShelf, ours: OurMessages
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._shelf = tokens
        self._ours = ours
        self._exchange = Exchange(
            connect_timeout_s=settings.connect_timeout_s, read_timeout_s=settings.send_timeout_s
        )
        lease = 2 * settings.longest_call + LEASE_SPARE
        grants = Grants(settings, self._exchange)
        self._tokens = Tokens(tokens, grants, clock, settings.refresh_token, lease)
        proof = settings.app_secret if settings.proof else ""
        self._transport = Transport(settings.api_url, self._exchange, self._tokens, proof)
        self._webhook = Webhook(
            settings.webhook_path,
            settings.signing_secrets,
            app_id=settings.app_id,
            within_s=settings.inbox_timeout_s,
            heard=self._note_hearing,
        )
        self._in_flight = InFlight()
        self._sending = Sending(
            settings,
            self._transport,
            tokens,
            self._in_flight,
            self.link,
            sent=self._sent,
            named=self._meaning_of_send,
        )
        self._about: About | None = None
        self._intake: Intake | None = None
        self._down: AccountDown | None = None
        self._heard_at: datetime | None = None
        self._stopping = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The channel's short name."""
        return "zalo_oa"

    @property
    def capabilities(self) -> Capabilities:
        """What this channel can do; without buttons once the account is known to have none."""
        return capabilities(self._settings, buttons=not self._sending.on_v2)

    @property
    def username(self) -> str:
        """The account's public name; empty before it was asked for."""
        return self._about.name if self._about else ""

    @property
    def link(self) -> str:
        """The address that opens our chat, with `{payload}` where a start payload stands."""
        return f"https://zalo.me/{self._settings.oa_id}?text=%23{{payload}}"

    @property
    def about(self) -> About | None:
        """What the platform says of the account; None before it was asked."""
        return self._about

    @property
    def down(self) -> AccountDown | None:
        """Why the account cannot work, None while it can; a send that succeeds clears it."""
        return self._down

    @property
    def heard_at(self) -> datetime | None:
        """When Zalo last called us with a good signature; None before the first call."""
        return self._heard_at

    @property
    def counts(self) -> dict[str, int]:
        """What became of webhook events since the start."""
        return dict(self._intake.counts) if self._intake else {}

    def routes(self) -> list[web.RouteDef]:
        """Return the webhook's route."""
        return self._webhook.routes()

    async def start(self, inbox: Inbox) -> None:
        """Begin to receive and check the account; also of one that is refused everything is heard.

        Zalo switches off a webhook that nobody answers for two hours, and what came in is lost.

        Raises: AccountDown when the account or its tokens are refused, Transient when Zalo is not
        there.
        """
        await self._begin(inbox)

    async def ready(self) -> None:
        """Check the account, so that it can send; nothing is received.

        Raises: AccountDown, Transient.
        """
        await self._begin(None)

    async def _begin(self, inbox: Inbox | None) -> None:
        self._down = None
        self._open()
        if inbox is not None:
            self._receive(inbox, self._settings.mention)
        try:
            await self._sending.remember()
            about = await self._introduced()
        except SendFailure as failure:
            await self._close()
            raise at_start(failure) from None
        if inbox is not None and not self._settings.mention:
            self._receive(inbox, about.name)
        self._stopping.clear()
        if self._keeper is not None:
            self._keeper.cancel()
        self._keeper = asyncio.create_task(self._keep_tokens(), name="zalo tokens")

    async def probe(self) -> str:
        """Ask the platform who we are and receive nothing; returns the account's name.

        Raises: SendFailure.
        """
        self._open()
        try:
            return (await self._introduced()).name
        finally:
            await self._close()

    async def check(self) -> None:
        """Ask the platform, while running, whether it knows the account; clears `down` if so.

        Raises: SendFailure.
        """
        self._tokens.forget()
        await self._introduced()
        self._down = None

    async def stop(self) -> None:
        """Stop receiving, wait for the calls in flight (at most their time-outs), close."""
        self._webhook.close()
        self._stopping.set()
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            # An exchange of tokens on its way goes on, and is waited for below.
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        await self._in_flight.close()
        await self._close()

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        """Send one message; `reply_to` has no way on Zalo and is left out.

        Raises: SendFailure. When cancelled, the message may have been sent.
        """
        async with in_time(3 * self._settings.longest_call):
            return await self._sending.send(chat, self._with_known_file(outgoing))

    async def upload(self, chat: ChatRef, outgoing: Outgoing, upload: Upload) -> Uploaded:
        """Send one message with a file from our side; keep `media` for all who get it after.

        Raises: SendFailure.
        """
        if outgoing.media is None:
            reason = "media: an upload needs a message with media"
            raise Refused(reason)
        outgoing = self._with_uploadable(chat, outgoing, upload)
        if outgoing.media is None:
            return Uploaded(await self.send(chat, outgoing), None)
        kind, now = outgoing.media.kind, self._clock.now()
        async with in_time(3 * self._settings.longest_call):
            async with self._named(Doing.UPLOAD):
                media = await files.put(self._transport, kind, upload, now)
            known = self._with_known_file(replace(outgoing, media=media))
            sent = await self._sending.send(chat, known)
            return Uploaded(replace(sent, calls=sent.calls + 1), media)

    async def fetch(self, media: MediaRef) -> bytes:
        """Return the bytes of a file, from the platform's own hosts alone.

        Raises: Refused when it is too big, gone or elsewhere, Transient when it may work later.
        """
        limit = self.capabilities.download_limit_bytes
        if media.size is not None and media.size > limit:
            reason = "media: file is too big"
            raise Refused(reason)
        return await files.fetch(self._exchange, media.ref, self._settings.api_url, limit)

    async def count_members(self, chat: ChatRef) -> int:
        """Return the number of members, the account itself not counted.

        Raises: SendFailure.
        """
        async with self._named(Doing.GROUP, noted=False):
            return await lookups.count_members(self._transport, chat)

    async def allowances(self) -> Sequence[Allowance]:
        """Return what is left, one entry for each kind.

        Raises: SendFailure.
        """
        async with self._named(Doing.LOOK, noted=False):
            return await lookups.allowances(self._transport)

    async def unheard(self, since: datetime) -> Unheard | None:
        """Look whether the history holds what somebody wrote long after the last call.

        Raises: SendFailure.
        """
        async with self._named(Doing.LOOK, noted=False):
            return await catch_up.unheard(self._transport, since, self._clock.now())

    async def make_group(
        self, name: str, description: str, members: Sequence[ChatRef], *, closed: bool = False
    ) -> NewGroup:
        """Make a group: as `MakesGroups.make_group`; the administrator we know of is added."""
        people = (self._settings.admin, *(member.chat_id for member in members))
        async with self._named(Doing.GROUP):
            return await lookups.make_group(self._transport, name, description, people, closed)

    async def publish(self, article: Article) -> str:
        """Begin to put an article up, at an hour at which it could be sent; return its token.

        Raises: SendFailure; when it is Ambiguous the article may stand there.
        """
        articles.check(self._settings, self._clock.now())
        async with self._named(Doing.ARTICLE):
            return await articles.publish(self._transport, article, self.username)

    async def article(self, token: str) -> str:
        """Return the id of the article that was put up.

        Raises: SendFailure, never Ambiguous; Throttled while Zalo is still at it.
        """
        async with self._named(Doing.READY):
            return await articles.find(self._transport, token)

    async def broadcast(self, article_id: str) -> Sent:
        """Send an article to all who follow the account; Zalo takes up to half an hour.

        Raises: SendFailure; Throttled at night.
        """
        articles.check(self._settings, self._clock.now())
        async with self._named(Doing.ARTICLE):
            return await articles.broadcast(self._transport, article_id)

    async def retract(self, article_id: str) -> None:
        """Take an article down, also once articles are switched off.

        Raises: SendFailure.
        """
        async with self._named(Doing.ARTICLE):
            await articles.remove(self._transport, article_id)

    def _open(self) -> None:
        self._exchange.open()
        self._in_flight.open()

    def _with_uploadable(self, chat: ChatRef, outgoing: Outgoing, upload: Upload) -> Outgoing:
        photo = outgoing.media is not None and outgoing.media.kind is MediaKind.PHOTO
        if photo and len(upload.content) > IMAGE_LIMIT:
            return in_words_alone(outgoing, "file is too big")
        return with_sendable_media(outgoing, on_v2=self._sending.on_v2 and not is_group(chat))

    def _with_known_file(self, outgoing: Outgoing) -> Outgoing:
        if outgoing.media is None:
            return outgoing
        known = files.usable(outgoing.media, self._clock.now())
        return replace(outgoing, media=replace(outgoing.media, ref=known))

    def _receive(self, inbox: Inbox, mention: str) -> None:
        settings = self._settings
        me = Me(settings.oa_id, settings.group_commands, mention, settings.group_buttons)
        self._intake = Intake(
            me,
            inbox,
            self._ours,
            self._clock,
            secret=settings.app_secret.encode(),
            describe=self._room,
            revoked=self._revoked,
        )
        self._webhook.open(self._intake)

    async def _close(self) -> None:
        await self._tokens.close()
        await self._exchange.close()

    async def _introduced(self) -> About:
        async with self._named(Doing.LOOK):
            about = await lookups.about(self._transport)
        if about.oa_id and about.oa_id != self._settings.oa_id:
            reason = "token: it belongs to another Official Account"
            raise self._noted(AccountDown(reason))
        self._about = about
        return about

    async def _room(self, chat: ChatRef) -> Room:
        async with self._named(Doing.GROUP, noted=False):
            return await lookups.room(self._transport, chat)

    @asynccontextmanager
    async def _named(self, doing: Doing, *, noted: bool = True) -> AsyncIterator[None]:
        """Give failures their names; what is not `noted` says nothing about sending."""
        meaning: SendFailure
        with self._in_flight.one():
            try:
                yield
            except (CallFailed, AccountDown) as failure:
                meaning = self._meaning(failure, doing)
            else:
                return
        raise self._noted(meaning) if noted else meaning

    def _meaning(self, failure: CallFailed | AccountDown, doing: Doing) -> SendFailure:
        if isinstance(failure, AccountDown):
            return failure
        if failure.code is not None and not is_known(failure.code):
            _LOG.error("Zalo answered %s with the unknown error %d", failure.path, failure.code)
        return translate(failure, doing, self._clock.now())

    def _meaning_of_send(self, failure: CallFailed | AccountDown, doing: Doing) -> SendFailure:
        return self._noted(self._meaning(failure, doing))

    def _sent(self) -> None:
        self._down = None

    def _noted(self, meaning: SendFailure) -> SendFailure:
        if isinstance(meaning, AccountDown):
            self._down = meaning
        return meaning

    def _revoked(self) -> None:
        _LOG.error("the Official Account withdrew its permission from the app")
        self._down = AccountDown(CONSENT)

    def _note_hearing(self) -> None:
        self._heard_at = self._clock.now()

    async def _keep_tokens(self) -> None:
        """Refresh also while nobody sends, and notice a refresh token that grows old."""
        await catch_up.take_missed(self._transport, self._settings, self._intake, self._clock)
        while not self._stopping.is_set():
            try:
                await self._tokens.look_after()
            except SendFailure as failure:
                self._noted(failure)
            except Exception as error:  # noqa: BLE001 - the next round may do
                _LOG.warning("the tokens were not looked after: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _ROUND_S)
