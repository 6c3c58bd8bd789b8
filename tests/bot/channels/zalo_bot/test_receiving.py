"""What comes from the Zalo Bot Platform, by polls without offset and by its webhook."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from io import BytesIO

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.group_commands import GROUP_COMMANDS
from bot.channels.webhook_body import BODY_LIMIT
from bot.channels.zalo_bot.incoming import UNSEEN_NOTE, Me, parse
from bot.channels.zalo_bot.webhook import SECRET_HEADER
from domain.channel import Unheard
from domain.failures import Refused
from domain.ids import CODE_LETTERS
from domain.messages import Addressed, ChatKind, MediaKind, MediaRef, Message
from tests.bot.channels.telegram.pretend import until
from tests.bot.channels.zalo_bot.conftest import GROUP, MAI, SECRET, THAO, Town

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
NAME = "Bot An ninh (ví dụ)"
ME = Me(NAME, GROUP_COMMANDS)


def update(
    text: str = "",
    own: Mapping[str, object] | None = None,
    *,
    event: str = "text",
    kind: str = "PRIVATE",
) -> dict[str, object]:
    message = {
        "message_id": "m1",
        "date": 1_767_225_600_000,
        "from": {"id": "u1", "display_name": "An", "is_bot": False},
        "chat": {"id": "g1" if kind == "GROUP" else "u1", "chat_type": kind},
        "text": text,
        **(own or {}),
    }
    return {"event_name": f"message.{event}.received", "message": message}


def read(found: dict[str, object], me: Me = ME) -> Message:
    message = parse(found, me, NOW)
    assert message is not None
    assert "An" not in repr(message).split()
    return message


async def test_an_update_that_comes_again_is_kept_once_and_polls_go_on(town: Town) -> None:
    town.world.rules.replay_chance = 1
    await town.started()
    await town.says(THAO, "có kẻ lạ")
    await town.says(MAI, "tôi đây")
    one, other = await town.messages(2)
    assert (one.text, one.sender.user_id, one.chat.chat_id) == ("có kẻ lạ", THAO, THAO)
    assert other.text == "tôi đây"
    assert town.inbox.tries > 2


async def test_an_update_is_committed_before_the_next_is_asked_for(town: Town) -> None:
    town.inbox.failures = 2
    await town.says(THAO, "một")
    await town.says(THAO, "hai")
    await town.started()
    assert [one.text for one in await town.messages(2)] == ["một", "hai"]
    assert town.inbox.tries == 4


async def test_an_idle_poll_is_no_failure_and_keeps_the_account_heard(town: Town) -> None:
    channel = await town.started(poll_timeout_s=0)
    town.clock.forward(minutes=5)
    await until(lambda: channel.heard_at == town.clock.now())
    assert channel.down is None


async def test_a_refused_poll_is_told_and_ends_nothing(town: Town) -> None:
    channel = await town.started()
    await town.post("/sim/zalo-bot/faults", fault="401", method="getUpdates")
    await until(lambda: channel.down is not None)


async def test_polling_takes_the_place_of_a_webhook(town: Town) -> None:
    channel = town.made()
    async with aiohttp.ClientSession() as session:
        url = f"{town.settings().api_url}/bot{town.world.token}/setWebhook"
        body = {"url": "http://127.0.0.1:9/x", "secret_token": SECRET}
        async with session.post(url, json=body) as answer:
            assert answer.status == 200
    await channel.start(town.inbox)
    await town.says(THAO, "xin chào")
    assert [one.text for one in await town.messages(1)] == ["xin chào"]


@pytest.fixture
async def door(town: Town) -> AsyncIterator[TestServer]:
    """A web door in front of a channel whose address the platform knows."""
    routes: list[web.RouteDef] = []

    async def pass_on(request: web.Request) -> web.StreamResponse:
        # The address is known only once the door is open, and the channel needs it to be made.
        answer: web.StreamResponse = await routes[0].handler(request)
        return answer

    app = web.Application(client_max_size=4 << 20)
    app.add_routes([web.post("/zalo/bot", pass_on)])
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    url = str(server.make_url("/zalo/bot"))
    channel = town.made(mode="webhook", webhook_url=url, webhook_secret=SECRET)
    routes.extend(channel.routes())
    yield server
    await server.close()


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_webhook_is_taken_wrapped_and_by_itself(
    town: Town, door: TestServer, wrapped: bool
) -> None:
    town.world.rules.wrapped = wrapped
    assert town.channel is not None
    await town.channel.start(town.inbox)
    await town.says(THAO, "qua cửa")
    assert [one.text for one in await town.messages(1)] == ["qua cửa"]
    assert town.channel.heard_at is None


async def test_the_door_answers_nobody_without_the_secret_and_never_with_a_fault(
    town: Town, door: TestServer
) -> None:
    url, ours = str(door.make_url("/zalo/bot")), {SECRET_HEADER: SECRET}
    assert town.channel is not None
    async with aiohttp.ClientSession() as session:

        async def status(body: bytes, headers: dict[str, str]) -> int:
            async with session.post(url, data=BytesIO(body), headers=headers) as answer:
                return answer.status

        assert await status(b'{"event_name": "message.text.received"}', ours) == 503
        await town.channel.start(town.inbox)
        assert await status(b"{}", {}) == 401
        assert await status(b"{}", {SECRET_HEADER: "x" * 16}) == 401
        assert await status(b"{}", ours) == 200
        assert await status(b"", ours) == 200
        assert await status(b"[]", ours) == 400
        assert await status(b"{", ours) == 400
        assert await status(b'{"event_name": 5, "message": []}', ours) == 200
        assert await status(b" " * (BODY_LIMIT + 1), ours) == 413
        town.inbox.failures = 3
        written = b'{"event_name":"message.text.received","message":{"message_id":"a","text":"b",'
        written += b'"from":{"id":"u"},"chat":{"id":"u","chat_type":"PRIVATE"}}}'
        assert await status(written, ours) == 503
        assert await status(written, ours) == 200
    assert len(town.inbox.items) == 1


async def test_an_address_that_zalo_does_not_take_is_refused_as_such(town: Town) -> None:
    url = "http://vi-du.example/zalo"
    channel = town.made(mode="webhook", webhook_url=url, webhook_secret=SECRET)
    with pytest.raises(Refused, match="webhook"):
        await channel.start(town.inbox)


async def test_an_address_set_too_often_is_kept_as_it_is(town: Town, door: TestServer) -> None:
    assert town.channel is not None
    await town.channel.start(town.inbox)
    await town.channel.stop()
    town.world.rules.set_webhook_per_day = 1
    await town.channel.start(town.inbox)
    await town.says(THAO, "vẫn nghe")
    assert [one.text for one in await town.messages(1)] == ["vẫn nghe"]


async def test_an_address_that_was_taken_away_is_noticed(town: Town, door: TestServer) -> None:
    assert town.channel is not None
    await town.channel.start(town.inbox)
    assert await town.channel.unheard(NOW) is None
    town.world.webhook = None
    assert await town.channel.unheard(NOW) is Unheard.ELSEWHERE


async def test_in_a_group_only_what_is_for_us_comes_and_says_why(town: Town) -> None:
    await town.started()
    await town.says(MAI, "nói chuyện riêng", group=GROUP)
    await town.says(MAI, "có kẻ lạ", group=GROUP, mention=True)
    (one,) = await town.messages(1)
    assert (one.text, one.addressed, one.chat.kind) == (
        "có kẻ lạ",
        Addressed.MENTION,
        ChatKind.GROUP,
    )
    assert (one.chat.chat_id, one.sender.user_id) == (GROUP, MAI)


@pytest.mark.parametrize(
    ("text", "wanted", "why"),
    [
        (f"@{NAME} có kẻ lạ", "có kẻ lạ", Addressed.MENTION),
        (f"hỏi @{NAME}, có phải không", "hỏi có phải không", Addressed.MENTION),
        (f"@{NAME} /baotin mất xe", "/baotin mất xe", Addressed.COMMAND),
        (f"@{NAME} #baotin mất xe", "/baotin mất xe", Addressed.COMMAND),
        ("dạ khoảng mười người", "dạ khoảng mười người", Addressed.REPLY),
        (f"@{NAME}", "", Addressed.MENTION),
    ],
)
def test_our_name_is_taken_out_of_what_is_written_in_a_group(
    text: str, wanted: str, why: Addressed
) -> None:
    message = read(update(text, kind="GROUP"))
    assert (message.text, message.addressed) == (wanted, why)


def test_where_our_name_is_not_known_a_command_behind_it_is_found() -> None:
    unnamed = Me("", GROUP_COMMANDS)
    message = read(update(f"@{NAME} /ketnoi ABCD-2345", kind="GROUP"), unnamed)
    assert message.text == "/ketnoi ABCD-2345"


def test_a_room_that_asks_to_be_connected_is_named() -> None:
    chat = {"id": "g1", "chat_type": "GROUP", "title": "Tổ an ninh"}
    code = "K" * CODE_LETTERS
    message = read(update(f"@{NAME} /ketnoi {code}", {"chat": chat}))
    assert message.room is not None
    assert message.room.title == "Tổ an ninh"


@pytest.mark.parametrize(
    ("event", "own", "kind", "ref"),
    [
        ("image", {"photo": "https://x.zalo.me/a.jpg"}, MediaKind.PHOTO, "https://x.zalo.me/a.jpg"),
        ("image", {"photo_url": "https://x.zalo.me/a"}, MediaKind.PHOTO, "https://x.zalo.me/a"),
        ("voice", {"voice_url": "https://x.zalo.me/v"}, MediaKind.VOICE, "https://x.zalo.me/v"),
        ("sticker", {"sticker": "cuoi", "url": "https://x"}, MediaKind.STICKER, "cuoi"),
    ],
)
def test_files_are_known_by_their_address(
    event: str, own: dict[str, object], kind: MediaKind, ref: str
) -> None:
    (media,) = read(update("xe lạ", own, event=event)).media
    assert (media.kind, media.ref) == (kind, ref)


def test_what_zalo_does_not_pass_on_is_said_and_not_lost() -> None:
    assert read(update(event="unsupported")).text == UNSEEN_NOTE


@pytest.mark.parametrize(
    ("text", "start"),
    [("/start", ""), ("#lk-ABCD2345", "lk-ABCD2345"), ("#z1t_a05977", "z1t_a05977")],
)
def test_codes_of_ours_that_are_typed_start_us(text: str, start: str) -> None:
    assert read(update(text)).start == start
    assert read(update("#cướp giật")).start is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"event_name": "message.reaction.received", "message": {}},
        update("x", {"chat": {"id": "c", "chat_type": "CHANNEL"}}),
        update("x", {"from": {"id": "b", "is_bot": True}}),
    ],
)
def test_what_is_no_message_of_a_person_is_passed_over(given: dict[str, object]) -> None:
    assert parse(given, ME, NOW) is None


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


_FIELDS = ("message_id", "date", "text", "caption", "photo", "sticker", "from", "chat")


@given(
    st.sampled_from(["text", "image", "sticker", "voice", "link", "unsupported"]),
    st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _ANY)),
)
def test_no_shape_of_update_makes_the_adapter_stumble(event: str, own: dict[str, object]) -> None:
    found = parse(update(own=own, event=event), ME, NOW)
    assert found is None or found.at.tzinfo is not None


async def test_a_picture_is_fetched_from_the_platform_and_from_nowhere_else(town: Town) -> None:
    channel = await town.started()
    form = aiohttp.FormData({"kind": "image", "caption": "xe lạ đây"})
    form.add_field(
        "file", BytesIO(b"bytes of a picture"), filename="a.jpg", content_type="image/jpeg"
    )
    url = f"{town.simulator.base_url}/phone/zalo-bot/people/{THAO}/messages"
    async with town.phones.post(url, data=form) as answer:
        assert answer.status == 200
    (one,) = await town.messages(1)
    (photo,) = one.media
    assert one.text == "xe lạ đây"
    assert await channel.fetch(photo) == b"bytes of a picture"
    for elsewhere in ("http://127.0.0.1:9/a.jpg", "https://vi-du.example/a.jpg", "file:///etc/x"):
        with pytest.raises(Refused, match="media"):
            await channel.fetch(MediaRef(MediaKind.PHOTO, elsewhere))
