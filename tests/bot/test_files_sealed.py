"""Recordings, films and documents of tips: fetched, sealed, named by what they are, erased."""

import hashlib
import os
import zipfile
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

from bot.doctor_files import files_told
from bot.file_rounds import LARGE, SMALL, RoundRules
from domain.failures import Refused, Transient
from domain.file_kind import FileKind
from domain.language import Language
from domain.messages import MediaKind, MediaRef
from storage.tips import media, tip_files
from storage.tips import tips as stored_tips
from storage.tips.media import FileState
from tests.bot.studio import open_studio
from tests.pictures import CANARY, jpeg
from tests.recordings import movie, opus


def _app() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("AndroidManifest.xml", CANARY)
    return out.getvalue()


async def test_every_file_is_sealed_named_by_its_content_and_gone_with_its_tip(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        voice, film = opus(32) + bytes(3_000), movie(75)
        await studio.sends_file(voice, MediaKind.VOICE, words="nghe rõ tiếng máy cưa", seconds=30)
        await studio.sends_file(film, MediaKind.VIDEO, seconds=9)
        name = f"{CANARY.decode()}.pdf"
        await studio.sends_file(_app(), MediaKind.FILE, name=name, mime="application/pdf")
        await studio.sends_file(jpeg(), MediaKind.FILE, name="giay-to.bin")
        assert await studio.rounds.fetch_due() == 4
        card = await studio.carded()
        assert "Kèm theo: 1 ảnh (đang giữ kín)" in card.text
        assert "Kèm theo: ghi âm 0:32, 3 kB, đã niêm phong" in card.text
        assert "Kèm theo: video 1:15, 1 kB, đã niêm phong" in card.text
        assert "chương trình hoặc ứng dụng, KHÔNG mở, 1 kB, đã niêm phong" in card.text
        assert card.labels.count("Xem ảnh") == 1
        said = repr([heard.outgoing for heard in await world.chat.said()]).encode()
        assert CANARY not in said
        kept = await studio.pictures()
        assert [one.state for one in kept] == [FileState.KEPT] * 3 + [FileState.CLEAN]
        assert all(CANARY not in file.read_bytes() for file in studio.folder.path.iterdir())
        for known, sent in zip(kept[:2], (voice, film), strict=True):
            place = media.original_place(known.id)
            ref, key, digest = await world.chat.look(partial(media.original, file_id=known.id))
            assert key.unseal_bytes(studio.folder.read(ref), place) == sent
            assert digest == hashlib.sha256(sent).hexdigest()
        # Nothing more is said of what the card told already.
        assert await studio.end() == 0
        lines = [one for one in await world.desk.heard() if "về tệp kèm theo" in one.text]
        assert lines == []
        look = world.chat.look
        assert [level for level, _ in await look(lambda tx: files_told(tx, studio.folder))] == [
            "good"
        ]
        assert kept[0].original is not None
        studio.folder.remove(kept[0].original)
        stray = studio.folder.put(b"sealed")
        long_ago = (world.chat.clock.now() - timedelta(days=1)).timestamp()
        os.utime(studio.folder.path / stray, (long_ago, long_ago))
        found = await look(lambda tx: files_told(tx, studio.folder))
        assert [level for level, _ in found] == ["bad", "warn"]
        assert "1 tệp niêm phong" in found[0][1]
        tip = await world.tip()
        await world.chat.do(lambda tx: stored_tips.erase(tx, tip))
        for _ in range(2):
            await studio.rounds.sweep()
        assert studio.names() == set()


async def test_what_becomes_of_a_file_after_its_card_is_told_once_under_it(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        studio.shop.trouble = [
            Transient("away"),
            Refused("media: gone"),
            Refused("media: file is too big"),
        ]
        guest = await world.chat.subscriber("880010010021", language=Language.ZH)
        await studio.sends_file(
            opus(5), MediaKind.VOICE, words="河边有人倒垃圾", seconds=5, by=guest
        )
        await studio.sends_file(movie(5), MediaKind.VIDEO, by=guest)
        await studio.sends_file(movie(600), MediaKind.VIDEO, by=guest)
        card = await studio.carded()
        assert "ghi âm 0:05, 1 kB, đang lấy về" in card.text
        await guest.news()
        await studio.rounds.fetch_due()
        world.chat.clock.forward(minutes=2)
        await studio.rounds.fetch_due()
        for _ in range(2):
            await studio.end()
            await world.tick()
        lines = [one for one in await world.desk.heard() if "về tệp kèm theo" in one.text]
        assert [one.outgoing.reply_to for one in lines] == [card.message_id]
        told = lines[0].text
        assert "ghi âm 0:05, 1 kB, đã niêm phong" in told
        assert "video, 1 kB, không còn trên máy chủ nhắn tin" in told
        assert "video, 1 kB, quá lớn nên không lấy được" in told
        (notice,) = await guest.news()
        assert "文件" not in notice.text
        await guest.presses(notice.labels[0])
        assert "文件太大" in (await guest.last()).text


async def test_large_files_wait_their_own_turn_and_none_comes_when_the_disk_is_full(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        large = movie(20) + bytes(3 * 1024 * 1024)
        await studio.sends_file(large, MediaKind.VIDEO, words="xe tải đổ đất xuống suối")
        await studio.sends(jpeg(), words="")
        studio.rules = RoundRules(least_free=1 << 60)
        for _ in range(20):
            assert await studio.rounds.fetch_due() == 2
            world.chat.clock.forward(hours=7)
        assert studio.shop.fetched == []
        assert [one.tries for one in await studio.pictures()] == [0, 0]
        studio.rules = SMALL
        assert await studio.rounds.fetch_due() == 1
        assert [one.state for one in await studio.pictures()] == [
            FileState.WAITING,
            FileState.CLEAN,
        ]
        studio.rules = LARGE
        assert await studio.rounds.fetch_due() == 1
        (film, _) = await studio.pictures()
        assert (film.state, film.kind, film.size) == (FileState.KEPT, FileKind.VIDEO, len(large))


async def test_one_tip_brings_only_so_much(migrated_database_url: str, tmp_path: Path) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        each = 20 * 1024 * 1024
        fits = tip_files.MOST_OF_A_TIP // each
        for number in range(fits + 1):
            await studio.world.lan.writes(
                "rác đổ ra suối" if number == 0 else "",
                media=(MediaRef(MediaKind.VIDEO, f"film-{number}", size=each),),
                album="a1",
            )
        assert [one.state for one in await studio.pictures()] == [FileState.WAITING] * fits + [
            FileState.LOST
        ]
        card = await studio.carded()
        assert f"… và {fits + 1 - 8} tệp khác" in card.text
