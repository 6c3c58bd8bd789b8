"""A child is lost at the market, is seen by who got its photo, and nobody keeps the photo after."""

from pathlib import Path

import pytest

from domain.campaign import RunState
from domain.delivery import DeliveryKind
from domain.messages import Upload
from domain.roles import Role
from storage.campaigns import runs
from storage.campaigns.own_photos import PhotoState
from storage.campaigns.runs import Run
from storage.tips.media_folder import MediaFolder
from tests.chat import Heard, Listener, Party
from tests.darkroom import Darkroom, pictures, taken_down
from tests.days.commune import Commune, on_platforms, only_on, open_commune, village_code
from tests.pictures import CANARY, jpeg
from tests.platforms import TELEGRAM, ZALO_BOT, ZALO_OA, Platform

LOST = "Bé trai 5 tuổi áo xanh lạc bố mẹ ở chợ Ví Dụ. Ai thấy xin giữ cháu lại và gọi trực ban"
SEEN = "Thấy một bé áo xanh ngồi một mình ở quán nước đầu chợ"
FOUND = "đã tìm thấy cháu, cháu an toàn bên bố mẹ"
NO_FILE = "Ứng dụng này không cho máy gửi tệp, ảnh."
PEOPLE = 2 * 5 + 2


@on_platforms(TELEGRAM, ZALO_OA)
async def test_a_photo_finds_a_child_and_is_gone_from_every_chat_and_the_shelf_within_the_hour(
    migrated_database_url: str, tmp_path: Path, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=(1, 2)) as commune:
        room = Darkroom(commune.chat, MediaFolder(tmp_path / "media"))
        night = await commune.chat.staff(
            "2007", Role.DUTY_OFFICER, Role.OFFICER, name="Nông Trực Đêm"
        )
        lan, hoa = await commune.resident("1001", 1), await commune.resident("1002", 2)
        for n in (1, 2):
            for m in range(5):
                await commune.chat.subscriber(f"5{n}{m}", area=village_code(n))
        await night.writes("/truc")
        await commune.settles()

        run = await _goes_out_with_one_tap(commune, room, night)
        readers = (lan, hoa, *commune.groups.values())
        alerts = [await _the_alert(party, run) for party in readers]
        seen = {(await room.opened(one.outgoing)).content for one in alerts}
        assert len(seen) == 1, "everybody gets exactly the points that the chief saw"
        await _hoa_has_seen_the_child(commune, hoa, alerts[1])
        await _the_alert_is_withdrawn(commune, room, night, run)

        for party, alert in zip(readers, alerts, strict=True):
            heard = await party.heard()
            taken_back = [alert.message_id] if platform.able.withdraws else []
            assert taken_down(heard) == taken_back
            told = [one for one in heard if FOUND in one.text]
            assert len(told) == 1
            assert told[0].outgoing.media is None
        for party in (commune.chief, night):
            shown = [one.message_id for one in pictures(await party.heard())]
            assert shown
            # Where nothing can be taken back it stays with who has it, as was said before.
            gone = shown if platform.able.withdraws else []
            assert sorted(taken_down(await party.heard()), key=str) == sorted(gone, key=str)
        await _nothing_is_kept(room, alerts[0])
        await _the_figures_agree(commune, run)


@only_on(ZALO_BOT)
async def test_where_no_photo_can_be_sent_everybody_is_told_so_and_the_words_find_the_child(
    migrated_database_url: str, tmp_path: Path, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=(1,)) as commune:
        room = Darkroom(commune.chat, MediaFolder(tmp_path / "media"))
        night = await commune.chat.staff("2007", Role.OFFICER, name="Nông Trực Đêm")
        lan = await commune.resident("1001", 1)
        await room.sends(night, jpeg((400, 300)), f"/khan {LOST}")
        await room.develops()
        await commune.settles()
        plain = "Qua Zalo Bot chỉ có lời: nền tảng này không cho máy gửi ảnh, video, tệp."
        for who in (night, commune.chief):
            assert any(plain in one.text for one in await who.heard())
            assert any(NO_FILE in one.text for one in await who.heard())
        await commune.chief.presses("Duyệt: tìm người mất tích")
        await commune.settles()
        run = await _newest(commune)
        for reader in (lan, commune.groups[1]):
            (alert,) = [one for one in await reader.heard() if run.code in one.text]
            assert LOST in alert.text
            assert NO_FILE not in alert.text
        assert not pictures(await commune.chat.said())
        await lan.writes(SEEN)
        await commune.passes(minutes=3)
        assert any(SEEN in one.text for one in await commune.desk.heard())

        await _the_alert_is_withdrawn(commune, room, night, run)
        for reader in (lan, commune.groups[1]):
            assert sum(FOUND in one.text for one in await reader.heard()) == 1
        assert room.files() == []
        told = (await commune.reach(run.code)).splitlines()
        assert "Định gửi: 1 người" in told
        assert "Zalo Bot nhận chuyển, chưa chắc đã xem: 1 (100,00%)" in told
        await commune.agrees()


