"""The command line: help for every command, honest exit codes, sentences instead of tracebacks."""

import asyncio
import re
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.bot.channels.telegram.pretend import TOKEN, USERNAME, PretendTelegram, error, ok, until
from tests.bot.commands import Said, bot, entries, environment
from tests.house.tree import ROOT

ENGLISH = r"\b(Usage|Options|Arguments|Commands|Show|Error|Try|help for|required|default|exit)\b"
COMMANDS = [
    "run",
    "seed",
    "reach",
    "verify",
    "doctor",
    "inbox",
    "staff",
    "staff add",
    "audit",
    "audit verify",
    "db",
    "db upgrade",
]


@pytest.mark.parametrize("command", ["", *COMMANDS])
async def test_every_command_explains_itself_in_vietnamese(tmp_path: Path, command: str) -> None:
    said = await bot(tmp_path, *command.split(), "--help")
    assert said.code == 0
    assert said.out.startswith("Cách dùng: python -m bot")
    assert not re.search(ENGLISH, said.out)
    assert entries(tmp_path) == []


async def test_the_first_page_names_every_command(tmp_path: Path) -> None:
    said = await bot(tmp_path, "-h")
    assert [name for name in COMMANDS if " " not in name and name not in said.out] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nosuch"], "Không có lệnh nosuch."),
        (["db", "nosuch"], "Không có lệnh nosuch."),
        (["staff", "add", "--role=chief"], "Còn thiếu TÊN."),
        (["run", "--nosuch"], "Không có tùy chọn --nosuch."),
        (["reach", "a", "b"], "Thừa tham số: b."),
        (["seed", "--update=3"], "Tùy chọn --update dùng chưa đúng."),
        (["inbox", "--retry", "xyz"], "Giá trị của MÃ không đúng dạng."),
    ],
)
async def test_wrong_usage_ends_with_two_and_a_vietnamese_sentence(
    tmp_path: Path, words: list[str], sentence: str
) -> None:
    said = await bot(tmp_path, *words)
    assert said.code == 2
    assert said.all.startswith(sentence)
    assert not re.search(ENGLISH, said.all.replace("--help", ""))
    assert entries(tmp_path) == []


@pytest.mark.parametrize("words", [["run"], [], ["seed"], ["verify"], ["db", "upgrade"]])
async def test_wrong_settings_end_with_two_and_a_sentence(tmp_path: Path, words: list[str]) -> None:
    said = await bot(tmp_path, *words, WEB_PORT="canary")
    assert said.code == 2
    assert "WEB_PORT: phải là số nguyên" in said.all
    assert "canary" not in said.all


async def test_running_without_a_token_says_what_to_do(tmp_path: Path) -> None:
    said = await bot(tmp_path, "run")
    assert said.code == 2
    assert "TELEGRAM_TOKEN" in said.all


async def test_running_without_a_unit_names_the_command_that_makes_one(tmp_path: Path) -> None:
    said = await bot(tmp_path, "run", TELEGRAM_TOKEN=TOKEN)
    assert said.code == 2
    assert "python -m bot seed" in said.all


@pytest.mark.timeout(300)
async def test_a_new_installation_is_upgraded_seeded_and_verified_by_commands_alone(
    tmp_path: Path, telegram: PretendTelegram
) -> None:
    here = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "WEB_PORT": "0"}
    early = await bot(tmp_path, "verify", **here)
    assert (early.code, "db upgrade" in early.all) == (2, True)
    assert entries(tmp_path) == []
    for words, code, sentence in (
        (["db", "upgrade"], 0, "Đã nâng cấp"),
        (["db", "upgrade"], 0, "đã ở phiên bản mới nhất"),
        (["doctor"], 1, "✗"),
        (["seed", "none.toml"], 2, "Không đọc được tệp none.toml"),
        (["seed"], 0, "Công an phường Đông Kinh"),
        (["seed"], 0, "không ghi gì thêm"),
        (["verify"], 0, "đều khớp"),
        (["verify", "AN-XXXXX"], 2, "Không có đợt nào"),
        (["verify", "--recount"], 2, "Nêu mã đợt"),
        (["verify", "AN-XXXXX", "--recount"], 2, "Không có đợt nào"),
        (["reach", "AN-XXXXX"], 2, "Không có đợt nào"),
        (["doctor"], 0, f"@{USERNAME}"),
    ):
        said = await bot(tmp_path, *words, **here)
        assert (said.code, sentence in said.all) == (code, True), (words, said)


