"""Ring phones by a webhook: a commune's own call or SMS gateway stands behind the address."""

import asyncio
from collections.abc import Callable

import aiohttp
import structlog

from domain.pager import Pager, PagerFailure, Ring
from storage.database import Database, Tx
from tips import second_path
from tips.desk import Desk
from tips.second_path import Due

log = structlog.get_logger(__name__)

_TIMEOUT_S = 10.0
_PASSING = frozenset({408, 425, 429})


class WebhookPager:
    """POST a ring as JSON; any answer of 200 to 299 says that the gateway has taken it."""

    def __init__(self, url: str, secret: str, timeout_s: float = _TIMEOUT_S) -> None:
        self._url = url
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    def __repr__(self) -> str:
        return "WebhookPager()"

    async def ring(self, ring: Ring) -> None:
        """Have somebody rung.

        Raises: PagerFailure; final when the gateway will not take it however often it is asked.
        """
        said = {
            "id": str(ring.id),
            "unit": ring.unit,
            "case": ring.case_number,
            "level": ring.level,
            "phone": ring.phone,
        }
        headers = {"Authorization": f"Bearer {self._secret}", "Idempotency-Key": str(ring.id)}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(
                    self._url, json=said, headers=headers, allow_redirects=False
                ) as answer,
            ):
                status = answer.status
        except TimeoutError:
            reason = "timeout"
            raise PagerFailure(reason, final=False) from None
        except aiohttp.ClientError as error:
            raise PagerFailure(type(error).__name__, final=False) from None
        if 200 <= status < 300:
            return
        raise PagerFailure(f"http_{status}", final=status < 500 and status not in _PASSING)


async def ring_due(
    database: Database, pager: Pager, desk: Desk, told: Callable[[], None] = lambda: None
) -> int:
    """Make the calls that are due and write down what came of each; return how many.

    A worker that dies in between leaves them to the next, under the same id.
    """
    found = await database.write(second_path.claim)
    if found:
        await asyncio.gather(*(_ring(database, pager, desk, due, told) for due in found))
    return len(found)


async def _ring(
    database: Database, pager: Pager, desk: Desk, due: Due, told: Callable[[], None]
) -> None:
    failure: PagerFailure | None = None
    try:
        await pager.ring(due.ring)
    except PagerFailure as fault:
        failure = fault
    except Exception as fault:  # noqa: BLE001 - the others are rung all the same
        failure = PagerFailure(type(fault).__name__, final=False)

    def settle(tx: Tx) -> None:
        if failure is None:
            second_path.rung(tx, due)
        else:
            second_path.failed(tx, desk, due, failure)

    await database.write(settle)
    told()
