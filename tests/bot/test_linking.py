"""`link`: the address is printed, the code drawn, and what cannot be is said in a sentence."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from domain.start_payload import Purpose, StartPayload, decode
from tests.bot.channels.telegram.pretend import TOKEN
from tests.bot.commands import Said, bot, entries


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    assert (await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)).code == 0
    return tmp_path


async def _says(folder: Path, *words: str, code: int = 0) -> Said:
    said = await bot(folder, "link", *words, TELEGRAM_TOKEN=TOKEN)
    assert said.code == code, said.all
    return said


async def test_a_link_is_printed_and_its_code_drawn(folder: Path) -> None:
    assert "hãy chạy dịch vụ một lần" in (await _says(folder, code=2)).err
    with closing(sqlite3.connect(folder / "var" / "an-ninh.db")) as database:
        database.execute("UPDATE account SET link = 'https://t.me/vi_du_bot?start={payload}'")
        database.commit()
    made = await _says(folder, "--area", "khối phố Ví Dụ 2", "--qr", "ap-phich.svg")
    url = made.out.strip()
    front, payload = url.split("?start=")
    assert front == "https://t.me/vi_du_bot"
    assert decode(payload) == StartPayload(area="05977-kp-vi-du-2")
    assert "khối phố Ví Dụ 2" in made.err
    assert (folder / "ap-phich.svg").read_text().startswith("<svg")
    assert (await _says(folder, "--area", "05977-kp-vi-du-2")).out.strip() == url

    tips = await _says(folder, "--for", "tip", "--qr", "tin.png")
    assert decode(tips.out.strip().split("?start=")[1]).purpose is Purpose.TIP
    assert (folder / "tin.png").read_bytes().startswith(b"\x89PNG")

    for words, sentence in (
        (("--area", "thôn Không Có"), "không có nơi nào tên thôn Không Có"),
        (("--campaign", "99"), "không có chiến dịch số 99"),
        (("--group", "Nhóm lạ"), "Không có nhóm nào tên Nhóm lạ"),
        (("--for", "pledge"), "hãy nêu --campaign"),
        (("--qr", "a.gif"), "phải là .svg hoặc .png"),
        (("--qr", "tin.png"), "Đã có tệp"),
        (("--for", "win"), "Giá trị của VIỆC"),
    ):
        assert sentence in (await _says(folder, *words, code=2)).err


async def test_each_channel_gets_a_link_and_a_code_of_its_own(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "var" / "an-ninh.db")) as database:
        database.execute("UPDATE account SET link = 'https://t.me/vi_du_bot?start={payload}'")
        database.execute(
            "INSERT INTO account (id, channel, platform_key, username, link, unit_id) "
            "SELECT 'f' || substr(id, 2), 'zalo_oa', '4001', 'Công an (ví dụ)', "
            "'https://zalo.me/4001?text=%23{payload}', unit_id FROM account"
        )
        database.commit()
    made = await _says(folder, "--area", "05977-kp-vi-du-2", "--qr", "ap-phich.svg")
    telegram, zalo = made.out.strip().splitlines()
    assert telegram.startswith("Telegram: https://t.me/vi_du_bot?start=z1")
    assert zalo.startswith("Zalo OA: https://zalo.me/4001?text=%23z1")
    assert telegram.split("start=")[1] == zalo.split("%23")[1]
    drawn = {name for name in entries(folder) if name.endswith(".svg")}
    assert drawn == {"ap-phich-telegram.svg", "ap-phich-zalo_oa.svg"}

    alone = await _says(folder, "--channel", "zalo_oa", "--qr", "zalo.png")
    assert alone.out.strip().startswith("https://zalo.me/4001?text=%23z1")
    assert (folder / "zalo.png").exists()
    for words, sentence in (
        (("--channel", "fax"), "Không có kênh fax"),
        (("--channel", "zalo_bot"), "Chưa biết đường dẫn"),
    ):
        assert sentence in (await _says(folder, *words, code=2)).err
