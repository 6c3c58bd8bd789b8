"""The phone API: snapshot, live events, refusals."""

import pytest
from telegram import Bot

from simulator import Running
from tests.simulator.conftest import (
    CHANNEL,
    CHIEF,
    GROUP,
    NEIGHBOUR,
    OFFICER,
    RESIDENT,
    REVIEW,
    Phones,
)


async def test_the_snapshot_shows_the_shipped_world(phones: Phones) -> None:
    state = await phones.get("/phone/state")
    assert {user["id"]: user["started"] for user in state["users"]} == {
        **dict.fromkeys(range(1001, 1006), False),
        **dict.fromkeys(range(2001, 2005), True),
    }
    assert all(user["name"].endswith("(ví dụ)") for user in state["users"])
    standing = {chat["id"]: (chat["kind"], chat["bot"]) for chat in state["chats"]}
    assert standing[GROUP] == ("supergroup", "member")
    assert standing[REVIEW] == ("supergroup", "administrator")
    assert standing[CHANNEL] == ("channel", "administrator")
    assert standing[RESIDENT] == ("private", "member")
    assert state["links"][0]["url"] == "https://t.me/anninh_demo_bot?start=kp-vi-du-2"


async def test_events_are_live_and_missed_ones_are_replayed(
    sim: Running, phones: Phones, bot: Bot
) -> None:
    async with phones.http.ws_connect(f"{sim.base_url}/phone/live") as socket:
        opening = await socket.receive_json(timeout=60)
        assert opening["type"] == "snapshot"
        await phones.start(RESIDENT)
        user = await socket.receive_json(timeout=60)
        message = await socket.receive_json(timeout=60)
    assert (user["type"], user["user"]["started"]) == ("user", True)
    assert (message["type"], message["message"]["text"]) == ("message", "/start")
    assert [opening["seq"] + 1, opening["seq"] + 2] == [user["seq"], message["seq"]]
    await bot.send_message(RESIDENT, "Chào bà")
    url = f"{sim.base_url}/phone/live?since={user['seq']}"
    async with phones.http.ws_connect(url) as socket:
        assert await socket.receive_json(timeout=60) == message
        answer = await socket.receive_json(timeout=60)
    assert answer["message"]["from"]["is_bot"] is True
    async with phones.http.ws_connect(f"{sim.base_url}/phone/live?since=99999") as socket:
        assert (await socket.receive_json(timeout=60))["type"] == "snapshot"


async def test_unread_marks_grow_and_are_read(phones: Phones, bot: Bot) -> None:
    await phones.start(RESIDENT)
    first = await bot.send_message(RESIDENT, "một")
    await bot.send_message(RESIDENT, "hai")

    async def unread() -> dict[str, int]:
        chats = (await phones.get("/phone/state"))["chats"]
        marks: dict[str, int] = next(chat["unread"] for chat in chats if chat["id"] == RESIDENT)
        return marks

    assert await unread() == {str(RESIDENT): 2}
    await phones.act(RESIDENT, f"chats/{RESIDENT}/read", upto=first.message_id)
    assert await unread() == {str(RESIDENT): 1}


