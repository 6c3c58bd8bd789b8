"""Say in Vietnamese why the system or the platform refused: never with their own words."""

import errno
import socket
from collections.abc import Mapping
from types import MappingProxyType

from bot.platforms import Platform
from domain.failures import AccountDown, Refused, SendFailure, Throttled

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
        "network": "không nối được tới máy chủ (mạng, hoặc {api} chưa đúng)",
        "gateway": "một máy khác trả lời thay {shown} ({api} chưa đúng?)",
        "server": "máy chủ {shown} đang có lỗi",
        "answer": "trả lời không phải của {shown} ({api} chưa đúng?)",
        "conflict": "một chương trình khác đang nhận tin bằng cùng token",
        "token": "token không được nhận ({token})",
        "method": "máy chủ Bot API này quá cũ",
        "webhook": "{shown} không gọi tới được {webhook} (tên máy, cổng, chứng chỉ)",
        "consent": "{shown} cần quản trị viên cấp quyền lại cho ứng dụng ({consent})",
        "app": "{shown} không nhận mã hoặc khóa ứng dụng (xem ZALO_OA_APP_ID, ZALO_OA_APP_SECRET)",
        "quota": "đã hết số tin được gửi của kỳ này",
        "permission": "{shown} chưa cho ứng dụng quyền này",
        "package": "gói dịch vụ {shown} chưa có hoặc đã hết hạn",
        "Throttled": "{shown} bắt chờ một lát",
    }
)


def of_system(error: OSError) -> str:
    """Return what the system meant: part of a sentence."""
    if isinstance(error, socket.gaierror):
        return "không tìm được tên máy đó"
    known = _SYSTEM.get(error.errno or 0)
    return known or f"lỗi hệ thống số {error.errno or 0}"


def of_platform(failure: SendFailure, platform: Platform) -> str:
    """Return why the platform cannot be used: part of a sentence."""
    if isinstance(failure, Throttled):
        return f"{platform.shown} bắt chờ {failure.retry_after.total_seconds():.0f} giây"
    reason = str(getattr(failure, "reason", ""))
    if isinstance(failure, AccountDown) and _kind(reason) not in _KINDS:
        reason = "token"
    return of_reason(reason, platform)


def of_refusal(failure: AccountDown | Refused, platform: Platform) -> str:
    """Return what a human shall do so that the platform lets us in: a sentence."""
    if isinstance(failure, Refused):
        return platform.address_refused
    kind = _kind(failure.reason)
    if kind == "token" or kind not in _KINDS:
        return platform.token_refused
    return f"{platform.shown} đang dừng gửi: {of_reason(failure.reason, platform)}."


def of_reason(reason: str, platform: Platform) -> str:
    """Return what a recorded reason means; its first word tells, the rest is the platform's."""
    said = _KINDS.get(_kind(reason), "{shown} từ chối, không rõ vì sao")
    return said.format(
        shown=platform.shown,
        api=platform.api,
        token=platform.token,
        webhook=platform.webhook,
        consent=f"lệnh `{platform.consent}`" if platform.consent else platform.token,
    )


def _kind(reason: str) -> str:
    words = reason.removeprefix("start: ").split(":", 1)[0].split()
    return words[-1] if words else ""
