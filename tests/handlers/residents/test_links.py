"""A link leads where it says and is counted where it hangs; who opened it is kept nowhere."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import select

from broadcasts import checking, reach
from domain.ids import short
from domain.start_payload import Purpose, StartPayload, encode
from domain.tip import Binding
from handlers.residents import commands
from handlers.tips import taking
from people.invitations import PRIVATE_TIP
from storage.campaigns import pledges
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import links
from storage.people.links import LinkCount, Source
from storage.tables import hand_group, posting_pack, tip
from storage.tips import tip_rows
from tests.chat import DONG_KINH, Chat, Takers, add_staff, open_chat
from tests.handlers.residents.pledging import FIREWORKS, run_of

THREE = f"{DONG_KINH}-kp-vi-du-3"


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    takers = Takers(
        private=(commands.start, commands.asking_again(taking.take)),
        presses={**commands.PRESSES, **taking.PRESSES},
    )
    async with open_chat(migrated_database_url, takers) as opened:
        yield opened


async def counts(chat: Chat) -> list[LinkCount]:
    unit_id = chat.unit.id
    return list(await chat.look(lambda tx: links.counts(tx, unit_id)))


async def pack_of(chat: Chat, run: Run) -> UUID:
    """Write a posting pack of a run, for a group that no machine reaches."""

    def write(tx: Tx) -> UUID:
        staff = add_staff(tx, chat.unit.id, "Cán bộ Ví Dụ")
        group_id, pack_id = tx.new_id(), tx.new_id()
        tx.connection.execute(
            hand_group.insert().values(
                id=group_id,
                unit_id=chat.unit.id,
                area_code=THREE,
                name="Nhóm Ví Dụ",
                app="zalo",
                added_by=staff,
                added_at=tx.now,
            )
        )
        tx.connection.execute(
            posting_pack.insert().values(
                id=pack_id, run_id=run.id, hand_group_id=group_id, made_by=staff, made_at=tx.now
            )
        )
        return pack_id

    return await chat.do(write)


async def test_an_area_is_offered_and_not_forced_and_only_counted(chat: Chat) -> None:
    lan = chat.resident("1001")
    for _ in range(2):
        await lan.starts(encode(StartPayload(area=THREE)))
    await lan.presses("Đồng ý")
    assert "nơi này phải không" in (await lan.last()).text
    assert (await lan.record()).area_code is None
    assert await counts(chat) == [LinkCount(Source.AREA, THREE, 2, 1, 0)]


async def test_a_groups_link_offers_its_area_and_is_counted_for_the_group(chat: Chat) -> None:
    group = await chat.group("-100", area=THREE)
    group_id = (await group.address()).group_id
    assert group_id is not None
    lan, binh = chat.resident("1001"), await chat.subscriber("1002")
    for one in (lan, binh):
        await one.starts(encode(StartPayload(group=group_id)))
    await lan.presses("Đồng ý")
    assert (await lan.last()).labels[0] == "Khối phố Ví Dụ 3, phường Đông Kinh – đúng"
    assert await counts(chat) == [LinkCount(Source.GROUP, group_id.hex, 2, 1, 0)]
    assert (await lan.record()).invited_by == THREE


async def test_a_tip_by_the_link_of_a_pack_answers_its_run_and_is_traced_to_the_pack(
    chat: Chat,
) -> None:
    lan = await chat.subscriber("1001")
    run = await run_of(chat, "traffic-02-helmet", [lan])
    pack_id = await pack_of(chat, run)
    payload = encode(StartPayload(purpose=Purpose.TIP, campaign=run.campaign_id, pack=pack_id))
    await lan.starts(payload)
    await lan.writes("đầu ngõ có hố sâu giữa đường")
    await lan.writes("xe máy ngã hai lần rồi")

    def read(tx: Tx) -> tuple[object, ...]:
        row = tx.connection.execute(tip.select()).one()
        return (
            row.run_id,
            row.bound,
            row.by_post,
            tip_rows.own_delivery(tx, run.id, row.resident_id),
        )

    run_id, bound, by_post, own = await chat.look(read)
    assert (run_id, bound, by_post) == (run.id, Binding.EXPLICIT.value, True)
    assert own is not None
    assert await chat.look(lambda tx: links.of_pack(tx, pack_id)) == LinkCount(
        Source.PACK, pack_id.hex, 1, 0, 1
    )
    assert await chat.look(checking.verify) == []
    assert (await chat.look(lambda tx: reach.of_run(tx, run))).tips_by_hand == 1


async def test_a_link_that_leads_nowhere_is_welcomed_and_not_counted(chat: Chat) -> None:
    nobody = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    for number, payload in enumerate(
        (
            encode(StartPayload(pack=nobody)),
            encode(StartPayload(group=nobody)),
            encode(StartPayload(purpose=Purpose.TIP, post=nobody)),
            encode(StartPayload(campaign=nobody)),
            "z2x_moi-hon",
            "20",
        )
    ):
        lan = chat.resident(str(number))
        await lan.starts(payload)
        assert await lan.heard()
        assert (await lan.record()).invited_by in (None, "bao-tin")
    assert await counts(chat) == []


async def test_the_link_under_a_post_is_counted_for_the_post(chat: Chat) -> None:
    group = await chat.group("-100", area=THREE)
    await run_of(chat, "traffic-02-helmet", groups=[group])
    post = await group.last()
    start = next(one.start for one in post.buttons if one.label == "Báo tin riêng")
    assert start is not None
    lan = chat.resident("1001")
    await lan.starts(start.replace("{d}", short(post.id)))
    await lan.writes("đầu ngõ có người bán pháo")
    assert await counts(chat) == [LinkCount(Source.POST, post.id.hex, 1, 1, 1)]
    # The place stays with who came to tell: for a later tip, and for when they subscribe.
    kept = (await lan.record()).invited_by
    chat.clock.forward(days=2)
    await lan.writes("tối nay lại có người bán pháo ở đó")
    query = select(tip.c.area_code)
    areas = await chat.look(lambda tx: list(tx.connection.execute(query).scalars()))
    assert areas == [kept, kept]
    assert kept != PRIVATE_TIP


async def test_the_link_of_a_pack_may_lead_to_the_pledge_of_its_run(chat: Chat) -> None:
    run = await run_of(chat, FIREWORKS)
    pack_id = await pack_of(chat, run)
    lan = chat.resident("1001")
    await lan.starts(encode(StartPayload(purpose=Purpose.PLEDGE, pack=pack_id)))
    await lan.presses("Tôi cam kết")
    assert (await chat.look(lambda tx: pledges.of_run(tx, run.id))).standing == 1
    assert (await chat.look(lambda tx: links.of_pack(tx, pack_id))).newcomers == 1
