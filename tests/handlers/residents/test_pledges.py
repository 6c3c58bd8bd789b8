"""A pledge is signed by the words that were shown, once, in private, and can be taken back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from domain.campaign import RunState
from domain.ids import short
from domain.language import Language
from domain.start_payload import Purpose, StartPayload, encode
from storage.campaigns import pledges, runs
from storage.campaigns.pledges import Pledged
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.tables import pledge, pledge_words
from tests.chat import DONG_KINH, Party
from tests.handlers.residents.pledging import FIREWORKS, TRAFFIC, run_of
from tests.handlers.residents.world import World, open_world

WORDS = "Tôi và gia đình cam kết: 1) Không làm, mua bán, vận chuyển"


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


async def counted(world: World, run: Run) -> tuple[int, int]:
    found = await world.chat.look(lambda tx: pledges.of_run(tx, run.id))
    return found.standing, found.withdrawn


async def test_the_exact_words_are_shown_then_signed_once_then_withdrawn(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    run = await run_of(world.chat, FIREWORKS, [lan])
    assert (await lan.last()).labels[0] == "Ký cam kết"
    await lan.presses("Ký cam kết")
    shown = await lan.last()
    assert WORDS in shown.text
    assert "không ai xem được ai ký, ai không" in shown.text
    assert "Đồng ý, bà con bấm" not in shown.text
    assert shown.labels == ["Tôi cam kết", "Để sau"]
    assert await counted(world, run) == (0, 0)

    await lan.presses_at_once("Tôi cam kết", lan)
    assert await counted(world, run) == (1, 0)
    signed = await lan.news()
    assert sum("Đã ghi nhận cam kết" in one.text for one in signed) == 1
    await lan.presses("Ký cam kết")
    assert "không cần ký lại" in (await lan.last()).text

    await lan.presses_at_once("Rút cam kết", lan)
    assert await counted(world, run) == (0, 1)
    await lan.writes("/dulieu")
    assert "đã rút, bản lời phao-2026.1:" in (await lan.last()).text
    await lan.presses("Ký cam kết")
    await lan.writes("toi cam ket a")
    assert await counted(world, run) == (1, 0)
    await lan.writes("/dulieu")
    await lan.presses("Tải bản sao")
    assert "đã ký, bản lời phao-2026.1:" in (await lan.last()).text
    assert world.tips == []


async def test_the_signature_names_the_version_and_the_old_words_are_kept(world: World) -> None:
    lan = await world.chat.subscriber("1001", language=Language.EN)
    run = await run_of(world.chat, TRAFFIC, [lan])
    await lan.writes("I pledge")
    assert "My family and I pledge" in (await lan.last()).text
    await lan.writes("yes")

    def read(tx: Tx) -> tuple[str, str, str]:
        row = tx.connection.execute(
            select(pledge.c.version, pledge_words.c.words, pledge.c.area_code).join(
                pledge_words, pledge_words.c.version == pledge.c.version
            )
        ).one()
        return row[0], row[1], row[2]

    version, words, area = await world.chat.look(read)
    assert version.startswith("giao-thong-2026.1:")
    assert words.startswith("My family and I pledge")
    assert area == f"{DONG_KINH}-kp-vi-du-2"
    assert await counted(world, run) == (1, 0)


async def test_later_signs_nothing_and_the_answer_counts_only_while_it_is_awaited(
    world: World,
) -> None:
    lan = await world.chat.subscriber("1001")
    run = await run_of(world.chat, FIREWORKS, [lan])
    await lan.writes("CAM KET")
    await lan.writes("để sau")
    assert "không ký cũng không sao" in (await lan.last()).text
    await lan.writes("đồng ý")
    await lan.writes("cam kết là gì?")
    assert await counted(world, run) == (0, 0)
    assert world.tips == ["đồng ý", "cam kết là gì?"]
    await lan.writes("rút cam kết")
    assert "không có cam kết nào" in (await lan.last()).text


async def test_a_group_opens_the_private_chat_where_a_stranger_may_sign(world: World) -> None:
    group = await world.chat.group("-100")
    run = await run_of(world.chat, FIREWORKS, groups=[group])
    post = await group.last()
    button = next(one for one in post.buttons if one.label == "Ký cam kết")
    assert button.action is None
    assert button.start is not None
    stranger = world.party("1009")
    await stranger.starts(button.start.replace("{d}", short(post.id)))
    [shown] = await stranger.news()
    assert WORDS in shown.text
    await stranger.presses("Tôi cam kết")
    assert (await stranger.last()).labels == ["Rút cam kết", "Nhận tin an toàn"]
    assert await world.answers(stranger) == []
    found = await world.chat.look(lambda tx: pledges.of_run(tx, run.id))
    assert found == Pledged(standing=1, people=1, by_post=1)
    [answer] = await stranger.presses_action(f"pledge:{short(post.id)}", of=group)
    assert "không ký trước nhóm" in answer.text


async def test_a_poster_of_the_campaign_leads_to_its_newest_run(world: World) -> None:
    run = await run_of(world.chat, FIREWORKS)
    stranger = world.party("1009")
    link = StartPayload(purpose=Purpose.PLEDGE, campaign=run.campaign_id)
    await stranger.starts(encode(link))
    await stranger.presses("Tôi cam kết")
    assert await counted(world, run) == (1, 0)
    nowhere = StartPayload(purpose=Purpose.PLEDGE, campaign=run.id)
    await stranger.starts(encode(nowhere))
    assert "không cần ký lại" in (await stranger.last()).text


async def test_of_several_pledges_it_is_asked_which(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    fireworks = await run_of(world.chat, FIREWORKS, [lan])
    traffic = await run_of(world.chat, TRAFFIC, [lan])
    await lan.writes("cam kết")
    assert sorted((await lan.last()).labels) == [
        "Cam kết của gia đình tôi: không pháo nổ",
        "Cam kết của gia đình tôi: đi đường an toàn",
    ]
    await lan.presses("Cam kết của gia đình tôi: đi đường an toàn")
    await lan.presses("Tôi cam kết")
    assert (await counted(world, traffic), await counted(world, fireworks)) == ((1, 0), (0, 0))
    message_id = next(
        heard.message_id for heard in await lan.heard() if "không pháo nổ" in heard.text
    )
    await lan.writes("Cam kết ạ.", reply_to=message_id)
    assert "Không làm, mua bán" in (await lan.last()).text
    await lan.writes("có")
    await lan.writes("Rút cam kết")
    await lan.presses("Cam kết của gia đình tôi: không pháo nổ")
    assert (await counted(world, traffic), await counted(world, fireworks)) == ((1, 0), (0, 1))


async def test_nobody_signs_by_another_ones_button_or_without_words(world: World) -> None:
    lan, binh = await world.chat.subscriber("1001"), await world.chat.subscriber("1002")
    run = await run_of(world.chat, FIREWORKS, [lan])
    sent = await lan.last()
    [answer] = await binh.presses_action(f"pledge:{short(sent.id)}")
    assert "không còn dùng được" in answer.text
    for wrong in ("pledge", "pledge:yes", "pledge:yes:dX:abc:vi", "pledge:show:", "pledge:off:x"):
        await binh.presses_action(wrong)
    await binh.presses_action(f"pledge:yes:r{short(run.id)}:{'0' * 12}:vi")
    assert WORDS in (await binh.last()).text
    assert await counted(world, run) == (0, 0)


async def test_an_erased_signature_is_counted_and_points_to_nobody(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    run = await run_of(world.chat, FIREWORKS, [lan])
    await lan.presses("Ký cam kết")
    await lan.presses("Tôi cam kết")
    await lan.writes("xoa du lieu")
    await lan.presses("Xóa hẳn")
    assert await counted(world, run) == (1, 0)

    def read(tx: Tx) -> list[tuple[object, str]]:
        rows = tx.connection.execute(select(pledge.c.resident_id, pledge.c.signed_at))
        return [(row[0], row[1].isoformat()) for row in rows]

    [(whose, at)] = await world.chat.look(read)
    assert whose is None
    assert at.endswith("17:00:00+00:00"), "the local day alone"


async def test_an_old_or_cancelled_pledge_takes_no_signature(world: World) -> None:
    lan: Party = await world.chat.subscriber("1001")
    run = await run_of(world.chat, FIREWORKS, [lan])
    await lan.presses("Ký cam kết")
    await world.chat.do(lambda tx: _cancel(tx, run))
    [answer] = await lan.presses("Tôi cam kết")
    assert "không còn nhận chữ ký" in answer.text
    await lan.writes("không")
    await lan.writes("cam kết")
    assert "không có bản cam kết nào" in (await lan.last()).text
    assert await counted(world, run) == (0, 0)


def _cancel(tx: Tx, run: Run) -> None:
    runs.change(tx, run, RunState.CANCELLED)
