"""Say in Vietnamese why the system or the platform refused: never with their own words."""

import errno
import socket
from collections.abc import Mapping
from types import MappingProxyType

from domain.failures import AccountDown, SendFailure, Throttled

_SYSTEM: Mapping[int, str] = MappingProxyType(
    {
        errno.EACCES: "không có quyền",
        errno.EPERM: "không được phép",
        errno.EROFS: "ổ đĩa chỉ cho đọc",
        errno.ENOENT: "không có tệp hay thư mục đó",
        errno.ENOTDIR: "trên đường dẫn có một tệp ở chỗ của thư mục",
        errno.EISDIR: "đó là một thư mục",
        errno.EEXIST: "chỗ đó đã có một tệp khác",
        errno.ENOSPC: "đĩa đã đầy",
        errno.EDQUOT: "đã hết phần đĩa được dùng",
        errno.ENAMETOOLONG: "tên quá dài",
        errno.ELOOP: "các liên kết dẫn vòng quanh",
        errno.EIO: "đĩa không đọc hoặc không ghi được",
        errno.EMFILE: "đã mở quá nhiều tệp",
        errno.EADDRINUSE: "đã có chương trình khác dùng",
        errno.EADDRNOTAVAIL: "máy này không có địa chỉ đó",
        errno.EAFNOSUPPORT: "máy này không dùng loại địa chỉ đó",
    }
)

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "network": "không nối được tới máy chủ (mạng, hoặc TELEGRAM_API_URL chưa đúng)",
        "gateway": "một máy khác trả lời thay Telegram (TELEGRAM_API_URL chưa đúng?)",
        "server": "máy chủ Telegram đang có lỗi",
        "answer": "trả lời không phải của Telegram (TELEGRAM_API_URL chưa đúng?)",
        "conflict": "một chương trình khác đang nhận tin bằng cùng token",
        "token": "token không được nhận (TELEGRAM_TOKEN)",
        "method": "máy chủ Bot API này quá cũ",
        "webhook": "Telegram không gọi tới được TELEGRAM_WEBHOOK_URL (tên máy, cổng, chứng chỉ)",
        "Throttled": "Telegram bắt chờ một lát",
    }
)


def of_system(error: OSError) -> str:
    """Return what the system meant: part of a sentence."""
    if isinstance(error, socket.gaierror):
        return "không tìm được tên máy đó"
    known = _SYSTEM.get(error.errno or 0)
    return known or f"lỗi hệ thống số {error.errno or 0}"


def of_platform(failure: SendFailure) -> str:
    """Return why the platform cannot be used: part of a sentence."""
    if isinstance(failure, Throttled):
        return f"Telegram bắt chờ {failure.retry_after.total_seconds():.0f} giây"
    if isinstance(failure, AccountDown):
        return _KINDS["token"]
    return of_reason(str(getattr(failure, "reason", "")))


def of_reason(reason: str) -> str:
    """Return what a recorded reason means; its first word tells, the rest is the platform's."""
    words = reason.removeprefix("start: ").split(":", 1)[0].split()
    return _KINDS.get(words[-1] if words else "", "Telegram từ chối, không rõ vì sao")
