"""What is ours to read in a group, and what is forgotten at the door."""

from typing import Any

import pytest

from bot.channels.telegram.group_filter import Admitted, Me, addressed, admit, command_of
from domain.messages import Addressed
from tests.bot.channels.telegram.pretend import BOT_ID, USERNAME
from tests.bot.channels.telegram.updates import (
    BOT,
    CHANNEL,
    GROUP,
    PRIVATE,
    RESIDENT,
    Json,
    member,
    message,
    press,
    update,
)

ME = Me(BOT_ID, USERNAME, frozenset({"baotin", "chuyentin", "ketnoi"}))
OTHER_BOT: Json = {"id": 55, "is_bot": True, "first_name": "Khác", "username": "khac_bot"}
ANONYMOUS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
TO_US: Json = {"reply_to_message": message(GROUP, BOT, text="Bài")}


def mention(text: str, name: str, kind: str = "mention", **more: Any) -> Json:
    """Return text with one entity over `name`, counted in UTF-16 units."""
    before = text[: text.index(name)]
    offset = len(before.encode("utf-16-le")) // 2
    length = len(name.encode("utf-16-le")) // 2
    return {
        "text": text,
        "entities": [{"type": kind, "offset": offset, "length": length, **more}],
    }


OURS: list[tuple[Json, Addressed]] = [
    ({"text": "Đã rõ", **TO_US}, Addressed.REPLY),
    ({"photo": [], **TO_US}, Addressed.REPLY),
    (mention("🔥🔥 @anninh_demo_bot có cháy", "@anninh_demo_bot"), Addressed.MENTION),
    (mention("Ơi @AnNinh_Demo_Bot", "@AnNinh_Demo_Bot"), Addressed.MENTION),
    (mention("An ninh ơi", "An ninh", "text_mention", user=BOT), Addressed.MENTION),
    (
        {
            "caption": "@anninh_demo_bot xem",
            "caption_entities": [{"type": "mention", "offset": 0, "length": 16}],
        },
        Addressed.MENTION,
    ),
    ({"text": "/baotin@anninh_demo_bot có trộm"}, Addressed.COMMAND),
    ({"text": "/baotin có trộm"}, Addressed.COMMAND),
    ({"text": "/BaoTin"}, Addressed.COMMAND),
    ({"text": "/chuyentin"}, Addressed.COMMAND),
    ({"text": "/ketnoi AB12"}, Addressed.COMMAND),
    ({"text": "/batky@anninh_demo_bot"}, Addressed.COMMAND),
    ({"text": "/khac", **TO_US}, Addressed.REPLY),
    (
        mention("nhờ /baotin@anninh_demo_bot", "/baotin@anninh_demo_bot", "bot_command"),
        Addressed.COMMAND,
    ),
]

NOT_OURS: list[Json] = [
    {"text": "Chiều nay ai đi chợ?"},
    {"text": "hỏi anninh_demo_bot đi"},
    {"text": "@anninh_demo_bot không có dấu nhắc"},
    mention("@anninh_demo_bot2 ơi", "@anninh_demo_bot2"),
    mention("@ai_do ơi", "@ai_do"),
    mention("Bà Lành ơi", "Bà Lành", "text_mention", user=RESIDENT),
    {"text": "/start"},
    {"text": "/baotin@khac_bot có trộm"},
    {"text": "/baotin@khac_bot có trộm", **TO_US},
    {"text": "/baotinh"},
    {"text": "tôi /baotin rồi"},
    {"text": "Ừ", "reply_to_message": message(GROUP, RESIDENT, text="Bài")},
    {"text": "Ừ", "reply_to_message": message(GROUP, OTHER_BOT, text="Bài")},
    {"text": "x", "reply_to_message": {**message(GROUP, BOT), "forum_topic_created": {}}},
    {"pinned_message": message(GROUP, BOT, text="Bài"), **TO_US},
    {"new_chat_members": [BOT]},
    {"photo": []},
    {},
]


