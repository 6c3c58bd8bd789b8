"""Seeding: once, whole or not at all, and a wrong file explained."""

import tomllib
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest

from bot.seed import read_plan, seed_areas, seed_plan
from domain.errors import Misconfigured
from domain.messages import ChatKind
from domain.roles import Permission, Role, may
from storage import addresses, areas, installation, units
from storage.addresses import Account
from storage.database import Database, Tx
from storage.packaged import load_gazetteer
from storage.sealing import fresh_keyring
from tests.chat import MovingClock

DEMO = (resources.files("storage") / "data" / "demo.toml").read_text("utf-8")


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    made = Database(migrated_database_url, fresh_keyring(), MovingClock())
    gazetteer = load_gazetteer(demo_villages=True)
    await made.write(lambda tx: seed_areas(tx, gazetteer))
    yield made
    await made.close()


def _seed(tx: Tx, text: str | None = None, folder: Path | None = None) -> bool:
    file = None
    if text is not None and folder is not None:
        file = folder / "unit.toml"
        file.write_text(text, "utf-8")
    account = addresses.register_account(tx, "telegram", "7001", "vi_du_bot")
    return seed_plan(tx, account.id, read_plan(file))


async def test_the_demo_unit_can_do_everything_a_unit_must(db: Database) -> None:
    assert await db.write(_seed) is True

    def look(tx: Tx) -> tuple[Account, list[units.Staff], list[str], units.Unit]:
        (account,) = addresses.accounts(tx)
        (unit,) = units.all_units(tx)
        staff = units.staff_with(tx, unit.id, frozenset(Role))
        purposes = [
            group.purpose
            for purpose in ("neighbourhood", "review", "channel")
            for group in units.groups_of(tx, unit.id, purpose)
        ]
        assert all(addresses.of_staff(tx, one.id) for one in staff)
        return account, staff, purposes, unit

    account, staff, purposes, unit = await db.read(look)
    assert account.unit_id == unit.id
    assert set(unit.name) == {"vi", "en", "zh"}
    assert purposes == ["neighbourhood", "review", "channel"]
    writers = {one.id for one in staff if may(one.roles, Permission.WRITE_CAMPAIGN)}
    approvers = {one.id for one in staff if may(one.roles, Permission.APPROVE_CAMPAIGN)}
    assert len(writers | approvers) >= 2
    assert any(may(one.roles, Permission.READ_TIPS) for one in staff)


async def test_a_channel_is_addressed_as_a_channel_and_a_group_as_a_group(db: Database) -> None:
    await db.write(_seed)
    account = (await db.read(addresses.accounts))[0]

    def kinds(tx: Tx) -> list[ChatKind]:
        ids = ("2001", "-1001000000001", "-1001000000003")
        found = [addresses.find(tx, account.id, platform_id) for platform_id in ids]
        return [one.kind for one in found if one]

    assert await db.read(kinds) == [ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.CHANNEL]


async def test_seeding_again_changes_nothing(db: Database) -> None:
    await db.write(_seed)
    gazetteer = load_gazetteer(demo_villages=True)
    assert await db.write(lambda tx: areas.sync(tx, gazetteer)) == 0
    assert await db.write(_seed) is False
    assert await db.read(installation.count_units) == 1


async def test_an_unknown_area_of_a_group_leaves_nothing_behind(
    db: Database, tmp_path: Path
) -> None:
    text = DEMO.replace('area = "05977-kp-vi-du-2"', 'area = "no-such-place"')
    assert text != DEMO
    with pytest.raises(Misconfigured, match="no-such-place"):
        await db.write(lambda tx: _seed(tx, text, tmp_path))
    assert await db.read(installation.count_units) == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('roles = ["officer"]', 'roles = ["captain"]', r"staff\.0\.roles\.0: phải là một trong"),
        ('purpose = "review"', 'purpose = "party"', r"groups\.1\.purpose: phải là một trong"),
        ("card_content = true", 'card_content = "x"', r"unit\.card_content: phải là true"),
        ('code = "VD"\n', "", r"unit\.code: còn thiếu"),
        ('code = "VD"', 'code = "VD"\ncolour = "red"', r"unit\.colour: không phải là mục"),
        ('telegram = "2001"', "telegram = 2001", r"staff\.0\.telegram: phải là chữ"),
        ('name = { vi = "', 'name = { fr = "', r"unit\.name: phải có bản tiếng Việt"),
        ('retention = { vi = "', 'retention = { vi = " ", fr = "', r"unit\.retention: phải có"),
        ("[unit]", "[unit", r"không phải TOML"),
    ],
)
def test_a_wrong_file_is_explained_by_its_field(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    file = tmp_path / "unit.toml"
    assert old in DEMO
    file.write_text(DEMO.replace(old, new, 1), "utf-8")
    with pytest.raises(Misconfigured, match=said) as caught:
        read_plan(file)
    assert "captain" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="Không đọc được"):
        read_plan(tmp_path / "none.toml")
    with pytest.raises(Misconfigured, match="Không đọc được"):
        read_plan(tmp_path)
    (tmp_path / "utf16.toml").write_bytes(DEMO.encode("utf-16"))
    with pytest.raises(Misconfigured, match="không phải TOML"):
        read_plan(tmp_path / "utf16.toml")


def test_the_shipped_file_is_what_is_read_without_a_name() -> None:
    assert read_plan(None).unit.code == tomllib.loads(DEMO)["unit"]["code"]
