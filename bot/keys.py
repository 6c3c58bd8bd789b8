"""Find the installation's keys, make them on the very first start, and see that they fit."""

from pathlib import Path
from uuid import UUID

from bot.folders import closing_keys
from bot.outages import of_system
from domain.errors import Misconfigured
from storage import installation
from storage.database import Tx
from storage.sealing import (
    Keyring,
    KeysUnusable,
    Place,
    fresh_keyring,
    read_keyring,
    write_keyring,
)

_PLACE = Place("installation", "value", UUID(int=0))
_WORD = "zalo an ninh"


def find_keys(path: Path, *, fresh_database: bool) -> Keyring:
    """Read the keys; make them when there are none and nothing was ever sealed in the database.

    Raises: Misconfigured.
    """
    if not path.exists() and fresh_database:
        try:
            write_keyring(fresh_keyring(), path)
        except OSError as error:
            # Another first start may have been faster: then its keys are taken.
            if not path.exists():
                message = f"KEY_FILE: Không tạo được tệp khóa {path} ({of_system(error)})."
                raise Misconfigured(message) from error
    try:
        keys = read_keyring(path)
    except KeysUnusable as error:
        message = (
            f"KEY_FILE: Không dùng được tệp khóa {path} ({_why(error)}). Hãy khôi phục từ bản sao: "
            "không có nó thì không đọc lại được dữ liệu đã niêm phong."
        )
        raise Misconfigured(message) from error
    closing = closing_keys(path)
    if closing is not None:
        message = f"KEY_FILE: Tệp khóa {path} đang cho người khác đọc. Hãy chạy: {closing}"
        raise Misconfigured(message)
    return keys


def _why(error: KeysUnusable) -> str:
    cause = error.__cause__
    return of_system(cause) if isinstance(cause, OSError) else "nội dung đã hỏng"


def check_keys(tx: Tx) -> None:
    """See that the keys belong to this database; on the first start, mark the database as theirs.

    Raises: Misconfigured.
    """
    mark = installation.read(tx, "key_check")
    if mark is None:
        installation.write(tx, "key_check", tx.keys.seal(_WORD, _PLACE))
        return
    try:
        fits = tx.keys.unseal(mark, _PLACE) == _WORD
    except KeysUnusable:
        fits = False
    if not fits:
        message = "Tệp khóa không thuộc về cơ sở dữ liệu này; hãy dùng đúng tệp khóa của nó."
        raise Misconfigured(message)
