"""What `inbox` tells of the items set aside, and how it has them tried again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from uuid import UUID

from domain.clock import local
from storage.database import Database
from storage.deliveries import inbox
from storage.deliveries.inbox import AsideItem

_PAGE = 200
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "Message": "tin nhắn",
        "Edit": "tin được sửa",
        "Press": "bấm nút",
        "ReceiptEvent": "báo đã nhận",
        "Membership": "vào hoặc rời nhóm",
        "ChatMoved": "nhóm đổi mã",
        "Withdrawn": "tin bị thu hồi",
        "Copied": "bản sao bài kênh",
        "Echo": "bản sao tin của tài khoản",
    }
)


def line(item: AsideItem) -> str:
    """Return one item as text: id, when, kind, tries, problem; nothing that anybody wrote."""
    when = local(item.received_at).strftime("%H:%M:%S %d/%m/%Y")
    kind = _KINDS.get(item.kind or "", "không mở được")
    return f"{item.id}  {when}  {kind}  đã thử {item.tries} lần  {item.problem}"


async def pages(database: Database) -> AsyncIterator[list[AsideItem]]:
    """Yield the items set aside, some at a time, oldest first."""
    last: UUID | None = None
    while True:
        page = await database.read(partial(inbox.aside, after=last, limit=_PAGE))
        if not page:
            return
        yield page
        last = page[-1].id


async def retry(database: Database, ids: Sequence[UUID]) -> AsyncIterator[tuple[int, int]]:
    """Make items new again; yield of each lot how many still were aside, and its size."""
    for start in range(0, len(ids), _PAGE):
        lot = ids[start : start + _PAGE]
        yield await database.write(partial(inbox.retry, ids=lot)), len(lot)
