"""Files and places: what officers are shown of them, and what the writer is told."""

from domain.language import Language
from domain.messages import Location, MediaKind, MediaRef
from tests.tips.world import RECEIPT_BUTTONS, open_world


async def test_a_place_is_shown_as_what_was_claimed_under_the_rules_of_content(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("xe đỗ chắn lối")
        await world.lan.writes(location=Location(21.8537, 106.761))
        await world.tick(minutes=3)
        (card,) = await world.cards()
        place = "Vị trí người báo gửi: 21.85370, 106.76100 (địa bàn của tin: khối phố Ví Dụ 2)"
        assert place in card.text
        assert "đang giữ kín" not in card.text
        await world.lan.presses("Chỉ chỉ huy xem")
        await world.lan.writes(location=Location(-0.0000012, 106.5))
        await world.tick(minutes=3)
        hidden = (await world.cards())[-1]
        assert "106.5" not in hidden.text
        assert "2 vị trí (đang giữ kín)" in hidden.text
        await world.chief.presses("Xem riêng", of=world.desk)
        private = (await world.chief.last()).text
        assert private.count("Vị trí người báo gửi") == 2
        assert "gửi: 0.00000, 106.50000" in private
        assert "vị trí (đang" not in private
        ba = world.chat.resident("880010010003")
        await ba.writes("cháy nhà rồi, cứu với")
        await ba.writes(location=Location(21.8537, 106.761))
        assert "21.85370, 106.76100" in (await world.cards())[-1].text


async def test_a_file_alone_is_taken_and_words_are_asked_for(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.sends_photo()
        receipt = await world.lan.last()
        assert receipt.text.endswith("Xin tả thêm bằng lời: thấy gì, ở đâu, lúc nào.")
        assert receipt.labels == RECEIPT_BUTTONS
        await world.lan.sends_photo()
        assert len(await world.lan.heard()) == 1


async def test_a_file_that_cannot_be_fetched_is_told_of_once_and_the_tip_stays(
    migrated_database_url: str,
) -> None:
    big = MediaRef(MediaKind.VIDEO, "file-9", size=20 * 1024 * 1024 + 1)
    async with open_world(migrated_database_url) as world:
        for _ in range(3):
            await world.lan.writes("xe tải chở pháo", media=(big,), album="a1")
        await world.lan.sends_photo()
        (receipt,) = await world.lan.news()
        assert "lớn quá nên máy không lấy được" in receipt.text
        assert "đoạn ngắn hơn" in receipt.text
        await world.tick(minutes=3)
        (card,) = await world.cards()
        assert "│ xe tải chở pháo" in card.text
        assert "Kèm theo: 1 ảnh (đang giữ kín)" in card.text
        assert "3 video: tệp quá lớn, không lấy được" in card.text
        await world.lan.writes(media=(big,))
        (told,) = await world.lan.news()
        assert "lớn quá" in told.text
        just = MediaRef(MediaKind.VIDEO, "file-10", size=20 * 1024 * 1024)
        await world.lan.writes(media=(just,))
        assert await world.lan.news() == []
        await world.tick(minutes=3)
        assert "Kèm theo: video, 20,0 MB, đang lấy về" in (await world.cards())[-1].text


async def test_too_big_a_file_is_told_in_the_writers_language(migrated_database_url: str) -> None:
    big = MediaRef(MediaKind.VIDEO, "file-9", size=30_000_000)
    async with open_world(migrated_database_url) as world:
        for name, language, words in (
            ("880010010021", Language.EN, "too large for us to fetch"),
            ("880010010022", Language.ZH, "文件太大"),
        ):
            guest = await world.chat.subscriber(name, language=language)
            await guest.writes(media=(big,))
            assert words in (await guest.last()).text
        ba = world.chat.resident("880010010023")
        await ba.writes("/baotin xe lạ", media=(big,), in_group=world.village)
        assert "lớn quá" in (await ba.last()).text
        assert all("lớn quá" not in heard.text for heard in await world.village.heard())
        assert len(await world.tips()) == 3


async def test_an_album_is_one_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        for number in range(3):
            photo = MediaRef(MediaKind.PHOTO, f"file-{number}")
            await world.lan.writes(
                "rác đổ ra suối" if number == 0 else "", media=(photo,), album="a"
            )
        await world.tick(minutes=3)
        assert "3 ảnh" in (await world.cards())[0].text
        assert len(await world.lan.heard()) == 1
