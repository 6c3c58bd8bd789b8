"""Several workers at one media folder: each file is fetched once, and swept away by nobody."""

import asyncio
from functools import partial
from pathlib import Path
from uuid import UUID

from bot.file_rounds import FileRounds
from domain.clock import SystemClock
from storage.database import Tx
from storage.sealing import DataKey
from storage.tips import media
from tests.bot.studio import open_studio
from tests.databases import MigratedPostgres
from tests.pictures import jpeg

WORKERS, PHOTOS = 3, 8


def _original(file_id: UUID, tx: Tx) -> tuple[str, DataKey, str]:
    return media.original(tx, file_id)


async def test_workers_fetch_each_file_once_while_others_sweep(
    migrated_postgres: MigratedPostgres, tmp_path: Path
) -> None:
    with migrated_postgres.fresh() as url:
        async with open_studio(url, tmp_path) as studio:
            await studio.sends(*(jpeg((60 + at, 40)) for at in range(PHOTOS)))
            # By the clock that the files themselves were written by.
            sweeping = FileRounds(
                database=studio.world.chat.db,
                account_id=studio.world.chat.account.id,
                channel=studio.shop,
                folder=studio.folder,
                cleaners={},
                clock=SystemClock(),
            )

            async def sweep() -> None:
                await sweeping.sweep()

            studio.shop.meanwhile = sweep
            tried = await asyncio.gather(*(studio.rounds.fetch_due() for _ in range(WORKERS)))
            assert sum(tried) == PHOTOS
            assert sorted(studio.shop.fetched) == sorted(studio.shop.files)
            await sweep()
            kept = await studio.pictures()
            assert len(kept) == PHOTOS
            for one in kept:
                name, key, _ = await studio.world.chat.look(partial(_original, one.id))
                sealed = studio.folder.read(name)
                assert key.unseal_bytes(sealed, media.original_place(one.id)) in set(
                    studio.shop.files.values()
                )
