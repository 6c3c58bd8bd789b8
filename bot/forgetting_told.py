"""Say what was forgotten when, and by which terms, in sentences for whoever looks after it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from bot.forgetting import ROUND
from domain.clock import show_time
from domain.keeping import KeepingTerms
from storage import keeping
from storage.database import Tx
from storage.people.units import Unit

_LATE = timedelta(days=3)
_LATELY = timedelta(days=30)
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "tips": "tin báo",
        "links": "đường liên lạc với người báo",
        "talk": "lời trò chuyện cũ",
        "deliveries": "dòng gửi của các đợt cũ",
        "dialogues": "cuộc hỏi đáp bỏ dở",
        "consents": "bằng chứng đồng ý hết hiệu lực",
        "acts": "dòng nhật ký",
    }
)


def forgetting_told(
    tx: Tx, terms: KeepingTerms, units: Sequence[Unit]
) -> Iterator[tuple[Literal["good", "warn"], str]]:
    """Yield what to say of the terms, the last round and what was forgotten lately."""
    said = ", ".join(sorted({unit.retention["vi"] for unit in units}))
    text = (
        f"Hạn lưu: tin đã kết thúc {terms.closed.days} ngày, liên lạc với người báo "
        f"{terms.link.days} ngày, tin ngoài phạm vi hay báo nhầm {terms.other.days} ngày, từng "
        f"dòng gửi của đợt đã xong {terms.deliveries.days} ngày, bằng chứng và nhật ký "
        f"{terms.proof.days} ngày. Bà con được báo: {said or 'chưa có đơn vị'}; "
        "hai bên phải khớp nhau."
    )
    yield "good", text
    last = keeping.last(tx, ROUND)
    if last is None:
        yield "warn", "Chưa có lần xóa theo hạn lưu nào: dịch vụ chạy thì tự làm mỗi đêm."
        return
    done = keeping.since(tx, tx.now - _LATELY)
    counts = [f"{done[what].count} {name}" for what, name in _NAMES.items() if what in done]
    text = f"Xóa theo hạn lưu: xong lần gần nhất lúc {show_time(last)}; trong 30 ngày qua xóa "
    text += (", ".join(counts) or "không gì cả") + "."
    yield ("warn" if tx.now - last > _LATE else "good"), text
