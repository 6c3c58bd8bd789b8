"""The account's two tokens: one refresher at a time, and a pair is kept before it is used.

A refresh token works once and brings the next; whose answer is lost may be gone for good, and
then an administrator of the account has to consent again (OAuth v4 for OA).
"""

import asyncio
import logging
import secrets
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
_POLL_S = 0.1
_PATIENCE_S = 20.0
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

    async def release(self, version: int, by: str, refused: str | None = None) -> None:
        """Give the right back; with `refused` the version is marked as good for nothing."""
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

    def __repr__(self) -> str:
        return "Tokens()"

    async def access(self) -> str:
        """Return an access token that is thought to work.

        Raises: AccountDown when somebody must consent, Transient when none can be had now.
        """
        held = self._held
        if held is None or held.refused is not None or self._is_due(held):
            held = await self._looked_up(stale=None)
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
        """Wait for a refresh on its way: its answer must not be lost."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _looked_up(self, stale: str | None) -> HeldTokens:
        # In a task of its own: who waits may be cancelled, an exchange of tokens must not be.
        task = asyncio.create_task(self._one_by_one(stale), name="zalo token")
        self._tasks.add(task)
        task.add_done_callback(self._over)
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE_S)
        if not done:
            reason = "network: the token takes long to refresh"
            raise Transient(reason)
        return task.result()

    def _over(self, task: asyncio.Task[HeldTokens]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

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
        must = self._is_over(held) or held.pair.access == stale
        if must or self._is_due(held):
            held = await self._renewed(held, must=must)
        self._held = held
        return held

    async def _read(self) -> HeldTokens:
        held = await self._shelf.read()
        if self._first and (held is None or held.refused is not None):
            # A setting that changed since the refusal begins anew; the same one does nothing.
            await self._shelf.begin(self._first)
            held = await self._shelf.read()
        if held is None:
            raise AccountDown(CONSENT)
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
        await self._shelf.release(version, self._me, refused=reason)
        self._held = None
        raise AccountDown(reason)

    async def _kept(self, version: int, pair: TokenPair, until: datetime) -> HeldTokens:
        # From here on this pair is the only one that works: it must not be dropped.
        self._unkept = (version, pair, until)
        await self._keep_unkept()
        return await self._read()

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
