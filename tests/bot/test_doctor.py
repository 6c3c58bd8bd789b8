"""The doctor finds each thing that is missing or wrong, and finds nothing bad where all is well."""

import re
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from bot.doctor import examine
from bot.findings import Finding
from bot.keys import check_keys
from bot.opening import open_database, register
from bot.plan import read_plan
from bot.seed import seed_areas, seed_plan
from bot.settings import load_settings
from domain.campaign import Audience, Content
from domain.clock import SystemClock
from domain.delivery import Lane
from domain.language import Language
from domain.messages import ChatKind, ChatRef, Message, Received, Sender
from domain.roles import Role
from storage.campaigns import campaigns
from storage.campaigns.campaigns import NewCampaign
from storage.database import Tx
from storage.deliveries import inbox
from storage.packaged import load_gazetteer
from storage.people import addresses, units
from storage.sealing import fresh_keyring, write_keyring
from storage.tables import (
    account,
    address,
    audit_entry,
    group_chat,
    send_window,
    staff,
    staff_role,
    unit,
)
from storage.tables import campaign as campaign_table
from storage.tables import inbox as inbox_table
from tests.bot.channels.telegram.pretend import (
    TOKEN,
    USERNAME,
    Behaviour,
    PretendTelegram,
    error,
)


@pytest.fixture
async def installed(bare: Path, monkeypatch: pytest.MonkeyPatch, telegram: PretendTelegram) -> Path:
    """A whole installation with the demo unit, in an empty folder."""
    monkeypatch.setenv("TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_URL", telegram.url)
    monkeypatch.setenv("WEB_PORT", "0")
    settings = load_settings()

    def fill(tx: Tx) -> None:
        check_keys(tx)
        seed_areas(tx, load_gazetteer(demo_villages=True))
        seed_plan(tx, register(tx, settings), read_plan(None))

    await _change(fill, make=True)
    return bare


