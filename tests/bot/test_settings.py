"""Settings: every wrong value gives a sentence that names the setting and never the value."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from bot.channel_making import telegram_settings
from bot.settings import Settings, at_hand, load_settings
from bot.settings_zalo import webhook_secrets
from domain.errors import Misconfigured

TOKEN = "123456:canary-of-a-token"
PASSWORD = "canary-of-a-password"

pytestmark = pytest.mark.usefixtures("bare")


def _said(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "canary value"),
        ("TELEGRAM_TOKEN", "canary:value"),
        ("TELEGRAM_TOKEN", "12345:canary value"),
        ("TELEGRAM_MODE", "canary"),
        ("TELEGRAM_PACE_PER_S", "canary"),
        ("TELEGRAM_PACE_PER_S", "0"),
        ("TELEGRAM_PACE_PER_S", "-3"),
        ("TELEGRAM_PACE_PER_S", "1000001"),
        ("TELEGRAM_PACE_PER_S", "nan"),
        ("TELEGRAM_PACE_PER_S", "inf"),
        ("DATABASE_URL", "mysql://canary@host/x"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", f"postgresql://ann:{PASSWORD}@host:canary/x"),
        ("DATABASE_URL", f"postgresql://ann:{PASSWORD}@host"),
        ("DATABASE_URL", "postgresql://ann@host/x?canary=1"),
        ("DATABASE_URL", "postgresql://ann@host/x?connect_timeout=canary"),
        ("DATABASE_URL", "postgresql://ann@host/x?port=canary"),
        ("DATABASE_URL", "sqlite:///x.db?mode=canary"),
        ("TELEGRAM_API_URL", "ftp://canary"),
        ("TELEGRAM_API_URL", "canary"),
        ("TELEGRAM_API_URL", "https://"),
        ("TELEGRAM_API_URL", "https://canary example"),
        ("TELEGRAM_API_URL", "https://canary:99999"),
        ("TELEGRAM_API_URL", "https://[canary"),
        ("TELEGRAM_API_URL", "https://canary/?x=1"),
        ("TELEGRAM_API_URL", "https://ann:canary@host"),
        ("TELEGRAM_API_URL", "https://canary..example"),
        ("TELEGRAM_WEBHOOK_URL", "canary"),
        ("TELEGRAM_WEBHOOK_URL", "ftp://canary"),
        ("TELEGRAM_WEBHOOK_SECRET", "canary"),
        ("TELEGRAM_WEBHOOK_SECRET", "canary of a longer secret"),
        ("TELEGRAM_WEBHOOK_SECRET", "canary" * 50),
        ("ZALO_OA_ID", "canary"),
        ("ZALO_OA_APP_ID", "canary"),
        ("ZALO_OA_APP_SECRET", "canary of a secret"),
        ("ZALO_OA_REFRESH_TOKEN", "canary of a token"),
        ("ZALO_OA_WEBHOOK_SECRET", "canary-of-a-secret,canary of"),
        ("ZALO_OA_WEBHOOK_PATH", "canary"),
        ("ZALO_OA_API_URL", "ftp://canary"),
        ("ZALO_OA_OAUTH_URL", "canary"),
        ("ZALO_OA_SEND_PATH", "canary"),
        ("ZALO_OA_PROOF", "canary"),
        ("ZALO_OA_PACE_PER_MIN", "0"),
        ("ZALO_OA_ALLOWANCE", "-1"),
        ("ZALO_OA_PRICE_VND", "canary"),
        ("ZALO_OA_ARTICLES", "canary"),
        ("ZALO_BOT_TOKEN", "canary"),
        ("ZALO_BOT_API_URL", "https://canary/?x=1"),
        ("ZALO_BOT_MODE", "canary"),
        ("ZALO_BOT_WEBHOOK_URL", "canary"),
        ("ZALO_BOT_WEBHOOK_SECRET", "canary"),
        ("ZALO_BOT_PACE_PER_S", "nan"),
        ("PAGER_URL", "canary"),
        ("PAGER_URL", "http://canary.example/ring"),
        ("PAGER_SECRET", "canary"),
        ("WEB_HOST", "canary host"),
        ("WEB_HOST", "canary..host"),
        ("WEB_HOST", "canary" * 11),
        ("WEB_PORT", "canary"),
        ("WEB_PORT", "65536"),
        ("WEB_PORT", "-1"),
        ("WEB_PORT", "80.5"),
        ("BURST_S", "-1"),
        ("BURST_S", "canary"),
        ("BURST_S", "601"),
        ("BURST_S", "nan"),
        ("SEND_TIMEOUT_S", "nan"),
        ("SEND_TIMEOUT_S", "canary"),
        ("SEND_TIMEOUT_S", "0"),
        ("SEND_TIMEOUT_S", "121"),
        ("LOG_LEVEL", "canary"),
        ("LOG_FORMAT", "canary"),
    ],
)
def test_a_wrong_value_is_told_by_its_name_in_vietnamese(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    said = _said(monkeypatch, **{name: value})
    assert re.fullmatch(rf"{name}: \S.*\.", said)
    assert "canary" not in said
    assert re.search(r"phải|không", said)
    assert not re.search(r"\b(Input|should|must|be)\b", said)


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _said(monkeypatch, WEB_PORT="x", LOG_LEVEL="x", BURST_S="x")
    assert sorted(line.split(":")[0] for line in said.splitlines()) == [
        "BURST_S",
        "LOG_LEVEL",
        "WEB_PORT",
    ]


@pytest.mark.parametrize("given", [{}, {"TELEGRAM_WEBHOOK_URL": "https://canary.example"}])
def test_a_webhook_needs_both_its_address_and_its_secret(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    said = _said(monkeypatch, TELEGRAM_MODE="webhook", **given)
    assert "TELEGRAM_WEBHOOK_URL" in said
    assert "TELEGRAM_WEBHOOK_SECRET" in said
    assert "canary" not in said


def test_an_official_account_is_whole_or_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _said(monkeypatch, ZALO_OA_ID="4001")
    assert "ZALO_OA_APP_ID, ZALO_OA_APP_SECRET" in said
    monkeypatch.setenv("ZALO_OA_APP_ID", "900")
    monkeypatch.setenv("ZALO_OA_APP_SECRET", PASSWORD)
    settings = load_settings()
    assert settings.has_zalo_oa
    assert settings.has_account
    assert settings.on_a_real_platform
    assert PASSWORD not in repr(settings)
    monkeypatch.setenv("ZALO_OA_API_URL", "http://127.0.0.1:8081")
    assert load_settings().on_a_real_platform
    monkeypatch.setenv("ZALO_OA_OAUTH_URL", "http://127.0.0.1:8081")
    assert not load_settings().on_a_real_platform


@pytest.mark.parametrize("url", ["", "http://vi-du.example/hook"])
def test_a_zalo_bot_is_called_only_where_zalo_calls(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ZALO_BOT_TOKEN", TOKEN)
    secret = "s" * 8
    said = _said(
        monkeypatch,
        ZALO_BOT_MODE="webhook",
        ZALO_BOT_WEBHOOK_URL=url,
        ZALO_BOT_WEBHOOK_SECRET=secret,
    )
    assert "ZALO_BOT_WEBHOOK_URL" in said
    monkeypatch.setenv("ZALO_BOT_WEBHOOK_URL", "https://vi-du.example/hook")
    assert load_settings().has_zalo_bot


def test_the_secrets_that_may_sign_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZALO_OA_WEBHOOK_SECRET", "khoa-thu-nhat, khoa-thu-hai,")
    found = webhook_secrets(load_settings().zalo_oa_webhook_secret)
    assert found == ("khoa-thu-nhat", "khoa-thu-hai")


@pytest.mark.parametrize("url", ["https://canary.example/ring", "http://192.168.1.9:8081/ring"])
def test_a_call_gateway_needs_its_secret_and_https_outside_the_office(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert "PAGER_SECRET" in _said(monkeypatch, PAGER_URL=url)
    monkeypatch.setenv("PAGER_SECRET", PASSWORD)
    settings = load_settings()
    assert settings.pager_url == url
    assert PASSWORD not in repr(settings)


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("http://vi-du.example/hook", "https://"),
        ("https://vi-du.example:8080/hook", "cổng phải là 443, 80, 88 hoặc 8443"),
    ],
)
def test_telegram_itself_is_given_only_a_webhook_that_it_takes(
    monkeypatch: pytest.MonkeyPatch, url: str, part: str
) -> None:
    given = {"TELEGRAM_WEBHOOK_URL": url, "TELEGRAM_WEBHOOK_SECRET": "s" * 16}
    said = _said(monkeypatch, TELEGRAM_MODE="webhook", **given)
    assert said.startswith("TELEGRAM_WEBHOOK_URL: ")
    assert part in said
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:8081")
    assert load_settings().telegram_webhook_url == url


@given(
    api=st.sampled_from(["https://api.telegram.org", "http://127.0.0.1:8081/"]) | st.text(),
    mode=st.sampled_from(["polling", "webhook"]),
    url=st.sampled_from(["", "https://vi-du.example/x", "https://vi-du.example"]) | st.text(),
    secret=st.sampled_from(["", "s" * 16]) | st.text(),
)
def test_what_the_settings_take_the_adapter_takes_too(
    api: str, mode: str, url: str, secret: str
) -> None:
    try:
        settings = Settings(
            telegram_token=SecretStr(TOKEN),
            telegram_api_url=api,
            telegram_mode=mode,  # type: ignore[arg-type]
            telegram_webhook_url=url,
            telegram_webhook_secret=SecretStr(secret),
        )
    except ValidationError:
        return
    assert telegram_settings(settings).api_url == api


@pytest.mark.parametrize(
    "line", ["TELEGRAM_TOKEN 123:abc", "WEB_PORT='80", "= canary", "canary canary"]
)
def test_a_line_of_the_file_that_is_no_setting_is_told_by_its_number(
    bare: Path, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    (bare / ".env").write_text(f"# một\nBURST_S=2\n{line}\n", "utf-8")
    with pytest.raises(Misconfigured, match=r"^Tệp \.env: không đọc được dòng 3; ") as caught:
        load_settings()
    assert "canary" not in str(caught.value)
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("there", "set_up", "wanted"),
    [
        ([], {}, "var"),
        (["var/demo"], {}, "var/demo"),
        (["var/demo"], {"VAR_DIR": "var"}, "var/demo"),
        (["var/demo", "var"], {}, "var"),
        (["var/demo"], {"TELEGRAM_TOKEN": TOKEN}, "var"),
        (["var/demo"], {"DATABASE_URL": "postgresql:///x"}, "var"),
        (["var/demo"], {"VAR_DIR": "khác"}, "khác"),
    ],
)
def test_without_a_token_what_is_at_hand_is_the_demo(
    bare: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: list[str],
    set_up: dict[str, str],
    wanted: str,
) -> None:
    for folder in there:
        (bare / folder).mkdir(parents=True, exist_ok=True)
        (bare / folder / "an-ninh.db").touch()
    for name, value in set_up.items():
        monkeypatch.setenv(name, value)
    assert at_hand(load_settings()).var_dir == Path(wanted)


def test_neither_printed_nor_dumped_settings_show_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", PASSWORD)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://ann:{PASSWORD}@host/x")
    settings = load_settings()
    for shown in (repr(settings), str(settings)):
        assert TOKEN not in shown
        assert PASSWORD not in shown
    assert settings.telegram_token.get_secret_value() == TOKEN


def test_without_anything_set_a_file_in_var_is_the_database(bare: Path) -> None:
    settings = load_settings()
    assert settings.database == "sqlite:///var/an-ninh.db"
    assert settings.keys == Path("var/keys/keyring.json")
    assert settings.telegram_token.get_secret_value() == ""


def test_the_folder_moves_database_and_keys(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    monkeypatch.setenv("VAR_DIR", str(bare / "elsewhere"))
    settings = load_settings()
    assert settings.database == f"sqlite:///{bare / 'elsewhere' / 'an-ninh.db'}"
    assert settings.keys == bare / "elsewhere" / "keys" / "keyring.json"
    monkeypatch.setenv("KEY_FILE", "/etc/keys.json")
    assert load_settings().keys == Path("/etc/keys.json")


def test_a_postgresql_address_gets_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann@host/x")
    assert load_settings().database == "postgresql+psycopg://ann@host/x"


def test_the_environment_wins_over_the_file(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".env").write_text("WEB_PORT=1\nBURST_S=2\nSOMETHING_ELSE=3\n", "utf-8")
    monkeypatch.setenv("WEB_PORT", "9")
    settings = load_settings()
    assert (settings.web_port, settings.burst_s) == (9, 2)


def test_a_file_that_is_not_utf8_is_told_in_a_sentence(bare: Path) -> None:
    (bare / ".env").write_bytes("VAR_DIR=đường".encode("utf-16"))
    with pytest.raises(Misconfigured, match="UTF-8"):
        load_settings()


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.web_port = 5
