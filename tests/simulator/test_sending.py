"""sendMessage and what all sends share."""

import orjson
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest

from simulator import Running
from tests.simulator.conftest import CHANNEL, GROUP, OFFICER, RESIDENT, Phones, Raw


@pytest.fixture(autouse=True)
async def started(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    await raw.updates()


async def test_html_arrives_as_text_with_entities(bot: Bot) -> None:
    message = await bot.send_message(
        RESIDENT,
        "😀 <b>Cảnh báo</b>: <a href='https://example.vn'>đọc</a>",
        parse_mode="HTML",
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert message.text == "😀 Cảnh báo: đọc"
    assert [(entity.type, message.parse_entity(entity)) for entity in message.entities] == [
        ("bold", "Cảnh báo"),
        ("text_link", "đọc"),
    ]
    assert message.link_preview_options
    assert message.link_preview_options.is_disabled


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "message text is empty"),
        ("  \n", "text must be non-empty"),
        ("a" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("<b>x", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
    ],
)
async def test_impossible_texts_are_refused(raw: Raw, text: str, refusal: str) -> None:
    said = await raw.refusal("sendMessage", chat_id=RESIDENT, text=text, parse_mode="HTML")
    assert said == f"400 Bad Request: {refusal}"


async def test_length_counts_after_parsing(raw: Raw) -> None:
    text = "<b>" + "ộ" * 4096 + "</b>"
    sent = await raw.result("sendMessage", chat_id=RESIDENT, text=text, parse_mode="HTML")
    assert len(sent["text"]) == 4096


async def test_a_reply_needs_its_message_unless_told_otherwise(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(RESIDENT, "x", reply_parameters=ReplyParameters(5))
    lenient = ReplyParameters(5, allow_sending_without_reply=True)
    assert (
        await bot.send_message(RESIDENT, "x", reply_parameters=lenient)
    ).reply_to_message is None


async def test_a_quote_must_be_in_the_original(phones: Phones, bot: Bot) -> None:
    original = await phones.say(RESIDENT, RESIDENT, "Có trộm ở ngõ 5")
    good = ReplyParameters(original["id"], quote="ngõ 5")
    reply = await bot.send_message(RESIDENT, "Đã nhận", reply_parameters=good)
    assert reply.reply_to_message
    assert reply.reply_to_message.text == "Có trộm ở ngõ 5"
    assert reply.quote
    assert (reply.quote.text, reply.quote.position) == ("ngõ 5", 10)
    bad = ReplyParameters(original["id"], quote="ngõ 6")
    with pytest.raises(BadRequest, match=r"(?i)QUOTE_TEXT_INVALID"):
        await bot.send_message(RESIDENT, "x", reply_parameters=bad)


async def test_reply_parameters_without_a_message_are_refused(raw: Raw) -> None:
    said = await raw.refusal(
        "sendMessage", chat_id=RESIDENT, text="x", reply_parameters={"quote": "a"}
    )
    assert said == '400 Bad Request: can\'t find field "message_id"'


async def test_a_quote_of_the_wrong_type_is_refused(raw: Raw) -> None:
    said = await raw.refusal(
        "sendMessage", chat_id=RESIDENT, text="x", reply_parameters={"message_id": 1, "quote": 5}
    )
    assert said == '400 Bad Request: field "quote" must be of type String'


async def test_callback_data_is_64_bytes_at_most(bot: Bot, raw: Raw) -> None:
    def keyboard(data: str) -> dict[str, object]:
        return {"inline_keyboard": [[{"text": "A", "callback_data": data}]]}

    await raw.result("sendMessage", chat_id=RESIDENT, text="x", reply_markup=keyboard("ộ" * 21))
    said = await raw.refusal(
        "sendMessage", chat_id=RESIDENT, text="x", reply_markup=keyboard("ộ" * 22)
    )
    assert said == "400 Bad Request: BUTTON_DATA_INVALID"


@pytest.mark.parametrize("shape", [(1, 9), (13, 8)])
async def test_a_keyboard_that_is_too_large_is_refused(bot: Bot, shape: tuple[int, int]) -> None:
    rows, columns = shape
    button = InlineKeyboardButton("A", callback_data="a")
    markup = InlineKeyboardMarkup([[button] * columns] * rows)
    with pytest.raises(BadRequest, match="Reply markup is too long"):
        await bot.send_message(RESIDENT, "x", reply_markup=markup)


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
        (
            {"inline_keyboard": [{"text": "A"}]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (
            {"inline_keyboard": [[{"text": "A"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [[{"text": "A", "url": "không phải"}]]},
            "inline keyboard button URL 'không phải' is invalid: Wrong HTTP URL",
        ),
    ],
)
async def test_broken_keyboards_are_refused(raw: Raw, markup: object, refusal: str) -> None:
    said = await raw.refusal("sendMessage", chat_id=RESIDENT, text="x", reply_markup=markup)
    assert said == f"400 Bad Request: {refusal}"


async def test_a_phone_number_can_be_asked_for_in_private_only(bot: Bot) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Gửi số", request_contact=True)]])
    await bot.send_message(RESIDENT, "x", reply_markup=keyboard)
    with pytest.raises(BadRequest, match="Phone number can be requested in private chats only"):
        await bot.send_message(GROUP, "x", reply_markup=keyboard)
    with pytest.raises(BadRequest, match="Inline keyboard expected"):
        await bot.send_message(CHANNEL, "x", reply_markup=ReplyKeyboardMarkup([["a"]]))


async def test_phones_see_reply_keyboards_and_silence(phones: Phones, bot: Bot) -> None:
    keyboard = ReplyKeyboardMarkup([["Báo tin", "Dừng"]])
    await bot.send_message(RESIDENT, "x", reply_markup=keyboard, disable_notification=True)
    shown = (await phones.get("/phone/state"))["messages"][str(RESIDENT)][-1]
    assert shown["keyboard"] == [["Báo tin", "Dừng"]]
    assert shown["silent"] is True


async def test_a_form_a_query_and_json_say_the_same(sim: Running, raw: Raw) -> None:
    url = f"{sim.base_url}/bot{sim.token}/SENDMESSAGE"
    markup = orjson.dumps({"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}).decode()
    fields = {"chat_id": str(RESIDENT), "text": "x", "reply_markup": markup}
    async with raw.http.get(url, params=fields) as by_query:
        first = await by_query.json()
    async with raw.http.post(url, data=fields) as by_form:
        second = await by_form.json()
    assert first["result"]["reply_markup"] == second["result"]["reply_markup"]
    assert second["result"]["message_id"] == first["result"]["message_id"] + 1


async def test_a_location_is_checked(bot: Bot, raw: Raw) -> None:
    sent = await bot.send_location(RESIDENT, 21.5, 105.5)
    assert sent.location
    assert (sent.location.latitude, sent.location.longitude) == (21.5, 105.5)
    assert await raw.refusal("sendLocation", chat_id=RESIDENT, latitude=1) == (
        "400 Bad Request: longitude is empty"
    )


async def test_typing_shows_on_phones_and_leaves_no_message(sim: Running, bot: Bot) -> None:
    before = sim.world.live.seq
    assert await bot.send_chat_action(RESIDENT, "typing") is True
    events = sim.world.live.missed(before)
    assert events == [{"seq": before + 1, "type": "typing", "chat": RESIDENT, "action": "typing"}]
    with pytest.raises(BadRequest, match="Wrong parameter action in request"):
        await bot.send_chat_action(RESIDENT, "thinking")


async def test_copies_hide_the_source_and_forwards_show_it(phones: Phones, bot: Bot) -> None:
    original = await phones.say(OFFICER, OFFICER, "Mẫu tin")
    copied = await bot.copy_message(RESIDENT, OFFICER, original["id"])
    shown = (await phones.get("/phone/state"))["messages"][str(RESIDENT)][-1]
    assert (shown["id"], shown["text"], shown["forwarded"]) == (
        copied.message_id,
        "Mẫu tin",
        False,
    )
    forwarded = await bot.forward_message(RESIDENT, OFFICER, original["id"])
    assert forwarded.forward_origin
    assert forwarded.forward_origin.type == "user"


async def test_protected_messages_are_not_copied(bot: Bot) -> None:
    message = await bot.send_message(RESIDENT, "nội bộ", protect_content=True)
    assert message.has_protected_content
    with pytest.raises(BadRequest, match="Message has protected content"):
        await bot.copy_message(RESIDENT, RESIDENT, message.message_id)