def _entries(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def _change(work: object, *, make: bool = False) -> None:
    database = open_database(load_settings(), SystemClock(), bring_up_to_date=make)
    try:
        await database.write(work)  # type: ignore[arg-type]
    finally:
        await database.close()


async def _bad() -> str:
    return "\n".join(found.text for found in await examine() if found.level == "bad")


async def _warned() -> str:
    return "\n".join(found.text for found in await examine() if found.level == "warn")


async def test_a_whole_installation_has_nothing_bad(installed: Path) -> None:
    findings = await examine()
    assert [found for found in findings if found.level == "bad"] == []
    good = "\n".join(found.text for found in findings if found.level == "good")
    assert f"@{USERNAME}" in good
    assert "đúng phiên bản và đúng khóa" in good
    # What only people can check is always said: the fines and phones in the library.
    assert "đối chiếu" in await _warned()
    assert "Chưa có đường gọi thứ hai (PAGER_URL)" in await _warned()
    assert all(isinstance(found, Finding) and found.text.strip() for found in findings)


async def test_an_empty_folder_is_told_what_to_do_and_stays_empty(bare: Path) -> None:
    said = await _bad()
    assert "python -m bot db upgrade" in said
    assert "TELEGRAM_TOKEN" in said
    assert "sẽ được tạo" in await _warned()
    assert _entries(bare) == []


async def test_wrong_settings_are_each_told(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", "x")
    monkeypatch.setenv("LOG_LEVEL", "x")
    findings = await examine()
    assert sorted(found.text.split(":")[0] for found in findings) == ["LOG_LEVEL", "WEB_PORT"]
    assert {found.level for found in findings} == {"bad"}


async def test_a_key_file_that_others_can_read_is_told_with_the_remedy(installed: Path) -> None:
    load_settings().keys.chmod(0o644)
    assert "chmod 600" in await _bad()


async def test_a_lost_key_file_is_told_and_not_replaced(installed: Path) -> None:
    load_settings().keys.unlink()
    assert "khôi phục từ bản sao" in await _bad()
    assert not load_settings().keys.exists()


async def test_keys_of_another_installation_are_told(installed: Path) -> None:
    load_settings().keys.unlink()
    write_keyring(fresh_keyring(), load_settings().keys)
    assert "không thuộc về cơ sở dữ liệu" in await _bad()


async def test_a_file_that_is_no_database_is_told(installed: Path) -> None:
    (installed / "var" / "an-ninh.db").write_bytes(b"not a database " * 200)
    for journal in (installed / "var").glob("an-ninh.db-*"):
        journal.unlink()
    assert "không phải là cơ sở dữ liệu" in await _bad()


async def test_a_token_that_telegram_refuses_is_told_without_the_token(
    installed: Path, telegram: PretendTelegram
) -> None:
    telegram.standing["getMe"] = error(401, "Unauthorized")
    said = await _bad()
    assert "Telegram" in said
    assert TOKEN.split(":")[1] not in said


async def test_a_platform_that_is_not_there_is_told(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TELEGRAM_API_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert "Telegram" in await _bad()


async def test_a_busy_port_is_told(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("WEB_PORT", str(taken.getsockname()[1]))
        assert "đang bận" in await _warned()


async def test_an_address_that_is_not_ours_is_told(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_HOST", "192.0.2.1")
    assert "192.0.2.1" in await _bad()


async def test_an_installation_without_a_unit_is_told(installed: Path) -> None:
    def empty(tx: Tx) -> None:
        for table in (audit_entry, send_window, address, group_chat, staff_role, staff):
            tx.connection.execute(delete(table))
        tx.connection.execute(update(account).values(unit_id=None))
        tx.connection.execute(delete(unit))

    await _change(empty)
    assert "python -m bot seed" in await _bad()


async def _only_roles(*roles: Role) -> None:
    def change(tx: Tx) -> None:
        kept = [role.value for role in roles]
        tx.connection.execute(delete(staff_role).where(staff_role.c.role.not_in(kept)))

    await _change(change)


async def test_a_unit_in_which_nobody_can_be_paged_is_told(installed: Path) -> None:
    assert "nhận báo động tin khẩn" not in await _bad()

    def unlink(tx: Tx) -> None:
        linked = address.c.staff_id.is_not(None)
        tx.connection.execute(update(address).where(linked).values(staff_id=None))

    await _change(unlink)
    assert "chưa ai nối tài khoản để nhận báo động tin khẩn" in await _bad()


async def test_staff_whom_no_alarm_reaches_after_seven_silent_days_are_told(
    installed: Path,
) -> None:
    def silence(tx: Tx) -> None:
        there = addresses.register_account(tx, "zalo_oa", "8001", "Vi Du OA").id
        heard = tx.now - timedelta(days=6, hours=12)
        tx.connection.execute(
            update(address)
            .where(address.c.staff_id.is_not(None))
            .values(account_id=there, heard_at=heard)
        )

    await _change(silence)
    assert "sắp không tới được" in await _bad()


async def test_a_unit_without_a_chief_is_told(installed: Path) -> None:
    await _only_roles(Role.OFFICER, Role.REVIEWER)
    assert "được duyệt chiến dịch" in await _bad()


async def test_a_unit_whose_only_writer_is_its_approver_is_told(installed: Path) -> None:
    await _only_roles(Role.CHIEF, Role.REVIEWER)
    assert "phải là hai người" in await _bad()


async def test_a_unit_without_reviewers_is_told(installed: Path) -> None:
    await _only_roles(Role.OFFICER, Role.DEPUTY)
    assert "tiếp nhận tin báo" in await _bad()


async def test_a_unit_without_a_review_group_is_told(installed: Path) -> None:
    def leave(tx: Tx) -> None:
        tx.connection.execute(
            update(group_chat).where(group_chat.c.purpose == "review").values(left_at=tx.now)
        )

    await _change(leave)
    assert "vào chat riêng" in await _warned()
    assert await _bad() == ""

    def unlink(tx: Tx) -> None:
        tx.connection.execute(update(address).values(staff_id=None))

    await _change(unlink)
    assert "không ai thấy tin báo" in await _bad()


async def test_a_channel_whose_tips_nobody_can_open_is_told(installed: Path) -> None:
    def add(tx: Tx) -> None:
        addresses.register_account(tx, "zalo_oa", "8001", "Vi Du OA")

    await _change(add)
    assert "không ai mở được tin báo từ Zalo OA" in await _bad()


async def test_staff_without_a_chat_and_a_unit_without_groups_are_warned_of(
    installed: Path,
) -> None:
    def unlink(tx: Tx) -> None:
        tx.connection.execute(update(address).values(staff_id=None))
        tx.connection.execute(update(group_chat).values(purpose="review"))

    await _change(unlink)
    said = await _warned()
    assert "4 cán bộ chưa nối" in said
    assert "nhóm dân cư" in said


async def test_an_account_that_stopped_and_items_set_aside_are_told(installed: Path) -> None:
    def trouble(tx: Tx) -> None:
        tx.connection.execute(update(account).values(down_reason="token"))
        account_id = tx.connection.execute(account.select()).one().id
        ref = ChatRef("1", ChatKind.PRIVATE)
        item = Message(chat=ref, sender=Sender("1"), at=tx.now, message_id="1", text="mất")
        inbox.put(tx, account_id, [Received(str(n), str(n), item) for n in range(3)])
        tx.connection.execute(update(inbox_table).values(state="aside", problem="KeyError"))

    await _change(trouble)
    said = await _bad()
    assert "đang dừng gửi: token" in said
    assert "3 tin đến không xử lý được" in said
    assert "KeyError (3)" in said


async def test_what_was_never_forgotten_by_the_clock_is_warned_of(installed: Path) -> None:
    assert "Chưa có lần xóa theo hạn lưu nào" in await _warned()


async def test_a_campaign_that_cannot_be_started_is_told(installed: Path) -> None:
    def fail(tx: Tx) -> None:
        (known,) = units.all_units(tx)
        (author, *_) = units.staff_with(tx, known.id, frozenset({Role.OFFICER}))
        made = campaigns.create(
            tx,
            NewCampaign(
                unit_id=known.id,
                author_id=author.id,
                template_id=None,
                subject="traffic",
                lane=Lane.ROUTINE,
                content=Content(title="x", bodies={Language.VI: "x"}, values={Language.VI: {}}),
                audience=Audience(area_code=known.area_code, include_groups=False, group_ids=()),
                due_at=None,
            ),
        )
        tx.connection.execute(update(campaign_table).values(state="approved"))
        campaigns.put_off(tx, made.id)

    await _change(fail)
    assert "1 chiến dịch tới giờ mà không bắt đầu được" in await _bad()


async def test_a_demo_without_a_token_is_looked_at_without_being_named(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installed / "var").rename(installed / "demo")
    (installed / "var").mkdir(mode=0o700)
    (installed / "demo").rename(installed / "var" / "demo")
    monkeypatch.delenv("TELEGRAM_TOKEN")
    assert await _bad() == ""
    assert "không hỏi Telegram" in await _warned()
    said = "\n".join(found.text for found in await examine())
    assert "var/demo" in said


async def test_a_folder_with_a_database_of_its_own_is_not_left_for_the_demo(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installed / "var" / "demo").mkdir()
    (installed / "var" / "demo" / "an-ninh.db").write_bytes(b"junk")
    monkeypatch.delenv("TELEGRAM_TOKEN")
    assert await _bad() == ""


async def test_files_that_others_can_read_are_named_with_what_closes_them(installed: Path) -> None:
    (installed / "var" / "an-ninh.db").chmod(0o644)
    (installed / "var").chmod(0o755)
    said = await _bad()
    assert f"chmod 600 {installed}/var/an-ninh.db" in said
    assert "chmod 700 var" in said


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (error(401, "Unauthorized"), "TELEGRAM_TOKEN"),
        (error(404, "Not Found"), "TELEGRAM_TOKEN"),
        (error(409, "Conflict"), "cùng token"),
        (error(429, "Too Many Requests", {"retry_after": 9}), "9 giây"),
    ],
)
async def test_what_telegram_answers_is_told_in_vietnamese(
    installed: Path, telegram: PretendTelegram, answer: Behaviour, part: str
) -> None:
    telegram.standing["getMe"] = answer
    (said,) = [line for line in (await _bad()).splitlines() if "Telegram" in line]
    assert part in said
    assert not re.search("Unauthorized|Found|Conflict|Many", said)


@pytest.mark.parametrize(
    ("host", "part"), [("nowhere.invalid", "tên máy"), ("192.0.2.1", "không có địa chỉ đó")]
)
async def test_a_door_that_cannot_open_is_told_in_vietnamese(
    installed: Path, monkeypatch: pytest.MonkeyPatch, host: str, part: str
) -> None:
    monkeypatch.setenv("WEB_HOST", host)
    said = await _bad()
    assert said.startswith("WEB_HOST: ")
    assert part in said
    assert "Errno" not in said
