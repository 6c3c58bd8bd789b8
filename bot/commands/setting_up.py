"""`seed` and `db upgrade`: make an installation, bring it up to date."""

from pathlib import Path
from typing import Annotated

import typer

from bot import jobs_schema
from bot.accounts import some_configured
from bot.commands.terminal import err, say, settings_at_hand, with_database
from bot.folders import check_folder, prepare
from bot.invocation import typed
from bot.keys import check_keys
from bot.opening import refuse_demo, register
from bot.plan import Plan, read_plan
from bot.seed import Update, seed_areas, seed_plan, update_plan
from bot.settings import Settings
from domain.errors import Misconfigured
from storage.database import Tx
from storage.migrations_runner import is_current, revision, upgrade
from storage.packaged import load_gazetteer


def seed(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="TỆP",
            help="Tệp TOML của đơn vị, thôn, cán bộ, nhóm. Bỏ trống: đơn vị ví dụ, để chạy thử.",
        ),
    ] = None,
    *,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Sửa đơn vị đã có theo tệp: tên, số trực, cán bộ (thêm, sửa, cho nghỉ), nhóm.",
        ),
    ] = False,
) -> None:
    """Ghi địa bàn, đơn vị, cán bộ và nhóm vào cơ sở dữ liệu, hoặc sửa theo tệp (--update)."""
    settings = settings_at_hand()
    if update and file is None:
        raise Misconfigured(f"Cần nêu tệp để cập nhật: {typed('seed TỆP.toml --update')}")
    plan = read_plan(file)
    if file is None:
        refuse_demo(settings)
    check_folder(settings)
    if revision(settings.database) is None:
        # Without an account there is nobody to seed for; then nothing is to be left behind either.
        some_configured(settings)
    if update:
        _update(settings, plan)
        return

    def work(tx: Tx) -> bool:
        check_keys(tx)
        seed_areas(tx, load_gazetteer())
        return seed_plan(tx, register(tx, settings), plan)

    if with_database(settings, work, write=True):
        say(f"Đã ghi đơn vị {plan.unit.name['vi']}.")
    else:
        say(
            "Đã có đơn vị trong cơ sở dữ liệu; không ghi gì thêm. "
            f"Muốn sửa theo tệp: {typed('seed TỆP.toml --update')}"
        )


def _update(settings: Settings, plan: Plan) -> None:
    def work(tx: Tx) -> Update:
        check_keys(tx)
        seed_areas(tx, load_gazetteer())
        return update_plan(tx, plan)

    done = with_database(settings, work, write=True)
    if done.cut_off:
        names = ", ".join(done.cut_off)
        say(
            f"Không nối lại: {names}. Tài khoản trong tệp đã bị gỡ khỏi người này. Cấp mã mới: "
            f"{typed('staff list')}, rồi staff invite; người đã nghỉ thì bỏ khỏi tệp.",
            err,
        )
    if done.let_go:
        names = ", ".join(done.let_go)
        say(
            f"Không nối lại: {names}. Chỉ huy đã ngắt nhóm này bằng /ngatketnoi. Muốn nối lại, cán "
            "bộ viết /ketnoi trong chat riêng với máy để lấy mã mới; không thì bỏ khỏi tệp.",
            err,
        )
    if not (done.unit_changed or done.added or done.changed or done.villages):
        say("Mọi thứ đã đúng như tệp; không sửa gì.")
        return
    changed = "đã sửa" if done.unit_changed else "không đổi"
    say(f"Đơn vị: {changed}. Cán bộ và nhóm: thêm {done.added}, sửa {done.changed}.")
    if done.villages:
        say(
            f"Thôn, khối phố: {done.villages} mới hoặc đổi tên. Nếu dịch vụ đang chạy, hãy khởi "
            "động lại để bà con chọn được."
        )


def db_upgrade() -> None:
    """Tạo cơ sở dữ liệu nếu chưa có, đưa nó lên phiên bản mới nhất."""
    settings = settings_at_hand()
    prepare(settings)
    if is_current(settings.database) and jobs_schema.is_there(settings.database):
        say("Cơ sở dữ liệu đã ở phiên bản mới nhất.")
        return
    with err.status("Đang nâng cấp cơ sở dữ liệu…"):
        upgrade(settings.database)
        jobs_schema.bring_up(settings.database)
    say("Đã nâng cấp cơ sở dữ liệu.")