async def _the_alert(party: Listener, run: Run) -> Heard:
    (found,) = [one for one in pictures(await party.heard()) if run.code in one.text]
    return found


async def _goes_out_with_one_tap(commune: Commune, room: Darkroom, night: Party) -> Run:
    await room.sends(night, jpeg((400, 300)), f"/khan {LOST}")
    assert "tự gửi duyệt tin khẩn" in (await night.last()).text
    assert not [one for one in await commune.chief.heard() if LOST in one.text]
    await room.develops()
    await commune.settles()
    told = (await night.last()).text
    assert "Đã gửi tin khẩn số 1 tới Trần Chỉ Huy" in told
    (shown,) = pictures(await commune.chief.heard())
    looked_at: Upload = await room.opened(shown.outgoing)
    assert CANARY not in looked_at.content
    request = await commune.chief.last()
    assert "TIN KHẨN số 1 do Nông Trực Đêm viết" in request.text
    assert "Kèm ảnh của đơn vị" in request.text
    await commune.chief.presses("Duyệt: tìm người mất tích")
    brought = await commune.settles()
    run = await _newest(commune)
    alerts = [one for one in brought if run.code in one.text and pictures([one])]
    assert len(alerts) == PEOPLE + 2
    for one in alerts:
        assert await room.opened(one.outgoing) == looked_at
    return run


async def _hoa_has_seen_the_child(commune: Commune, hoa: Party, alert: Heard) -> None:
    await hoa.writes(SEEN, reply_to=alert.message_id)
    await commune.passes(minutes=3)
    (card,) = [one for one in await commune.desk.heard() if SEEN in one.text]
    assert "Nhận việc" in card.labels
    for label in ("Nhận việc", "Kết thúc", "Đã xử lý"):
        await commune.reviewer.presses(label, of=commune.desk)
    await commune.passes(minutes=1)


async def _the_alert_is_withdrawn(commune: Commune, room: Darkroom, night: Party, run: Run) -> None:
    await night.writes(f"/rutlai {run.code}")
    assert "máy gỡ ảnh cùng tin riêng đã gửi" in (await night.last()).text
    await night.presses("Viết lời rút lại")
    await night.writes(FOUND)
    await night.presses("Gửi duyệt")
    assert len(room.files()) == 1, "until a second person agrees, it stands"
    await commune.chief.presses("Duyệt")
    await commune.settles()
    await room.tidies()
    await commune.settles()


async def _nothing_is_kept(room: Darkroom, alert: Heard) -> None:
    (photo,) = await room.photos()
    assert (photo.state, photo.withdrawn) == (PhotoState.GONE, True)
    assert room.files() == []
    with pytest.raises(LookupError):
        await room.opened(alert.outgoing)


async def _the_figures_agree(commune: Commune, run: Run) -> None:
    withdrawal = await _newest(commune)
    assert withdrawal.id != run.id
    for one in (run, withdrawal):
        told = (await commune.reach(one.code)).splitlines()
        assert f"Định gửi: {PEOPLE} người" in told
        assert f"{commune.app} nhận chuyển, chưa chắc đã xem: {PEOPLE} (100,00%)" in told
    assert withdrawal.state is RunState.FINISHED
    down = [
        one
        for one in await commune.chat.said()
        if one.kind is DeliveryKind.EFFECT and taken_down([one])
    ]
    assert len({one.outgoing.effect for one in down}) == len(down)
    assert len(down) >= (PEOPLE + 2 if commune.chat.platform.able.withdraws else 0)
    total = (await commune.figures()).sheets[0].rows[-1].now
    assert (total["broadcasts"], total["handed"], total["taken"]) == (1, PEOPLE, PEOPLE)
    await commune.agrees()


async def _newest(commune: Commune) -> Run:
    unit_id = commune.chat.unit.id
    return (await commune.chat.look(lambda tx: runs.of_unit(tx, unit_id, 1)))[0]
