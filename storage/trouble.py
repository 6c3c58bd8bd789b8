"""Say in Vietnamese what keeps us from the database, without the driver's own words."""

import re
import sqlite3
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError

from storage.database import DatabaseAway

_SQLITE: Mapping[int, str] = MappingProxyType(
    {
        sqlite3.SQLITE_NOTADB: "tệp không phải là cơ sở dữ liệu SQLite",
        sqlite3.SQLITE_CANTOPEN: "không mở được tệp (là thư mục, hoặc không có quyền)",
        sqlite3.SQLITE_READONLY: "tệp chỉ cho đọc",
        sqlite3.SQLITE_PERM: "không có quyền với tệp",
        sqlite3.SQLITE_BUSY: "một chương trình khác đang giữ nó; chờ nó xong rồi chạy lại",
        sqlite3.SQLITE_LOCKED: "một chương trình khác đang giữ nó; chờ nó xong rồi chạy lại",
        sqlite3.SQLITE_FULL: "đĩa đã đầy",
        sqlite3.SQLITE_CORRUPT: "tệp đã hỏng; hãy khôi phục từ bản sao",
        sqlite3.SQLITE_IOERR: "đĩa không đọc hoặc không ghi được",
    }
)
_STATES: Mapping[str, str] = MappingProxyType(
    {
        "42P01": "thiếu bảng của chương trình; lược đồ chưa đủ",
        "42501": "tài khoản trong DATABASE_URL không có đủ quyền",
        "53100": "đĩa của máy chủ đã đầy",
        "53300": "máy chủ đã đủ số kết nối",
        "55P03": "một chương trình khác đang giữ nó; chờ nó xong rồi chạy lại",
        "57P01": "máy chủ đang tắt",
        "57P03": "máy chủ đang khởi động",
        "25006": "máy chủ chỉ cho đọc",
    }
)
_PARTS: tuple[tuple[str, str], ...] = (
    ("no such table", "thiếu bảng của chương trình; lược đồ chưa đủ"),
    ("authentication failed", "máy chủ không nhận tài khoản hoặc mật khẩu trong DATABASE_URL"),
    ("no password supplied", "máy chủ đòi mật khẩu mà DATABASE_URL không có"),
    ("pg_hba.conf", "máy chủ không cho máy này vào"),
    ("connection refused", "không có máy chủ nào nghe ở địa chỉ trong DATABASE_URL"),
    ("no such file", "không có máy chủ nào nghe ở địa chỉ trong DATABASE_URL"),
    ("resolve host", "không tìm được tên máy chủ trong DATABASE_URL"),
    ("name or service not known", "không tìm được tên máy chủ trong DATABASE_URL"),
    ("timeout", "máy chủ không trả lời kịp"),
    ("too many clients", "máy chủ đã đủ số kết nối"),
    ("starting up", "máy chủ đang khởi động"),
    ("shutting down", "máy chủ đang tắt"),
    ("closed the connection", "máy chủ đã cắt kết nối"),
)
"""What PostgreSQL says while connecting comes without a code, and may come translated."""
_MISSING = re.compile(r'(database|role) "[^"]*" does not exist')


def in_words(away: DatabaseAway) -> str:
    """Return why the database cannot be used: part of a sentence, naming no value."""
    cause = away.__cause__
    if not isinstance(cause, DBAPIError):
        # Raised by ourselves, with words for people.
        return str(away)
    code = getattr(cause.orig, "sqlite_errorcode", None)
    if isinstance(code, int) and code & 0xFF in _SQLITE:
        return _SQLITE[code & 0xFF]
    state = getattr(cause.orig, "sqlstate", None)
    if isinstance(state, str) and state in _STATES:
        return _STATES[state]
    said = str(cause.orig).lower()
    missing = _MISSING.search(said)
    if missing is not None:
        what = "cơ sở dữ liệu" if missing[1] == "database" else "tài khoản"
        return f"máy chủ không có {what} nêu trong DATABASE_URL"
    for part, words in _PARTS:
        if part in said:
            return words
    return "không nối được, hoặc kết nối bị cắt"
