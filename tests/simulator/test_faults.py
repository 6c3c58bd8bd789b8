"""Rates, faults and the record of what was really accepted."""

import asyncio
import contextlib
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter

from simulator import Running
from simulator.clock import Clock
from simulator.errors import ApiError
from simulator.rates import Limits, Rates
from tests.simulator.conftest import GROUP, NEIGHBOUR, RESIDENT, Phones, Raw, until


@pytest.fixture(autouse=True)
async def started(phones: Phones) -> None:
    await phones.start(RESIDENT)
    await phones.start(NEIGHBOUR)


def accepted(rates: Rates, chats: list[int]) -> int:
    count = 0
    for chat in chats:
        with contextlib.suppress(ApiError):
            rates.spend(1, chat, 1)
            count += 1
    return count


def test_thirty_a_second_and_no_more() -> None:
    clock = Clock()
    rates = Rates(clock)
    assert accepted(rates, list(range(1, 41))) == 30
    clock.advance(0.5)
    assert accepted(rates, [100]) == 0
    clock.advance(0.6)
    assert accepted(rates, list(range(200, 240))) == 30


def test_one_chat_takes_a_burst_and_then_one_a_second() -> None:
    clock = Clock()
    rates = Rates(clock, Limits(per_chat_burst=2))
    assert accepted(rates, [5, 5, 5]) == 2
    clock.advance(2.01)
    assert accepted(rates, [5]) == 1


def test_one_group_takes_twenty_a_minute_over_all_topics() -> None:
    clock = Clock()
    rates = Rates(clock, Limits(per_chat_per_second=1000))
    assert accepted(rates, [-5] * 25) == 3
    rates = Rates(clock, Limits(per_chat_burst=100, per_second=100))
    assert accepted(rates, [-5] * 25) == 20
    with pytest.raises(ApiError) as caught:
        rates.spend(1, -5, 1)
    assert 55 <= caught.value.parameters["retry_after"] <= 60
    clock.advance(61)
    assert accepted(rates, [-5]) == 1


def test_a_refused_album_is_not_counted() -> None:
    rates = Rates(Clock(), Limits(per_second=5, per_chat_burst=10))
    rates.spend(1, 5, 4)
    with pytest.raises(ApiError):
        rates.spend(1, 6, 3)


async def test_too_many_requests_say_how_long_to_wait(
    phones: Phones,
    bot: Bot,
    raw: Raw,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    await phones.post("/sim/rates", enforce=True, per_chat_burst=1)
    await bot.send_message(RESIDENT, "một")
    with pytest.raises(RetryAfter):
        await bot.send_message(RESIDENT, "hai")
    url = f"{raw.base_url}/bot{raw.token}/sendMessage"
    async with http.post(url, json={"chat_id": RESIDENT, "text": "ba"}) as response:
        said = await response.json()
        assert response.status == 429
        assert response.headers["Retry-After"] == str(said["parameters"]["retry_after"])
        assert said["description"].startswith("Too Many Requests: retry after ")
    record = await phones.get("/sim/record")
    assert [send["text"] for send in record["sends"]] == ["một"]
    assert [refused["code"] for refused in record["rejected"]] == [429, 429]


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ("403-blocked", "403 Forbidden: bot was blocked by the user"),
        ("403-deactivated", "403 Forbidden: user is deactivated"),
        ("403-initiate", "403 Forbidden: bot can't initiate conversation with a user"),
        ("403-kicked", "403 Forbidden: bot was kicked from the supergroup chat"),
        ("401", "401 Unauthorized"),
        ("500", "500 Internal Server Error"),
        ("429", "429 Too Many Requests: retry after 7"),
    ],
)
async def test_an_ordered_fault_is_met_once(
    phones: Phones, raw: Raw, fault: str, refusal: str
) -> None:
    await phones.post("/sim/faults", fault=fault, method="sendMessage", seconds=7)
    assert await raw.result("getUpdates") != []
    assert await raw.refusal("sendMessage", chat_id=RESIDENT, text="x") == refusal
    assert await raw.result("sendMessage", chat_id=RESIDENT, text="x")


async def test_a_fault_may_be_meant_for_one_chat(phones: Phones, raw: Raw) -> None:
    await phones.post("/sim/faults", fault="500", chat=NEIGHBOUR, count=2)
    assert await raw.result("sendMessage", chat_id=RESIDENT, text="x")
    for _ in range(2):
        await raw.refusal("sendMessage", chat_id=NEIGHBOUR, text="x")
    assert await raw.result("sendMessage", chat_id=NEIGHBOUR, text="x")


