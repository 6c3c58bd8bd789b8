"""One account at work: it knocks, goes down and comes back by itself, whatever the others do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

import structlog

from bot.allowance_look import AllowanceLook
from bot.health import LineHealth
from bot.inbox_worker import AccountInbox
from bot.line import CountsEvents, Line, ShowsCommands
from bot.line_files import LineFiles
from bot.listening import Listening
from bot.menu import menus
from bot.outages import of_platform, of_refusal
from bot.receiving import Receiving
from bot.revival import Revival
from delivery.bell import Bell
from domain.account_tokens import TokenState
from domain.failures import AccountDown, Refused, SendFailure, Transient
from domain.texts.catalogue import Catalogue
from storage.account_lock import AccountLock
from storage.accounts import tokens
from storage.database import Database, DatabaseAway, Tx
from storage.people import addresses
from storage.people.addresses import Account

log = structlog.get_logger(__name__)

_KNOCK_AGAIN_S = 2.0
_REFUSED_S = 5.0
_REFUSED_MOST_S = 300.0
_POLL_GRACE = timedelta(seconds=60)


class Standing(StrEnum):
    """How a line stands."""

    KNOCKING = "knocking"
    UP = "up"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Part:
    """What this process does for an account."""

    receives: bool = True
    sends: bool = True
    lock: AccountLock | None = None
    """Under which it receives; None where nobody else can."""


class LineWork:
    """Start a line as soon as its platform answers, and send for it until told to stop."""

    def __init__(
        self,
        line: Line,
        database: Database,
        inbox_bell: Bell,
        words: Catalogue,
        *,
        part: Part,
        files: LineFiles,
        revival: Revival,
        listening: Listening,
        allowance: AllowanceLook,
        know: Callable[[Account], None],
        warn: Callable[[str], None],
    ) -> None:
        """`know` is told the account as it stands once the platform answered."""
        self.line = line
        self._part = part
        self.standing = Standing.KNOCKING
        self.files = files
        self.revival = revival
        self.listening = listening
        self.allowance = allowance
        self.refusal = ""
        """The sentence of an account while it is refused."""
        self._database = database
        called = line.longest_poll is None
        self._box = AccountInbox(database, line.account.id, inbox_bell, is_called=called)
        self._receiving = (
            Receiving(part.lock, line.channel, self._box) if part.lock is not None else None
        )
        self._words = words
        self._know = know
        self._warn = warn
        self._stopping = asyncio.Event()
        self._menu: asyncio.Task[None] | None = None

    async def run(self, changed: Callable[[Self], None]) -> None:
        """Work until `stop`; an account that is refused is asked for ever more rarely.

        `changed` is called when the line is up, or refused for another reason than before. What is
        in flight is finished; the channel stays open until `close`, so that presses can be
        answered to the last.
        """
        wait = _REFUSED_S
        while not self._stopping.is_set():
            try:
                started = await self._knock()
                break
            except (AccountDown, Refused) as failure:
                if await self._refused(failure):
                    changed(self)
            await self._pause_refused(wait)
            wait = min(wait * 2, _REFUSED_MOST_S)
        else:
            return
        if not started:
            return
        self.refusal = ""
        self.standing = Standing.UP
        changed(self)
        if self._part.sends and isinstance(self.line.channel, ShowsCommands):
            # Beside the work: a platform slow to take a menu must not keep messages waiting.
            self._menu = asyncio.create_task(self._publish_menu(self.line.channel), name="menu")
        async with asyncio.TaskGroup() as group:
            if self._receiving is not None:
                group.create_task(self._receiving.run())
            if self._part.sends:
                group.create_task(self.line.sender.run())
            await self._stopping.wait()

    def stop(self) -> None:
        """Knock, receive and send no more."""
        self._stopping.set()
        self.line.sender.stop()
        if self._receiving is not None:
            self._receiving.stop()

    async def close(self) -> None:
        """Stop the channel."""
        if self._menu is not None:
            self._menu.cancel()
            await asyncio.gather(self._menu, return_exceptions=True)
        await self.line.channel.stop()

    def health(self, made_at: datetime) -> LineHealth:
        """Return what this process knows of the line; before the first poll since `made_at`."""
        line = self.line
        knocking = self.standing is Standing.KNOCKING
        hears = self._part.receives and (self._receiving is None or self._receiving.ours)
        heard_at = made_at if knocking else line.channel.heard_at
        if heard_at is None and line.longest_poll is not None:
            heard_at = made_at
        if not knocking and (line.longest_poll is None or not hears):
            heard_at = None
        return LineHealth(
            account_id=line.account.id,
            shown=line.platform.shown,
            stands_by=self._receiving is not None and not self._receiving.ours,
            heard_at=heard_at,
            heard_limit=(line.longest_poll or timedelta(0)) + _POLL_GRACE,
            refused=self.standing is Standing.REFUSED or line.channel.down is not None,
            pace=line.channel.capabilities.pace if self._part.sends else None,
            sends=line.sender.counts,
            answers=line.sender.answers if self._part.sends else None,
            events=line.channel.counts if isinstance(line.channel, CountsEvents) else {},
        )

    async def _knock(self) -> bool:
        """Knock until the platform answers; False when we were told to stop before it did.

        Raises: AccountDown, Refused.
        """
        line = self.line
        said = ""
        while not self._stopping.is_set():
            try:
                await self._open()
                self._know(await self._database.write(self._introduce))
            except Transient as trouble:
                why = of_platform(trouble, line.platform)
                if why != said:
                    name = line.platform.channel
                    log.warning("platform_away", channel=name, reason=trouble.reason)
                    self._warn(
                        f"Chưa liên lạc được với {line.platform.shown}: {why}. "
                        "Dịch vụ vẫn tiếp tục thử lại."
                    )
                    said = why
            except DatabaseAway:
                log.warning("database_away")
                await line.channel.stop()
            except (AccountDown, Refused):
                raise
            except Exception as error:  # noqa: BLE001 - a fault of one line must not end the others
                log.error("line_fault", channel=line.platform.channel, error=type(error).__name__)
                await line.channel.stop()
            else:
                return True
            await self._pause(_KNOCK_AGAIN_S)
        return False

    async def _open(self) -> None:
        """Be heard and hear; what is received under a lock is not received yet."""
        if self._part.receives and self._receiving is None:
            await self.line.channel.start(self._box)
        else:
            await self.line.channel.ready()

    def _introduce(self, tx: Tx) -> Account:
        line = self.line
        name, link = line.channel.username, line.channel.link
        addresses.register_account(tx, line.platform.channel, line.key, name, link or None)
        return next(one for one in addresses.accounts(tx) if one.id == line.account.id)

    async def _refused(self, failure: AccountDown | Refused) -> bool:
        """Note why we are not let in; return whether that is news."""
        platform = self.line.platform
        down = isinstance(failure, AccountDown)
        reason = failure.reason if down else f"webhook: {failure.reason}"
        log.error("account_refused", channel=platform.channel)
        try:
            await self._database.write(
                lambda tx: addresses.mark_down(tx, self.line.account.id, reason)
            )
        except DatabaseAway:
            log.warning("database_away")
        # Not before the wait for the database: who looks meanwhile and tells it, and our caller
        # after that, would tell it twice.
        before, self.refusal = self.refusal, of_refusal(failure, platform)
        self.standing = Standing.REFUSED
        return self.refusal != before

    async def _pause_refused(self, seconds: float) -> None:
        """Wait until it is time to knock again, or somebody gave us other tokens meanwhile."""
        before = await self._tokens()
        left = seconds
        while left > 0 and not self._stopping.is_set():
            await self._pause(min(left, _REFUSED_S))
            left -= _REFUSED_S
            if await self._tokens() != before:
                return

    async def _tokens(self) -> TokenState | None:
        try:
            return await self._database.read(lambda tx: tokens.state(tx, self.line.account.id))
        except DatabaseAway:
            return None

    async def _publish_menu(self, channel: ShowsCommands) -> None:
        try:
            await channel.publish_commands(menus(self._words))
        except SendFailure as failure:
            log.warning("menu_not_published", reason=type(failure).__name__)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
