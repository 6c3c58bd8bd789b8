"""The command line, as a program of its own."""

import asyncio
import contextlib
import errno
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from simulator.cli import _cannot_open
from tests.bot.commands import kitchen

ROOT = Path(__file__).resolve().parents[2]
CHILD = (
    "import os,signal,sys,time,urllib.request as u;"
    "a=os.environ['TELEGRAM_API_URL'];t=os.environ['TELEGRAM_TOKEN'];"
    "print('CHILD',u.urlopen(f'{a}/bot{t}/getMe').status,flush=True);"
)


class Simulators:
    """Start simulators as processes and end them after the test."""

    def __init__(self) -> None:
        self.started: list[asyncio.subprocess.Process] = []

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "simulator",
            *arguments,
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.started.append(process)
        return process


async def refused(*words: str) -> str:
    """Return what is complained of where it does not start."""
    cooked = kitchen().command(ROOT, "simulator", words, dict(os.environ))
    code, _, complaints = await asyncio.wait_for(cooked, 60)
    assert code == 2
    return complaints.decode()


async def read_until(process: asyncio.subprocess.Process, wanted: str) -> str:
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while wanted not in said:
            line = (await process.stdout.readline()).decode()
            assert line, f"ended early: {said}"
            said += line
    return said


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    made = Simulators()
    yield made
    for process in made.started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def test_it_prints_where_it_listens_and_ends_when_told(simulators: Simulators) -> None:
    process = await simulators.start("--port", "0")
    said = await read_until(process, "Bot: ")
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{found.group()}/sim/health") as response,
    ):
        assert response.status == 200
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_a_child_gets_address_and_token_and_its_exit_code_is_given(
    simulators: Simulators,
) -> None:
    code = f"{CHILD}sys.exit(7)"
    process = await simulators.start("--port", "0", "--", sys.executable, "-c", code)
    said, complaints = await asyncio.wait_for(process.communicate(), 60)
    assert b"CHILD 200" in said
    assert (process.returncode, complaints) == (7, b"")


async def test_a_signal_reaches_the_child(simulators: Simulators) -> None:
    code = (
        f"{CHILD}signal.signal(signal.SIGTERM,lambda *_:(print('BYE',flush=True),sys.exit(5)));"
        "print('READY',flush=True);time.sleep(60)"
    )
    process = await simulators.start("--port", "0", "--", sys.executable, "-c", code)
    await read_until(process, "READY")
    process.send_signal(signal.SIGTERM)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert b"BYE" in said
    assert process.returncode == 5


async def test_a_busy_port_is_one_sentence_and_exit_code_2(simulators: Simulators) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await simulators.start("--port", str(taken.getsockname()[1]))
        _, complaints = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert complaints.decode().startswith("Không mở được cổng")
    assert complaints.count(b"\n") == 1


@pytest.mark.parametrize("port", ["99999", "65536", "-1", "-99999", "abc", "８０", "", "1" * 5000])
async def test_a_port_that_is_none_is_one_vietnamese_sentence(port: str) -> None:
    assert await refused(f"--port={port}") == "--port: phải là số từ 0 đến 65535.\n"


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1", "a..b"])
async def test_an_address_that_is_not_ours_is_one_vietnamese_sentence(host: str) -> None:
    complaints = await refused("--port", "0", "--host", host)
    assert complaints.endswith("hãy chọn địa chỉ khác bằng --host.\n")
    assert complaints.count("\n") == 1


def test_a_port_only_for_the_administrator_is_told_as_such() -> None:
    said = _cannot_open("127.0.0.1", 80, PermissionError(errno.EACCES, "Permission denied"))
    assert said == (
        "Không mở được cổng 80 trên 127.0.0.1 (cổng này dành cho quản trị máy): "
        "hãy chọn cổng từ 1024 trở lên bằng --port."
    )


async def test_a_bad_world_and_a_missing_command_are_told(
    simulators: Simulators, tmp_path: Path
) -> None:
    world = tmp_path / "the-gioi.toml"
    world.write_text("[[bots]]\ntoken = 'x'\nusername = 'a'\n", encoding="utf-8")
    process = await simulators.start("--port", "0", "--world", str(world))
    _, complaints = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert "Không đọc được tệp thế giới" in complaints.decode()
    assert "Traceback" not in complaints.decode()
    process = await simulators.start("--port", "0", "--", "/khong/co/lenh")
    _, complaints = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 127
    assert "Traceback" not in complaints.decode()


async def test_the_child_finds_the_pretend_oa_and_is_told_of_its_events(
    simulators: Simulators,
) -> None:
    child = (
        "import os,json,urllib.request as u;"
        "e=os.environ;b=e['ZALO_OA_API_URL'];"
        "assert b==e['ZALO_OA_OAUTH_URL'] and e['ZALO_OA_NAME'] and e['ZALO_OA_WEBHOOK_SECRET'];"
        "f='app_id='+e['ZALO_OA_APP_ID']+'&grant_type=refresh_token&refresh_token='"
        "+e['ZALO_OA_REFRESH_TOKEN'];"
        "r=u.Request(b+'/v4/oa/access_token',f.encode(),{'secret_key':e['ZALO_OA_APP_SECRET']});"
        "t=json.load(u.urlopen(r))['access_token'];"
        "r=u.Request(b+'/v2.0/oa/getoa',headers={'access_token':t});"
        "print('OA',json.load(u.urlopen(r))['data']['oa_id']==e['ZALO_OA_ID'],flush=True);"
        "s=json.load(u.urlopen(b+'/sim/zalo/settings'));"
        "print('URL',s['webhook_url'],flush=True)"
    )
    url = "http://127.0.0.1:9/moc"
    process = await simulators.start(
        "--port", "0", "--zalo-webhook", url, "--", sys.executable, "-c", child
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert b"OA True" in said
    assert f"URL {url}".encode() in said


async def test_help_names_the_options(simulators: Simulators) -> None:
    process = await simulators.start("--help")
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    for word in (b"--port", b"--host", b"--world", b"TELEGRAM_API_URL"):
        assert word in said


async def test_the_child_is_told_the_port_to_which_the_events_of_zalo_go(
    simulators: Simulators,
) -> None:
    child = (
        "import os,json,urllib.request as u;"
        "s=json.load(u.urlopen(os.environ['ZALO_OA_API_URL']+'/sim/zalo/settings'));"
        "mine='http://127.0.0.1:'+os.environ['WEB_PORT']+os.environ['ZALO_OA_WEBHOOK_PATH'];"
        "print('SAME',s['webhook_url']==mine,flush=True)"
    )
    process = await simulators.start("--port", "0", "--", sys.executable, "-c", child)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert b"SAME True" in said
