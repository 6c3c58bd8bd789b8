"""`zalo consent`: from the printed address and the pasted answer to tokens that are kept sealed."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from simulator.app import Running, running
from tests.bot.commands import environment
from tests.house.tree import ROOT

REDIRECT = "https://vi-du.example/zalo/callback"


@pytest.fixture
async def simulator() -> AsyncIterator[Running]:
    async with running() as made:
        yield made


def settings(simulator: Running, folder: Path) -> dict[str, str]:
    oa = simulator.zalo.oa
    return environment(
        VAR_DIR=str(folder / "var"),
        ZALO_OA_ID=oa.id,
        ZALO_OA_APP_ID=oa.app_id,
        ZALO_OA_APP_SECRET=oa.app_secret,
        ZALO_OA_API_URL=simulator.base_url,
        ZALO_OA_OAUTH_URL=simulator.base_url,
        ZALO_OA_REDIRECT_URL=REDIRECT,
        PYTHONPATH=str(ROOT),
    )


async def started(folder: Path, env: dict[str, str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    words = (sys.executable, "-m", "bot", "zalo", "consent")
    return await asyncio.create_subprocess_exec(
        *words, cwd=folder, env=env, stdin=pipe, stdout=pipe, stderr=pipe
    )


async def printed_address(process: asyncio.subprocess.Process) -> dict[str, str]:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        async for line in process.stdout:
            if line.startswith(b"http"):
                query = parse_qs(urlsplit(line.decode().strip()).query)
                return {name: values[0] for name, values in query.items()}
    pytest.fail("no address was printed")


async def test_an_administrators_consent_ends_in_tokens_that_only_the_service_can_read(
    simulator: Running, tmp_path: Path
) -> None:
    process = await started(tmp_path, settings(simulator, tmp_path))
    asked = await printed_address(process)
    assert asked["redirect_uri"] == REDIRECT
    wanted = {name: asked[name] for name in ("redirect_uri", "code_challenge", "state")}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{simulator.base_url}/sim/zalo/consent", json=wanted) as answer,
    ):
        given = await answer.json()
    back = f"{REDIRECT}?code={given['code']}&oa_id={given['oa_id']}&state={given['state']}\n"
    out, err = await asyncio.wait_for(process.communicate(back.encode()), 60)
    assert process.returncode == 0, err
    assert "Đã cất khóa" in out.decode()
    (file,) = (tmp_path / "var").rglob("*.db")
    with closing(sqlite3.connect(file)) as database:
        ((pair, refused),) = database.execute("SELECT pair, refused FROM account_token")
    assert refused is None
    assert pair[:1] == b"\x01"
    assert given["code"] not in out.decode() + err.decode()


async def test_a_wrong_answer_is_explained_and_keeps_nothing(
    simulator: Running, tmp_path: Path
) -> None:
    process = await started(tmp_path, settings(simulator, tmp_path))
    await printed_address(process)
    out, err = await asyncio.wait_for(process.communicate(b"a-code-of-nobody\n"), 60)
    assert process.returncode == 1
    assert "hãy chạy lại lệnh" in err.decode()
    assert "a-code-of-nobody" not in err.decode()
    assert "Traceback" not in err.decode() + out.decode()


async def test_without_a_callback_it_says_which_line_is_missing(
    simulator: Running, tmp_path: Path
) -> None:
    env = {**settings(simulator, tmp_path), "ZALO_OA_REDIRECT_URL": ""}
    process = await started(tmp_path, env)
    _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert "ZALO_OA_REDIRECT_URL" in err.decode()
