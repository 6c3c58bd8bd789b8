"""What the channel sends and changes, and how each failure is called, over real HTTP."""

from datetime import timedelta

import pytest

from bot.channels.telegram.channel import TelegramChannel
from domain.failures import (
    AccountDown,
    Ambiguous,
    Moved,
    Refused,
    Scope,
    SendFailure,
    Throttled,
    Transient,
    Unreachable,
    Until,
)
from domain.messages import (
    Button,
    ChatKind,
    ChatRef,
    MediaKind,
    MediaRef,
    Outgoing,
    PressAnswer,
    Sent,
    Upload,
)
from tests.bot.channels.telegram.pretend import (
    Behaviour,
    PretendTelegram,
    cut,
    error,
    half,
    hang,
    ok,
    raw,
)

HOME = ChatRef("1001", ChatKind.PRIVATE)
GROUP = ChatRef("-1002000000001", ChatKind.GROUP)
HELLO = Outgoing(text="Chào bà con")
FIVE_S = timedelta(seconds=5)


async def test_a_message_is_sent_and_gets_its_number(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("sendMessage", ok({"message_id": 77}))
    buttons = ((Button("Mở", start="x"),),)
    sent = await channel.send(HOME, Outgoing(text="Chào", buttons=buttons))
    assert sent == Sent("77")
    assert "anninh_demo_bot?start=x" in str(server.named("sendMessage"))


FAILURES: list[tuple[Behaviour, SendFailure]] = [
    (
        error(403, "Forbidden: bot was blocked by the user"),
        Unreachable(Until.THEY_WRITE, "blocked"),
    ),
    (error(403, "Forbidden: user is deactivated"), Unreachable(Until.FOREVER, "deactivated")),
    (error(400, "Bad Request: chat not found"), Unreachable(Until.THEY_WRITE, "unknown_chat")),
    (error(400, "Bad Request: new"), Refused("unknown: 400 Bad Request: new")),
    (error(403, "Forbidden: new"), Refused("unknown: 403 Forbidden: new")),
    (
        error(400, "Bad Request: message text is empty"),
        Refused("content: Bad Request: message text is empty"),
    ),
    (error(429, "Slow", {"retry_after": 5}), Throttled(FIVE_S, Scope.ACCOUNT)),
    (raw(429, b"<html>"), Throttled(FIVE_S, Scope.ACCOUNT)),
    (
        error(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1009}),
        Moved("-1009"),
    ),
    (error(401, "Unauthorized"), AccountDown("token: Unauthorized")),
    (error(404, "Not Found"), AccountDown("token: Not Found")),
    (error(500, "Internal"), Ambiguous("server: 500 Internal")),
    (raw(502, b"<html>"), Ambiguous("gateway: 502")),
    (raw(200, b"<html>"), Ambiguous("gateway: 200")),
    (ok({"no": "id"}), Ambiguous("answer: no message id")),
    (ok(result=True), Ambiguous("answer: no message id")),
    (cut, Ambiguous("network: ServerDisconnectedError")),
    (half, Ambiguous("network: ClientPayloadError")),
    (hang, Ambiguous("network: SocketTimeoutError")),
]


@pytest.mark.parametrize(("behaviour", "failure"), FAILURES)
async def test_every_failure_is_met_over_http(
    channel: TelegramChannel,
    server: PretendTelegram,
    behaviour: Behaviour,
    failure: SendFailure,
) -> None:
    server.next("sendMessage", behaviour)
    with pytest.raises(SendFailure) as caught:
        await channel.send(HOME, HELLO)
    assert caught.value == failure
    assert len(server.named("sendMessage")) == 1


