"""The account's two tokens: one refresher at a time, and a pair is kept before it is used.

A refresh token works once and brings the next; whose answer is lost may be gone for good, and
then an administrator of the account has to consent again (OAuth v4 for OA).
"""

import asyncio
import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels.zalo_oa.oauth import Grants, NoAnswer, NotGranted
from domain.account_tokens import HeldTokens, TokenPair, TokenState
from domain.clock import Clock
from domain.failures import AccountDown, SendFailure, Transient

AHEAD = timedelta(hours=5)
"""Refreshed when the access token has less left: at 20 of its 25 hours."""
OLD = timedelta(days=75)
"""A refresh token lives three months."""
LEASE_SPARE = timedelta(seconds=20)
CONSENT = (
    "consent: an administrator of the Official Account must consent again: run "
    "`python -m bot zalo consent` and open the address that it prints"
)
APP = (
    "app: Zalo does not know the app by its id and secret ({code}): put right ZALO_OA_APP_ID "
    "and ZALO_OA_APP_SECRET; the tokens are kept"
)
JUST_MADE = "token: refused though it was just refreshed (-216)"
_YOUNG = timedelta(minutes=5)
"""A token this new is refused for another reason than its age."""
_ASK_AGAIN = timedelta(hours=1)
"""A pair that was refused is tried again after this: a refusal may have been a mistake."""
_KEEP_EVERY_S = 0.5
_KEEP_AT_STOP_S = 20.0
_POLL_S = 0.1
_PATIENCE_S = 20.0
_EARLY_PATIENCE_S = 1.0
"""So long a send waits for the next token while its own is good for hours."""
_LOST_TWICE_PAUSE = timedelta(minutes=1)
_WARN_EVERY = timedelta(days=1)

_LOG = logging.getLogger(__name__)


class TokenShelf(Protocol):
    """Where an account's tokens lie, for all processes; each method is one commit.

    Each raises `DatabaseAway` or the like when the shelf cannot be reached.
    """

    async def begin(self, refresh_token: str) -> None:
        """Keep a first pair; of a pair kept already only a refused one, begun by another token."""
        ...

    async def read(self) -> HeldTokens | None:
        """Return the pair that counts; None before the first."""
        ...

    async def claim(self, version: int, by: str, lease: timedelta) -> bool:
        """Take the right to refresh this version; False while another has it or it is past."""
        ...

    async def keep(self, version: int, pair: TokenPair, access_until: datetime) -> bool:
        """Put the pair that follows `version`; False when another one is there already."""
        ...

    async def put(self, pair: TokenPair, access_until: datetime) -> None:
        """Put a pair whatever was there: an administrator consented anew."""
        ...

    async def release(
        self, version: int, by: str, refused: str | None = None, app: str = ""
    ) -> None:
        """Give the right back; with `refused` the version is marked as good for nothing.

        `app` says as whom it was asked; only a keyed hash of it is kept.
        """
        ...

    async def forgive(self, version: int, app: str, after: timedelta) -> bool:
        """Take a refusal back that another `app` met, or that is older than `after`."""
        ...

    async def state(self) -> TokenState | None:
        """Return how the tokens are; None before the first pair."""
        ...

    async def pin(self, path: str) -> None:
        """Remember by which path the account sends."""
        ...

    async def pinned(self) -> str | None:
        """Return by which path the account sends, if that was learned."""
        ...


