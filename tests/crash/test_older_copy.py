"""An older copy of the database is put in place of the newer one, as a backup is."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from broadcasts import restored
from domain.delivery import DeliveryState
from storage.deliveries import marks
from tests.crash.scene import PEOPLE, Scene, open_scene
from tests.databases import MigratedSqlite

pytestmark = pytest.mark.crash


@pytest.fixture
async def scene(migrated_sqlite: MigratedSqlite, tmp_path: Path) -> AsyncIterator[Scene]:
    with migrated_sqlite.fresh(tmp_path / "x.db") as url:
        async with open_scene(url, tmp_path) as opened:
            yield opened


def copy(there: Path, here: Path) -> None:
    with closing(sqlite3.connect(there)) as source, closing(sqlite3.connect(here)) as target:
        source.backup(target)


async def test_nobody_gets_anything_again_from_an_older_copy_that_an_admin_holds(
    scene: Scene, tmp_path: Path
) -> None:
    file = tmp_path / "x.db"
    chat = scene.station.chat
    assert await scene.station.approve(await scene.station.submitted())
    await scene.dies_at("send", 20)
    copy(file, tmp_path / "copy.db")
    await scene.works_until(scene.finished)
    sent = len(scene.sends)
    copy(tmp_path / "copy.db", file)
    settled = await scene.taken(await scene.run())

    async def noticed() -> bool:
        return await chat.look(marks.noticed) is not None

    await scene.works_until(noticed)
    assert len(scene.sends) == sent
    known = await chat.look(restored.look)
    assert known is not None
    run = await scene.run()
    assert [one.code for one in known.going] == [run.code]

    desk = scene.station.desk
    while await chat.do(lambda tx: restored.hold_step(tx, desk, known)):
        pass
    assert await chat.do(lambda tx: restored.confirm(tx, desk, known, hold=True))
    await scene.works_until(scene.finished)
    states = await scene.judge(await scene.run(), dark=PEOPLE)
    assert states[DeliveryState.UNSURE] == PEOPLE - settled, "all of which the copy knows no end"
