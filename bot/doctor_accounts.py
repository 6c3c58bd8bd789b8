"""How our accounts stand: what the database says of each, and what its platform answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.accounts import NOT_CONNECTED, Configured, configured
from bot.channel_making import make, prober
from bot.findings import Finding
from bot.health import TOKEN_LIMIT
from bot.opening import open_database
from bot.outages import of_platform, of_reason
from bot.platforms import PLATFORMS, ZALO_OA, shown
from bot.settings import Settings
from domain.account_tokens import TokenState
from domain.channel import Unheard
from domain.clock import SystemClock, show_day, show_time
from domain.errors import Misconfigured
from domain.failures import SendFailure
from storage.accounts import calls, tokens, told_left
from storage.database import DatabaseAway, Tx
from storage.deliveries import use
from storage.people.addresses import Account
from storage.trouble import in_words

_PATIENCE_S = 15.0
_ALLOWANCE: Mapping[str, str] = MappingProxyType({ZALO_OA.channel: "ZALO_OA_ALLOWANCE"})
_UNHEARD: Mapping[Unheard, str] = MappingProxyType(
    {
        Unheard.ELSEWHERE: "nền tảng không gọi vào {webhook}: địa chỉ nhận tin đã bị đổi hoặc xóa; "
        "khởi động lại dịch vụ để đặt lại.",
        Unheard.FAILING: "nền tảng gọi vào {webhook} mà không được trả lời: xem tên miền, chứng "
        "chỉ, máy chuyển tiếp; tin đến đang chờ bên đó.",
        Unheard.MISSED: "có người nhắn mà nền tảng không gọi vào {webhook}: bật lại webhook trong "
        "trang quản lý ứng dụng (tắt mục lọc cú pháp), nhắn thử một tin, đọc tin đã lỡ trong trang "
        "quản lý tài khoản.",
        Unheard.UNANSWERED: "nền tảng không báo gì về tin đã gửi như trước: xem webhook "
        "({webhook}) còn bật trong trang quản lý ứng dụng không, rồi nhắn thử một tin.",
    }
)


def accounts_told(accounts: Sequence[Account]) -> list[Finding]:
    """Tell which accounts send nothing, and why."""
    return [
        Finding(
            "bad",
            f"Tài khoản {shown(one.channel, one.username)} đang dừng gửi: "
            f"{of_reason(one.down_reason, PLATFORMS[one.channel])}.",
        )
        for one in accounts
        if one.down_reason
    ]


def calls_told(tx: Tx, accounts: Sequence[Account]) -> list[Finding]:
    """Tell whose platform does not reach us, as the running service found out."""
    found = [(one, calls.silence(tx, one.id)) for one in accounts]
    return [
        Finding(
            "bad",
            f"{shown(one.channel, one.username)}: từ {show_time(silence.since)} "
            f"{_UNHEARD[silence.proof].format(webhook=PLATFORMS[one.channel].webhook)}",
        )
        for one, silence in found
        if silence is not None
    ]


def allowances_told(tx: Tx, accounts: Sequence[Account], ours: Mapping[str, int]) -> list[Finding]:
    """Tell what platforms say is left to send, beside what we count; `ours`: allowed a month."""
    found = []
    for one in accounts:
        paid = use.of(tx, one.id).paid
        told = told_left.of(tx, one.id, paid)
        if told is None:
            continue
        left = max(0, ours.get(one.channel, 0) - paid)
        text = (
            f"{shown(one.channel, one.username)}: nền tảng báo còn {told.left} tin trong gói "
            f"(lúc {show_time(told.at)}), sổ của ta còn {left}"
        )
        if not told.fresh:
            found.append(Finding("warn", f"{text}; số của nền tảng đã cũ: dịch vụ có đang chạy?"))
        elif told.left != left:
            text = (
                f"{text}; máy tính theo số nhỏ hơn: xem lại {_ALLOWANCE[one.channel]} trong .env."
            )
            found.append(Finding("warn", text))
        else:
            found.append(Finding("good", f"{text}."))
    return found


async def platforms_told(settings: Settings, accounts: Sequence[Account]) -> list[Finding]:
    """Ask the platform of each account that is set; name accounts that are set no more."""
    wanted = configured(settings)
    if not wanted and accounts:
        text = (
            "Chưa có tài khoản nào trong .env nên không hỏi Telegram, Zalo được; các phần khác vẫn "
            "xem."
        )
        return [Finding("warn", text)]
    if not wanted:
        return [Finding("bad", NOT_CONNECTED)]
    findings = [found for one in wanted for found in await _looked_at(one, settings, accounts)]
    set_up = {one.platform.channel for one in wanted}
    findings += [
        Finding(
            "warn",
            f"Tài khoản {shown(one.channel, one.username)} có trong cơ sở dữ liệu mà .env không "
            f"còn {PLATFORMS[one.channel].token}: không ai gửi, nhận thay nó.",
        )
        for one in accounts
        if one.channel not in set_up
    ]
    return findings


async def _looked_at(
    one: Configured, settings: Settings, accounts: Sequence[Account]
) -> list[Finding]:
    """Ask a platform; an account whose tokens are kept here is known once the service ran."""
    if one.platform is not ZALO_OA:
        try:
            return [await _asked(one, prober(one.platform, settings))]
        except Misconfigured as error:
            return [Finding("bad", str(error))]
    known = next((a for a in accounts if a.channel == one.platform.channel), None)
    if known is None:
        text = f"{one.platform.shown} chưa được hỏi: hãy chạy dịch vụ một lần để máy nhận mã."
        return [Finding("warn", text)]
    try:
        return await _asked_with_tokens(one, settings, known)
    except Misconfigured as error:
        return [Finding("bad", str(error))]
    except DatabaseAway as error:
        return [Finding("bad", f"Không đọc được cơ sở dữ liệu: {in_words(error)}.")]


async def _asked_with_tokens(one: Configured, settings: Settings, known: Account) -> list[Finding]:
    clock = SystemClock()
    database = open_database(settings, clock, bring_up_to_date=False)
    try:
        channel = make(one.platform, known, settings, clock, database).channel
        found = await _asked(one, channel.probe)
        state = await database.read(lambda tx: tokens.state(tx, known.id))
        return [found, *_tokens_told(one, state, clock.now())]
    finally:
        await database.close()


def _tokens_told(one: Configured, state: TokenState | None, now: datetime) -> list[Finding]:
    name = one.platform.shown
    if state is None:
        return []
    age = (now - state.refresh_since).days
    if state.refused is not None:
        text = (
            f"{name}: Zalo không cấp tiếp quyền từ {show_day(state.refused_at or now)}; quản trị "
            f"viên OA hãy cấp quyền lại bằng lệnh `{one.platform.consent}`."
        )
        return [Finding("bad", text)]
    if now - state.refresh_since > TOKEN_LIMIT:
        text = (
            f"{name}: mã gia hạn đã {age} ngày chưa đổi (quá 90 ngày là hết hạn): dịch vụ có đang "
            "chạy không?"
        )
        return [Finding("bad", text)]
    return [Finding("good", f"{name}: mã gia hạn được đổi cách đây {age} ngày.")]


async def _asked(one: Configured, probe: Callable[[], Awaitable[str]]) -> Finding:
    name = one.platform.shown
    try:
        username = await asyncio.wait_for(probe(), _PATIENCE_S)
    except TimeoutError:
        return Finding("bad", f"{name} không nhận kết nối: không trả lời kịp.")
    except SendFailure as failure:
        return Finding("bad", f"{name} không nhận kết nối: {of_platform(failure, one.platform)}.")
    return Finding("good", f"{name} nhận token: {shown(one.platform.channel, username)}.")
