"""The tokens of an account, sealed; one process at a time may renew them."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, select

from domain.account_tokens import HeldTokens, TokenPair, TokenState
from storage.database import Database, Tx
from storage.sealing import Place
from storage.tables import account_token, account_trait
from storage.upsert import insert_into

_PURPOSE = "first token"
_APP = "app of an account"
_SEND_PATH = "send_path"
_REFUSED_TO = "refused_to"


class SealedTokens:
    """The shelf of one account's tokens; each method is one transaction.

    Each raises DatabaseAway; what opens the pair also KeysUnusable.
    """

    def __init__(self, database: Database, account_id: UUID) -> None:
        self._database = database
        self._account_id = account_id

    def __repr__(self) -> str:
        return "SealedTokens()"

    async def begin(self, refresh_token: str) -> None:
        """Keep a first pair; of a pair kept already only a refused one, begun by another token."""
        await self._database.write(lambda tx: _begin(tx, self._account_id, refresh_token))

    async def read(self) -> HeldTokens | None:
        """Return the pair that counts; None before the first."""
        return await self._database.read(lambda tx: _read(tx, self._account_id))

    async def claim(self, version: int, by: str, lease: timedelta) -> bool:
        """Take the right to renew this version; False while another has it or it is past."""
        return await self._database.write(
            lambda tx: _claim(tx, self._account_id, version, by, lease)
        )

    async def keep(self, version: int, pair: TokenPair, access_until: datetime) -> bool:
        """Put the pair that follows `version`; False when another one is there already."""
        return await self._database.write(
            lambda tx: _keep(tx, self._account_id, version, pair, access_until)
        )

    async def put(self, pair: TokenPair, access_until: datetime) -> None:
        """Put a pair whatever was there: somebody consented anew."""
        await self._database.write(lambda tx: _put(tx, self._account_id, pair, access_until))

    async def release(
        self, version: int, by: str, refused: str | None = None, app: str = ""
    ) -> None:
        """Give the right back; with `refused` the version is marked as good for nothing.

        `app` says as whom it was asked; only a keyed hash of it is kept.
        """

        def work(tx: Tx) -> None:
            if _release(tx, self._account_id, version, by, refused) and refused is not None:
                _put_trait(tx, self._account_id, _REFUSED_TO, tx.keys.hash(_APP, app).hex())

        await self._database.write(work)

    async def forgive(self, version: int, app: str, after: timedelta) -> bool:
        """Take a refusal back that another `app` met, or that is older than `after`."""
        return await self._database.write(
            lambda tx: _forgive(tx, self._account_id, version, app, after)
        )

    async def state(self) -> TokenState | None:
        """Return how the tokens are; None before the first pair."""
        return await self._database.read(lambda tx: state(tx, self._account_id))

    async def pin(self, path: str) -> None:
        """Remember by which path the account sends."""
        await self._database.write(lambda tx: _put_trait(tx, self._account_id, _SEND_PATH, path))

    async def pinned(self) -> str | None:
        """Return by which path the account sends, if that was learned."""
        return await self._database.read(lambda tx: _trait(tx, self._account_id, _SEND_PATH))


def state(tx: Tx, account_id: UUID) -> TokenState | None:
    """Return how an account's tokens are; None where it has none."""
    row = _row(tx, account_id)
    if row is None:
        return None
    return TokenState(row.access_until, row.refresh_since, row.refused, row.refused_at)


def let_go(tx: Tx, account_id: UUID) -> None:
    """Free the right to renew an account's tokens; only while its holder must be dead."""
    tx.connection.execute(
        account_token.update()
        .where(account_token.c.account_id == account_id)
        .values(refreshing_by=None, refreshing_until=None)
    )


def _begin(tx: Tx, account_id: UUID, refresh_token: str) -> None:
    row = _row(tx, account_id)
    if row is not None and row.refused is None:
        return
    known = tx.keys.hashes(_PURPOSE, refresh_token)
    if row is not None and row.begun_with in known:
        return
    pair = TokenPair("", refresh_token)
    _put(tx, account_id, pair, tx.now, begun_with=tx.keys.hash(_PURPOSE, refresh_token))


def _read(tx: Tx, account_id: UUID) -> HeldTokens | None:
    row = _row(tx, account_id)
    if row is None:
        return None
    access, refresh = json.loads(tx.keys.unseal(row.pair, _place(account_id)))
    return HeldTokens(TokenPair(access, refresh), row.version, row.access_until, row.refused)


