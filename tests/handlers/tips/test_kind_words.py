"""Despair, children and violence at home are answered in words of their own, and paged."""

import pytest

from domain.language import Language
from domain.tip import Secrecy
from tests.tips.world import URGENT_BUTTONS, open_world


@pytest.mark.parametrize("text", ["chán quá chỉ muốn chết cho xong", "muon tu tu", "muốn chết"])
async def test_despair_hears_115_and_kind_words_and_duty_is_paged(
    migrated_database_url: str, text: str
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(text)
        numbers, receipt = await world.lan.heard()
        assert numbers.text.startswith("Bà con không phải một mình. Xin gọi ngay 115")
        assert "cướp" not in numbers.text
        assert "cháy" not in numbers.text
        assert "Cảm ơn bà con đã nói ra" in receipt.text
        assert len(await world.duty.heard()) == 1
        tip = await world.tip()
        assert tip.urgent
        assert tip.secrecy is Secrecy.SENSITIVE
        (card,) = await world.cards()
        assert "│" not in card.text


@pytest.mark.parametrize(
    ("text", "words"),
    [("I want to kill myself", "You are not alone"), ("我不想活了", "您不是一个人")],
)
async def test_despair_is_answered_in_its_language(
    migrated_database_url: str, text: str, words: str
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(text)
        first = (await world.lan.heard())[0]
        assert words in first.text
        assert "115" in first.text


async def test_a_fire_beside_despair_gets_both(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà rồi, em chỉ muốn chết")
        numbers = (await world.lan.heard())[0].text
        assert "không phải một mình" in numbers
        assert "114 (cháy" in numbers


async def test_in_a_group_nobody_is_told_that_somebody_despairs(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        await world.lan.writes("tôi muốn chết", in_group=world.village, reply_to=post.message_id)
        assert all("một mình" not in heard.text for heard in await world.village.heard())
        assert "Cảm ơn bà con đã nói ra" in (await world.lan.last()).text
        assert len(await world.duty.heard()) == 1


async def test_a_child_is_answered_simply_and_somebody_is_paged(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("Cháu học lớp 7, có anh quen trên mạng bắt cháu gửi ảnh")
        (receipt,) = await world.lan.heard()
        assert "Không phải lỗi của cháu" in receipt.text
        assert "111" in receipt.text
        assert receipt.labels == [*URGENT_BUTTONS[:3], URGENT_BUTTONS[-1]]
        assert len(await world.duty.heard()) == 1
        (card,) = await world.cards()
        assert "│" not in card.text


async def test_violence_at_home_is_asked_when_it_is_safe(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        lan = await world.chat.subscriber("880010010040", language=Language.EN)
        await lan.writes("my husband beats me")
        assert "when it is safe to write here" in (await lan.last()).text
        await world.lan.writes("xe đỗ chắn lối")
        await world.lan.writes("tối qua hàng xóm đánh vợ")
        assert "lúc nào viết ở đây thì an toàn" in (await world.lan.last()).text
        await world.lan.writes("hôm nay lại đánh vợ")
        assert len(await world.lan.heard()) == 2
        assert [tip.secrecy for tip in await world.tips()] == [Secrecy.SENSITIVE] * 2


async def test_what_a_child_says_is_on_no_card(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("my dad hits me")
        assert (await world.tip()).secrecy is Secrecy.SENSITIVE
        assert "my dad" not in (await world.cards())[0].text


async def test_a_child_who_tells_more_of_a_sensitive_tip_is_answered_once(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("chồng em say rượu đang đánh em")
        await world.lan.news()
        told = "Cháu học lớp 7, bố cháu đánh cháu, cháu sợ lắm"
        await world.lan.writes(told)
        assert any("Không phải lỗi của cháu" in one.text for one in await world.lan.news())
        await world.lan.writes(told)
        assert not any("Không phải lỗi của cháu" in one.text for one in await world.lan.news())
        # What is put in later by an edit is cared for as well, once for each kind and tip.
        ba = await world.chat.subscriber("880010010033")
        await ba.writes("cháu muốn hỏi một việc ở nhà cháu")
        said = await ba.writes("có người làm phiền cháu")
        pages = len(await world.duty.heard())
        for _ in range(2):
            await ba.news()
            await ba.edits(said, "Cháu học lớp 7, có anh quen trên mạng bắt cháu gửi ảnh")
        assert await ba.news() == []
        texts = [one.text for one in await ba.heard()]
        assert sum("Không phải lỗi của cháu" in text for text in texts) == 1
        assert len(await world.duty.heard()) == pages + 1
