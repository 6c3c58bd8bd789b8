"""What people are told of an older copy of the database, and of what they may choose."""

from bot.invocation import typed
from broadcasts.restored import Copy
from domain.clock import show_time
from domain.figures import count

_CONFIRM = "db confirm"
_WHAT = (
    "Cơ sở dữ liệu này là bản sao lúc {copy}; máy đã gửi tiếp ít nhất tới {sent}. Phát hiện lúc "
    "{noticed}; từ đó không gửi gì, tin đến vẫn nhận và giữ."
)
_LOST = "Những gì đến và đi giữa hai lúc đó không có trong bản sao, kể cả tin báo của bà con."
_HOLD = (
    "Không gửi lại những gì đang dở: người còn chờ trong các đợt thành “chưa rõ”, cán bộ có thể "
    "gửi tới đúng họ bằng /guitiep; chiến dịch tới giờ từ đó coi là lỡ; câu trả lời và thẻ gửi lại "
    "một lần, có ghi “(gửi lại)”."
)
_GO_ON = (
    "Gửi tiếp như thường: chỉ chọn khi biết chắc sau bản sao chưa gửi gì, nếu không nhiều người sẽ "
    "nhận hai lần."
)


def copy_held() -> str:
    """Return why nothing is sent, and what to do: one sentence."""
    return (
        "Cơ sở dữ liệu là bản sao cũ, thiếu những gì máy đã gửi sau đó: mọi tin gửi đi đang dừng, "
        f"tin đến vẫn nhận. Quản trị viên xem và quyết định bằng lệnh: {typed(_CONFIRM)}"
    )


def lines(known: Copy) -> list[str]:
    """Return what the copy is and what confirming it means."""
    noticed = known.noticed
    told = [
        _WHAT.format(
            copy=show_time(noticed.copy_at) if noticed.copy_at else "trước khi gửi tin nào",
            sent=show_time(noticed.sent_until),
            noticed=show_time(noticed.at),
        ),
        _LOST,
    ]
    if known.going:
        runs = ", ".join(f"{one.code} (còn {count(one.pending)})" for one in known.going)
        told.append(f"Đợt gửi đang chạy trong bản sao: {runs}.")
    if known.due:
        told.append(f"Chiến dịch tới giờ từ đó, có thể đã gửi: {count(known.due)}.")
    if known.talk:
        told.append(f"Câu trả lời, thẻ, thông báo đang chờ: {count(known.talk)}.")
    told += ["", "Chọn một:"]
    for option, meaning in (("--hold", _HOLD), ("--go-on", _GO_ON)):
        told += [f"  {typed(f'{_CONFIRM} {option}')}", f"    {meaning}"]
    return told
