"""Sealing: known answers, binding to place, key files, rotation."""

import json
import stat
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sealing import (
    DataKey,
    Keyring,
    KeysUnusable,
    Place,
    fresh_keyring,
    read_keyring,
    rotated,
    seal_with,
    write_keyring,
)

ROW = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
PLACE = Place("address", "platform_id", ROW)
KEYS = Keyring({"k001": bytes(range(32))}, "k001", {1: bytes(range(32, 64))}, 1)
KNOWN_SEALED = "016b303031000000000000000000000000378c85ee851d0c165fd2cf2a3fb79a7952d245a701ab"
KNOWN_HASH = "0177666ccdb375a58d47a71e24c835a135e2fbdd6d224790810b41b09b58a369ff"


def test_a_value_sealed_with_known_key_and_nonce_has_the_known_bytes() -> None:
    sealed = seal_with("k001", bytes(range(32)), b"900001", PLACE, bytes(12))
    assert sealed.hex() == KNOWN_SEALED


def test_a_value_sealed_by_an_older_version_still_opens() -> None:
    assert KEYS.unseal(bytes.fromhex(KNOWN_SEALED), PLACE) == "900001"


def test_the_keyed_hash_of_a_known_value_has_the_known_bytes() -> None:
    assert KEYS.hash("address", "900001").hex() == KNOWN_HASH


@given(st.text())
def test_what_was_sealed_opens_to_the_same_text(text: str) -> None:
    assert KEYS.unseal(KEYS.seal(text, PLACE), PLACE) == text


@given(st.text(min_size=3))
def test_a_sealed_value_does_not_show_its_text(text: str) -> None:
    assert text.encode() not in KEYS.seal(text, PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("tip", "platform_id", ROW),
        Place("address", "lookup", ROW),
        Place("address", "platform_id", UUID(int=ROW.int + 1)),
    ],
)
def test_a_sealed_value_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    with pytest.raises(KeysUnusable, match="moved"):
        KEYS.unseal(KEYS.seal("x", PLACE), elsewhere)


@given(st.integers(min_value=0))
def test_a_sealed_value_with_any_changed_bit_does_not_open(bit: int) -> None:
    sealed = bytearray(KEYS.seal("xin chào", PLACE))
    bit %= len(sealed) * 8
    sealed[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(KeysUnusable):
        KEYS.unseal(bytes(sealed), PLACE)


@given(st.binary(max_size=64))
def test_rubbish_is_refused_with_a_typed_error(rubbish: bytes) -> None:
    with pytest.raises(KeysUnusable):
        KEYS.unseal(rubbish, PLACE)


def test_two_sealings_of_one_text_differ() -> None:
    assert KEYS.seal("x", PLACE) != KEYS.seal("x", PLACE)


def test_hashes_for_two_purposes_differ() -> None:
    assert KEYS.hash("address:a", "1001") != KEYS.hash("address:b", "1001")


def test_after_rotation_old_values_open_and_old_hashes_are_found() -> None:
    sealed, hashed = KEYS.seal("cũ", PLACE), KEYS.hash("address", "1")
    new = rotated(KEYS)
    assert new.unseal(sealed, PLACE) == "cũ"
    assert hashed in new.hashes("address", "1")
    assert new.hashes("address", "1")[0] == new.hash("address", "1") != hashed
    with pytest.raises(KeysUnusable, match="not in the key file"):
        KEYS.unseal(new.seal("mới", PLACE), PLACE)


def test_a_data_key_opens_only_its_own_values() -> None:
    mine, other = DataKey.fresh(), DataKey.fresh()
    sealed = mine.seal("chuyện", PLACE)
    assert mine.unseal(sealed, PLACE) == "chuyện"
    with pytest.raises(KeysUnusable):
        other.unseal(sealed, PLACE)


def test_keys_are_never_shown_by_repr() -> None:
    key = DataKey(b"k" * 32)
    assert "kkkk" not in repr(key)
    assert "x00" not in repr(KEYS)


def test_a_key_file_is_read_back_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    keys = fresh_keyring()
    write_keyring(keys, path)
    assert read_keyring(path) == keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["keyring.json"]


def test_an_existing_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    keys = fresh_keyring()
    write_keyring(keys, path)
    with pytest.raises(FileExistsError):
        write_keyring(fresh_keyring(), path)
    assert read_keyring(path) == keys


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"seal": 1}', "không phải json"])
def test_a_damaged_key_file_gives_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(text)
    with pytest.raises(KeysUnusable, match=r"keyring\.json"):
        read_keyring(path)


def test_a_key_file_with_a_short_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    write_keyring(fresh_keyring(), path)
    body = json.loads(path.read_text())
    body["seal"]["keys"]["k001"] = "c2hvcnQ="
    path.write_text(json.dumps(body))
    with pytest.raises(KeysUnusable, match="damaged"):
        read_keyring(path)


def test_a_missing_key_file_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="missing"):
        read_keyring(tmp_path / "none.json")
