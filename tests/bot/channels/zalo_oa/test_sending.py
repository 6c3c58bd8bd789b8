"""What goes out to people and groups, and what is said when it does not."""

import asyncio
import logging
from datetime import timedelta

import orjson
import pytest
from aiohttp import web

from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.pressing import press_text
from domain.failures import (
    AccountDown,
    Ambiguous,
    Refused,
    SendFailure,
    Transient,
    Unreachable,
    Until,
)
from domain.fit import fit
from domain.messages import (
    Button,
    ChatKind,
    ChatRef,
    Effect,
    EffectKind,
    MediaKind,
    MediaRef,
    Outgoing,
    Spot,
    Upload,
)
from tests.bot.channels.telegram.pretend import cut, raw
from tests.bot.channels.zalo_oa.conftest import StartChannel
from tests.bot.channels.zalo_oa.pretend import (
    APP_SECRET,
    CS,
    GROUP,
    IN_GROUP,
    OA_ID,
    REFRESH_PATH,
    USER,
    V2,
    MemoryShelf,
    PretendZalo,
    said,
)
from tests.chat import MovingClock

PERSON = ChatRef(USER, ChatKind.PRIVATE)
CROWD = ChatRef(f"g:{GROUP}", ChatKind.GROUP)
ROWS = (
    (Button("Đã xem", action="seen:1"), Button("Báo tin riêng", start="z1t_pX")),
    (Button("Mở tin", spot=Spot("g:1", "2")),),
)
ASKED = Outgoing(heading="Cảnh báo", text="Lừa đảo qua điện thoại.", buttons=ROWS, reply_to="m0")
UPLOADS = "/v2.0/oa/upload/"


def message(zalo: PretendZalo, path: str = CS) -> dict[str, object]:
    found = zalo.at(path)[-1]["message"]
    assert isinstance(found, dict)
    return found


