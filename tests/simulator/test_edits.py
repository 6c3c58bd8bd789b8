"""Edits and deletions by bots."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.error import BadRequest

from tests.simulator.conftest import CHANNEL, GROUP, PNG, RESIDENT, Phones, Raw

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]])


@pytest.fixture(autouse=True)
async def started(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    await raw.updates()


async def test_an_edit_changes_the_text_and_takes_the_keyboard_away(
    phones: Phones, bot: Bot, raw: Raw
) -> None:
    sent = await bot.send_message(RESIDENT, "cũ", reply_markup=KEYBOARD)
    edited = await bot.edit_message_text("mới", RESIDENT, sent.message_id)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("mới", None)
    assert edited.edit_date
    shown = (await phones.get("/phone/state"))["messages"][str(RESIDENT)][-1]
    assert (shown["text"], shown["buttons"]) == ("mới", None)
    assert await raw.updates() == []


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot) -> None:
    sent = await bot.send_message(RESIDENT, "như cũ", reply_markup=KEYBOARD)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("như cũ", RESIDENT, sent.message_id, reply_markup=KEYBOARD)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(RESIDENT, sent.message_id, reply_markup=KEYBOARD)
    gone = await bot.edit_message_reply_markup(RESIDENT, sent.message_id)
    assert not isinstance(gone, bool)
    assert gone.edit_date is None


async def test_captions_and_texts_are_not_mixed_up(bot: Bot) -> None:
    text = await bot.send_message(RESIDENT, "chữ")
    photo = await bot.send_photo(RESIDENT, PNG, caption="ảnh")
    edited = await bot.edit_message_caption(RESIDENT, photo.message_id, caption="ảnh mới")
    assert not isinstance(edited, bool)
    assert edited.caption == "ảnh mới"
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(RESIDENT, text.message_id, caption="x")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", RESIDENT, photo.message_id)


async def test_only_own_messages_without_a_reply_keyboard_are_edited(
    phones: Phones, bot: Bot
) -> None:
    theirs = await phones.say(RESIDENT, RESIDENT, "của người dân")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", RESIDENT, theirs["id"])
    own = await bot.send_message(RESIDENT, "x", reply_markup=ReplyKeyboardMarkup([["a"]]))
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("y", RESIDENT, own.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("y", RESIDENT, 12)


async def test_messages_are_deleted_for_48_hours(phones: Phones, bot: Bot) -> None:
    first = await bot.send_message(RESIDENT, "một")
    second = await bot.send_message(RESIDENT, "hai")
    assert await bot.delete_message(RESIDENT, first.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(RESIDENT, first.message_id)
    await phones.post("/sim/clock", advance=48 * 3600 + 1)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(RESIDENT, second.message_id)
    edited = await bot.edit_message_text("đính chính", RESIDENT, second.message_id)
    assert not isinstance(edited, bool)


async def test_many_are_deleted_at_once_and_missing_ones_passed_over(bot: Bot, raw: Raw) -> None:
    ids = [(await bot.send_message(RESIDENT, str(number))).message_id for number in range(3)]
    assert await bot.delete_messages(RESIDENT, [*ids, 5])
    assert await raw.refusal("deleteMessages", chat_id=RESIDENT, message_ids=[0]) == (
        "400 Bad Request: invalid message identifier specified"
    )
    too_many = list(range(1, 102))
    assert await raw.refusal("deleteMessages", chat_id=RESIDENT, message_ids=too_many) == (
        "400 Bad Request: too many message identifiers specified"
    )


async def test_others_messages_in_a_group_need_a_right(phones: Phones, bot: Bot) -> None:
    said = await phones.say(RESIDENT, GROUP, "quảng cáo")
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(GROUP, said["id"])
    await phones.act(2001, f"chats/{GROUP}/bot", action="promote")
    assert await bot.delete_message(GROUP, said["id"])


async def test_posts_in_a_channel_are_edited_and_deleted(bot: Bot) -> None:
    post = await bot.send_message(CHANNEL, "bản tin")
    edited = await bot.edit_message_text("bản tin sửa", CHANNEL, post.message_id)
    assert not isinstance(edited, bool)
    assert edited.text == "bản tin sửa"
    assert await bot.delete_message(CHANNEL, post.message_id)


async def test_edits_and_deletions_are_on_record(phones: Phones, bot: Bot) -> None:
    sent = await bot.send_message(RESIDENT, "cũ")
    await bot.edit_message_text("mới", RESIDENT, sent.message_id)
    await bot.delete_message(RESIDENT, sent.message_id)
    record = await phones.get("/sim/record")
    assert [(change["method"], change["text"]) for change in record["changes"]] == [
        ("editMessageText", "mới"),
        ("deleteMessage", "mới"),
    ]


async def test_an_edit_needs_a_message(raw: Raw) -> None:
    assert await raw.refusal("editMessageText", text="x") == (
        "400 Bad Request: message identifier is not specified"
    )
    assert await raw.refusal("deleteMessage", chat_id=RESIDENT) == (
        "400 Bad Request: message identifier is not specified"
    )
