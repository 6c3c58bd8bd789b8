"""Our messages in the Bot API's words."""

import unicodedata
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.raw import clean
from bot.channels.telegram.outgoing import deleting, editing, sending, written
from delivery.outbox import personal
from domain.failures import Refused
from domain.ids import short
from domain.messages import Button, ChatKind, ChatRef, MediaKind, MediaRef, Outgoing, Spot

CHAT = ChatRef("1001", ChatKind.PRIVATE)
GROUP = ChatRef("-1002000000001", ChatKind.GROUP, thread="5")


def params(outgoing: Outgoing, chat: ChatRef = CHAT) -> dict[str, object]:
    return sending(chat, outgoing, "anninh_demo_bot").params


def test_plain_text_is_sent_without_markup_and_without_previews() -> None:
    call = sending(CHAT, Outgoing(text="Link lạ: http://x.vn <b>"), "b")
    assert call.method == "sendMessage"
    assert call.params == {
        "chat_id": 1001,
        "text": "Link lạ: http://x.vn <b>",
        "entities": [],
        "link_preview_options": {"is_disabled": True},
    }


def test_a_heading_is_bold_on_its_own_line_counted_in_utf16_units() -> None:
    made = params(Outgoing(text="Gọi 114.", heading=" 🔥 Cháy "))
    assert made["text"] == "🔥 Cháy\n\nGọi 114."
    assert made["entities"] == [{"type": "bold", "offset": 0, "length": 7}]


def test_a_heading_alone_is_a_message() -> None:
    assert params(Outgoing(text="", heading="Cháy"))["text"] == "Cháy"


def test_text_is_normalised_so_that_it_counts_as_it_reads() -> None:
    made = params(Outgoing(text=unicodedata.normalize("NFD", "Lạng Sơn"), heading="Xã"))
    assert made["text"] == "Xã\n\nLạng Sơn"


def test_buttons_become_callbacks_and_links_to_our_chat() -> None:
    rows = (
        (Button("Đã đọc", action="t:1:ok"), Button("Báo tin riêng", start="g5")),
        (),
        (Button("Mở", start=""),),
    )
    assert params(Outgoing(text="x", buttons=rows))["reply_markup"] == {
        "inline_keyboard": [
            [
                {"text": "Đã đọc", "callback_data": "t:1:ok"},
                {"text": "Báo tin riêng", "url": "https://t.me/anninh_demo_bot?start=g5"},
            ],
            [{"text": "Mở", "url": "https://t.me/anninh_demo_bot?start"}],
        ]
    }


@pytest.mark.parametrize(
    ("chat_id", "message_id", "link"),
    [
        ("-1001234567890", "77", "https://t.me/c/1234567890/77"),
        ("-4455", "77", None),
        ("-1001234567890", "", None),
    ],
)
def test_a_message_in_a_group_is_opened_by_its_link_where_there_is_one(
    chat_id: str, message_id: str, link: str | None
) -> None:
    show = Button("Mở", spot=Spot(chat_id, message_id))
    again = Button("Thử lại", action="remove:1")
    call = sending(CHAT, Outgoing(text="x", buttons=((show,), (again,))), "vi_du_bot")
    rows = [[{"text": "Thử lại", "callback_data": "remove:1"}]]
    shown = [[{"text": "Mở", "url": link}]] if link is not None else []
    assert call.params["reply_markup"] == {"inline_keyboard": shown + rows}


def test_a_start_payload_that_a_link_cannot_carry_is_refused() -> None:
    with pytest.raises(Refused):
        params(Outgoing(text="x", buttons=((Button("Mở", start="khối 2"),),)))


def test_a_reply_goes_out_even_when_what_it_answers_is_gone() -> None:
    made = params(Outgoing(text="x", reply_to="44"))
    assert made["reply_parameters"] == {"message_id": 44, "allow_sending_without_reply": True}


@pytest.mark.parametrize("reply_to", ["u17", "0", "-3", "", None, "9" * 40])
def test_what_is_no_message_number_is_not_replied_to(reply_to: str | None) -> None:
    assert "reply_parameters" not in params(Outgoing(text="x", reply_to=reply_to))


@pytest.mark.parametrize(
    ("chat_thread", "thread", "sent"),
    [("5", None, 5), ("5", "9", 9), (None, "1", None), ("1", None, None), (None, None, None)],
)
def test_a_topic_is_named_except_the_general_one(
    chat_thread: str | None, thread: str | None, sent: int | None
) -> None:
    chat = ChatRef("-100", ChatKind.GROUP, thread=chat_thread)
    assert params(Outgoing(text="x", thread=thread), chat).get("message_thread_id") == sent


