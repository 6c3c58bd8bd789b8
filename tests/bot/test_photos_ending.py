"""Photos at their end and in trouble: taken back, erased, swept, fetched again after a crash."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from domain.delivery import Accepted, DeliveryKind, Lane
from domain.ids import short
from domain.language import Language
from domain.messages import EffectKind, MediaKind, MediaRef
from domain.tip import TipState
from storage.database import Tx
from storage.deliveries.settling import Settled, settle
from storage.deliveries.windows import Claim, open_window
from storage.tables import attachment, attempt
from storage.tips import media, tip_files
from storage.tips import tips as stored_tips
from storage.tips.media import FileState
from storage.tips.media_folder import MediaFolder
from storage.tips.media_shelf import MediaShelf
from storage.tips.tip_keys import key_of
from tests.bot.studio import Shop, Studio, open_studio
from tests.pictures import jpeg
from tips import cards


async def test_photos_are_taken_back_after_a_day_or_when_the_tip_is_closed(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg(), jpeg())
        await studio.rounds.fetch_due()
        await studio.carded()
        await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        assert await studio.end() == 0
        await studio.world.tick()
        assert await studio.end() == 0
        (first,) = await studio.shown()
        await studio.world.tick(hours=25)
        assert await studio.end() == 1
        assert await studio.end() == 0
        gone = [one for one in await studio.world.desk.heard() if one.outgoing.effect is not None]
        assert [
            (one.outgoing.effect.kind, one.outgoing.effect.message_id)
            for one in gone
            if one.outgoing.effect
        ] == [(EffectKind.WITHDRAW, first.message_id)]
        await studio.world.tick()
        await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        await studio.world.tick()
        assert len(await studio.shown()) == 2
        await studio.world.reviewer.presses("Kết thúc", of=studio.world.desk)
        await studio.world.reviewer.presses("Đã xử lý", of=studio.world.desk)
        await studio.world.tick()
        assert await studio.end() == 1


async def test_a_photo_that_was_sent_twice_is_taken_back_twice(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        await studio.carded()
        await world.reviewer.presses("Xem ảnh", of=world.desk)
        await world.tick()
        (shown,) = await studio.shown()
        late = {"id": UUID(int=7), "delivery_id": shown.id, "message_id": "m10000"}

        def sent_before(tx: Tx) -> None:
            known = tx.connection.execute(
                select(attempt).where(attempt.c.delivery_id == shown.id)
            ).one()
            tx.connection.execute(attempt.insert().values({**known._mapping, **late}))

        await world.chat.do(sent_before)
        await world.tick(hours=25)
        assert await studio.end() == 1
        gone = [one.outgoing.effect for one in await world.desk.heard() if one.outgoing.effect]
        assert {one.message_id for one in gone} == {shown.message_id, "m10000"}


async def test_a_photo_asked_for_after_the_closing_stays_its_time(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        await studio.carded()
        (kept,) = await studio.pictures()
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.tick()
        await world.reviewer.presses("Có giá trị", of=world.desk)
        await world.tick(minutes=1)
        await world.reviewer.presses_action(f"photo:{short(kept.id)}", of=world.desk)
        await world.tick()
        assert await studio.end() == 0
        await world.tick(hours=25)
        assert await studio.end() == 1


async def test_what_stands_in_the_group_is_taken_from_it_once_only_the_chief_may_see_it(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        await studio.sends(jpeg(), words="xe chở hàng cấm")
        await studio.rounds.fetch_due()
        card = await studio.carded()
        for one in (world.reviewer, world.chief):
            await one.presses("Xem ảnh", of=world.desk)
            await world.tick()
        await world.chief.presses("Giao cho…", of=world.desk)
        await world.tick()
        await world.chief.presses("Hoàng Ví Dụ", of=world.desk)
        await world.tick()
        await world.lan.presses("Chỉ chỉ huy xem")
        assert "có thể đã thấy" in (await world.lan.last()).text
        found = await world.tip()
        assert (found.state, found.taken_by) == (TipState.RECEIVED, None)
        assert "trả lại cho chỉ huy" in (await world.reviewer.last()).text
        await world.tick(seconds=1)
        assert await studio.end() == 1
        said = await world.chat.said()
        reduced = {one.outgoing.edits for one in said if one.kind is DeliveryKind.STUB}
        whole = {one.message_id for one in said if "│ xe chở hàng cấm" in one.text}
        assert card.message_id in reduced
        assert whole == reduced
        own = await world.chief.last()
        assert "Xem riêng" in own.labels
        assert "xe chở" not in own.text
        await world.chief.presses("Xem riêng")
        await world.tick(minutes=5)
        assert "│ xe chở hàng cấm" in (await world.chief.last()).text
        await world.chief.presses("Xem ảnh")
        await world.tick(minutes=1)
        assert await studio.end() == 0


async def test_the_words_that_are_on_their_way_while_they_are_hidden_are_taken_back_too(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        await world.lan.writes("có nhóm tụ tập trước chợ")
        world.chat.clock.forward(minutes=3)
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        claim = Claim(world.chat.account.id, "tests", timedelta(minutes=1))
        window = await world.chat.do(lambda tx: open_window(tx, claim, list(Lane), 50))
        assert window is not None
        await world.lan.presses("Chỉ chỉ huy xem")
        results = [
            Settled(
                send.delivery_id, send.attempt_id, Accepted(f"late{at}", world.chat.clock.now())
            )
            for at, send in enumerate(window.sends)
        ]
        world.chat.clock.forward(seconds=2)
        await world.chat.do(lambda tx: settle(tx, window.id, results))
        await world.tick(minutes=1)
        await world.tick(minutes=1)
        stubs = [one for one in await world.desk.heard() if one.kind is DeliveryKind.STUB]
        assert len(stubs) == 1
        assert stubs[0].text.endswith("nội dung đã rút khỏi đây.")


async def test_an_erased_tip_leaves_neither_key_nor_file(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        await studio.carded()
        await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        tip = await studio.world.tip()
        await studio.world.chat.do(lambda tx: stored_tips.erase(tx, tip))
        (kept,) = await studio.pictures()
        assert kept.state is FileState.ERASED
        assert len(studio.names()) == 2
        for _ in range(2):
            await studio.rounds.sweep()
        assert studio.names() == set()
        assert (await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk))[0].alert


async def test_a_tip_erased_while_its_photo_is_fetched_leaves_no_file(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        tip = await studio.world.tip()

        async def erase() -> None:
            await studio.world.chat.do(lambda tx: stored_tips.erase(tx, tip))

        studio.shop.meanwhile = erase
        await studio.rounds.fetch_due()
        assert studio.names() == set()


async def test_killed_before_the_note_the_photo_comes_again_and_the_files_are_swept(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        lease = timedelta(minutes=3)
        account_id = studio.world.chat.account.id
        # A process that claimed and wrote its files, and died before it noted them.
        await studio.world.chat.do(lambda tx: media.claim(tx, account_id, lease, 5, bulky=None))
        left = {studio.folder.put(b"sealed"), studio.folder.put(b"sealed too")}
        (studio.folder.path / f".{'ab' * 16}").write_bytes(b"half")
        assert await studio.rounds.fetch_due() == 0
        studio.world.chat.clock.forward(minutes=4)
        assert await studio.rounds.fetch_due() == 1
        now = studio.world.chat.clock.now()
        for file in studio.folder.path.iterdir():
            os.utime(file, (now.timestamp(), now.timestamp()))
        assert await studio.rounds.sweep() == 0
        studio.world.chat.clock.forward(hours=2)
        assert await studio.rounds.sweep() == 3
        assert not left & studio.names()
        assert len(studio.names()) == 2
        assert await studio.rounds.sweep() == 0


async def test_a_file_whose_reference_cannot_be_opened_holds_up_no_other(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg(), jpeg())
        chat = studio.world.chat

        def spoil(tx: Tx) -> UUID:
            first: UUID = tx.connection.execute(select(attachment.c.id).limit(1)).scalar_one()
            one = update(attachment).where(attachment.c.id == first)
            tx.connection.execute(one.values(reference=b"\x01k999" + bytes(40)))
            return first

        spoilt = await chat.do(spoil)
        assert await studio.rounds.fetch_due() == 1
        chat.clock.forward(days=4)
        assert await studio.rounds.fetch_due() == 0
        file = await chat.look(lambda tx: media.get(tx, spoilt))
        assert file is not None
        assert file.loss is media.Loss.UNFETCHED


async def test_two_who_fetch_the_same_photo_keep_one(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        other = Studio(studio.world, studio.folder, Shop())
        other.shop.files = studio.shop.files

        async def overtaken() -> None:
            studio.shop.meanwhile = None
            studio.world.chat.clock.forward(minutes=4)
            await other.rounds.fetch_due()

        studio.shop.meanwhile = overtaken
        await studio.rounds.fetch_due()
        assert len(studio.shop.fetched) + len(other.shop.fetched) == 2
        assert len(studio.names()) == 2


async def test_a_full_disk_only_puts_a_photo_off(
    migrated_database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "media").write_bytes(b"")
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        (kept,) = await studio.pictures()
        assert (kept.state, kept.tries) == (FileState.WAITING, 1)
        (tmp_path / "media").unlink()
        studio.world.chat.clock.forward(minutes=1)
        await studio.rounds.fetch_due()
        assert (await studio.pictures())[0].state is FileState.CLEAN


async def test_new_words_for_a_photo_leave_the_photo_as_it_was(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        studio.shop.files["file-0"] = jpeg()
        sent = MediaRef(MediaKind.PHOTO, "file-0")
        message = await studio.world.lan.writes("xe chở hàng cấm", media=(sent,))
        await studio.world.lan.edits(message, "không có gì đâu")
        await studio.rounds.fetch_due()
        await studio.carded()
        await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        assert len(await studio.shown()) == 1


async def test_a_missing_file_is_no_photo_and_the_officer_may_ask_again(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        await studio.carded()
        await studio.world.reviewer.presses("Xem ảnh", of=studio.world.desk)
        (photo,) = await studio.shown()
        for name in studio.names():
            studio.folder.remove(name)
        for ref in (photo.outgoing.media, MediaRef(MediaKind.PHOTO, "x", sealed=True)):
            assert ref is not None
            try:
                await MediaShelf(studio.world.chat.db, studio.folder).open(ref)
            except LookupError:
                continue
            raise AssertionError(ref)


async def test_the_words_about_photos_are_there_in_every_language(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        say = studio.world.chat.context.catalogue.say
        for language in Language:
            for loss in media.Loss:
                key = f"review.photos_{loss.value}"
                assert "A-1" in say(language, key, ma_tin="A-1", so_anh="2")


def test_a_name_that_leads_out_of_the_folder_is_none(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media")
    assert folder.older(datetime.now(UTC)) == []
    for name in ("../x", "/etc/passwd", "", "a" * 31, UUID(int=5).hex + "/.."):
        try:
            folder.read(name)
        except LookupError:
            continue
        raise AssertionError(name)


async def test_a_photo_that_goes_to_another_tip_opens_there_alone(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        (kept,) = await studio.pictures()
        source = await world.tip()
        other = world.chat.resident("880010010088")
        await other.writes("mất xe đạp ở cổng chợ ví dụ")
        target = (await world.tips())[-1]

        def move(tx: Tx) -> None:
            tip_files.move(tx, kept.id, target.id, key_of(tx, source), key_of(tx, target))

        await world.chat.do(move)
        await world.chat.do(lambda tx: stored_tips.erase(tx, source))
        name, key, digest = await world.chat.look(lambda tx: media.original(tx, kept.id))
        assert key.unseal_bytes(studio.folder.read(name), media.original_place(kept.id)) == jpeg()
        assert digest == hashlib.sha256(jpeg()).hexdigest()
        await studio.rounds.sweep()
        assert len(studio.names()) == 2
        await world.chat.do(lambda tx: stored_tips.erase(tx, target))
        await studio.rounds.sweep()
        assert studio.names() == set()
