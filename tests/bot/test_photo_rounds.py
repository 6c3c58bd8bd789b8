"""Photos on their way: fetched, sealed, cleaned, and shown to who asks."""

import hashlib
import stat
from pathlib import Path

from domain.audit import Act
from domain.failures import AccountDown, Refused, Transient
from domain.tip import Secrecy
from storage.staff import audit
from storage.tips import media
from storage.tips.media import FileState
from tests.bot.studio import open_studio
from tests.pictures import CANARY, jpeg


async def test_what_officers_are_sent_holds_nothing_but_points(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg((300, 200)), name=f"{CANARY.decode()}.jpg", mime="image/jpeg")
        assert await studio.rounds.fetch_due() == 1
        card = await studio.carded()
        assert "Xem ảnh" in card.labels
        assert await studio.shown() == []
        (told,) = await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        assert "ghi lại" in told.text
        await studio.world.tick()
        (photo,) = await studio.shown()
        assert photo.outgoing.protected
        assert photo.outgoing.reply_to == card.message_id
        assert "ảnh 1/1. Hoàng Ví Dụ mở lúc" in photo.text
        sent = await studio.opened(photo.outgoing)
        assert (sent.name, sent.mime) == ("anh.jpg", "image/jpeg")
        assert sent.content.startswith(b"\xff\xd8")
        said = repr([heard.outgoing for heard in await studio.world.chat.said()]).encode()
        assert CANARY not in sent.content + said


