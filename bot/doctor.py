"""Say in words what is missing or wrong, before residents notice."""

import errno
import os
import socket
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.abilities import all_capabilities
from bot.copy_told import copy_held
from bot.doctor_accounts import accounts_told, allowances_told, calls_told, platforms_told
from bot.doctor_files import files_told
from bot.findings import Finding
from bot.folders import check_folder, closing_keys, loose
from bot.forgetting_told import forgetting_told
from bot.invocation import typed
from bot.keys import check_keys
from bot.opening import open_database
from bot.platforms import PLATFORMS, ZALO_OA
from bot.settings import Settings, at_hand, load_settings
from bot.web import cannot_open
from broadcasts import signing
from broadcasts.silent_staff import BEFORE
from domain.clock import SystemClock
from domain.door import Door, door_of
from domain.errors import Misconfigured
from domain.roles import Permission, Role, may
from storage.campaigns import campaigns, runs
from storage.database import Database, DatabaseAway, Tx
from storage.deliveries import inbox, ledger, marks
from storage.packaged import load_library
from storage.people import addresses, units
from storage.people.addresses import Account
from storage.staff import phone_calls, phones, reachable
from storage.staff.phone_calls import CallState
from storage.tips import tip_rows
from storage.tips.media_folder import MediaFolder
from storage.trouble import in_words
from tips import unreadable

_CARD_LIMIT = timedelta(minutes=10)


async def examine() -> list[Finding]:
    """Look at settings, folder, keys, database, unit, people, groups and the platform."""
    try:
        settings = load_settings()
    except Misconfigured as error:
        return [Finding("bad", line) for line in str(error).splitlines()]
    findings = [Finding("good", "Cấu hình đọc được.")]
    there = at_hand(settings)
    if there != settings:
        text = f"Chưa có tài khoản nào trong .env: đang xem dữ liệu chạy thử trong {there.var_dir}."
        findings.append(Finding("good", text))
    settings = there
    findings += _folder(settings)
    stored, accounts = await _stored(settings)
    findings += stored
    findings += await platforms_told(settings, accounts)
    findings += _door(settings)
    return findings


def _folder(settings: Settings) -> list[Finding]:
    folder = settings.var_dir
    try:
        check_folder(settings)
    except Misconfigured:
        # The database, which is looked for next, says it.
        return []
    if not folder.exists():
        return [Finding("warn", f"Chưa có thư mục {folder}; sẽ được tạo khi chạy lần đầu.")]
    findings = []
    if not os.access(folder, os.W_OK):
        findings.append(Finding("bad", f"Không ghi được vào thư mục {folder}."))
    for path, closing in loose(settings):
        what = "Thư mục" if path.is_dir() else "Tệp"
        text = f"{what} {path} đang cho người khác trên máy đọc. Chạy: {closing}"
        findings.append(Finding("bad", text))
    keys = settings.keys
    if not keys.exists():
        findings.append(Finding("warn", f"Chưa có tệp khóa {keys}."))
    elif closing_keys(keys) is None:
        findings.append(Finding("good", "Tệp khóa chỉ chủ máy đọc được. Nhớ giữ một bản sao."))
    return findings


async def _stored(settings: Settings) -> tuple[list[Finding], Sequence[Account]]:
    """Look into the database; also return the accounts that it knows."""
    try:
        database = open_database(settings, SystemClock(), bring_up_to_date=False)
    except Misconfigured as error:
        return [Finding("bad", str(error))], ()
    except DatabaseAway as error:
        return [Finding("bad", f"Không mở được cơ sở dữ liệu: {in_words(error)}.")], ()
    try:
        return await _read_store(database, settings)
    except Misconfigured as error:
        return [Finding("bad", str(error))], ()
    except DatabaseAway as error:
        return [Finding("bad", f"Không đọc được cơ sở dữ liệu: {in_words(error)}.")], ()
    finally:
        await database.close()


