"""What every channel keeps to, whichever platform it is on, against the simulator."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from domain.failures import (
    AccountDown,
    Ambiguous,
    Refused,
    SendFailure,
    Throttled,
    Transient,
    Unreachable,
)
from domain.fit import fit
from domain.messages import Button, Message, Outgoing, ReceiptEvent, ReceiptKind
from simulator.app import running
from tests.bot.channels.drivers import DRIVERS, Driver
from tests.bot.channels.telegram.pretend import until

WORDS = "Bà con đội mũ bảo hiểm khi đi xe máy nhé. "


@pytest.fixture(params=sorted(DRIVERS))
async def driver(request: pytest.FixtureRequest) -> AsyncIterator[Driver]:
    async with running() as sim, aiohttp.ClientSession() as phones:
        made = await DRIVERS[request.param](sim, phones)
        await made.channel.start(made.inbox)
        if made.channel.name == "telegram":
            await made.post("/phone/users/1001/start", {})
        await made.says("xin chào")
        await until(lambda: any(_is_hello(item.incoming) for item in made.inbox.items))
        yield made
        await made.close()


def _is_hello(incoming: object) -> bool:
    return isinstance(incoming, Message) and incoming.text == "xin chào"


async def test_what_a_person_writes_comes_in_once_with_who_and_where(driver: Driver) -> None:
    await driver.says("có kẻ lạ ở ngõ 3")
    await until(lambda: any(_text(item) == "có kẻ lạ ở ngõ 3" for item in driver.inbox.items))
    await driver.says("hết rồi")
    await until(lambda: any(_text(item) == "hết rồi" for item in driver.inbox.items))
    keys = [item.key for item in driver.inbox.items]
    assert len(keys) == len(set(keys))
    assert [_text(item) for item in driver.inbox.items][-2:] == ["có kẻ lạ ở ngõ 3", "hết rồi"]
    for item in driver.inbox.items:
        assert isinstance(item.incoming, Message)
        assert item.incoming.chat == driver.person
        assert item.incoming.sender.user_id == driver.person.chat_id
        assert item.incoming.at.tzinfo is not None
        assert item.order_key == f"chat:{driver.person.chat_id}"
        assert driver.person.chat_id not in item.key


def _text(item: object) -> str:
    return str(getattr(getattr(item, "incoming", None), "text", ""))


async def test_a_long_text_is_taken_in_parts_of_the_channel_s_own_length(driver: Driver) -> None:
    able = driver.channel.capabilities
    parts = fit(Outgoing(text=(WORDS * 300).strip()), able).parts
    assert len(parts) > 1
    before = len(driver.texts())
    for part in parts:
        assert (await driver.channel.send(driver.person, part)).message_id
    taken = driver.texts()[before:]
    assert " ".join(taken).split() == (WORDS * 300).split()
    assert max(len(text) for text in taken) <= able.text_limit


async def test_of_a_text_beyond_the_limit_all_arrives_or_nothing(driver: Driver) -> None:
    limit = driver.channel.capabilities.text_limit
    await driver.channel.send(driver.person, Outgoing(text="a" * limit))
    before = len(driver.texts())
    try:
        await driver.channel.send(driver.person, Outgoing(text="b" * (limit + 1)))
    except Refused:
        assert len(driver.texts()) == before
    else:
        arrived = driver.texts()[before:]
        assert "".join(arrived) == "b" * (limit + 1)
        assert max(map(len, arrived)) <= limit


@pytest.mark.parametrize("count", [2, 7])
async def test_buttons_that_the_channel_lacks_become_numbered_choices(
    driver: Driver, count: int
) -> None:
    labels = [f"Lựa chọn {number}" for number in range(1, count + 1)]
    buttons = tuple((Button(label, action=f"pick:{label[-1]}"),) for label in labels)
    able = driver.channel.capabilities
    fitted = fit(Outgoing(text="Bà con chọn giúp.", buttons=buttons), able)
    (part,) = fitted.parts
    await driver.channel.send(driver.person, part)
    text = driver.texts()[-1]
    numbered = [f"{number}. {label}" for number, label in enumerate(labels, 1)]
    if able.buttons < count:
        assert text.splitlines()[-count:] == numbered
    else:
        assert "1. " not in text
    if able.typed_choices:
        assert part.choices == tuple(f"pick:{number}" for number in range(1, count + 1))


async def test_what_is_sent_to_one_chat_arrives_in_order(driver: Driver) -> None:
    before = len(driver.texts())
    sent = [
        await driver.channel.send(driver.person, Outgoing(text=f"tin {number}"))
        for number in range(6)
    ]
    assert driver.texts()[before:] == [f"tin {number}" for number in range(6)]
    assert len({one.message_id for one in sent}) == 6
    assert [one.message_id for one in sent] == [
        str(one.message_id) for one in driver.sends()[before:]
    ]


@pytest.mark.parametrize(
    ("meaning", "failure"),
    [
        ("401", AccountDown),
        ("429", Throttled),
        ("500", Ambiguous),
        ("502-html", Ambiguous),
        ("cut", Ambiguous),
        ("lost-answer", Ambiguous),
    ],
)
async def test_each_failure_has_its_name(
    driver: Driver, meaning: str, failure: type[SendFailure]
) -> None:
    before = len(driver.texts())
    await driver.order(meaning)
    with pytest.raises(failure) as caught:
        await driver.channel.send(driver.person, Outgoing(text="một tin"))
    assert not driver.orders()
    # Only what was lost on the way back did arrive, and nobody claims to know.
    assert len(driver.texts()) - before == (meaning == "lost-answer")
    assert caught.value.certain == (failure is not Ambiguous)
    assert (driver.channel.down is not None) == (failure is AccountDown)
    await driver.channel.send(driver.person, Outgoing(text="tin sau"))
    assert driver.channel.down is None


async def test_who_turned_away_is_out_of_reach(driver: Driver) -> None:
    if driver.blocking is not None:
        await driver.post(driver.blocking, {})
    else:
        await driver.order("blocked")
    with pytest.raises(Unreachable):
        await driver.channel.send(driver.person, Outgoing(text="một tin"))


async def test_stop_waits_for_what_is_in_flight_and_lets_nothing_new_leave(
    driver: Driver,
) -> None:
    await driver.order("slow")
    send = asyncio.create_task(driver.channel.send(driver.person, Outgoing(text="tin cuối")))
    await until(lambda: not driver.orders())
    assert not send.done()
    await driver.channel.stop()
    assert send.done()
    assert (await send).message_id
    assert driver.texts()[-1] == "tin cuối"
    with pytest.raises(Transient):
        await driver.channel.send(driver.person, Outgoing(text="tin muộn"))
    assert driver.texts()[-1] == "tin cuối"


async def test_a_stopped_channel_starts_again(driver: Driver) -> None:
    await driver.channel.stop()
    await driver.channel.start(driver.inbox)
    await driver.says("còn đó không")
    await until(lambda: any(_text(item) == "còn đó không" for item in driver.inbox.items))
    await driver.channel.send(driver.person, Outgoing(text="dạ còn"))
    assert driver.texts()[-1] == "dạ còn"


async def test_a_channel_that_is_ready_sends_and_hears_nothing_before_it_starts(
    driver: Driver,
) -> None:
    await driver.channel.stop()
    await driver.channel.ready()
    await driver.channel.ready()
    assert driver.channel.username
    before = len(driver.inbox.items)
    await driver.channel.send(driver.person, Outgoing(text="chỉ gửi"))
    assert driver.texts()[-1] == "chỉ gửi"
    await driver.channel.check()
    assert driver.channel.heard_at is None or driver.channel.name == "zalo_oa"
    assert len(driver.inbox.items) == before
    await driver.channel.start(driver.inbox)
    await driver.says("giờ thì nghe")
    await until(lambda: any(_text(item) == "giờ thì nghe" for item in driver.inbox.items))


async def test_an_account_says_who_it_is(driver: Driver) -> None:
    assert driver.channel.username
    await driver.channel.check()
    assert "{payload}" in driver.channel.link or driver.channel.link == ""


async def test_receipts_come_where_there_are_any_and_name_our_message(driver: Driver) -> None:
    sent = await driver.channel.send(driver.person, Outgoing(text="một tin"))

    def seen() -> list[ReceiptEvent]:
        found = [item.incoming for item in driver.inbox.items]
        return [
            one
            for one in found
            if isinstance(one, ReceiptEvent) and one.receipt is ReceiptKind.SEEN
        ]

    assert driver.channel.capabilities.receipts == (driver.opening is not None)
    if driver.opening is not None:
        await driver.post(*driver.opening)
        await until(lambda: bool(seen()))
        assert sent.message_id in {one.message_id for one in seen()}
        assert {one.chat for one in seen()} == {driver.person}
    else:
        assert seen() == []
