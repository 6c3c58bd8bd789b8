"""How our accounts stand: what the database says of each, and what its platform answers."""

import asyncio
from collections.abc import Sequence

from bot.accounts import NOT_CONNECTED, Configured, configured
from bot.channel_making import prober
from bot.findings import Finding
from bot.outages import of_platform, of_reason
from bot.platforms import PLATFORMS, shown
from bot.settings import Settings
from domain.errors import Misconfigured
from domain.failures import SendFailure
from storage.people.addresses import Account

_PATIENCE_S = 15.0


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
    findings = list(await asyncio.gather(*(_asked(one, settings) for one in wanted)))
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


async def _asked(one: Configured, settings: Settings) -> Finding:
    name = one.platform.shown
    try:
        probe = prober(one.platform, settings)
    except Misconfigured as error:
        return Finding("bad", str(error))
    try:
        username = await asyncio.wait_for(probe(), _PATIENCE_S)
    except TimeoutError:
        return Finding("bad", f"{name} không nhận kết nối: không trả lời kịp.")
    except SendFailure as failure:
        return Finding("bad", f"{name} không nhận kết nối: {of_platform(failure, one.platform)}.")
    return Finding("good", f"{name} nhận token: {shown(one.platform.channel, username)}.")
