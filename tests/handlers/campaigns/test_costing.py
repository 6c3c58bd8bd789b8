"""What a campaign may cost: shown beforehand, chosen by its author, bound by its approval."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from broadcasts import plan_words, reach_planning
from broadcasts.desk import Desk
from delivery.outbox import Outbox
from domain.campaign import Audience, CampaignState
from domain.channel import Allowance
from domain.errors import Refusal
from domain.language import Language
from domain.messages import ChatKind, MediaKind
from domain.terms import Terms
from handlers.campaigns.costing import MOST, read
from handlers.router import Router
from storage.accounts import told_left
from storage.database import Tx
from storage.deliveries import use
from storage.people import addresses, residents
from storage.people.residents import Wish
from storage.tables import account, address, campaign
from tests.chat import DONG_KINH, Chat, Party, open_chat, pretend_capabilities
from tests.handlers.campaigns.world import TAKERS, first, write

_OA = replace(
    pretend_capabilities(),
    reply_window=timedelta(days=7),
    free_window=timedelta(hours=48),
    price_vnd=55,
    allowance=2,
)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    """Let the unit have an Official Account beside its bot."""
    async with open_chat(migrated_database_url, TAKERS) as opened:
        outbox = Outbox({"telegram": pretend_capabilities(), "zalo_oa": _OA})
        opened.context = replace(opened.context, outbox=outbox)
        opened.router = Router(
            opened.context,
            private=TAKERS.private,
            group=TAKERS.group,
            presses=TAKERS.presses,
            edited=TAKERS.edited,
            unhandled=TAKERS.unhandled,
        )
        yield opened


async def _followers(chat: Chat, *hours_ago: int | None) -> UUID:
    """Let people of the account have agreed, who last wrote so long ago; return the account."""

    def make(tx: Tx) -> UUID:
        oa = addresses.register_account(tx, "zalo_oa", "9001", "OA Ví Dụ")
        for hours in hours_ago:
            known = addresses.ensure(tx, oa.id, ChatKind.PRIVATE, tx.new_id().hex)
            person = residents.create(tx, chat.unit.id, Language.VI)
            addresses.link_resident(tx, known.id, person.id)
            residents.set_area(tx, person.id, chat.unit.id, f"{DONG_KINH}-kp-vi-du-2")
            residents.set_wish(tx, person.id, Wish.YES)
            heard_at = tx.now - timedelta(hours=hours) if hours is not None else None
            tx.connection.execute(
                update(address).where(address.c.id == known.id).values(heard_at=heard_at)
            )
        return oa.id

    return await chat.do(make)


async def _stored(chat: Chat) -> Any:
    return await chat.look(
        lambda tx: tx.connection.execute(select(campaign.c.reach_plan)).scalar_one()
    )


async def test_what_costs_is_left_out_until_its_author_allows_it(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    oa = await _followers(chat, 1, 2, 50, 60, 70, 80, 90, 200, None)
    await write(officer)

    plain = (await officer.last()).text
    assert "Gửi riêng qua Telegram: 1 người, không mất phí, xong khoảng " in plain
    assert "Gửi riêng qua Zalo OA: 4 người (2 miễn phí, 2 trong gói đã trả), xong" in plain
    assert "Không trả thêm tiền." in plain
    assert "Chỉ gửi miễn phí" not in plain
    assert "Phải trả phí mà chưa được phép chi: 3 người." in plain
    assert "Lâu không nhắn cho đơn vị nên kênh không cho gửi riêng: 2 người." in plain

    await officer.presses("Chi phí")
    assert "tốn thêm khoảng 165 đồng" in (await officer.last()).text
    await officer.writes("110 đồng")
    allowed = (await officer.last()).text
    assert "6 người (2 miễn phí, 2 trong gói đã trả, 2 phải trả phí)" in allowed
    assert "Dự kiến tốn 110 đồng; nhiều nhất 110 đồng." in allowed
    await officer.presses("Gửi duyệt")

    assert "Dự kiến tốn 110 đồng; nhiều nhất 110 đồng." in (await chief.last()).text
    stored = await _stored(chat)
    assert stored["paid"] == {str(oa): 2}
    assert {one["channel"] for one in stored["paths"]} == {"telegram", "zalo_oa"}
    known = await first(chat)
    assert known.reach_plan is not None
    assert known.reach_plan.everybody == 10
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED


async def test_a_file_whose_words_go_by_themselves_costs_twice(chat: Chat) -> None:
    await _followers(chat, 1, 50, 60, 70)
    apart = replace(_OA, apart=frozenset({MediaKind.FILE}))
    desk = Desk(Outbox({"zalo_oa": apart}), chat.context.catalogue)
    terms, audience = Terms(most_vnd=220), Audience(area_code=DONG_KINH)

    def shown(tx: Tx, goes_with: MediaKind) -> tuple[int, int, int, int, bool]:
        plan = reach_planning.make(tx, desk, chat.unit, audience, terms=terms, goes_with=goes_with)
        [path] = [one for one in plan.paths if one.channel == "zalo_oa"]
        words = "\n".join(plan_words.full(plan, desk.say(Language.VI)))
        twice = "qua Zalo OA mỗi người nhận 2 tin nhắn" in words
        return path.free, path.covered, path.priced, plan.cost_vnd, twice

    assert await chat.look(lambda tx: shown(tx, MediaKind.PHOTO)) == (1, 2, 1, 55, False)
    assert await chat.look(lambda tx: shown(tx, MediaKind.FILE)) == (1, 1, 2, 220, True)


async def _told(chat: Chat, oa: UUID, remaining: int | None) -> None:
    """Let the platform say what the account has left."""
    said = [Allowance(name="sub_quota", total=500, remaining=remaining)]
    await chat.do(lambda tx: told_left.note(tx, oa, said, use.of(tx, oa).paid))


async def test_where_the_platform_counts_otherwise_the_smaller_number_holds(
    chat: Chat, officer: Party, chief: Party
) -> None:
    oa = await _followers(chat, 1, 50, 60)
    await _told(chat, oa, None)
    await write(officer)
    assert "sổ của ta" not in (await officer.last()).text
    await _told(chat, oa, 1)
    await officer.presses("Gửi duyệt")
    shown = (await chief.last()).text
    assert "Zalo OA báo còn 1 tin trong gói" in shown
    assert "sổ của ta: 2; tính theo số nhỏ hơn là 1." in shown
    assert "(1 miễn phí, 1 trong gói đã trả)" in shown
    known = await first(chat)
    assert known.reach_plan is not None
    [path] = [one for one in known.reach_plan.paths if one.account_id == oa]
    assert path.their_count is not None
    assert (path.their_count.told, path.their_count.ours, path.allowance_left) == (1, 2, 1)
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED


async def test_an_old_figure_of_the_platform_is_named_as_such_and_holds_nothing(
    chat: Chat, officer: Party
) -> None:
    oa = await _followers(chat, 1, 50, 60)
    await _told(chat, oa, 0)
    chat.clock.forward(hours=3)
    await write(officer)
    plain = (await officer.last()).text
    assert "số cũ, nên tính theo sổ của ta: 2" in plain
    assert "(1 miễn phí, 2 trong gói đã trả)" in plain


async def test_what_costs_more_by_now_must_be_approved_anew(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await _followers(chat, 1, 47, 47, 47, 50)
    await write(officer)
    await officer.presses("Chi phí")
    await officer.presses("Không trả thêm tiền")
    await officer.presses("Chi phí")
    await officer.writes("20k")
    await officer.presses("Gửi duyệt")
    assert "Dự kiến tốn 0 đồng; nhiều nhất 19.965 đồng." in (await chief.last()).text
    chat.clock.forward(minutes=90)

    answers = await chief.presses("Duyệt")

    assert "chi phí dự kiến đã tăng từ 0 lên 110 đồng" in answers[0].text
    assert (await first(chat)).state is CampaignState.SUBMITTED
    assert "Dự kiến tốn 110 đồng" in (await chief.last()).text
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED


async def test_more_people_than_were_shown_are_told_to_who_approves(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await _followers(chat, 1, 2)
    await write(officer)
    await officer.presses("Gửi duyệt")
    await _followers(chat, 3)
    await chief.presses("Duyệt")
    assert "đã tăng từ 2 lên 3" in (await chief.last()).text
    assert (await first(chat)).state is CampaignState.APPROVED


async def test_an_alert_says_what_it_may_cost_and_whom_it_cannot_reach(
    chat: Chat, officer: Party, chief: Party
) -> None:
    oa = await _followers(chat, 1, 50, 60, 70, 300)
    await officer.writes("/khan Nước suối Ví Dụ dâng nhanh, bà con lên nhà văn hóa ngay.")
    told = (await chief.last()).text
    assert "Tin riêng qua Zalo OA: 4 người, xong trong khoảng 1 phút." in told
    assert "Có thể tốn tới 110 đồng." in told
    assert "1 người lâu không nhắn nên không gửi riêng được" in told
    assert (await _stored(chat))["paid"] == {str(oa): 2}


async def test_of_an_account_that_is_down_nothing_is_promised(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    oa = await _followers(chat, 1, 2, 3)
    down = update(account).where(account.c.id == oa).values(down_reason="token: expired")
    await chat.do(lambda tx: tx.connection.execute(down))
    await officer.writes("/khan Nước suối Ví Dụ dâng nhanh, bà con lên nhà văn hóa ngay.")
    told = (await chief.last()).text
    assert "Zalo OA đang ngừng gửi" in told
    assert told.index("Zalo OA đang ngừng gửi") < told.index("Tin riêng qua Telegram: 1 người")
    assert "Tin riêng qua Zalo OA" not in told

    await write(officer)
    shown = (await officer.last()).text
    assert "Qua Zalo OA: 3 người phải chờ" in shown
    assert "Gửi riêng qua Zalo OA" not in shown


async def test_the_price_gives_no_part_of_the_people_away(chat: Chat, officer: Party) -> None:
    await _followers(chat, 50, 60, 70)
    for n in range(3001, 3010):
        await chat.subscriber(str(n), language=Language.EN)
    await write(officer)
    for label in ("Chọn người nhận", "Việt", "Xong"):
        found = next(one for one in (await officer.last()).labels if label in one)
        await officer.presses(found)
    await officer.presses("Chi phí")
    asked = await officer.last()
    assert "khoảng 1.000 đồng" in asked.text
    assert [one for one in asked.labels if "55 " in one or "110" in one] == []


async def test_a_new_time_is_approved_with_its_own_plan(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    oa = await _followers(chat, 47, 47, 47, 47)
    await write(officer)
    await officer.presses("Đổi giờ")
    await officer.writes("hằng ngày lúc 10h")
    await officer.presses("Chi phí")
    await officer.writes("110 đồng")
    assert "Mỗi lần gửi dự kiến tốn " in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    before = await first(chat)
    await officer.writes("/doilich 1 hằng tuần thứ 6 lúc 8h")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt lịch mới")

    after = await first(chat)
    assert before.reach_plan is not None
    assert after.reach_plan is not None
    assert after.reach_plan.begins == after.next_at != before.reach_plan.begins
    assert after.hash() == after.submitted_hash
    assert (await _stored(chat))["paid"] == {str(oa): 2}


async def test_without_a_channel_that_costs_nobody_is_asked_for_money(
    chat: Chat, officer: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer)
    assert "Chi phí" not in (await officer.last()).labels


@pytest.mark.parametrize(
    ("words", "money"),
    [
        ("20.000", 20_000),
        ("20 000 đồng", 20_000),
        ("20k", 20_000),
        ("20 nghìn", 20_000),
        ("55", 55),
        ("0", 0),
        ("Miễn phí", 0),
        ("mien phi", 0),
        ("khong tra them tien", 0),
        (f"{MOST}", MOST),
    ],
)
def test_an_amount_is_read_as_people_type_it(words: str, money: int) -> None:
    assert read(words) == money


@pytest.mark.parametrize("words", ["", "nhiều", "-5", "20,5 triệu", f"{MOST + 1}", "1.00", "٣"])
def test_what_is_no_amount_is_asked_again(words: str) -> None:
    with pytest.raises(Refusal):
        read(words)
