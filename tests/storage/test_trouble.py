"""Trouble with the database is said in Vietnamese, whatever the driver said."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from storage.database import DatabaseAway
from storage.migrations_runner import revision
from storage.trouble import in_words

ENGLISH = ("database", "unable", "file", "such", "connection", "not ", "failed", "refused")


def _said(url: str) -> str:
    with pytest.raises(DatabaseAway) as caught:
        revision(url)
    said = in_words(caught.value)
    plain = said.replace("DATABASE_URL", "")
    assert [word for word in ENGLISH if word in plain.lower()] == []
    return said


def test_a_file_that_is_no_database_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"nothing like a database " * 100)
    assert "không phải là cơ sở dữ liệu" in _said(f"sqlite:///{tmp_path / 'x.db'}")
    assert "thư mục" in _said(f"sqlite:///{tmp_path}")


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "không có máy chủ" in _said(f"postgresql+psycopg:///x?host={tmp_path}")
    assert "không có máy chủ" in _said("postgresql+psycopg://ann@127.0.0.1:1/x")
    assert "tên máy chủ" in _said("postgresql+psycopg://ann@nowhere.invalid/x")


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_missing_database_or_account_is_said(database_url: str) -> None:
    assert "không có cơ sở dữ liệu" in _said(database_url.replace("?", "x?", 1))
    assert "tài khoản" in _said(database_url.replace("user=postgres", "user=nobody_at_all"))


@pytest.mark.parametrize(
    ("message", "part"),
    [
        ("FATAL: password authentication failed for user", "mật khẩu"),
        ("something nobody has heard of", "không nối được"),
    ],
)
def test_words_without_a_code_are_understood_or_left_out(message: str, part: str) -> None:
    away = DatabaseAway("canary")
    away.__cause__ = OperationalError("", {}, sqlite3.OperationalError(message))
    assert part in in_words(away)


def test_our_own_words_stay() -> None:
    assert in_words(DatabaseAway("nó đã có bảng")) == "nó đã có bảng"