async def test_words_and_buttons_go_out_and_what_zalo_has_no_way_for_is_left_out(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    sent = await channel.send(PERSON, ASKED)
    assert sent.message_id.startswith("m")
    assert zalo.at(CS)[0]["recipient"] == {"user_id": USER}
    assert message(zalo)["text"] == "Cảnh báo\n\nLừa đảo qua điện thoại."
    payload = message(zalo)["attachment"]["payload"]  # type: ignore[index]
    assert payload["buttons"] == [
        {
            "title": "Đã xem",
            "type": "oa.query.hide",
            "payload": press_text(APP_SECRET.encode(), USER, "seen:1"),
        },
        {
            "title": "Báo tin riêng",
            "type": "oa.open.url",
            "payload": {"url": f"https://zalo.me/{OA_ID}?text=%23z1t_pX"},
        },
    ]


async def test_in_a_group_choices_are_numbered_and_nobody_is_called_by_a_residents_words(
    start_channel: StartChannel, zalo: PretendZalo
) -> None:
    channel = await start_channel()
    await channel.send(CROWD, Outgoing(text="[@1] [@all] a[b]", buttons=ROWS))
    assert zalo.at(IN_GROUP)[0]["recipient"] == {"group_id": GROUP}
    said_there = message(zalo, IN_GROUP)
    assert said_there == {
        "text": "(@1] (@all] a[b]\n\n1. Đã xem\n• Báo tin riêng: "
        f"https://zalo.me/{OA_ID}?text=%23z1t_pX"
    }
    await (await start_channel(group_buttons=True)).send(CROWD, ASKED)
    assert "attachment" in message(zalo, IN_GROUP)


async def test_on_minus_235_alone_the_older_path_is_taken_and_remembered(
    start_channel: StartChannel, zalo: PretendZalo, shelf: MemoryShelf
) -> None:
    channel = await start_channel()
    zalo.next(CS, said(error=-200), said(error=-235))
    with pytest.raises(Ambiguous):
        await channel.send(PERSON, ASKED)
    assert (channel.capabilities.buttons, shelf.path) == (5, None)
    await channel.send(PERSON, ASKED)
    assert message(zalo, V2)["text"] == (
        "Cảnh báo\n\nLừa đảo qua điện thoại.\n\n1. Đã xem\n• Báo tin riêng: "
        f"https://zalo.me/{OA_ID}?text=%23z1t_pX"
    )
    assert (channel.capabilities.buttons, shelf.path) == (0, "v2_message")
    again = await start_channel()
    await again.send(PERSON, Outgoing(text="x"))
    assert len(zalo.at(CS)) == 2
    assert len(zalo.at(V2)) == 2


async def test_on_minus_240_the_older_path_is_left_again_once(
    start_channel: StartChannel, zalo: PretendZalo, shelf: MemoryShelf
) -> None:
    shelf.path = "v2_message"
    channel = await start_channel()
    zalo.next(V2, said(error=-240))
    await channel.send(PERSON, ASKED)
    assert (len(zalo.at(V2)), len(zalo.at(CS))) == (1, 1)
    assert (channel.capabilities.buttons, shelf.path, channel.down) == (5, "v3_cs", None)
    # Each path is left once only: who is refused on both is not sent to and fro.
    zalo.next(CS, said(error=-235), said(error=-235))
    zalo.next(V2, said(error=-240))
    with pytest.raises(AccountDown, match="-235"):
        await channel.send(PERSON, ASKED)
    assert (len(zalo.at(V2)), len(zalo.at(CS))) == (2, 3)


async def test_a_message_of_several_calls_is_ended_before_the_channel_stops(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        begun.set()
        await go_on.wait()
        return await said({"message_id": "m1"})(request)

    zalo.next(CS, slow)
    sending = asyncio.create_task(channel.send(PERSON, Outgoing(text="chữ " * 900)))
    await begun.wait()
    stopping = asyncio.create_task(channel.stop())
    await asyncio.sleep(0)
    go_on.set()
    assert (await sending).message_id
    await stopping
    assert len(zalo.at(CS)) == 2


async def test_a_path_that_is_set_is_never_left(
    start_channel: StartChannel, zalo: PretendZalo
) -> None:
    channel = await start_channel(send_path="v3_cs")
    zalo.next(CS, said(error=-235))
    with pytest.raises(AccountDown, match="permission"):
        await channel.send(PERSON, ASKED)
    assert not zalo.at(V2)
    assert channel.down is not None
    await channel.send(PERSON, ASKED)
    assert channel.down is None


async def test_a_picture_is_uploaded_once_and_again_when_it_grew_old(
    channel: ZaloOaChannel, zalo: PretendZalo, clock: MovingClock
) -> None:
    picture = Outgoing(text="Xem ảnh", media=MediaRef(MediaKind.PHOTO, "", sealed=True))
    first = await channel.upload(PERSON, picture, Upload("a.jpg", "image/jpeg", b"x" * 9))
    assert first.media is not None
    element = message(zalo)["attachment"]["payload"]["elements"][0]  # type: ignore[index]
    assert element["attachment_id"].startswith("upload-")
    assert message(zalo)["text"] == "Xem ảnh"
    known = Outgoing(text="Xem ảnh", media=first.media)
    clock.forward(days=5, hours=23)
    await channel.send(PERSON, known)
    assert message(zalo)["attachment"]["payload"]["elements"] == [element]  # type: ignore[index]
    zalo.next(CS, said(error=-100))
    with pytest.raises(Refused, match="expired"):
        await channel.send(PERSON, known)
    calls = len(zalo.calls)
    clock.forward(hours=2)
    with pytest.raises(Refused, match="expired"):
        await channel.send(PERSON, known)
    assert len(zalo.calls) == calls


async def test_a_file_goes_first_and_its_words_follow_with_the_choices_numbered(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    outgoing = Outgoing(text="Báo cáo", buttons=ROWS, media=MediaRef(MediaKind.FILE, ""))
    went = await channel.upload(PERSON, outgoing, Upload("b.pdf", "application/pdf", b"%PDF"))
    assert went.sent.calls == 3
    assert len({went.sent.message_id, *went.sent.others}) == 2
    first, second = (body["message"] for body in zalo.at(CS))
    assert first["attachment"]["type"] == "file"  # type: ignore[index]
    assert str(second["text"]).startswith("Báo cáo\n\n1. Đã xem")  # type: ignore[index]
    zalo.next(CS, said({"message_id": "m1"}), said(error=-32))
    with pytest.raises(Ambiguous, match="half") as half:
        await channel.upload(PERSON, outgoing, Upload("b.pdf", "application/pdf", b"%PDF"))
    assert half.value.others == ("m1",)


@pytest.mark.parametrize(
    ("kind", "size", "reason"),
    [
        (MediaKind.PHOTO, 1024 * 1024 + 1, "too big"),
        (MediaKind.FILE, 5 * 1024 * 1024 + 1, "too big"),
        (MediaKind.VIDEO, 1, "cannot send a video"),
        (MediaKind.VOICE, 1, "cannot send a voice"),
    ],
)
async def test_what_zalo_does_not_take_is_left_out_and_without_words_refused(
    channel: ZaloOaChannel, zalo: PretendZalo, kind: MediaKind, size: int, reason: str
) -> None:
    calls = len(zalo.calls)
    upload = Upload("x", "a/b", b"x" * size)
    alone = Outgoing(text="", media=MediaRef(kind, "r"))
    with pytest.raises(Refused, match=reason):
        await channel.upload(PERSON, alone, upload)
    assert len(zalo.calls) == calls
    if kind is not MediaKind.FILE:
        # What has words says at least those, and that something is missing.
        with_words = Outgoing(text="Lời dặn", buttons=ROWS, media=MediaRef(kind, "r"))
        assert (await channel.upload(PERSON, with_words, upload)).media is None
        assert str(message(zalo)["text"]).startswith("Lời dặn\n\n[")
        assert "✗]" in str(message(zalo)["text"])
        assert message(zalo)["attachment"]["payload"]["buttons"]  # type: ignore[index]


async def test_an_upload_that_breaks_off_sends_nothing_and_may_be_tried_again(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    zalo.next(f"{UPLOADS}image", cut)
    picture = Outgoing(text="Xem ảnh", media=MediaRef(MediaKind.PHOTO, "", sealed=True))
    upload = Upload("a.jpg", "image/jpeg", b"x" * 9)
    with pytest.raises(Transient):
        await channel.upload(PERSON, picture, upload)
    assert not zalo.at(CS)
    assert (await channel.upload(PERSON, picture, upload)).media is not None


async def test_on_the_older_path_the_words_arrive_without_their_picture(
    start_channel: StartChannel, zalo: PretendZalo
) -> None:
    channel = await start_channel(send_path="v2_message")
    picture = Outgoing(text="Xem ảnh", media=MediaRef(MediaKind.PHOTO, "https://a.zdn.vn/1.jpg"))
    await channel.send(PERSON, picture)
    assert message(zalo, V2) == {"text": "Xem ảnh\n\n[ảnh/photo ✗]"}


async def test_a_long_text_with_choices_arrives_whole(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    long = Outgoing(text="từ " * 665, buttons=ROWS)
    fitted = fit(long, channel.capabilities).parts
    assert len(fitted) == 2, "the lines that the adapter writes are counted beforehand"
    # One that nobody fitted is cut by the adapter.
    for part in (*fitted, long):
        await channel.send(CROWD, part)
    texts = [str(body["message"]["text"]) for body in zalo.at(IN_GROUP)]  # type: ignore[index]
    assert [len(text) <= 2000 for text in texts] == [True] * 4
    for whole in ("".join(texts[:2]), "".join(texts[2:])):
        assert "1. Đã xem" in whole


async def test_nothing_and_effects_are_refused(channel: ZaloOaChannel) -> None:
    with pytest.raises(Refused, match="empty"):
        await channel.send(PERSON, Outgoing(text=" "))
    with pytest.raises(Refused, match="pin"):
        await channel.send(PERSON, Outgoing(text="", effect=Effect(EffectKind.PIN, "1")))


async def test_a_stale_token_is_renewed_once_and_no_more(
    channel: ZaloOaChannel, zalo: PretendZalo, clock: MovingClock
) -> None:
    clock.forward(minutes=6)
    zalo.access = "another process has it"
    assert (await channel.send(PERSON, ASKED)).message_id
    assert zalo.refreshes == 2
    clock.forward(minutes=6)
    zalo.next(CS, said(error=-220), said(error=-216))
    with pytest.raises(AccountDown, match="token"):
        await channel.send(PERSON, ASKED)
    assert zalo.refreshes == 3
    assert len(zalo.at(CS)) == 4


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (said(error=-230), Unreachable(Until.THEY_WRITE, "outside_window")),
        (raw(500, b"oops"), Ambiguous("server: 500")),
        (raw(200, b"<html>"), Ambiguous("gateway: 200")),
        (said({}), Ambiguous("answer: no message id")),
        (cut, Ambiguous("network: no answer")),
    ],
)
async def test_failures_have_names(
    channel: ZaloOaChannel, zalo: PretendZalo, behaviour: object, expected: SendFailure
) -> None:
    zalo.next(CS, behaviour)  # type: ignore[arg-type]
    with pytest.raises(type(expected)) as raised:
        await channel.send(PERSON, ASKED)
    assert raised.value == expected
    assert len(zalo.at(CS)) == 1


async def test_a_server_that_is_not_there_got_nothing(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    await zalo.close()
    # The connection that was kept open breaks with the first send, which nobody can judge.
    with pytest.raises(SendFailure):
        await channel.send(PERSON, ASKED)
    with pytest.raises(Transient):
        await channel.send(PERSON, ASKED)


async def test_an_unknown_error_is_logged_by_its_number_and_no_secret_ever_is(
    start_channel: StartChannel, zalo: PretendZalo, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        channel = await start_channel(proof=True)
        zalo.next(CS, said(error=-9999))
        with pytest.raises(Refused, match="9999") as raised:
            await channel.send(PERSON, ASKED)
        assert "-9999" in caplog.text
        await channel.send(PERSON, ASKED)
    whole = caplog.text + repr(raised.value) + repr(channel.__dict__)
    for secret in ("canary", APP_SECRET, USER, "Lừa đảo"):
        assert secret not in whole
    assert all("appsecret_proof" in call.headers for call in zalo.calls if call.path == CS)
    assert len([call for call in zalo.calls if call.path == REFRESH_PATH]) == 1


async def test_what_it_can_is_told_as_data(channel: ZaloOaChannel) -> None:
    can = channel.capabilities
    assert (can.text_limit, can.buttons, can.typed_choices, can.edits) == (2000, 5, True, False)
    assert (can.reply_window, can.free_window) == (timedelta(days=7), timedelta(hours=48))
    assert can.pace.account_per_s == pytest.approx(1.5)
    assert (can.price_vnd, can.allowance, can.receipts) == (55, 0, True)
    assert orjson.dumps(channel.link) == f'"https://zalo.me/{OA_ID}?text=%23{{payload}}"'.encode()
