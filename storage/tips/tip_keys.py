"""The key of one tip's content: when it is destroyed, so are the words and files under it."""

from storage.database import Tx
from storage.sealing import DataKey, Place
from storage.tips.tips import Tip


def key_of(tx: Tx, tip: Tip) -> DataKey:
    """Open the key of a tip.

    Raises: ValueError when the tip was erased, KeysUnusable.
    """
    if tip.sealed_key is None:
        message = "an erased tip has no key"
        raise ValueError(message)
    return DataKey(tx.keys.unseal_bytes(tip.sealed_key, Place("tip", "data_key", tip.id)))
