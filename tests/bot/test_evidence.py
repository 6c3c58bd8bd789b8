"""The originals of a tip, opened on the machine by the chief's order and nobody else's."""

import hashlib
import stat
from pathlib import Path

from bot.keys import check_keys
from domain.clock import SystemClock
from domain.messages import MediaKind
from domain.roles import Role
from storage.sealing import Keyring, write_keyring
from storage.staff import audit
from storage.tips.media_folder import MediaFolder
from tests.bot.commands import Said, bot
from tests.bot.studio import Studio, open_studio
from tests.pictures import jpeg
from tests.recordings import opus
from tests.tips.world import World
from tips import evidence

_LONGEST_PATH = 4_095
REASON = "theo quyết định khởi tố vụ án ví dụ"


async def _ordered(world: World, reason: str = REASON, number: str = "260001") -> str:
    await world.chief.writes(f"/chungcu {number} {reason}")
    told = (await world.chief.last()).text
    return told.partition("nhập mã ")[2].partition(".")[0]


async def test_only_the_chief_orders_originals_each_code_opens_one_tip_once_and_all_is_logged(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        await studio.sends_file(opus(9), MediaKind.VOICE, words="nghe tiếng máy xúc lúc nửa đêm")
        await studio.carded()

        async def take(typed: str, code: str) -> evidence.Evidence | None:
            return await world.chat.do(lambda tx: evidence.take(tx, typed, code))

        assert await _ordered(world) == ""
        assert "không có bản gốc" in (await world.chief.last()).text
        await studio.rounds.fetch_due()
        for party, words, told in (
            (world.reviewer, REASON, "không"),
            (world.chief, "vì", "Lý do là một câu rõ ràng"),
        ):
            await party.writes(f"/chungcu 260001 {words}")
            assert told in (await party.last()).text
        stale = await _ordered(world)
        code = await _ordered(world)
        assert await take("260001", stale) is None
        assert await take("260002", code) is None
        found = await take("260001", code.lower().replace("-", " "))
        assert found is not None
        assert (found.ordered_by, found.reason) == ("Nông Chỉ Huy", REASON)
        assert await world.chat.do(lambda tx: evidence.give_back(tx, found))
        other = await world.chat.staff("770010020009", Role.CHIEF, name="Chỉ Huy Hai Ví Dụ")
        await other.writes("/chungcu 260001 theo một quyết định khác ví dụ")
        again = await take("260001", code)
        assert again is not None
        assert (again.ordered_by, again.reason) == ("Nông Chỉ Huy", REASON)
        assert [one.opened(studio.folder) for one in found.originals] == [opus(9)]
        assert await take("260001", code) is None
        late = await _ordered(world)
        world.chat.clock.forward(minutes=16)
        assert await take(found.tip.case_number, late) is None
        entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
        kept = [one for one in entries if one.act.value.startswith("tip_evidence")]
        assert [one.act.value.rpartition("_")[2] for one in kept] == [
            *("ordered", "ordered", "taken"),
            *("ordered", "taken", "ordered"),
        ]
        mine = [one for one in kept if one.reason == REASON]
        assert len(mine) == 5
        assert len({one.staff_id for one in mine}) == 1
        # What lies there is not what was sealed: it is never handed out as if it were.
        studio.folder.remove(found.originals[0].name)
        try:
            found.originals[0].opened(studio.folder)
        except LookupError:
            return
        raise AssertionError(found)


async def test_the_command_writes_them_under_neutral_names_with_their_sums(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        clock = world.chat.clock
        clock.forward(seconds=(SystemClock().now() - clock.now()).total_seconds())
        sent = [jpeg(), opus(7), b"<html><script>"]
        await studio.sends_file(sent[0], MediaKind.PHOTO, words="cây xăng lậu sau chợ ví dụ")
        await studio.sends_file(sent[1], MediaKind.VOICE)
        await studio.sends_file(sent[2], MediaKind.FILE, name="Nguyễn Ví Dụ.html")
        await studio.rounds.fetch_due()
        # Nothing of it stands on a card yet.
        await world.chat.do(check_keys)
        folder = _installed(studio, tmp_path, await world.chat.look(lambda tx: tx.keys))

        async def types(*words: str) -> Said:
            return await bot(folder, "evidence", *words, DATABASE_URL=migrated_database_url)

        wrong = await types("260001", "--code", "AAAAA-AAAAA")
        assert (wrong.code, "lấy mã mới" in wrong.err) == (2, True)
        assert list(folder.iterdir()) == [folder / "var"]
        code, nowhere = await _ordered(world), _without_room(tmp_path)
        full = await types("260001", "--code", code, "--out", str(nowhere))
        assert (full.code, "mã vẫn dùng được" in full.err) == (2, True), full.all
        assert not nowhere.exists()
        done = await types("260001", "--code", code, "--out", "ra")
        assert done.code == 0, done.all
        assert "có thể chứa vị trí" in done.err
        out = folder / "ra"
        assert stat.S_IMODE(out.stat().st_mode) == 0o700
        files = sorted(out.iterdir())
        assert [file.name for file in files] == [
            "01.jpg",
            "02.ogg",
            "03.bin",
            "BIEN-BAN.txt",
            "SHA256SUMS",
        ]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert [file.read_bytes() for file in files[:3]] == sent
        sums = (out / "SHA256SUMS").read_text().split()
        assert sums[::2] == [hashlib.sha256(content).hexdigest() for content in sent]
        protocol = (out / "BIEN-BAN.txt").read_text()
        assert "Nông Chỉ Huy" in protocol
        assert REASON in protocol
        assert "Nguyễn" not in protocol
        again = await types("260001", "--code", await _ordered(world), "--out", "ra")
        assert "hãy nêu một thư mục chưa có" in again.err
        for name in MediaFolder(folder / "var" / "media").names():
            (folder / "var" / "media" / name).unlink()
        lost = await types("260001", "--code", await _ordered(world), "--out", "lần hai")
        assert lost.code == 1
        assert "3 tệp bị mất" in lost.err
        verified = await bot(folder, "audit", "verify", DATABASE_URL=migrated_database_url)
        assert verified.code == 0, verified.all


def _without_room(tmp_path: Path) -> Path:
    """Return where a folder can be made and no file in it: its path is as long as one may be."""
    folder = tmp_path
    while len(str(folder)) < _LONGEST_PATH - 200:
        folder /= "d" * 150
    folder.mkdir(parents=True)
    return folder / ("d" * (_LONGEST_PATH - 4 - len(str(folder))))


def _installed(studio: Studio, tmp_path: Path, keys: Keyring) -> Path:
    """Return the folder of an installation whose data are those of the studio."""
    folder = tmp_path / "here"
    (folder / "var").mkdir(parents=True)
    studio.folder.path.rename(folder / "var" / "media")
    write_keyring(keys, folder / "var" / "keys" / "keyring.json")
    return folder
