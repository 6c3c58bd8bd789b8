"""Seeding a unit's quiet hours, silent days and caps: the usual ones, other ones, wrong ones."""

from datetime import date
from pathlib import Path

import pytest

from bot.plan import read_plan
from bot.seed import Update, seed_plan, update_plan
from domain.clocks import WorkRules
from domain.errors import Misconfigured
from domain.hours import ANY_TIME, BroadcastRules
from storage.database import Database, Tx
from storage.people import addresses, units
from tests.bot.demo_file import DEMO


def written(folder: Path, text: str) -> Path:
    file = folder / "unit.toml"
    file.write_text(text, "utf-8")
    return file


async def seeded(db: Database, file: Path | None) -> units.Unit:
    def seed(tx: Tx) -> units.Unit:
        account = addresses.register_account(tx, "telegram", "7001", "vi_du_bot")
        assert seed_plan(tx, [account], read_plan(file))
        return units.all_units(tx)[0]

    return await db.write(seed)


async def test_a_unit_that_says_nothing_of_broadcasts_gets_the_usual_rests_and_caps(
    db: Database, tmp_path: Path
) -> None:
    before, _, after = DEMO.partition("[unit.broadcasts]")
    unit = await seeded(db, written(tmp_path, before + after.partition("a_month = 0")[2]))
    assert unit.broadcasting == BroadcastRules()
    assert [str(span) for span in unit.broadcasting.quiet] == ["20:30–07:00", "11:30–13:30"]
    assert (unit.broadcasting.a_day, unit.broadcasting.a_month) == (1, 4)


async def test_the_demo_can_be_tried_at_any_hour(db: Database) -> None:
    assert (await seeded(db, None)).broadcasting == ANY_TIME


async def test_a_day_of_mourning_is_added_by_an_update(db: Database, tmp_path: Path) -> None:
    await seeded(db, None)
    text = DEMO.replace("quiet = []", "quiet = []\nsilent_days = [2026-12-01]")
    file = written(tmp_path, text)

    def update(tx: Tx) -> Update:
        return update_plan(tx, read_plan(file))

    assert (await db.write(update)).unit_changed
    assert not (await db.write(update)).unit_changed
    (unit,) = await db.read(units.all_units)
    assert unit.broadcasting.silent_days == (date(2026, 12, 1),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("quiet = []", 'quiet = ["7h"]', r"unit\.broadcasts: quiet phải ghi như"),
        ("quiet = []", 'quiet = ["00:00-23:59"]', r"unit\.broadcasts: .*chừa ít nhất một giờ"),
        ("quiet = []", 'silent_days = ["mai"]', r"unit\.broadcasts\.silent_days\.0: "),
        ("a_day = 0", "a_day = -1", r"unit\.broadcasts\.a_day: "),
        ("a_day = 0", "each_day = 1", r"unit\.broadcasts\.each_day: không phải là mục"),
    ],
)
def test_wrong_rules_are_explained_by_their_field(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = DEMO.replace(old, new, 1) if "quiet" in old else DEMO.replace(f"\n{old}", f"\n{new}")
    assert text != DEMO
    with pytest.raises(Misconfigured, match=said):
        read_plan(written(tmp_path, text))


async def test_holidays_and_hours_of_work_are_set_and_wrong_ones_refused(
    db: Database, tmp_path: Path
) -> None:
    unit = await seeded(db, None)
    assert date(2027, 2, 6) in unit.working.holidays
    text = DEMO.replace("look_hours = 4", "look_hours = 8").replace(
        "report_hours = 12", "report_hours = 24"
    )
    file = written(tmp_path, text)
    await db.write(lambda tx: update_plan(tx, read_plan(file)))
    (unit,) = await db.read(units.all_units)
    assert (unit.working.look_hours, unit.working.report_hours) == (8, 24)
    bare = DEMO.partition("[unit.work]")[0] + DEMO.partition("report_hours = 12")[2]
    await db.write(lambda tx: update_plan(tx, read_plan(written(tmp_path, bare))))
    (unit,) = await db.read(units.all_units)
    assert unit.working == WorkRules()
    wrong = DEMO.replace('"13:30-17:00"', '"22:00-06:00"')
    with pytest.raises(Misconfigured, match="hours phải ghi như"):
        read_plan(written(tmp_path, wrong))
