"""What an account was found to do, learned once and for all."""

from typing import Final
from uuid import UUID

from sqlalchemy import select

from storage.database import Tx
from storage.tables import account_trait
from storage.upsert import insert_into

ECHOES: Final = "echoes"
"""The platform tells us of messages that went out in the account's name, also of others'."""
_YES = "yes"


def has(tx: Tx, account_id: UUID, name: str) -> bool:
    """Tell whether an account was found to do something."""
    query = select(account_trait.c.value).where(
        account_trait.c.account_id == account_id, account_trait.c.name == name
    )
    return tx.connection.execute(query).scalar_one_or_none() is not None


def learn(tx: Tx, account_id: UUID, name: str) -> None:
    """Note that an account does something."""
    new = insert_into(tx, account_trait).values(account_id=account_id, name=name, value=_YES)
    tx.connection.execute(new.on_conflict_do_nothing())