async def test_a_gateway_answers_in_html(
    phones: Phones, raw: Raw, http: aiohttp.ClientSession
) -> None:
    await phones.post("/sim/faults", fault="502-html")
    url = f"{raw.base_url}/bot{raw.token}/sendMessage"
    async with http.post(url, json={"chat_id": RESIDENT, "text": "x"}) as response:
        assert response.status == 502
        assert "<h1>502 Bad Gateway</h1>" in await response.text()


@pytest.mark.parametrize(("fault", "delivered"), [("cut", 0), ("lost-answer", 1)])
async def test_a_broken_connection_tells_nothing(
    phones: Phones, bot: Bot, fault: str, delivered: int
) -> None:
    await phones.post("/sim/faults", fault=fault, method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(RESIDENT, "x")
    record = await phones.get("/sim/record")
    assert len(record["sends"]) == delivered
    assert all(send["lost"] for send in record["sends"])
    shown = (await phones.get("/phone/state"))["messages"][str(RESIDENT)]
    assert len(shown) == 1 + delivered


async def test_a_slow_answer_comes_in_the_end(phones: Phones, raw: Raw) -> None:
    await phones.post("/sim/faults", fault="slow", seconds=0.2)
    began = asyncio.get_running_loop().time()
    assert await raw.result("sendMessage", chat_id=RESIDENT, text="x")
    assert asyncio.get_running_loop().time() - began >= 0.2


async def test_faults_can_be_taken_back(
    sim: Running, phones: Phones, raw: Raw, http: aiohttp.ClientSession
) -> None:
    await phones.post("/sim/faults", fault="500", count=100)
    async with http.delete(f"{sim.base_url}/sim/faults") as response:
        assert response.status == 200
    assert await raw.result("sendMessage", chat_id=RESIDENT, text="x")


async def test_a_held_answer_goes_when_faults_are_taken_back_and_the_record_knows_all_along(
    sim: Running, phones: Phones, raw: Raw, http: aiohttp.ClientSession
) -> None:
    await phones.post("/sim/faults", fault="held-answer", text="tin", after=1, count=2)

    async def say(text: str) -> Any:
        return await raw.result("sendMessage", chat_id=RESIDENT, text=text)

    assert await say("tin một")
    assert await say("lời đáp")
    held = [asyncio.create_task(say(text)) for text in ("tin hai", "tin ba")]

    async def are_held() -> bool:
        return bool((await phones.get("/sim/record"))["held"] == 2)

    await until(are_held)
    # Nobody waits for the last one any more.
    held[1].cancel()
    await asyncio.wait(held[1:])
    record = await phones.get("/sim/record")
    assert [send["text"] for send in record["sends"] if send["lost"]] == ["tin hai", "tin ba"]
    async with http.delete(f"{sim.base_url}/sim/faults") as response:
        assert response.status == 200
    assert (await held[0])["text"] == "tin hai"
    assert await say("tin bốn")
    record = await phones.get("/sim/record")
    assert [send["text"] for send in record["sends"] if send["lost"]] == ["tin ba"]
    assert record["held"] == 0


async def test_the_record_keeps_order_and_can_be_cleared(phones: Phones, raw: Raw) -> None:
    for chat, text in ((RESIDENT, "một"), (GROUP, "hai")):
        await raw.result("sendMessage", chat_id=chat, text=text)
    record: dict[str, Any] = await phones.get("/sim/record")
    assert [(send["chat"], send["method"], send["text"]) for send in record["sends"]] == [
        (RESIDENT, "sendMessage", "một"),
        (GROUP, "sendMessage", "hai"),
    ]
    assert record["calls"] == {"sendMessage": 2}
    await phones.post("/sim/record/clear")
    assert (await phones.get("/sim/record"))["sends"] == []


async def test_unknown_faults_and_rates_are_refused(phones: Phones) -> None:
    assert (await phones.post("/sim/faults", 400, fault="mất điện"))["code"] == "bad_fault"
    assert (await phones.post("/sim/rates", 400, per_second=0))["code"] == "bad_body"


async def test_a_crowd_can_be_added(phones: Phones, raw: Raw) -> None:
    added = await phones.post("/sim/users", **{"count": 50, "from": 600_000})
    assert len(added["ids"]) == 50
    assert await raw.result("sendMessage", chat_id=600_049, text="x")
    assert (await phones.post("/sim/users", 409, **{"count": 1, "from": 600_000}))["error"]
