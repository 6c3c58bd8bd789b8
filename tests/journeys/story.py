"""The main journey, played over the phones: yes, campaign, approval, arrival, tip, talk, end."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from tests.journeys.phones import (
    CHANNEL,
    CHIEF,
    GROUP,
    LANH,
    OFFICER,
    REVIEW_GROUP,
    REVIEWER,
    Phones,
    Shown,
)
from tests.journeys.players import Player

TOLD = "Tối qua có hai người lạ đi từng nhà ở ngõ ví dụ, ngó vào cổng rồi bỏ đi"
ADDED = "Họ đi một xe máy màu xanh, không biển số"
ANSWERED = "Cảm ơn bà con. Đêm nay tổ tuần tra sẽ đi qua ngõ ấy."
_UNKNOWN = "không biết lời này trả lời thẻ nào"
_CODE = re.compile(r"AN-[0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What came of the journey."""

    code: str
    case_number: str


async def subscribe(phones: Player, resident: Any = LANH) -> None:
    """Scan the code on the poster, say yes, confirm the quarter."""
    await phones.start(resident, phones.qr)
    asked = await phones.offers(resident, "Đồng ý")
    await phones.press(resident, asked, "Đồng ý")
    where = await phones.offers(resident, "đúng", after=asked["id"])
    await phones.press(resident, where, "đúng")
    await phones.says(resident, "Nơi ở:", after=where["id"])


async def plan_and_approve(phones: Phones, when: str = "Ngay") -> None:
    """The officer takes a starter text for the whole unit and its groups; the chief approves."""
    await phones.write(OFFICER, "/chiendich")
    step: Shown = {"id": 0}
    for label in ("Trộm cắp", "Đi vắng", "Dùng bài này", "Toàn đơn vị", "Có", when, "Gửi duyệt"):
        # Who was killed before it heard that a question arrived asks it once more.
        step = await phones.offers(OFFICER, label, after=step["id"])
        await phones.press(OFFICER, step, label)
    request = await phones.offers(CHIEF, "Duyệt")
    await phones.press(CHIEF, request, "Duyệt")


async def read_it(phones: Phones, resident: int = LANH) -> tuple[Shown, str]:
    """Wait for the message, in private and in the group and channel; press "Đã đọc"."""
    message, code = await read_alone(phones, resident)
    for place in (GROUP, CHANNEL):
        post = await phones.says(place, code)
        assert "Báo tin riêng" in str(post["buttons"])
    return message, code


async def read_alone(phones: Player, resident: Any) -> tuple[Shown, str]:
    """Wait for the message in private; press "Đã đọc"."""
    message = await phones.offers(resident, "Đã đọc")
    found = _CODE.search(message["text"])
    assert found is not None
    await phones.press(resident, message, "Đã đọc")
    return message, found[0]


async def tell(phones: Player, message: Shown, resident: Any = LANH) -> str:
    """Answer the message with what was seen, in two pieces; returns the case number."""
    await phones.write(resident, TOLD, reply_to=message["id"])
    receipt = await phones.says(resident, "Chúng tôi đã nhận tin của bà con, mã ")
    case_number: str = receipt["text"].split("mã ")[1].split(".")[0]
    await phones.write(resident, ADDED)
    return case_number


async def talk_and_close(
    phones: Phones, case_number: str, resident: Any = LANH, theirs: Player | None = None
) -> None:
    """The reviewer reads the card, answers by replying to it, closes; the resident is told.

    `theirs` are the resident's phones, where they are on another platform than the staff.
    """
    own = theirs or phones
    card = await phones.until(
        REVIEW_GROUP,
        lambda m: case_number in m["text"] and TOLD in m["text"].replace("\n│ ", " "),
        what=f"card {case_number}",
    )
    notice = await _answer(phones, card, own, resident)
    assert ANSWERED not in notice["text"]
    await own.press(resident, notice, "Xem")
    await own.says(resident, ANSWERED)
    closing = await phones.offers(REVIEW_GROUP, "Kết thúc")
    await phones.press(REVIEWER, closing, "Kết thúc")
    choice = await phones.offers(REVIEW_GROUP, "Có giá trị")
    await phones.press(REVIEWER, choice, "Có giá trị")
    news = await own.offers(resident, "Xem", after=notice["id"])
    await own.press(resident, news, "Xem")
    await own.says(resident, f"Tin {case_number} đã kết thúc")


async def _answer(phones: Phones, card: Shown, own: Player, resident: Any) -> Shown:
    """Reply to a card; once more to the newest where it was not known that the first had arrived.

    Who sent it may have been killed before it heard: then it comes again, and we are told.
    """
    await phones.write(REVIEWER, ANSWERED, REVIEW_GROUP, reply_to=card["id"])
    notice = asyncio.create_task(own.offers(resident, "Xem"))
    told = asyncio.create_task(phones.says(REVIEW_GROUP, _UNKNOWN, after=card["id"]))
    try:
        await asyncio.wait({notice, told}, return_when=asyncio.FIRST_COMPLETED)
        if told.done() and not notice.done():
            newest = await phones.until(
                REVIEW_GROUP,
                lambda m: "(gửi lại)" in m["text"] and TOLD in m["text"].replace("\n│ ", " "),
                what="the card once more",
            )
            await phones.write(REVIEWER, ANSWERED, REVIEW_GROUP, reply_to=newest["id"])
        return await notice
    finally:
        notice.cancel()
        told.cancel()
        await asyncio.gather(notice, told, return_exceptions=True)


async def whole_journey(phones: Phones) -> Told:
    """Play everything once."""
    await subscribe(phones)
    await plan_and_approve(phones)
    message, code = await read_it(phones)
    case_number = await tell(phones, message)
    await talk_and_close(phones, case_number)
    return Told(code, case_number)
