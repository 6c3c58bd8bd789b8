"""What an account was found to differ in, and what is noted of it."""

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from storage.database import Tx
from storage.tables import account_trait
from storage.upsert import insert_into

ALL_GONE: Final = "all_gone"
"""Nobody could be reached any more, whoever it was; its value says whether people know."""
GONE_UNTIL: Final = "gone_until"
"""Until when broadcasts rest for that; then one alone is tried."""
TROUBLES: Final = "troubles"
"""How many sends in a row came to the same trouble, as all processes counted together."""
ECHOES: Final = "echoes"
"""The platform tells us of messages that went out in the account's name, also of others'."""
OF_OURS: Final = "ours"
"""The value of `ECHOES` where messages that went out by us were among them lately."""
OUTAGE: Final = "outage"
"""How far people know that the account is down."""
MONTH_OVER: Final = "month_over"
"""The month in which broadcasts may send nothing more by the account."""
_YES = "yes"


def has(tx: Tx, account_id: UUID, name: str) -> bool:
    """Tell whether an account was found to do something."""
    return value(tx, account_id, name) is not None


def learn(tx: Tx, account_id: UUID, name: str) -> None:
    """Note that an account does something."""
    put(tx, account_id, name, _YES)


def value(tx: Tx, account_id: UUID, name: str) -> str | None:
    """Return what is noted of an account under a name."""
    query = select(account_trait.c.value).where(*_named(account_id, name))
    noted: str | None = tx.connection.execute(query).scalar_one_or_none()
    return noted


def put(tx: Tx, account_id: UUID, name: str, noted: str) -> None:
    """Note something of an account, in place of what was noted."""
    new = insert_into(tx, account_trait).values(account_id=account_id, name=name, value=noted)
    tx.connection.execute(
        new.on_conflict_do_update(
            index_elements=list(account_trait.primary_key), set_={"value": noted}
        )
    )


def drop(tx: Tx, account_id: UUID, name: str) -> None:
    """Forget what is noted of an account under a name."""
    tx.connection.execute(account_trait.delete().where(*_named(account_id, name)))


def _named(account_id: UUID, name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return account_trait.c.account_id == account_id, account_trait.c.name == name