async def _read_store(
    database: Database, settings: Settings
) -> tuple[list[Finding], Sequence[Account]]:
    def look(tx: Tx) -> tuple[list[Finding], Sequence[Account]]:
        check_keys(tx)
        findings = [Finding("good", "Cơ sở dữ liệu đúng phiên bản và đúng khóa.")]
        if marks.noticed(tx) is not None:
            findings.append(Finding("bad", copy_held()))
        accounts = addresses.accounts(tx)
        findings += accounts_told(accounts)
        findings += calls_told(tx, accounts)
        ours = {ZALO_OA.channel: settings.zalo_oa_allowance}
        findings += allowances_told(tx, accounts, ours)
        everybody = units.all_units(tx)
        if not everybody:
            findings.append(Finding("bad", f"Chưa có đơn vị nào. Chạy: {typed('seed TỆP.toml')}"))
        findings += [Finding(*found) for found in forgetting_told(tx, settings.keeping, everybody)]
        if everybody:
            findings += _second_path(tx, settings, everybody)
        doors = {name: door_of(able) for name, able in all_capabilities(settings).items()}
        for unit in everybody:
            findings += _unit(tx, unit, doors) + _signatures(tx, unit)
        findings += [Finding(*found) for found in files_told(tx, MediaFolder(settings.media))]
        return findings + _backlog(tx), accounts

    return await database.read(look)


def _unit(tx: Tx, unit: units.Unit, doors: Mapping[str, Door]) -> list[Finding]:
    name = unit.name["vi"]
    findings = [Finding("good", f"Đơn vị: {name}.")]
    staff = units.staff_with(tx, unit.id, frozenset(Role))
    approvers = [one for one in staff if may(one.roles, Permission.APPROVE_CAMPAIGN)]
    writers = [one for one in staff if may(one.roles, Permission.WRITE_CAMPAIGN)]
    reviewers = [one for one in staff if may(one.roles, Permission.READ_TIPS)]
    if not approvers:
        findings.append(Finding("bad", f"{name}: chưa có ai được duyệt chiến dịch (chief)."))
    elif not any(writer.id != approver.id for writer in writers for approver in approvers):
        text = f"{name}: người soạn và người duyệt phải là hai người; cần thêm cán bộ (officer)."
        findings.append(Finding("bad", text))
    if not reviewers:
        findings.append(Finding("bad", f"{name}: chưa có ai tiếp nhận tin báo (reviewer)."))
    alarmed = [one for one in staff if may(one.roles, Permission.READ_URGENT_TIPS)]
    if all(addresses.of_staff(tx, one.id) is None for one in alarmed):
        text = f"{name}: chưa ai nối tài khoản để nhận báo động tin khẩn (trực ban, chỉ huy)."
        findings.append(Finding("bad", text))
    findings += _silent(tx, name, alarmed, doors)
    unlinked = [one for one in staff if addresses.of_staff(tx, one.id) is None]
    if unlinked:
        text = f"{name}: {len(unlinked)} cán bộ chưa nối tài khoản nhắn tin."
        findings.append(Finding("warn", text))
    if not units.groups_of(tx, unit.id, "review"):
        text = f"{name}: chưa nối nhóm tiếp nhận; thẻ tin báo vào chat riêng của từng người."
        findings.append(Finding("warn", text))
        if all(addresses.of_staff(tx, one.id) is None for one in reviewers):
            text = f"{name}: chưa có nhóm hay chat riêng nào để nhận thẻ; không ai thấy tin báo."
            findings.append(Finding("bad", text))
    for channel in unreadable.channels(tx, unit):
        there = PLATFORMS[channel].shown
        text = (
            f"{name}: không cán bộ tiếp nhận nào nối tài khoản {there}, nên không ai mở được tin "
            f"báo từ {there}; cấp mã cho một người, để họ nhắn /lienket và mã ở {there}."
        )
        findings.append(Finding("bad", text))
    if not units.groups_of(tx, unit.id, "neighbourhood"):
        findings.append(Finding("warn", f"{name}: chưa nối nhóm dân cư nào."))
    return findings


def _silent(
    tx: Tx, name: str, alarmed: Sequence[units.Staff], doors: Mapping[str, Door]
) -> list[Finding]:
    """Tell whom no alarm reaches, or soon will not, since they wrote too long ago."""
    silent = reachable.shut(tx, alarmed, doors, tx.now + BEFORE)
    if not silent:
        return []
    who = ", ".join(one.name for one, _ in silent)
    there = ", ".join(sorted({PLATFORMS[chat.channel].shown for _, chat in silent}))
    text = (
        f"{name}: báo động tin khẩn không tới hoặc sắp không tới được {who}: chỉ nối {there} và đã "
        "lâu không nhắn ở đó; mỗi người nhắn một tin bất kỳ, hoặc nối thêm tài khoản khác bằng "
        "/lienket."
    )
    return [Finding("bad", text)]