async def test_a_throttled_group_waits_alone(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("sendMessage", error(429, "Slow", {"retry_after": 5}))
    with pytest.raises(Throttled) as caught:
        await channel.send(GROUP, HELLO)
    assert caught.value.scope is Scope.CHAT


async def test_one_overfull_private_chat_does_not_stop_the_account(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    await channel.send(HOME, HELLO)
    server.next("sendMessage", error(429, "Slow", {"retry_after": 5}))
    with pytest.raises(Throttled) as caught:
        await channel.send(HOME, HELLO)
    assert caught.value.scope is Scope.CHAT


async def test_an_account_that_is_refused_is_down_until_a_success(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("sendMessage", error(401, "Unauthorized"))
    with pytest.raises(AccountDown):
        await channel.send(HOME, HELLO)
    assert channel.down == AccountDown("token: Unauthorized")
    await channel.send(HOME, HELLO)
    assert channel.down is None


async def test_an_account_that_is_known_again_is_no_longer_down(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("sendMessage", error(401, "Unauthorized"))
    with pytest.raises(AccountDown):
        await channel.send(HOME, HELLO)
    server.next("getMe", error(401, "Unauthorized"))
    with pytest.raises(AccountDown):
        await channel.check()
    assert channel.down is not None
    await channel.check()
    assert channel.down is None


async def test_a_server_that_is_gone_is_a_passing_fault(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    await server.close()
    with pytest.raises(Transient):
        await channel.send(HOME, HELLO)


async def test_what_telegram_cannot_say_is_refused_before_it_leaves(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    sticker = Outgoing(text="", media=MediaRef(MediaKind.STICKER, "A"))
    with pytest.raises(Refused):
        await channel.send(HOME, sticker)
    with pytest.raises(Refused):
        await channel.upload(HOME, HELLO, Upload("a", "image/png", b"x"))
    assert server.named("sendSticker") == []


async def test_an_edit_that_changes_nothing_is_a_success(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("editMessageText", error(400, "Bad Request: message is not modified: x"))
    await channel.edit(HOME, "5", HELLO)
    server.next("editMessageText", error(400, "Bad Request: message can't be edited"))
    with pytest.raises(Refused):
        await channel.edit(HOME, "5", HELLO)
    assert len(server.named("editMessageText")) == 2


async def test_a_withdrawal_of_what_is_gone_is_a_success(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("deleteMessage", error(400, "Bad Request: message to delete not found"))
    await channel.withdraw(HOME, "5")
    server.next("deleteMessage", error(400, "Bad Request: message can't be deleted"))
    with pytest.raises(Refused):
        await channel.withdraw(HOME, "5")
    assert len(server.named("deleteMessage")) == 2


async def test_a_pin_is_silent_and_its_failures_have_names(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    await channel.pin(GROUP, "5")
    (params,) = server.named("pinChatMessage")
    assert (params["message_id"], params["disable_notification"]) == (5, True)
    server.next("pinChatMessage", error(400, "Bad Request: not enough rights to pin"))
    with pytest.raises(Refused, match=r".*") as caught:
        await channel.pin(GROUP, "5")
    assert caught.value.reason.startswith("rights")
    with pytest.raises(Refused):
        await channel.pin(GROUP, "u7")


async def test_a_group_is_left_and_to_be_out_already_has_a_name(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    await channel.leave(GROUP)
    (params,) = server.named("leaveChat")
    assert str(params["chat_id"]) == GROUP.chat_id
    server.next("leaveChat", error(403, "Forbidden: bot is not a member of the supergroup chat"))
    with pytest.raises(Unreachable):
        await channel.leave(GROUP)


@pytest.mark.parametrize("behaviour", [ok(result=True), error(400, "query is too old"), cut, hang])
async def test_an_answer_to_a_press_never_fails(
    channel: TelegramChannel, server: PretendTelegram, behaviour: Behaviour
) -> None:
    server.next("answerCallbackQuery", behaviour)
    await channel.answer_press(PressAnswer("p1", "Đã ghi nhận " * 50, alert=True))
    (params,) = server.named("answerCallbackQuery")
    assert params["callback_query_id"] == "p1"
    assert len(str(params["text"])) == 200
    assert params["show_alert"] is True


async def test_an_answer_to_a_press_after_the_stop_is_swallowed(
    channel: TelegramChannel,
) -> None:
    await channel.stop()
    await channel.answer_press(PressAnswer("p1"))
    assert channel.down is None


async def test_members_are_counted_without_the_bot(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("getChatMemberCount", ok(51))
    assert await channel.count_members(GROUP) == 50


async def test_members_of_a_lost_group_cannot_be_counted(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("getChatMemberCount", error(403, "Forbidden: bot was kicked from the group chat"))
    with pytest.raises(Unreachable):
        await channel.count_members(GROUP)
    server.next("getChatMemberCount", ok("many"))
    with pytest.raises(Ambiguous):
        await channel.count_members(GROUP)