async def test_an_installation_is_brought_up_to_date_with_its_file(tmp_path: Path) -> None:
    demo = (ROOT / "storage" / "data" / "demo.toml").read_text("utf-8")
    changed = demo.replace('label = "Tổ tiếp nhận"', 'label = "Tổ mới"')
    (tmp_path / "unit.toml").write_text(changed, "utf-8")
    for words, code, sentence in (
        (["seed"], 0, "Công an phường Đông Kinh"),
        (["seed", "--update"], 2, "Cần nêu tệp"),
        (["seed", "unit.toml", "--update"], 0, "thêm 0, sửa 1"),
        (["seed", "unit.toml", "--update"], 0, "Mọi thứ đã đúng như tệp"),
    ):
        said = await bot(tmp_path, *words, TELEGRAM_TOKEN=TOKEN)
        assert (said.code, sentence in said.all) == (code, True), (words, said)


async def test_seeding_an_empty_folder_makes_database_and_keys_by_itself(tmp_path: Path) -> None:
    said = await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)
    assert said.code == 0, said
    assert sorted(entries(tmp_path / "var")) == ["an-ninh.db", "keys"]


async def test_a_token_that_telegram_refuses_ends_with_two(
    tmp_path: Path, telegram: PretendTelegram
) -> None:
    telegram.standing["getMe"] = error(401, "Unauthorized")
    said = await bot(
        tmp_path,
        "run",
        "--demo",
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_API_URL=telegram.url,
        WEB_PORT="0",
    )
    assert said.code == 2
    assert "BotFather" in said.all


async def test_a_busy_port_ends_with_two(tmp_path: Path, telegram: PretendTelegram) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = await bot(
            tmp_path,
            "run",
            "--demo",
            TELEGRAM_TOKEN=TOKEN,
            TELEGRAM_API_URL=telegram.url,
            WEB_PORT=str(taken.getsockname()[1]),
        )
    assert said.code == 2
    assert "WEB_PORT" in said.all


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_the_service_runs_alone_in_its_folder_and_ends_well_on_a_signal(
    tmp_path: Path, telegram: PretendTelegram, ending: signal.Signals
) -> None:
    telegram.standing["getMyCommands"] = ok([])
    here = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "WEB_PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--demo"),
        cwd=tmp_path,
        env=environment(**here),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = b""
    try:
        while b"healthz" not in said:
            line = await asyncio.wait_for(process.stderr.readline(), 60)
            assert line, said.decode()
            said += line
        found = re.search(r"http://127\.0\.0\.1:\d+/healthz", said.decode())
        assert found is not None
        async with aiohttp.ClientSession() as session, session.get(found[0]) as answer:
            assert answer.status == 200
            facts = await answer.json()
        assert facts["ok"] is True
        await until(lambda: len(telegram.named("setMyCommands")) == 4)
        languages = {str(one.get("language_code", "")) for one in telegram.named("setMyCommands")}
        assert languages == {"vi", "en", "zh", ""}
        second = await bot(tmp_path, "run", **here)
        assert (second.code, "tiến trình khác" in second.all) == (2, True)
        file = f"sqlite:///{tmp_path / 'var' / 'an-ninh.db'}"
        keys = str(tmp_path / "var" / "keys" / "keyring.json")
        elsewhere = {**here, "VAR_DIR": "other", "DATABASE_URL": file, "KEY_FILE": keys}
        third = await bot(tmp_path, "run", **elsewhere)
        assert (third.code, "tiến trình khác" in third.all) == (2, True)
    finally:
        process.send_signal(ending)
        rest = await asyncio.wait_for(process.stderr.read(), 90)
        code = await process.wait()
    assert code == 0, (said + rest).decode()
    assert Said(code, "", (said + rest).decode()).all


async def test_a_platform_that_does_not_take_the_menu_stops_nothing(
    tmp_path: Path, telegram: PretendTelegram
) -> None:
    telegram.standing["getMyCommands"] = error(500, "Internal")
    here = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "WEB_PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--demo"),
        cwd=tmp_path,
        env=environment(**here),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = b""
    try:
        while b"menu_not_published" not in said or b"healthz" not in said:
            line = await asyncio.wait_for(process.stderr.readline(), 60)
            assert line, said.decode()
            said += line
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.stderr.read(), 90)
    assert await process.wait() == 0
    assert telegram.named("setMyCommands") == []