def test_silence_and_protection_are_passed_on() -> None:
    made = params(Outgoing(text="x", silent=True, protected=True))
    assert made["disable_notification"] is True
    assert made["protect_content"] is True


@pytest.mark.parametrize(
    ("kind", "method", "field"),
    [
        (MediaKind.PHOTO, "sendPhoto", "photo"),
        (MediaKind.VIDEO, "sendVideo", "video"),
        (MediaKind.VOICE, "sendVoice", "voice"),
        (MediaKind.AUDIO, "sendAudio", "audio"),
        (MediaKind.FILE, "sendDocument", "document"),
    ],
)
def test_media_go_by_file_id_with_text_as_caption(kind: MediaKind, method: str, field: str) -> None:
    call = sending(GROUP, Outgoing(text="x", heading="H", media=MediaRef(kind, "AgAC")), "b")
    assert call.method == method
    assert call.file_field == field
    assert call.params == {
        "chat_id": -1002000000001,
        "message_thread_id": 5,
        field: "AgAC",
        "caption": "H\n\nx",
        "caption_entities": [{"type": "bold", "offset": 0, "length": 1}],
    }


def test_media_without_words_have_no_caption() -> None:
    assert "caption" not in params(Outgoing(text="", media=MediaRef(MediaKind.PHOTO, "A")))


def test_a_sticker_cannot_be_sent() -> None:
    with pytest.raises(Refused):
        params(Outgoing(text="", media=MediaRef(MediaKind.STICKER, "A")))


def test_an_edit_without_buttons_takes_the_old_ones_away() -> None:
    call = editing(CHAT, "7", Outgoing(text="Đã xóa"), "b")
    assert call.method == "editMessageText"
    assert call.params["message_id"] == 7
    assert call.params["reply_markup"] == {"inline_keyboard": []}


def test_an_edit_of_a_message_with_a_file_edits_its_caption() -> None:
    outgoing = Outgoing(text="mới", media=MediaRef(MediaKind.PHOTO, "A"))
    call = editing(CHAT, "7", outgoing, "b")
    assert call.method == "editMessageCaption"
    assert call.params["caption"] == "mới"
    assert "photo" not in call.params


def test_a_deletion_names_chat_and_message() -> None:
    assert deleting(GROUP, "7").params == {"chat_id": -1002000000001, "message_id": 7}


def test_a_public_name_stays_text() -> None:
    assert params(Outgoing(text="x"), ChatRef("@kenh", ChatKind.CHANNEL))["chat_id"] == "@kenh"


ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.sampled_from(["\ud83d", "a\0b"])


@settings(deadline=None)
@given(text=ANY_TEXT)
def test_clean_text_can_always_be_written_and_is_clean_already(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    assert "\0" not in cleaned


@settings(deadline=None)
@given(text=ANY_TEXT, heading=ANY_TEXT, label=ANY_TEXT, chat_id=ANY_TEXT)
def test_any_text_makes_parameters_that_are_json(
    text: str, heading: str, label: str, chat_id: str
) -> None:
    outgoing = Outgoing(text=text, heading=heading, buttons=((Button(label, action="a"),),))
    made = sending(ChatRef(clean(chat_id), ChatKind.PRIVATE), outgoing, "b").params
    assert orjson.dumps(made)


@given(st.text(max_size=40), st.none() | st.text(max_size=9), st.uuids(), st.integers(-9, 1 << 52))
def test_what_is_written_once_says_to_each_what_a_message_of_its_own_would(
    text: str, heading: str | None, own: UUID, chat_id: int
) -> None:
    rows = ((Button("Đã đọc", action="ok:{d}"), Button("Hỏi", start="h-{d}")),)
    outgoing = Outgoing(text=text, heading=heading, buttons=rows)
    anybody = UUID(int=(1 << 127) + 5)
    once = written(personal(outgoing, anybody), short(anybody), "b")
    alone = sending(ChatRef(str(chat_id), ChatKind.PRIVATE), personal(outgoing, own), "b")
    assert (once.method, orjson.loads(once.body(str(chat_id), short(own)))) == (
        alone.method,
        orjson.loads(orjson.dumps(alone.params)),
    )
