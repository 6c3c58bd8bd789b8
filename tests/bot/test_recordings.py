"""Recordings and films: made anew without what their files held, and played to who may."""

import io
from pathlib import Path

import av
import pytest

from bot.photo_cleaning import NotClean, cleaned
from bot.recording_cleaning import film_apart, sound_apart
from domain.audit import Act
from domain.file_kind import FileKind, kind_of
from domain.messages import MediaKind
from storage.staff import audit
from storage.tips.media import FileState, Loss
from tests.bot.studio import open_studio
from tests.pictures import CANARY
from tests.recordings import filmed, movie, opus, spoken

CLEANERS = {
    FileKind.PICTURE: cleaned,
    FileKind.VOICE: sound_apart,
    FileKind.AUDIO: sound_apart,
    FileKind.VIDEO: film_apart,
}


@pytest.mark.parametrize(
    ("shape", "codec", "kind"),
    [
        ("ogg", "libopus", FileKind.VOICE),
        ("mp4", "aac", FileKind.AUDIO),
        ("3gp", "aac", FileKind.AUDIO),
        ("mov", "aac", FileKind.AUDIO),
        ("webm", "libopus", FileKind.AUDIO),
        ("adts", "aac", FileKind.AUDIO),
    ],
)
def test_a_voice_is_made_anew_and_holds_nothing_but_its_sound(
    shape: str, codec: str, kind: FileKind
) -> None:
    original = spoken(2, shape, codec)
    assert (CANARY in original) is (shape != "adts")
    assert kind_of(original) is kind
    clean = sound_apart(original)
    assert clean.startswith(b"OggS")
    assert CANARY not in clean
    with av.open(io.BytesIO(clean), "r") as heard:
        (track,) = heard.streams
        assert (track.codec_context.name, heard.metadata) == ("opus", {})
        assert 1.9 < float(heard.duration or 0) / av.time_base < 2.2


def test_a_film_is_made_anew_small_and_upright() -> None:
    original = filmed(2, turned=True)
    assert CANARY in original
    assert kind_of(original) is FileKind.VIDEO
    clean = film_apart(original)
    assert CANARY not in clean
    with av.open(io.BytesIO(clean), "r") as seen:
        assert {track.type for track in seen.streams} == {"video", "audio"}
        frame = next(seen.decode(video=0))
        assert (frame.width, frame.height, frame.rotation) == (240, 320, 0)
        light = frame.planes[0]
        row = bytes(light)[100 * light.line_size :][:240]
        # What was above stands at the right, as a phone held upright shows it.
        assert row[10] < 64
        assert row[230] > 192


@pytest.mark.parametrize(
    ("make", "data"),
    [
        (sound_apart, opus(3)),
        (sound_apart, b"\xff\xfb" + bytes(4_000)),
        (sound_apart, b""),
        (film_apart, movie(3)),
        (film_apart, spoken(1)),
        (sound_apart, b"#EXTM3U\nfile:///etc/passwd\n"),
    ],
)
def test_what_cannot_be_opened_ends_the_other_process_alone(make: object, data: bytes) -> None:
    assert callable(make)
    with pytest.raises(NotClean) as caught:
        make(data)
    assert not caught.value.too_big


def test_a_film_of_more_than_a_minute_is_left_sealed() -> None:
    with pytest.raises(NotClean) as caught:
        film_apart(filmed(62))
    assert caught.value.too_big


async def test_reviewers_play_clean_copies_behind_a_button_and_each_time_is_noted(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        studio.cleaners = CLEANERS
        world = studio.world
        await studio.sends_file(spoken(2), MediaKind.VOICE, words="nghe rõ tiếng cưa gỗ trong rừng")
        await studio.sends_file(filmed(1), MediaKind.VIDEO)
        await studio.sends_file(opus(4), MediaKind.VOICE)
        assert await studio.rounds.fetch_due() == 3
        voice, film, broken = await studio.pictures()
        assert [one.state for one in (voice, film)] == [FileState.CLEAN] * 2
        assert (broken.state, broken.loss) == (FileState.LOST, Loss.UNREADABLE)
        card = await studio.carded()
        assert "ghi âm 0:02, " in card.text
        assert "đã niêm phong, có bản sạch để nghe, xem" in card.text
        assert "đã niêm phong; bị hỏng" in card.text
        assert [one for one in card.labels if "ghi âm" in one or "video" in one] == ["Nghe ghi âm"]
        await world.reviewer.presses("Nghe ghi âm", of=world.desk)
        await world.tick()
        await world.reviewer.presses("Xem video tiếp", of=world.desk)
        await world.tick()
        played = await studio.shown()
        assert [one.outgoing.media.kind for one in played if one.outgoing.media] == [
            MediaKind.VOICE,
            MediaKind.VIDEO,
        ]
        assert all(one.outgoing.protected for one in played)
        assert "giọng nói có thể làm lộ người báo" in played[0].text
        files = [await studio.opened(one.outgoing) for one in played]
        assert [(one.name, one.mime) for one in files] == [
            ("ghi-am.ogg", "audio/ogg"),
            ("video.mp4", "video/mp4"),
        ]
        assert not any(CANARY in one.content for one in files)
        entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
        assert [one.facts["photo"] for one in entries if one.act is Act.TIP_READ] == ["1", "2"]
        await world.tick(hours=25)
        assert await studio.end() == 2


async def test_a_recording_of_a_sensitive_tip_is_played_privately_alone(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        studio.cleaners = CLEANERS
        world = studio.world
        words = "chồng tôi đánh tôi bầm tím cả mặt"
        await studio.sends_file(spoken(1), MediaKind.VOICE, words=words)
        card = await studio.carded()
        assert "Nghe ghi âm" not in card.labels
        await studio.rounds.fetch_due()
        await studio.end()
        await world.tick()
        assert all("Nghe ghi âm" not in one.labels for one in await world.desk.heard())
        await world.chief.presses("Xem riêng", of=world.desk)
        await world.tick()
        await world.chief.presses("Nghe ghi âm")
        await world.tick()
        assert await studio.shown() == []
        (played,) = await studio.shown(world.chief)
        assert played.outgoing.media is not None
        assert played.outgoing.media.kind is MediaKind.VOICE
