"""Whether every sealed file is there that should be, and none that should not."""

from datetime import timedelta
from typing import Literal

from bot.file_rounds import STORES, RoundRules
from storage.database import Tx
from storage.tips.media_folder import MediaFolder

_SWEPT_BY = timedelta(hours=3)
"""The running service removes sooner what no row names."""
_LOW = 4 * RoundRules().least_free


def files_told(tx: Tx, folder: MediaFolder) -> list[tuple[Literal["good", "warn", "bad"], str]]:
    """Return what is wrong with the sealed files, each with `warn` or `bad`."""
    kept: set[str] = set().union(*(store.kept_names(tx) for store in STORES))
    here = folder.names()
    found: list[tuple[Literal["good", "warn", "bad"], str]] = []
    missing = kept - here
    if missing:
        text = (
            f"{len(missing)} tệp niêm phong (ảnh, ghi âm, video của tin báo) không còn trong "
            f"{folder.path}; chép lại từ bản sao lưu."
        )
        found.append(("bad", text))
    old = set(folder.older(tx.now - _SWEPT_BY)) - kept
    stray = old - set().union(*(store.known_names(tx, old) for store in STORES))
    if stray:
        text = f"{len(stray)} tệp trong {folder.path} không thuộc tin nào: dịch vụ có đang chạy?"
        found.append(("warn", text))
    if folder.free() < _LOW:
        text = (
            f"Ổ đĩa của {folder.path} sắp đầy; còn dưới {RoundRules().least_free // 2**20} MB "
            "thì tệp của tin báo không được lấy về nữa."
        )
        found.append(("bad", text))
    return found or [("good", f"Tệp niêm phong: đủ cả {len(kept)}.")]
