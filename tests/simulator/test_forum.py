"""Forum topics."""

import pytest
from telegram import Bot
from telegram.error import BadRequest

from tests.simulator.conftest import CHIEF, GROUP, OFFICER, REVIEWER, Phones, Raw


@pytest.fixture
async def forum(phones: Phones, raw: Raw) -> int:
    chat = await phones.act(
        CHIEF, "chats", kind="supergroup", title="Tổ (ví dụ)", forum=True, members=[REVIEWER]
    )
    await phones.act(CHIEF, f"chats/{chat['id']}/bot", action="add")
    await phones.act(CHIEF, f"chats/{chat['id']}/bot", action="promote")
    await raw.updates()
    return int(chat["id"])


async def test_a_topic_is_opened_written_in_and_answered(
    phones: Phones, bot: Bot, raw: Raw, forum: int
) -> None:
    topic = await bot.create_forum_topic(forum, "Tin số 7")
    created = (await raw.updates())[0]["message"]
    assert created["message_id"] == topic.message_thread_id
    assert created["forum_topic_created"]["name"] == "Tin số 7"
    sent = await bot.send_message(forum, "Thẻ tin", message_thread_id=topic.message_thread_id)
    assert sent.is_topic_message
    assert sent.reply_to_message
    assert sent.reply_to_message.forum_topic_created
    await phones.say(REVIEWER, forum, "Đã xem", thread=topic.message_thread_id)
    answer = (await raw.updates())[0]["message"]
    assert answer["message_thread_id"] == topic.message_thread_id
    assert answer["is_topic_message"] is True
    shown = next(
        chat for chat in (await phones.get("/phone/state"))["chats"] if chat["id"] == forum
    )
    assert shown["topics"] == [
        {"thread": topic.message_thread_id, "name": "Tin số 7", "closed": False}
    ]


@pytest.mark.parametrize("thread", [1, 999])
async def test_general_and_unknown_topics_are_not_found(bot: Bot, forum: int, thread: int) -> None:
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum, "x", message_thread_id=thread)


async def test_without_a_thread_a_message_goes_to_general(bot: Bot, forum: int) -> None:
    sent = await bot.send_message(forum, "x")
    assert sent.message_thread_id is None
    assert not sent.is_topic_message


async def test_a_topic_is_renamed_closed_reopened_and_deleted(
    phones: Phones, bot: Bot, raw: Raw, forum: int
) -> None:
    topic = (await bot.create_forum_topic(forum, "Tin số 8")).message_thread_id
    await bot.send_message(forum, "trong chủ đề", message_thread_id=topic)
    assert await bot.edit_forum_topic(forum, topic, name="Tin số 8 – xong")
    assert await bot.close_forum_topic(forum, topic)
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_NOT_MODIFIED"):
        await bot.close_forum_topic(forum, topic)
    path = f"/phone/users/{REVIEWER}/chats/{forum}/messages"
    refused = await phones.post(path, 403, text="x", thread=topic)
    assert refused["code"] == "topic_closed"
    assert await bot.reopen_forum_topic(forum, topic)
    services = [set(update["message"]) for update in await raw.updates()]
    assert "forum_topic_edited" in services[1]
    assert "forum_topic_closed" in services[2]
    assert "forum_topic_reopened" in services[3]
    assert await bot.delete_forum_topic(forum, topic)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum, "x", message_thread_id=topic)
    assert (
        await raw.refusal("reopenForumTopic", chat_id=forum, message_thread_id=topic)
        == "400 Bad Request: TOPIC_ID_INVALID"
    )


async def test_rights_are_needed(phones: Phones, bot: Bot, forum: int) -> None:
    topic = (await bot.create_forum_topic(forum, "Tin")).message_thread_id
    await bot.close_forum_topic(forum, topic)
    await phones.act(CHIEF, f"chats/{forum}/bot", action="demote")
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await bot.create_forum_topic(forum, "Tin")
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_CLOSED"):
        await bot.send_message(forum, "x", message_thread_id=topic)


async def test_a_chat_without_topics_takes_none(phones: Phones, bot: Bot) -> None:
    await phones.act(OFFICER, f"chats/{GROUP}/bot", action="promote")
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await bot.create_forum_topic(GROUP, "Tin")
    sent = await bot.send_message(GROUP, "x", message_thread_id=77)
    assert sent.message_thread_id is None


async def test_a_topic_needs_a_name(raw: Raw, forum: int) -> None:
    assert await raw.refusal("createForumTopic", chat_id=forum, name=" ") == (
        "400 Bad Request: name must be non-empty"
    )
    assert await raw.refusal("createForumTopic", chat_id=forum) == (
        '400 Bad Request: parameter "name" is required'
    )
