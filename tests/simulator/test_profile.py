"""Commands, names, pins, reactions and polls."""

import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat, Poll
from telegram.error import BadRequest

from simulator import Running
from tests.simulator.conftest import (
    CHANNEL,
    GROUP,
    NEIGHBOUR,
    RESIDENT,
    REVIEW,
    Phones,
    Raw,
)


@pytest.fixture(autouse=True)
async def started(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    await raw.updates()


async def test_commands_are_kept_by_scope_and_language(phones: Phones, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands([BotCommand("giup", "Trợ giúp")], language_code="vi")
    scope = BotCommandScopeChat(REVIEW)
    await bot.set_my_commands([BotCommand("tin", "Xem tin")], scope=scope)
    assert [command.command for command in await bot.get_my_commands()] == ["help"]
    assert [command.command for command in await bot.get_my_commands(scope)] == ["tin"]
    shown = (await phones.get("/phone/state"))["bot"]["commands"]
    assert shown == [{"command": "giup", "description": "Trợ giúp"}]
    await bot.delete_my_commands(language_code="vi")
    shown = (await phones.get("/phone/state"))["bot"]["commands"]
    assert shown == [{"command": "help", "description": "Help"}]


@pytest.mark.parametrize(
    ("commands", "refusal"),
    [
        ([{"command": "Giúp", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "giup", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": f"c{n}", "description": "x"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
        ({"command": "a"}, "expected an Array of BotCommand"),
    ],
)
async def test_bad_commands_are_refused(raw: Raw, commands: object, refusal: str) -> None:
    assert await raw.refusal("setMyCommands", commands=commands) == f"400 Bad Request: {refusal}"


async def test_the_name_and_descriptions_can_be_set(phones: Phones, bot: Bot, raw: Raw) -> None:
    await bot.set_my_name("An ninh phường")
    await bot.set_my_description("Mô tả", language_code="vi")
    await bot.set_my_short_description("Ngắn")
    assert (await phones.get("/phone/state"))["bot"]["name"] == "An ninh phường"
    assert (await bot.get_my_name("vi")).name == "An ninh phường"
    assert (await bot.get_my_description("vi")).description == "Mô tả"
    assert (await bot.get_my_short_description("vi")).short_description == "Ngắn"
    assert await raw.refusal("setMyShortDescription", short_description="a" * 121) == (
        "400 Bad Request: BOT_SHORT_DESCRIPTION_TOO_LONG"
    )


async def test_pinning_needs_a_right_and_is_told(phones: Phones, bot: Bot, raw: Raw) -> None:
    in_group = await bot.send_message(GROUP, "ghim")
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages"):
        await bot.pin_chat_message(GROUP, in_group.message_id)
    card = await bot.send_message(REVIEW, "thẻ tin")
    assert await bot.pin_chat_message(REVIEW, card.message_id)
    service = (await raw.updates())[0]["message"]
    assert service["pinned_message"]["message_id"] == card.message_id
    chat = await bot.get_chat(REVIEW)
    assert chat.pinned_message
    assert chat.pinned_message.message_id == card.message_id
    assert await bot.unpin_chat_message(REVIEW)
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await bot.unpin_chat_message(REVIEW)


async def test_one_reaction_shows_on_phones(sim: Running, phones: Phones, bot: Bot) -> None:
    said = await phones.say(RESIDENT, RESIDENT, "báo tin")
    before = sim.world.live.seq
    assert await bot.set_message_reaction(RESIDENT, said["id"], "👍")
    told = sim.world.live.missed(before)
    assert told
    assert (told[0]["type"], told[0]["emoji"]) == ("reaction", ["👍"])
    with pytest.raises(BadRequest, match=r"(?i)REACTION_INVALID"):
        await bot.set_message_reaction(RESIDENT, said["id"], "🦕")


async def test_votes_are_told_with_names_unless_anonymous(
    phones: Phones, bot: Bot, raw: Raw
) -> None:
    sent = await bot.send_poll(GROUP, "Họp tối nay?", ["Có", "Không"], is_anonymous=False)
    path = f"chats/{GROUP}/messages/{sent.message_id}/vote"
    await phones.act(RESIDENT, path, options=[0])
    await phones.act(NEIGHBOUR, path, options=[1])
    await phones.act(NEIGHBOUR, path, options=[])
    updates = await raw.updates()
    answers = [update["poll_answer"] for update in updates if "poll_answer" in update]
    assert [(answer["user"]["id"], answer["option_ids"]) for answer in answers] == [
        (RESIDENT, [0]),
        (NEIGHBOUR, [1]),
        (NEIGHBOUR, []),
    ]
    stopped = await bot.stop_poll(GROUP, sent.message_id)
    assert (stopped.total_voter_count, stopped.is_closed) == (1, True)
    refused = await phones.act(RESIDENT, path, 409, options=[1])
    assert refused["code"] == "poll_closed"


@pytest.mark.filterwarnings("ignore:.*correct_option_id")  # the real server sends both as well
async def test_a_quiz_gives_totals_only(phones: Phones, bot: Bot, raw: Raw) -> None:
    sent = await bot.send_poll(
        RESIDENT, "Lạ gọi xin mã?", ["Đưa", "Không"], type=Poll.QUIZ, correct_option_ids=[1]
    )
    path = f"chats/{RESIDENT}/messages/{sent.message_id}/vote"
    await phones.act(RESIDENT, path, options=[1])
    updates = await raw.updates()
    assert [set(update) - {"update_id"} for update in updates] == [{"poll"}]
    assert [option["voter_count"] for option in updates[0]["poll"]["options"]] == [0, 1]
    assert (await phones.act(RESIDENT, path, 409, options=[0]))["code"] == "already_answered"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"question": ""}, "poll question must be non-empty"),
        ({"question": "a" * 301}, "poll question length must not exceed 300"),
        ({"options": []}, "poll must have at least 1 option"),
        ({"options": ["a"] * 13}, "poll can't have more than 12 options"),
        ({"options": ["a" * 101]}, "poll options length must not exceed 100"),
        ({"type": "quiz"}, "expected an Array of correct option identifiers"),
        (
            {"chat_id": CHANNEL, "is_anonymous": False},
            "non-anonymous polls can't be sent to channel chats",
        ),
    ],
)
async def test_bad_polls_are_refused(raw: Raw, changes: dict[str, object], refusal: str) -> None:
    poll = {"chat_id": RESIDENT, "question": "Có?", "options": ["a", "b"]} | changes
    assert await raw.refusal("sendPoll", **poll) == f"400 Bad Request: {refusal}"