class Tokens:
    """Give out the access token that counts, and refresh it when it is time."""

    def __init__(
        self, shelf: TokenShelf, grants: Grants, clock: Clock, first: str, lease: timedelta
    ) -> None:
        self._shelf = shelf
        self._grants = grants
        self._clock = clock
        self._first = first
        self._lease = lease
        self._me = secrets.token_hex(8)
        self._one = asyncio.Lock()
        self._held: HeldTokens | None = None
        self._unkept: tuple[int, TokenPair, datetime] | None = None
        self._not_before: datetime | None = None
        self._warned: datetime | None = None
        self._lost = False
        self._tasks: set[asyncio.Task[HeldTokens]] = set()
        self._early: asyncio.Task[HeldTokens] | None = None
        self._keeping: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return "Tokens()"

    async def access(self) -> str:
        """Return an access token that is thought to work.

        Raises: AccountDown when somebody must consent, Transient when none can be had now.
        """
        held = self._held
        if held is None or held.refused is not None or self._is_over(held):
            held = await self._looked_up(stale=None)
        elif self._is_due(held):
            held = await self._renewed_in_time(held)
        return held.pair.access

    async def instead_of(self, stale: str) -> str:
        """Return another access token than one that was just refused.

        Raises: AccountDown, Transient.
        """
        return (await self._looked_up(stale=stale)).pair.access

    def forget(self) -> None:
        """Look at the shelf again before the next use: somebody may have consented."""
        self._held = None

    async def look_after(self) -> None:
        """Refresh if it is time, and warn once a day of a refresh token that grows old.

        Raises: AccountDown, Transient.
        """
        await self.access()
        state = await self._shelf.state()
        now = self._clock.now()
        if state is None or now - state.refresh_since < OLD:
            return
        if self._warned is None or now - self._warned >= _WARN_EVERY:
            self._warned = now
            days = (now - state.refresh_since).days
            _LOG.warning("the refresh token is %d days old and dies after about 90", days)

    def _is_due(self, held: HeldTokens) -> bool:
        return held.access_until - self._clock.now() < AHEAD

    def _is_over(self, held: HeldTokens) -> bool:
        return not held.pair.access or held.access_until <= self._clock.now()

    async def close(self) -> None:
        """Wait for a refresh on its way, and for a while until a new pair is kept.

        Its answer must not be lost: nobody can ask for it again.
        """
        if self._tasks:
            await asyncio.wait(set(self._tasks))
        keeping, self._keeping = self._keeping, None
        if keeping is None:
            return
        _, late = await asyncio.wait({keeping}, timeout=_KEEP_AT_STOP_S)
        if late:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            _LOG.error("a new pair of tokens was not kept; somebody may have to consent")

    async def _looked_up(self, stale: str | None) -> HeldTokens:
        task = self._in_task(stale)
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE_S)
        if not done:
            reason = "network: the token takes long to refresh"
            raise Transient(reason)
        return task.result()

    def _in_task(self, stale: str | None) -> asyncio.Task[HeldTokens]:
        """Begin in a task of its own: who waits may be cancelled, an exchange must not be."""
        task = asyncio.create_task(self._one_by_one(stale), name="zalo token")
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[HeldTokens]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def _renewed_in_time(self, held: HeldTokens) -> HeldTokens:
        """Return the next pair if it comes at once: nobody waits long while theirs is good."""
        if self._early is None or self._early.done():
            self._early = self._in_task(stale=None)
            await asyncio.wait({self._early}, timeout=_EARLY_PATIENCE_S)
        return self._early.result() if self._early.done() else held

    async def _one_by_one(self, stale: str | None) -> HeldTokens:
        try:
            async with self._one:
                return await self._current(stale)
        except SendFailure:
            raise
        except Exception as error:  # noqa: BLE001 - the shelf may fail in any way
            reason = f"network: the shelf of the tokens is away ({type(error).__name__})"
        raise Transient(reason)

    async def _current(self, stale: str | None) -> HeldTokens:
        """Return the pair to use; with `stale` another than that, refreshed if need be."""
        await self._keep_unkept()
        held = await self._read()
        if held.refused is not None:
            raise AccountDown(held.refused)
        refused = held.pair.access == stale
        if refused and await self._is_young():
            raise AccountDown(JUST_MADE)
        must = self._is_over(held) or refused
        if must or self._is_due(held):
            held = await self._renewed(held, must=must)
        self._held = held
        return held

    async def _is_young(self) -> bool:
        state = await self._shelf.state()
        # A pair from the future was made when our clock was wrong, and says nothing.
        return state is not None and abs(self._clock.now() - state.refresh_since) < _YOUNG

    async def _read(self) -> HeldTokens:
        held = await self._shelf.read()
        if self._first and (held is None or held.refused is not None):
            # A setting that changed since the refusal begins anew; the same one does nothing.
            await self._shelf.begin(self._first)
            held = await self._shelf.read()
        if held is None:
            raise AccountDown(CONSENT)
        if held.refused is not None and await self._shelf.forgive(
            held.version, self._grants.app, _ASK_AGAIN
        ):
            held = replace(held, refused=None)
        return held

    async def _renewed(self, held: HeldTokens, *, must: bool) -> HeldTokens:
        if self._not_before is not None and self._clock.now() < self._not_before:
            return self._as_it_is(held, must=must)
        patience = asyncio.get_running_loop().time() + self._lease.total_seconds()
        while not await self._shelf.claim(held.version, self._me, self._lease):
            now = await self._read()
            if now.refused is not None:
                raise AccountDown(now.refused)
            if now.version != held.version:
                return now
            if asyncio.get_running_loop().time() > patience:
                return self._as_it_is(held, must=must)
            await asyncio.sleep(_POLL_S)
        try:
            pair, until = await self._asked(held)
        except SendFailure as failure:
            if must or isinstance(failure, AccountDown):
                raise
            return held
        return await self._kept(held.version, pair, until)

    async def _asked(self, held: HeldTokens) -> tuple[TokenPair, datetime]:
        """Refresh, a second time when the first answer was lost.

        Raises: AccountDown, Transient.
        """
        for _ in range(2):
            try:
                granted = await self._grants.refresh(held.pair.refresh)
            except NoAnswer as fault:
                self._lost = self._lost or fault.may_be_rotated
                if not fault.may_be_rotated:
                    break
                _LOG.warning("the answer to a refresh of the token was lost")
            except NotGranted as refusal:
                if refusal.again:
                    break
                if refusal.is_of_the_app:
                    await self._shelf.release(held.version, self._me)
                    _LOG.error("Zalo does not know the app: %s", refusal.code)
                    raise AccountDown(APP.format(code=refusal.code)) from None
                await self._refuse(held.version, refusal)
            else:
                self._not_before, self._lost = None, False
                pair = TokenPair(granted.access, granted.refresh)
                return pair, self._clock.now() + granted.lasts
        self._not_before = self._clock.now() + _LOST_TWICE_PAUSE
        await self._shelf.release(held.version, self._me)
        reason = "network: the token could not be refreshed"
        raise Transient(reason)

    async def _refuse(self, version: int, refusal: NotGranted) -> None:
        how = " (an answer with the next token was lost)" if self._lost else ""
        reason = f"{CONSENT}; Zalo refused the refresh token with {refusal.code}{how}"
        _LOG.error("the refresh token is refused with %s; somebody must consent", refusal.code)
        await self._shelf.release(version, self._me, refused=reason, app=self._grants.app)
        self._held = None
        raise AccountDown(reason)

    async def _kept(self, version: int, pair: TokenPair, until: datetime) -> HeldTokens:
        # From here on this pair is the only one that works: it must not be dropped.
        self._unkept = (version, pair, until)
        try:
            await self._keep_unkept()
        except Transient:
            if self._keeping is None or self._keeping.done():
                self._keeping = asyncio.create_task(self._go_on_keeping(), name="zalo keep")
            raise
        return await self._read()

    async def _go_on_keeping(self) -> None:
        while self._unkept is not None:
            await asyncio.sleep(_KEEP_EVERY_S)
            async with self._one:
                try:
                    await self._keep_unkept()
                except Transient:
                    continue

    async def _keep_unkept(self) -> None:
        if self._unkept is None:
            return
        version, pair, until = self._unkept
        try:
            await self._shelf.keep(version, pair, until)
        except Exception as error:  # noqa: BLE001 - the shelf may fail in any way
            _LOG.error("a new pair of tokens is not kept yet: %s", type(error).__name__)
            reason = "network: the shelf of the tokens is away"
            raise Transient(reason) from None
        self._unkept = None

    @staticmethod
    def _as_it_is(held: HeldTokens, *, must: bool) -> HeldTokens:
        if must:
            reason = "network: the token could not be refreshed, and will be tried again"
            raise Transient(reason)
        return held