@pytest.mark.parametrize(("fields", "why"), OURS)
@pytest.mark.parametrize("field", ["message", "edited_message"])
def test_what_is_addressed_to_us_in_a_group_is_ours(
    fields: Json, why: Addressed, field: str
) -> None:
    assert admit(update(**{field: message(GROUP, **fields)}), ME) == Admitted(why)


@pytest.mark.parametrize("fields", NOT_OURS)
@pytest.mark.parametrize("field", ["message", "edited_message"])
@pytest.mark.parametrize("kind", ["group", "supergroup", "unheard_of"])
def test_all_other_talk_in_a_group_is_forgotten(fields: Json, field: str, kind: str) -> None:
    chat = {**GROUP, "type": kind}
    assert admit(update(**{field: message(chat, **fields)}), ME) is None


@pytest.mark.parametrize("fields", [fields for fields, _ in OURS] + NOT_OURS)
def test_channel_posts_are_dropped_however_they_come(fields: Json) -> None:
    assert admit(update(channel_post=message(CHANNEL, None, **fields)), ME) is None
    assert admit(update(message=message(CHANNEL, None, **fields)), ME) is None


@pytest.mark.parametrize("fields", [fields for fields, _ in OURS] + NOT_OURS)
def test_bots_are_not_listened_to(fields: Json) -> None:
    for writer in (BOT, OTHER_BOT):
        assert admit(update(message=message(GROUP, writer, **fields)), ME) is None
        assert admit(update(message=message(PRIVATE, writer, **fields)), ME) is None


@pytest.mark.parametrize(("fields", "why"), OURS)
def test_who_hides_behind_the_group_is_marked_as_nobody(fields: Json, why: Addressed) -> None:
    written = message(GROUP, ANONYMOUS, sender_chat=GROUP, **fields)
    assert admit(update(message=written), ME) == Admitted(why, anonymous=True)


def test_a_message_without_any_writer_is_nobodys() -> None:
    assert admit(update(message=message(GROUP, None, text="/baotin x")), ME) is None


def test_everything_in_a_private_chat_is_ours() -> None:
    for fields in NOT_OURS:
        assert admit(update(message=message(PRIVATE, **fields)), ME) == Admitted()


@pytest.mark.parametrize("chat", [PRIVATE, GROUP, CHANNEL])
def test_presses_on_our_messages_are_ours(chat: Json) -> None:
    assert admit(update(callback_query=press(chat)), ME) == Admitted()


def test_a_press_on_a_message_too_old_to_be_shown_is_ours() -> None:
    old = {"chat": GROUP, "message_id": 3, "date": 0}
    assert admit(update(callback_query=press(message=old)), ME) == Admitted()


@pytest.mark.parametrize(
    ("text", "admitted"),
    [
        ("/ketnoi K7QD2-M9XHR", True),
        ("/ketnoi@anninh_demo_bot k7qd2 m9xhr", True),
        ("/KETNOI K7QD2M9XHR", True),
        ("/ketnoi@khac_bot K7QD2-M9XHR", False),
        ("/ketnoi", False),
        ("/ketnoi K7QD2-M9XH", False),
        ("/ketnoi K7QD2-M9XHR và chào bà con", False),
        ("/baotin K7QD2-M9XHR", False),
        ("Mã là /ketnoi K7QD2-M9XHR", False),
    ],
)
def test_of_a_channel_only_the_post_that_connects_it_is_ours(text: str, *, admitted: bool) -> None:
    post = message(CHANNEL, None, sender_chat=CHANNEL, text=text)
    wanted = Admitted(Addressed.COMMAND) if admitted else None
    assert admit(update(channel_post=post), ME) == wanted
    assert admit(update(edited_channel_post=post), ME) == wanted
    assert admit(update(channel_post={**post, "forward_origin": {"type": "user"}}), ME) is None
    assert admit(update(channel_post={**post, "chat": GROUP}), ME) is None


TELEGRAM: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