@pytest.mark.parametrize(
    ("user", "deed", "body", "status", "code"),
    [
        (9999, "start", {}, 404, "user_not_found"),
        (RESIDENT, "start", {"payload": "có dấu"}, 400, "bad_payload"),
        (RESIDENT, "start", {"thừa": 1}, 400, "bad_body"),
        (RESIDENT, "block", {}, 409, "not_started"),
        (RESIDENT, f"chats/{RESIDENT}/messages", {"text": "x"}, 409, "not_started"),
        (RESIDENT, f"chats/{REVIEW}/messages", {"text": "x"}, 403, "not_a_member"),
        (RESIDENT, f"chats/{GROUP}/messages", {"text": " "}, 400, "empty"),
        (RESIDENT, f"chats/{GROUP}/messages", {"text": "a" * 4097}, 400, "too_long"),
        (RESIDENT, "chats/-5/messages", {"text": "x"}, 404, "chat_not_found"),
        (RESIDENT, f"chats/{GROUP}/topics", {"name": "x"}, 409, "no_forum"),
        (RESIDENT, f"chats/{GROUP}/migrate", {}, 409, "not_a_group"),
        (RESIDENT, f"chats/{GROUP}/messages/1/press", {"row": 0, "column": 0}, 404, None),
        (RESIDENT, "chats", {"kind": "nhóm", "title": "x"}, 400, "bad_chat"),
    ],
)
async def test_refusals_are_sentences(
    phones: Phones, user: int, deed: str, body: dict[str, object], status: int, code: str | None
) -> None:
    refused = await phones.act(user, deed, status, **body)
    assert refused["error"].endswith(".")
    assert code is None or refused["code"] == code


async def test_only_own_messages_are_edited_and_deleted(phones: Phones) -> None:
    said = await phones.say(RESIDENT, GROUP, "của tôi")
    path = f"chats/{GROUP}/messages/{said['id']}"
    assert (await phones.act(NEIGHBOUR, f"{path}/edit", 403, text="x"))["code"] == "not_yours"
    assert (await phones.act(NEIGHBOUR, f"{path}/delete", 403))["code"] == "not_yours"
    edited = await phones.act(RESIDENT, f"{path}/edit", text="đã sửa")
    assert edited["edited_at"]
    await phones.act(RESIDENT, f"{path}/delete")
    state = await phones.get("/phone/state")
    assert state["messages"].get(str(GROUP), []) == []


async def test_a_blocked_bot_takes_no_messages_and_start_lifts_the_block(phones: Phones) -> None:
    await phones.start(RESIDENT)
    await phones.act(RESIDENT, "block")
    path = f"chats/{RESIDENT}/messages"
    assert (await phones.act(RESIDENT, path, 403, text="x"))["code"] == "bot_blocked"
    await phones.start(RESIDENT, "dong-kinh")
    assert (await phones.say(RESIDENT, RESIDENT, "x"))["text"] == "x"


async def test_a_reply_with_a_quote_and_a_place_are_shown(phones: Phones) -> None:
    said = await phones.say(RESIDENT, GROUP, "Ngõ 5 mất nước")
    reply = await phones.say(NEIGHBOUR, GROUP, "Đúng", reply_to=said["id"], quote="mất nước")
    assert reply["reply_to"] == {
        "id": said["id"],
        "text": "Ngõ 5 mất nước",
        "from": {"id": RESIDENT, "name": "Bà Lành (ví dụ)", "is_bot": False},
        "quote": "mất nước",
    }
    place = await phones.act(RESIDENT, f"chats/{GROUP}/location", latitude=21.0, longitude=105.8)
    assert place["location"] == {"latitude": 21.0, "longitude": 105.8}


async def test_a_chat_is_made_by_its_owner(phones: Phones) -> None:
    chat = await phones.act(
        OFFICER, "chats", kind="supergroup", title="Ngõ 9 (ví dụ)", forum=True, members=[CHIEF]
    )
    assert (chat["members"], chat["forum"], chat["bot"]) == ([OFFICER, CHIEF], True, "left")
    topic = await phones.act(CHIEF, f"chats/{chat['id']}/topics", name="Chung")
    shown = next(
        one for one in (await phones.get("/phone/state"))["chats"] if one["id"] == chat["id"]
    )
    assert shown["topics"] == [topic]


async def test_the_page_is_served_and_nothing_above_it(sim: Running, phones: Phones) -> None:
    async with phones.http.get(f"{sim.base_url}/") as response:
        assert response.status in {200, 404}
        assert "text/" in response.content_type
    async with phones.http.get(f"{sim.base_url}/static/%2e%2e/world.toml") as response:
        assert response.status == 404
    assert await phones.get("/sim/health") == {"ok": True}