def _second_path(tx: Tx, settings: Settings, everybody: Sequence[units.Unit]) -> list[Finding]:
    """Tell whether the duty officer is rung beside the chat."""
    if not settings.pager_url:
        text = (
            "Chưa có đường gọi thứ hai (PAGER_URL): tin khẩn cấp chỉ báo trong chat; chậm nhận thì "
            "máy cho người kế tiếp biết số phải gọi."
        )
        return [Finding("warn", text)]
    findings = [Finding("good", "Có đường gọi thứ hai (PAGER_URL) cho tin khẩn cấp.")]
    for unit in everybody:
        alarmed = units.staff_with(tx, unit.id, frozenset({Role.DUTY_OFFICER, Role.CHIEF}))
        silent = [one for one in alarmed if phones.of(tx, one.id) is None]
        if silent:
            text = (
                f"{unit.name['vi']}: {len(silent)} trực ban, chỉ huy chưa có số máy để gọi khi "
                "khẩn cấp: mỗi người gõ /sotruc SỐ trong chat."
            )
            findings.append(Finding("warn", text))
    failed = phone_calls.counts(tx).get(CallState.FAILED, 0)
    if failed:
        text = (
            f"{failed} cuộc gọi bằng đường thứ hai không thành trong ngày qua (second_path_failed)."
        )
        findings.append(Finding("bad", text))
    return findings


def _backlog(tx: Tx) -> list[Finding]:
    findings = []
    aside = inbox.counts(tx).get("aside", 0)
    if aside:
        why = ", ".join(f"{name} ({n})" for name, n in sorted(inbox.problems(tx).items()))
        text = (
            f"{aside} tin đến không xử lý được, đang giữ riêng để xem. Lỗi: {why}. "
            f"Xem và thử lại bằng: {typed('inbox')}"
        )
        findings.append(Finding("bad", text))
    failing = campaigns.failing(tx), runs.failing(tx)
    if any(failing):
        text = (
            f"{failing[0]} chiến dịch tới giờ mà không bắt đầu được, {failing[1]} đợt gửi đang "
            "vướng lỗi; xem nhật ký (campaign_fault, run_fault)."
        )
        findings.append(Finding("bad", text))
    oldest = inbox.oldest_waiting(tx)
    if oldest is not None and (tx.now - oldest).total_seconds() > 60:
        findings.append(Finding("warn", "Có tin đến chờ xử lý hơn một phút: dịch vụ có đang chạy?"))
    unseen = tip_rows.unseen(tx, _CARD_LIMIT)
    if unseen:
        text = f"{unseen} tin báo chưa tới được người tiếp nhận nào: xem lại nhóm tiếp nhận."
        findings.append(Finding("bad", text))
    unsure = ledger.unsure(tx)
    if unsure:
        text = f"{unsure} tin gửi đi chưa rõ tới hay chưa (xem bằng lệnh reach)."
        findings.append(Finding("warn", text))
    return findings


def _door(settings: Settings) -> list[Finding]:
    host, port = settings.web_host, settings.web_port
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return [Finding("bad", cannot_open(host, port, error))]
        text = (
            f"Cổng {host}:{port} đang bận: dịch vụ đang chạy, "
            "hoặc chương trình khác dùng (đổi WEB_PORT)."
        )
        return [Finding("warn", text)]
    return [Finding("good", f"Cổng {host}:{port} còn trống.")]


def _signatures(tx: Tx, unit: units.Unit) -> list[Finding]:
    name = unit.name["vi"]
    unsigned = signing.unsigned_system(tx, unit.id, load_library())
    if not unsigned:
        return [Finding("good", f"{name}: các bài của hệ thống đã được ký đối chiếu.")]
    ids = ", ".join(template.id for template in unsigned)
    text = (
        f"{name}: {len(unsigned)} bài của hệ thống có quy định hoặc số máy mà chữ ký đối chiếu "
        f"chưa có hoặc đã hết hạn ({ids}); chỉ huy gõ /kyduyet trong chat để xem và ký."
    )
    return [Finding("warn", text)]
