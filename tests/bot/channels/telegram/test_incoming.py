"""Raw updates in the words of the house."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.group_filter import Me
from bot.channels.telegram.incoming import CONTACT_NOTE, parse
from domain.messages import (
    Addressed,
    ChatKind,
    ChatMoved,
    ChatRef,
    Edit,
    Incoming,
    Location,
    MediaKind,
    MediaRef,
    Membership,
    MembershipChange,
    Message,
    Press,
    Quoted,
    Sender,
)
from tests.bot.channels.telegram.pretend import BOT_ID, USERNAME
from tests.bot.channels.telegram.updates import (
    BOT,
    CHANNEL,
    GROUP,
    PRIVATE,
    RESIDENT,
    WHEN,
    Json,
    member,
    message,
    press,
    update,
)

ME = Me(BOT_ID, USERNAME, frozenset({"baotin"}))
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
AT = datetime.fromtimestamp(WHEN, UTC)
HOME = ChatRef("1001", ChatKind.PRIVATE)
LAN = Sender("1001", "vi")
FILE: Json = {"file_id": "AgAC", "file_unique_id": "u", "file_size": 900}
SIZE: Json = {"width": 10, "height": 10}
THUMB: Json = {**FILE, **SIZE, "file_id": "small"}


def read(raw: Json, addressed: Addressed | None = None) -> Incoming | None:
    parsed = parse(raw, ME, addressed, NOW)
    assert parsed.readable
    return parsed.incoming


def passed_on(text: str, replied: Json | None, why: Addressed = Addressed.COMMAND) -> Message:
    fields: Json = {} if replied is None else {"reply_to_message": replied}
    found = read(update(message=message(GROUP, text=text, **fields)), why)
    assert isinstance(found, Message)
    return found


def test_what_an_officer_passes_on_is_read_without_who_wrote_it() -> None:
    other: Json = {"id": 880010019, "is_bot": False, "first_name": "Chim Yến", "username": "yen"}
    replied = message(GROUP, other, caption="cuối ngõ có pháo", photo=[{**FILE, **SIZE}])
    found = passed_on("/chuyentin", {**replied, "message_id": 40})
    assert found.quoted == Quoted(
        "cuối ngõ có pháo", (MediaRef(MediaKind.PHOTO, "AgAC", size=900),)
    )
    assert found.reply_to == "40"
    assert "880010019" not in repr(found)
    assert "Yến" not in repr(found)
    place = {"longitude": 106.76, "latitude": 21.85}
    assert passed_on(
        "/ChuyenTin@anninh_demo_bot", message(GROUP, other, location=place)
    ).quoted == (Quoted(location=Location(21.85, 106.76)))
    card = message(GROUP, other, contact={"phone_number": "0", "first_name": "Chim"})
    assert passed_on("/chuyentin", card).quoted == Quoted(CONTACT_NOTE)


def test_nobody_elses_words_are_read_for_any_other_reason() -> None:
    replied = message(
        GROUP, {"id": 5, "is_bot": False, "first_name": "x"}, text="lời của người khác"
    )
    for text, why in (
        ("/baotin có pháo", Addressed.COMMAND),
        ("/ketnoi", Addressed.COMMAND),
        ("/chuyentin", Addressed.REPLY),
        ("@anninh_demo_bot /chuyentin", Addressed.MENTION),
    ):
        assert "lời của" not in repr(passed_on(text, replied, why))
    private = read(update(message=message(text="/chuyentin", reply_to_message=replied)))
    assert "lời của" not in repr(private)
    assert passed_on("/chuyentin", None).quoted is None


def test_what_bots_wrote_or_nobody_did_is_not_passed_on() -> None:
    human: Json = {"id": 5, "is_bot": False, "first_name": "x"}
    for replied in (
        message(GROUP, BOT, text="Bài"),
        message(GROUP, {**BOT, "id": 9}, text="Bài"),
        message(GROUP, human, new_chat_members=[human]),
        message(GROUP, human, text="x", forum_topic_created={}),
    ):
        assert passed_on("/chuyentin", replied).quoted is None


def test_of_a_broken_message_the_words_are_passed_on() -> None:
    human: Json = {"id": 5, "is_bot": False, "first_name": "x"}
    broken = message(GROUP, human, text="có pháo", date="không phải số")
    assert passed_on("/chuyentin", broken).quoted == Quoted("có pháo")


def test_a_channel_signs_its_own_post() -> None:
    post = message(CHANNEL, None, sender_chat=CHANNEL, text="/ketnoi K7QD2-M9XHR")
    found = read(update(channel_post=post), Addressed.COMMAND)
    assert isinstance(found, Message)
    assert found.chat == ChatRef("-1003000000001", ChatKind.CHANNEL)
    assert found.sender == Sender("-1003000000001")
    assert found.text == "/ketnoi K7QD2-M9XHR"


def read_message(chat: Json = PRIVATE, sender: Json | None = RESIDENT, **fields: Any) -> Message:
    found = read(update(message=message(chat, sender, **fields)))
    assert isinstance(found, Message)
    return found


def test_a_text_keeps_its_words_its_writer_and_its_time() -> None:
    assert read_message(text="Có trộm") == Message(
        chat=HOME, sender=LAN, at=AT, message_id="12", text="Có trộm"
    )


def test_names_and_usernames_stay_behind() -> None:
    found = repr(read_message(text="x", author_signature="Ví Dụ"))
    assert "Ví Dụ" not in found
    assert "vidu_khong_that" not in found


def test_text_is_normalised_and_broken_letters_are_replaced() -> None:
    assert read_message(text=unicodedata.normalize("NFD", "Lạng Sơn")).text == "Lạng Sơn"
    assert read_message(text="a\ud83db\0").text == "a\ufffdb"


@pytest.mark.parametrize(
    ("text", "start", "kept"),
    [
        ("/start khoi2_a", "khoi2_a", "/start khoi2_a"),
        ("/start", "", "/start"),
        ("/start@anninh_demo_bot khoi2", "khoi2", "/start khoi2"),
        ("/baotin@anninh_demo_bot có trộm", None, "/baotin có trộm"),
        ("/baotin@khac_bot có trộm", None, "/baotin@khac_bot có trộm"),
        ("/starter", None, "/starter"),
    ],
)
def test_commands_lose_our_name_and_a_start_shows_its_payload(
    text: str, start: str | None, kept: str
) -> None:
    found = read_message(text=text)
    assert (found.text, found.start) == (kept, start)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"photo": [THUMB, {**FILE, "width": 90, "height": 90}, THUMB]},
            MediaRef(MediaKind.PHOTO, "AgAC", size=900),
        ),
        (
            {"photo": [{"file_id": "a", "file_unique_id": "u", "width": 1, "height": 1}]},
            MediaRef(MediaKind.PHOTO, "a"),
        ),
        (
            {"video": {**FILE, **SIZE, "duration": 3, "mime_type": "video/mp4"}},
            MediaRef(MediaKind.VIDEO, "AgAC", mime="video/mp4", size=900, seconds=3),
        ),
        (
            {"video_note": {**FILE, "length": 10, "duration": 3}},
            MediaRef(MediaKind.VIDEO, "AgAC", size=900, seconds=3),
        ),
        (
            {"voice": {**FILE, "duration": 3, "mime_type": "audio/ogg"}},
            MediaRef(MediaKind.VOICE, "AgAC", mime="audio/ogg", size=900, seconds=3),
        ),
        (
            {"audio": {**FILE, "duration": 3, "file_name": "ghi.mp3"}},
            MediaRef(MediaKind.AUDIO, "AgAC", name="ghi.mp3", size=900, seconds=3),
        ),
        (
            {"document": {**FILE, "file_name": "bien.pdf", "mime_type": "application/pdf"}},
            MediaRef(MediaKind.FILE, "AgAC", "bien.pdf", "application/pdf", 900),
        ),
        (
            {
                "sticker": {
                    **FILE,
                    **SIZE,
                    "type": "regular",
                    "is_animated": False,
                    "is_video": False,
                }
            },
            MediaRef(MediaKind.STICKER, "AgAC", size=900),
        ),
        (
            {"animation": {**FILE, **SIZE, "duration": 1}, "document": {**FILE, "file_id": "d"}},
            MediaRef(MediaKind.VIDEO, "AgAC", size=900, seconds=1),
        ),
    ],
)
def test_every_kind_of_file_is_known_with_its_caption(fields: Json, expected: MediaRef) -> None:
    found = read_message(caption="Xem", media_group_id="77", **fields)
    assert found.media == (expected,)
    assert found.text == "Xem"
    assert found.album == "77"


def test_places_come_as_degrees_and_a_venue_keeps_its_words() -> None:
    place = {"latitude": 21.85, "longitude": 106.76}
    assert read_message(location=place).location == Location(21.85, 106.76)
    live = read_message(location={**place, "live_period": 60})
    assert live.location == Location(21.85, 106.76)
    venue = read_message(
        location=place, venue={"location": place, "title": "Chợ", "address": "Khối 2"}
    )
    assert (venue.location, venue.text) == (Location(21.85, 106.76), "Chợ\nKhối 2")


def test_of_a_contact_nothing_but_its_being_sent_is_kept() -> None:
    contact = {"phone_number": "+84000000000", "first_name": "Người Thứ Ba", "user_id": 9}
    found = read_message(contact=contact)
    assert found.text == CONTACT_NOTE
    assert "8400" not in repr(found)


@pytest.mark.parametrize("field", ["poll", "dice", "story", "paid_media", "checklist", "moi_la"])
def test_a_kind_that_we_do_not_read_is_an_empty_message(field: str) -> None:
    found = read_message(**{field: {"what": "ever"}})
    assert (found.text, found.media, found.location) == ("", (), None)


@pytest.mark.parametrize("field", ["pinned_message", "write_access_allowed", "new_chat_title"])
def test_notices_of_telegram_are_nobodys_words(field: str) -> None:
    assert read(update(message=message(**{field: {"message_id": 1}}))) is None


def test_a_reply_in_a_topic_of_a_group_says_where_and_to_what() -> None:
    raw = message(
        GROUP,
        text="Đã rõ",
        reply_to_message=message(GROUP, BOT, text="Bài", message_id=4),
        message_thread_id=5,
        is_topic_message=True,
        forward_origin={"type": "hidden_user", "date": WHEN, "sender_user_name": "Ai"},
    )
    found = read(update(message=raw), Addressed.REPLY)
    assert found == Message(
        chat=ChatRef("-1002000000001", ChatKind.GROUP, "5"),
        sender=LAN,
        at=AT,
        message_id="12",
        text="Đã rõ",
        reply_to="4",
        addressed=Addressed.REPLY,
        forwarded=True,
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("@anninh_demo_bot có người lạ", "có người lạ"),
        ("Nhờ @AnNinh_Demo_Bot, có người lạ", "Nhờ có người lạ"),
        ("có người lạ @anninh_demo_bot", "có người lạ"),
        ("@anninh_demo_bot2 có người lạ", "@anninh_demo_bot2 có người lạ"),
    ],
)
def test_of_a_mention_only_what_was_said_to_us_is_kept(said: str, kept: str) -> None:
    found = read(update(message=message(GROUP, text=said)), Addressed.MENTION)
    assert isinstance(found, Message)
    assert found.text == kept


def test_a_chain_of_replies_outside_a_forum_is_no_topic() -> None:
    assert read_message(GROUP, text="x", message_thread_id=5).chat.thread is None


def test_the_first_notice_of_a_topic_is_not_replied_to() -> None:
    notice = {**message(GROUP, BOT), "forum_topic_created": {"name": "Vụ", "icon_color": 1}}
    found = read_message(
        GROUP,
        text="x",
        reply_to_message=notice,
        message_thread_id=12,
        is_topic_message=True,
    )
    assert found.reply_to is None
    assert found.chat.thread == "12"


def test_a_private_message_without_writer_is_its_chats() -> None:
    assert read_message(sender=None, text="x").sender == Sender("1001")


def test_an_edit_has_the_new_words_and_the_time_of_the_edit() -> None:
    raw = message(text="Có cháy", edit_date=WHEN + 60)
    assert read(update(edited_message=raw)) == Edit(
        chat=HOME,
        sender=LAN,
        at=datetime.fromtimestamp(WHEN + 60, UTC),
        message_id="12",
        text="Có cháy",
    )


@pytest.mark.parametrize("more", [{"live_period": 60, "heading": 3}, {}])
def test_moves_and_the_end_of_a_live_location_are_not_told(more: Json) -> None:
    place = {"latitude": 21.85, "longitude": 106.76, **more}
    assert read(update(edited_message=message(location=place, edit_date=WHEN))) is None


def test_a_press_says_who_pressed_what_where() -> None:
    assert read(update(callback_query=press(GROUP))) == Press(
        chat=ChatRef("-1002000000001", ChatKind.GROUP),
        sender=LAN,
        at=NOW,
        message_id="12",
        action="t:9f3a:ok",
        press_id="4382bfdwdsb323b2d9",
    )


def test_a_press_on_a_message_too_old_to_be_shown_is_read() -> None:
    old = {"chat": PRIVATE, "message_id": 3, "date": 0}
    found = read(update(callback_query=press(message=old)))
    assert isinstance(found, Press)
    assert (found.chat, found.message_id) == (HOME, "3")


def test_a_press_without_data_or_message_is_not_ours() -> None:
    game = {name: value for name, value in press().items() if name != "data"}
    inline = {name: value for name, value in press().items() if name != "message"}
    assert read(update(callback_query=game)) is None
    assert read(update(callback_query=inline)) is None


@pytest.mark.parametrize(
    ("chat", "old", "new", "change"),
    [
        (PRIVATE, "member", "kicked", MembershipChange.BLOCKED),
        (PRIVATE, "kicked", "member", MembershipChange.UNBLOCKED),
        (GROUP, "left", "member", MembershipChange.ADDED),
        (GROUP, "kicked", "administrator", MembershipChange.ADDED),
        (GROUP, "left", "restricted", MembershipChange.ADDED),
        (GROUP, "member", "left", MembershipChange.REMOVED),
        (GROUP, "administrator", "kicked", MembershipChange.REMOVED),
        (CHANNEL, "left", "administrator", MembershipChange.ADDED),
        (CHANNEL, "administrator", "left", MembershipChange.REMOVED),
        (GROUP, "member", "administrator", None),
        (GROUP, "administrator", "member", None),
        (GROUP, "left", "kicked", None),
    ],
)
def test_what_happens_to_us_in_a_chat_is_told(
    chat: Json, old: str, new: str, change: MembershipChange | None
) -> None:
    found = read(update(my_chat_member=member(chat, old, new)))
    if change is None:
        assert found is None
        return
    assert isinstance(found, Membership)
    assert (found.change, found.sender, found.at) == (change, LAN, AT)
    assert found.chat.chat_id == str(chat["id"])


def test_restricted_but_gone_is_removed() -> None:
    found = read(update(my_chat_member=member(GROUP, "member", "restricted", is_member=False)))
    assert isinstance(found, Membership)
    assert found.change is MembershipChange.REMOVED


def test_both_notices_of_a_move_say_the_same() -> None:
    old, new = {"id": -77, "type": "group", "title": "Khối 2"}, GROUP
    expected = ChatMoved(chat=ChatRef("-77", ChatKind.GROUP), at=AT, new_chat_id="-1002000000001")
    left = message(old, migrate_to_chat_id=new["id"])
    came = message(new, migrate_from_chat_id=old["id"])
    assert read(update(message=left)) == expected
    assert read(update(message=came)) == expected
