"""`zalo consent`: an administrator of the Official Account lets us speak for it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import typer

from bot.channels.exchange import Exchange
from bot.channels.zalo_oa.oauth import Granted, Grants, NoAnswer, NotGranted, asking, code_of
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.commands.terminal import complain, say, use
from bot.settings import load_settings
from bot.zalo_oa_settings import zalo_oa_settings
from domain.account_tokens import TokenPair
from domain.clock import SystemClock
from domain.errors import Misconfigured
from storage.accounts.tokens import SealedTokens
from storage.database import Database
from storage.people import addresses

_CHANNEL = "zalo_oa"
_ASK = (
    "1. Người quản trị OA mở địa chỉ dưới đây bằng trình duyệt đã đăng nhập Zalo, chọn đúng OA rồi "
    "đồng ý.\n2. Trình duyệt chuyển sang một trang khác (trang có thể báo lỗi, không sao): chép cả "
    "địa chỉ của trang đó, dán vào đây trong 10 phút.\n"
)
_DONE = (
    "Đã cất khóa. Dịch vụ đang chạy tự dùng khóa mới trong ít phút, không phải chạy lại. Không cần "
    "ZALO_OA_REFRESH_TOKEN nữa."
)
_WRONG = {
    "another consent": "Địa chỉ này là của một lần cấp quyền khác; hãy mở địa chỉ vừa in ở trên.",
    "another account": "Quyền vừa cấp là của OA khác với ZALO_OA_ID; hãy chọn đúng OA.",
    "no code": "Trong chỗ vừa dán không có mã; hãy dán cả địa chỉ của trang cuối cùng.",
}
_NO_REDIRECT = (
    "Hãy ghi vào .env dòng ZALO_OA_REDIRECT_URL: đúng địa chỉ nhận kết quả (callback) đã đăng ký ở "
    "trang quản trị ứng dụng, mục Sản phẩm → Official Account → Thiết lập chung."
)


def consent() -> None:
    """Cấp quyền cho ứng dụng thay mặt OA: in địa chỉ, nhận câu trả lời, cất khóa đã niêm phong."""
    settings = load_settings()
    told = zalo_oa_settings(settings)
    if not told.redirect_url:
        raise Misconfigured(_NO_REDIRECT)
    asked = asking(told)
    say(_ASK)
    say(asked.url)
    pasted = typer.prompt("\nĐịa chỉ vừa chép", prompt_suffix=": ")
    try:
        code = code_of(pasted, asked, told.oa_id)
    except ValueError as error:
        complain(_WRONG.get(str(error), _WRONG["no code"]))
        raise typer.Exit(1) from None

    async def work(database: Database) -> str:
        try:
            granted = await _exchanged(told, code, asked.verifier)
        except NotGranted as refusal:
            return _refused(refusal)
        except NoAnswer:
            return "Zalo không trả lời; hãy thử lại từ đầu, với một lần đồng ý mới."
        await _kept(database, told.oa_id, granted)
        return ""

    trouble = use(settings, work, make=True)
    if trouble:
        complain(trouble)
        raise typer.Exit(1)
    say(_DONE)


async def _exchanged(told: ZaloOaSettings, code: str, verifier: str) -> Granted:
    exchange = Exchange(
        connect_timeout_s=told.connect_timeout_s, read_timeout_s=told.send_timeout_s
    )
    exchange.open()
    try:
        return await Grants(told, exchange).exchange(code, verifier)
    finally:
        await exchange.close()


async def _kept(database: Database, oa_id: str, granted: Granted) -> None:
    account = await database.write(lambda tx: addresses.register_account(tx, _CHANNEL, oa_id, ""))
    until = SystemClock().now() + granted.lasts
    pair = TokenPair(granted.access, granted.refresh)
    await SealedTokens(database, account.id).put(pair, until)


def _refused(refusal: NotGranted) -> str:
    if refusal.code == -14003:
        return (
            "Zalo không nhận địa chỉ nhận kết quả (-14003): ZALO_OA_REDIRECT_URL phải giống hệt "
            "địa chỉ đã đăng ký với ứng dụng."
        )
    return (
        f"Zalo không đổi mã lấy khóa (mã lỗi {refusal.code}): mã chỉ dùng được một lần trong 10 "
        "phút; hãy chạy lại lệnh. Nếu vẫn vậy, hãy xem ZALO_OA_APP_ID, ZALO_OA_APP_SECRET."
    )


COMMANDS: Mapping[str, Callable[..., Any]] = MappingProxyType({"consent": consent})