def _claim(tx: Tx, account_id: UUID, version: int, by: str, lease: timedelta) -> bool:
    columns = account_token.c
    free = (
        columns.refreshing_until.is_(None)
        | (columns.refreshing_until <= tx.now)
        # Taken when a clock was wrong: else nobody might for as long as it was.
        | (columns.refreshing_until > tx.now + 2 * lease)
        | (columns.refreshing_by == by)
    )
    taken = tx.connection.execute(
        account_token.update()
        .where(
            columns.account_id == account_id,
            columns.version == version,
            columns.refused.is_(None),
            free,
        )
        .values(refreshing_by=by, refreshing_until=tx.now + lease)
    )
    return taken.rowcount == 1


def _keep(tx: Tx, account_id: UUID, version: int, pair: TokenPair, until: datetime) -> bool:
    # Not asked is who holds the right: the pair that came is the only one that works, also when
    # its bearer was late.
    kept = tx.connection.execute(
        account_token.update()
        .where(account_token.c.account_id == account_id, account_token.c.version == version)
        .values(**_values(tx, account_id, pair, until), version=version + 1)
    )
    return kept.rowcount == 1


def _put(
    tx: Tx, account_id: UUID, pair: TokenPair, until: datetime, begun_with: bytes | None = None
) -> None:
    values = _values(tx, account_id, pair, until)
    if begun_with is not None:
        values["begun_with"] = begun_with
    new = insert_into(tx, account_token).values(account_id=account_id, version=1, **values)
    tx.connection.execute(
        new.on_conflict_do_update(
            index_elements=[account_token.c.account_id],
            set_={**values, "version": account_token.c.version + 1},
        )
    )


def _values(tx: Tx, account_id: UUID, pair: TokenPair, until: datetime) -> dict[str, object]:
    return {
        "pair": tx.keys.seal(json.dumps([pair.access, pair.refresh]), _place(account_id)),
        "access_until": until,
        "refresh_since": tx.now,
        "refreshing_by": None,
        "refreshing_until": None,
        "refused": None,
        "refused_at": None,
    }


def _release(tx: Tx, account_id: UUID, version: int, by: str, refused: str | None) -> bool:
    values: dict[str, object] = {"refreshing_by": None, "refreshing_until": None}
    if refused is not None:
        values |= {"refused": refused, "refused_at": tx.now}
    released = tx.connection.execute(
        account_token.update()
        .where(
            account_token.c.account_id == account_id,
            account_token.c.version == version,
            account_token.c.refreshing_by == by,
        )
        .values(**values)
    )
    return released.rowcount == 1


def _forgive(tx: Tx, account_id: UUID, version: int, app: str, after: timedelta) -> bool:
    row = _row(tx, account_id)
    if row is None or row.refused is None or row.version != version:
        return False
    met = _trait(tx, account_id, _REFUSED_TO)
    another = met is not None and met not in {known.hex() for known in tx.keys.hashes(_APP, app)}
    if not another and abs(tx.now - row.refused_at) < after:
        return False
    taken_back = tx.connection.execute(
        account_token.update()
        .where(
            account_token.c.account_id == account_id,
            account_token.c.version == version,
            account_token.c.refused.is_not(None),
        )
        .values(refused=None, refused_at=None)
    )
    return taken_back.rowcount == 1


def _put_trait(tx: Tx, account_id: UUID, name: str, value: str) -> None:
    new = insert_into(tx, account_trait).values(account_id=account_id, name=name, value=value)
    tx.connection.execute(
        new.on_conflict_do_update(
            index_elements=list(account_trait.primary_key), set_={"value": value}
        )
    )


def _trait(tx: Tx, account_id: UUID, name: str) -> str | None:
    query = select(account_trait.c.value).where(
        account_trait.c.account_id == account_id, account_trait.c.name == name
    )
    value: str | None = tx.connection.execute(query).scalar_one_or_none()
    return value


def _row(tx: Tx, account_id: UUID) -> Row[tuple[object, ...]] | None:
    query = select(account_token).where(account_token.c.account_id == account_id)
    return tx.connection.execute(query).one_or_none()


def _place(account_id: UUID) -> Place:
    return Place("account_token", "pair", account_id)
