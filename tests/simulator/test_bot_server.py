"""The door of the Bot API: tokens, methods, bodies."""

import random

import aiohttp
import pytest
from telegram import Bot
from telegram.error import InvalidToken

from simulator import Running
from simulator.methods import NAMES
from tests.simulator.conftest import OFFICER, RESIDENT, REVIEW, Phones, Raw


async def test_the_token_may_be_percent_encoded(sim: Running, http: aiohttp.ClientSession) -> None:
    url = f"{sim.base_url}/bot{sim.token.replace(':', '%3A')}/getMe"
    async with http.get(url) as response:
        said = await response.json()
    assert said["result"]["username"] == "anninh_demo_bot"
    assert said["result"]["can_read_all_group_messages"] is False


@pytest.mark.parametrize(
    ("token", "status", "description"),
    [
        ("700000001:SIMULATOR-wrong-token", 401, "Unauthorized"),
        ("khong-phai-ma", 404, "Not Found"),
        ("0:SIMULATOR", 404, "Not Found"),
    ],
)
async def test_wrong_tokens_are_refused(
    sim: Running, http: aiohttp.ClientSession, token: str, status: int, description: str
) -> None:
    async with http.get(f"{sim.base_url}/bot{token}/getMe") as response:
        assert response.status == status
        said = await response.json()
    assert said == {"ok": False, "error_code": status, "description": description}
    async with http.get(f"{sim.base_url}/file/bot{token}/photos/file_0.jpg") as response:
        assert response.status == status


async def test_a_real_client_calls_a_wrong_token_invalid(sim: Running) -> None:
    client = Bot("700000001:SIMULATOR-wrong-token", base_url=f"{sim.base_url}/bot")
    with pytest.raises(InvalidToken):
        await client.initialize()
    await client.shutdown()


async def test_unknown_methods_are_not_found(raw: Raw) -> None:
    assert await raw.refusal("sendPigeon") == "404 Not Found: method not found"


async def test_broken_bodies_are_refused(raw: Raw, http: aiohttp.ClientSession) -> None:
    url = f"{raw.base_url}/bot{raw.token}/sendMessage"
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"[1]"):
        async with http.post(url, data=body, headers=headers) as response:
            assert response.status == 400
            assert (await response.json())["description"].startswith("Bad Request: ")


async def test_multipart_without_files_is_read(
    phones: Phones, raw: Raw, http: aiohttp.ClientSession
) -> None:
    await phones.start(RESIDENT)
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("chat_id", str(RESIDENT))
    form.add_field("text", "Xin chào")
    async with http.post(f"{raw.base_url}/bot{raw.token}/sendMessage", data=form) as response:
        assert (await response.json())["result"]["text"] == "Xin chào"


NONSENSE = (
    "",
    "0",
    "-1",
    "abc",
    "{}",
    "[]",
    "null",
    "[1]",
    "💥",
    "[[]]",
    str(OFFICER),
    str(REVIEW),
    '{"inline_keyboard":[[1]]}',
    '{"message_id":"x"}',
    '{"message_id":1,"quote":5}',
    '[{"type":[]}]',
    '[{"type":"photo","media":5}]',
    '[{"type":"bold","offset":"x","length":1}]',
    '{"type":"chat","chat_id":"x"}',
)
PARAMETERS = (
    "message_id",
    "text",
    "caption",
    "parse_mode",
    "entities",
    "caption_entities",
    "reply_parameters",
    "reply_markup",
    "media",
    "photo",
    "document",
    "options",
    "question",
    "correct_option_ids",
    "type",
    "commands",
    "scope",
    "language_code",
    "message_ids",
    "from_chat_id",
    "user_id",
    "latitude",
    "longitude",
    "live_period",
    "name",
    "icon_color",
    "limit",
    "offset",
    "message_thread_id",
    "allowed_updates",
    "reaction",
    "link_preview_options",
    "file_id",
    "action",
)


@pytest.mark.parametrize("method", sorted(set(NAMES.values()) - {"leaveChat"}))
async def test_no_parameters_make_a_method_fail(raw: Raw, method: str) -> None:
    chance = random.Random(method)
    for _ in range(40):
        chosen = chance.sample(PARAMETERS, chance.randint(0, 12))
        given = {name: chance.choice(NONSENSE) for name in chosen}
        given["chat_id"] = chance.choice([str(OFFICER), str(REVIEW), "abc"])
        said = await raw.call(method, **given)
        assert said["ok"] or said["error_code"] in {400, 403}, (given, said)