async def test_original_and_copy_lie_sealed_for_their_owner_alone(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        original = jpeg((300, 200))
        await studio.sends(original)
        await studio.rounds.fetch_due()
        (kept,) = await studio.pictures()
        files = list(studio.folder.path.iterdir())
        assert len(files) == 2
        assert stat.S_IMODE(studio.folder.path.stat().st_mode) == 0o700
        for file in files:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert CANARY not in file.read_bytes()
            assert b"JFIF" not in file.read_bytes()
            assert kept.id.hex not in file.name
        name, key, digest = await studio.world.chat.look(lambda tx: media.original(tx, kept.id))
        place = media.original_place(kept.id)
        assert key.unseal_bytes(studio.folder.read(name), place) == original
        assert digest == hashlib.sha256(original).hexdigest()


async def test_ten_photos_of_an_album_are_shown_one_at_a_time_and_each_look_is_noted(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(*(jpeg((40 + number, 40)) for number in range(10)))
        assert await studio.rounds.fetch_due() == 10
        card = await studio.carded()
        assert card.labels.count("Xem ảnh") == 1
        await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        for _ in range(9):
            await studio.world.tick(seconds=1)
            await studio.world.reviewer.presses("Xem ảnh tiếp", of=studio.world.desk)
        await studio.world.tick()
        shown = await studio.shown()
        assert [f"ảnh {number}/10" in one.text for number, one in enumerate(shown, 1)] == [
            True
        ] * 10
        assert shown[-1].labels == []
        sizes = {len((await studio.opened(one.outgoing)).content) for one in shown}
        assert len(sizes) > 1
        entries = await studio.world.chat.look(lambda tx: list(audit.entries(tx)))
        reads = [entry.facts["photo"] for entry in entries if entry.act is Act.TIP_READ]
        assert reads == [str(number) for number in range(1, 11)]


async def test_lost_photos_keep_nobody_from_those_that_came(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        await studio.sends(b"no picture", jpeg((300, 200)), b"nor this", jpeg((310, 200)))
        await studio.carded()
        await studio.rounds.fetch_due()
        # The card was there first: its button leads to the photo that is lost since then.
        (told,) = await world.reviewer.presses("Xem ảnh", of=world.desk)
        assert "Ảnh số 1 không xem được" in told.text
        await world.tick()
        (second,) = await studio.shown()
        assert "ảnh 2/4" in second.text
        await world.reviewer.presses("Xem ảnh tiếp", of=world.desk)
        await world.tick()
        assert "ảnh 4/4" in (await studio.shown())[-1].text
        await studio.sends(b"broken", jpeg((320, 200)), words="thêm ảnh")
        await studio.rounds.fetch_due()
        await studio.carded()
        (told,) = await world.chief.presses("Xem ảnh", of=world.desk)
        assert "không xem được" not in told.text
        await world.tick()
        assert "ảnh 6/6" in (await studio.shown())[-1].text


async def test_a_photo_that_stands_there_already_comes_once_but_every_look_is_noted(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        await studio.carded()
        await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        (told,) = await studio.world.chief.presses("Xem ảnh", of=studio.world.desk)
        assert "ở trên" in told.text
        await studio.world.tick()
        await studio.world.chief.presses("Xem ảnh", of=studio.world.desk)
        assert len(await studio.shown()) == 1
        entries = await studio.world.chat.look(lambda tx: list(audit.entries(tx)))
        assert len({e.staff_id for e in entries if e.act is Act.TIP_READ}) == 2


async def test_photos_of_withheld_words_come_only_behind_the_private_button(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg(), words="chồng tôi đánh tôi bầm tím cả mặt")
        await studio.rounds.fetch_due()
        card = await studio.carded()
        assert (await studio.world.tip()).secrecy is Secrecy.SENSITIVE
        assert "Xem ảnh" not in card.labels
        await studio.world.chief.presses("Xem riêng", of=studio.world.desk)
        await studio.world.tick()
        assert (await studio.world.chief.last()).labels == ["Xem ảnh"]
        await studio.world.chief.presses("Xem ảnh")
        await studio.world.tick()
        assert await studio.shown() == []
        assert len(await studio.shown(studio.world.chief)) == 1


async def test_an_old_button_shows_nothing_in_the_group_once_the_tip_is_for_the_chief(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        await studio.carded()
        await studio.world.lan.presses("Chỉ chỉ huy xem")
        await studio.world.tick()
        (told,) = await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        assert "chỉ chỉ huy" in told.text
        await studio.world.chief.presses("Xem ảnh", of=studio.world.desk)
        await studio.world.tick()
        assert await studio.shown() == []
        assert len(await studio.shown(studio.world.chief)) == 1
        stranger = studio.world.chat.resident("990010")
        (told,) = await stranger.presses("Xem ảnh", of=studio.world.desk)
        assert told.alert


async def test_without_a_review_group_photos_come_privately(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path, review_group=False) as studio:
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        await studio.world.tick(minutes=3)
        await studio.world.reviewer.presses("Xem ảnh")
        await studio.world.tick()
        assert len(await studio.shown(studio.world.reviewer)) == 1
        assert await studio.shown(studio.world.chief) == []


async def test_a_photo_not_yet_fetched_says_so_and_comes_when_the_platform_is_back(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        studio.shop.trouble = [Transient("away"), TimeoutError()]
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        await studio.carded()
        (told,) = await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        assert "đang được lấy về" in told.text
        await studio.rounds.fetch_due()
        assert await studio.rounds.fetch_due() == 0
        studio.world.chat.clock.forward(minutes=2)
        assert await studio.rounds.fetch_due() == 1
        await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        assert len(await studio.shown()) == 1
        assert len(studio.shop.fetched) == 3


async def test_a_photo_that_never_comes_is_given_up_with_one_word_under_the_card(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        studio.shop.trouble = [Transient("away") for _ in range(50)]
        await studio.sends(jpeg(), jpeg())
        await studio.end()
        assert await studio.world.desk.heard() == []
        for _ in range(12):
            assert {one.state for one in await studio.pictures()} == {FileState.WAITING}
            await studio.rounds.fetch_due()
            studio.world.chat.clock.forward(hours=7)
        assert {one.state for one in await studio.pictures()} == {FileState.LOST}
        card = await studio.carded()
        for _ in range(2):
            await studio.end()
        await studio.world.tick()
        lines = [one for one in await studio.world.desk.heard() if "không lấy được" in one.text]
        assert [line.outgoing.reply_to for line in lines] == [card.message_id]
        assert "2 ảnh" in lines[0].text
        (told,) = await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        assert "không lấy được" in told.text
        assert len(studio.shop.fetched) == 24


async def test_a_photo_waits_while_our_account_is_down_and_comes_soon_after(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        studio.shop.trouble = [AccountDown("token") for _ in range(40)]
        await studio.sends(jpeg())
        for _ in range(40):
            await studio.rounds.fetch_due()
            studio.world.chat.clock.forward(hours=3)
        assert await studio.rounds.fetch_due() == 1
        assert (await studio.pictures())[0].state is FileState.CLEAN


async def test_what_is_gone_too_big_or_no_picture_is_told_each_in_its_words(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        studio.shop.trouble = [Refused("media: gone"), Refused("media: file is too big")]
        await studio.sends(jpeg(), jpeg())
        await studio.rounds.fetch_due()
        await studio.sends(b"words alone " * 50, words="", name="anh.jpg", mime="text/plain")
        await studio.rounds.fetch_due()
        await studio.carded()
        await studio.end()
        await studio.world.tick()
        said = "\n".join(one.text for one in await studio.world.desk.heard())
        assert "1 ảnh không còn trên máy chủ" in said
        assert "1 ảnh quá lớn" in said
        assert "1 tệp ảnh bị hỏng hoặc không phải ảnh" in said
        assert len(studio.names()) == 1