def copy_with(link: str) -> Json:
    """Return the copy of a channel's post with a button that opens a link."""
    rows = [[{"text": "x", "callback_data": "ack:1"}], [{"text": "Báo tin riêng", "url": link}]]
    return message(
        GROUP,
        TELEGRAM,
        text="/baotin @anninh_demo_bot",
        sender_chat=CHANNEL,
        is_automatic_forward=True,
        forward_origin={"type": "channel", "chat": CHANNEL, "message_id": 7, "date": 0},
        reply_markup={"inline_keyboard": rows},
    )


def test_of_the_copy_of_a_channels_post_only_which_one_it_is_passes() -> None:
    copied = copy_with("https://t.me/ai_do")
    assert admit(update(message=copied), ME) == Admitted()
    assert admit(update(edited_message=copied), ME) is None


@pytest.mark.parametrize(
    ("link", "ours"),
    [
        ("https://t.me/anninh_demo_bot?start=bao-tin-1", True),
        ("https://t.me/AnNinh_Demo_Bot", True),
        ("https://t.me/anninh_demo_bot2?start=x", False),
        ("https://vi-du.vn/https://t.me/anninh_demo_bot", False),
        ("https://t.me/anninh_demo_bot.vi-du.vn", False),
    ],
)
def test_an_answer_to_the_copy_of_a_post_is_ours_when_the_post_is(link: str, *, ours: bool) -> None:
    answer = message(GROUP, text="Có người lạ", reply_to_message=copy_with(link))
    assert admit(update(message=answer), ME) == (Admitted(Addressed.REPLY) if ours else None)


@pytest.mark.parametrize(("fields", "why"), OURS)
def test_what_somebody_passes_on_was_written_to_others(fields: Json, why: Addressed) -> None:
    passed_on = {**fields, "forward_origin": {"type": "hidden_user"}}
    assert why
    assert admit(update(message=message(GROUP, **passed_on)), ME) is None


def test_a_code_typed_anonymously_is_marked_so_that_its_owner_is_told() -> None:
    typed = message(GROUP, ANONYMOUS, sender_chat=GROUP, text="/ketnoi K7QD2-M9XHR")
    expected = Admitted(Addressed.COMMAND, anonymous=True, code=True)
    assert admit(update(message=typed), ME) == expected


def test_a_press_on_the_copy_of_our_channel_post_is_ours() -> None:
    copied = message(GROUP, TELEGRAM, is_automatic_forward=True)
    assert admit(update(callback_query=press(message=copied)), ME) == Admitted()


def test_a_press_on_somebody_elses_message_is_not_ours() -> None:
    theirs = message(GROUP, OTHER_BOT, text="x")
    assert admit(update(callback_query=press(message=theirs)), ME) is None


def test_what_happens_to_us_and_moves_of_groups_pass() -> None:
    assert admit(update(my_chat_member=member(GROUP, "left", "member")), ME) == Admitted()
    for field in ("migrate_to_chat_id", "migrate_from_chat_id"):
        assert admit(update(message=message(GROUP, ANONYMOUS, **{field: -5})), ME) == Admitted()


@pytest.mark.parametrize("field", ["poll", "chat_member", "message_reaction", "inline_query"])
def test_kinds_of_updates_that_we_did_not_ask_for_are_dropped(field: str) -> None:
    assert admit(update(**{field: message(PRIVATE, text="x")}), ME) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start abc", ("start", "abc")),
        ("/start", ("start", "")),
        ("/start@anninh_demo_bot  abc ", ("start", "abc")),
        ("/start@khac_bot abc", None),
        ("/start\nabc", ("start", "abc")),
        ("/a/b", None),
        (" /start", None),
        ("/", None),
        ("start", None),
    ],
)
def test_a_command_is_split_from_what_follows(text: str, expected: tuple[str, str] | None) -> None:
    assert command_of(text, ME) == expected


def test_an_entity_beyond_the_text_is_nothing() -> None:
    wild = [{"type": "mention", "offset": 900, "length": 5}, {"type": "mention", "offset": -1}, 7]
    assert addressed({"text": "x", "entities": wild}, ME) is None
