"""Seal what names or tells of a person, so that a stolen database file names nobody.

AES-256-GCM; the value carries its key's id and is bound to table, column and row, so that it
cannot be moved elsewhere. Look-ups go by a keyed hash with versioned keys of its own.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_HEAD_BYTES = 1 + _KEY_ID_BYTES
_OPENING_BYTES = _HEAD_BYTES + _NONCE_BYTES


class KeysUnusable(Exception):
    """The sealing keys are missing, damaged, or do not belong to this database."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives: it can be opened nowhere else."""

    table: str
    column: str
    row: UUID

    def bound(self) -> bytes:
        """Return the bytes authenticated along with the value."""
        return "\x1f".join((self.table, self.column, self.row.hex)).encode()


def seal_with(key_id: str, key: bytes, plain: bytes, place: Place, nonce: bytes) -> bytes:
    """Seal with one key: format byte, key id, nonce, ciphertext and tag."""
    head = _FORMAT + key_id.encode()
    return head + nonce + AESGCM(key).encrypt(nonce, plain, head + place.bound())


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key for one thing's content: destroying it destroys the content."""

    key: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """Make a new random key."""
        return cls(secrets.token_bytes(32))

    def seal(self, text: str, place: Place) -> bytes:
        """Seal text under this key."""
        return seal_with("data", self.key, text.encode(), place, os.urandom(_NONCE_BYTES))

    def unseal(self, sealed: bytes, place: Place) -> str:
        """Open text sealed under this key.

        Raises: KeysUnusable when the value was changed, moved, or sealed by another key.
        """
        return _open(self.key, sealed, place).decode()

    def seal_bytes(self, plain: bytes, place: Place) -> bytes:
        """Seal bytes, such as a file, under this key."""
        return seal_with("data", self.key, plain, place, os.urandom(_NONCE_BYTES))

    def unseal_bytes(self, sealed: bytes, place: Place) -> bytes:
        """Open bytes sealed under this key.

        Raises: KeysUnusable.
        """
        return _open(self.key, sealed, place)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The installation's keys: old ones open, the current ones seal and hash."""

    seal_keys: Mapping[str, bytes] = field(repr=False)
    current_seal: str
    hash_keys: Mapping[int, bytes] = field(repr=False)
    current_hash: int

    def seal_bytes(self, plain: bytes, place: Place) -> bytes:
        """Seal bytes under the current key."""
        key = self.seal_keys[self.current_seal]
        return seal_with(self.current_seal, key, plain, place, os.urandom(_NONCE_BYTES))

    def seal(self, text: str, place: Place) -> bytes:
        """Seal text under the current key."""
        return self.seal_bytes(text.encode(), place)

    def unseal_bytes(self, sealed: bytes, place: Place) -> bytes:
        """Open a sealed value with the key that it names.

        Raises: KeysUnusable when the key is unknown, or the value was changed or moved.
        """
        key_id = sealed[1 : 1 + _KEY_ID_BYTES].decode("ascii", "replace")
        key = self.seal_keys.get(key_id)
        if key is None:
            message = "a value was sealed with a key that is not in the key file"
            raise KeysUnusable(message)
        return _open(key, sealed, place)

    def unseal_each(
        self, table: str, column: str, sealed: Sequence[tuple[str, str]]
    ) -> Iterator[str | None]:
        """Open texts of one column, each given as row id and value in hex digits; else None."""
        before = f"{table}\x1f{column}\x1f".encode()
        for row, value in sealed:
            raw = bytes.fromhex(value)
            key = self.seal_keys.get(raw[1:_HEAD_BYTES].decode("ascii", "replace"))
            try:
                if key is None:
                    yield None
                else:
                    yield _open_bound(_cipher(key), raw, before + row.encode()).decode()
            except (KeysUnusable, ValueError):
                yield None

    def unseal(self, sealed: bytes, place: Place) -> str:
        """Open sealed text.

        Raises: KeysUnusable.
        """
        return self.unseal_bytes(sealed, place).decode()

    def hash(self, purpose: str, value: str) -> bytes:
        """Return the current keyed hash of a value: one version byte and 32 bytes."""
        return self._hash(self.current_hash, purpose, value)

    def hashes(self, purpose: str, value: str) -> list[bytes]:
        """Return the hashes under every key, the current first, for look-ups while keys rotate."""
        versions = sorted(self.hash_keys, key=lambda version: version != self.current_hash)
        return [self._hash(version, purpose, value) for version in versions]

    def _hash(self, version: int, purpose: str, value: str) -> bytes:
        message = f"{purpose}\x1f{value}".encode()
        return bytes([version]) + hmac.digest(self.hash_keys[version], message, hashlib.sha256)


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    # Making one takes as long as opening a value with it.
    return AESGCM(key)


def _open(key: bytes, sealed: bytes, place: Place) -> bytes:
    return _open_bound(_cipher(key), sealed, place.bound())


def _open_bound(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    if not sealed.startswith(_FORMAT):
        message = "a sealed value has an unknown format"
        raise KeysUnusable(message)
    head = sealed[:_HEAD_BYTES]
    try:
        return cipher.decrypt(
            sealed[_HEAD_BYTES:_OPENING_BYTES], sealed[_OPENING_BYTES:], head + bound
        )
    except (InvalidTag, ValueError) as error:
        message = "a sealed value was changed, moved, or sealed with another key"
        raise KeysUnusable(message) from error


def fresh_keyring() -> Keyring:
    """Make a key ring with new random keys."""
    return Keyring({"k001": secrets.token_bytes(32)}, "k001", {1: secrets.token_bytes(32)}, 1)


def rotated(keys: Keyring) -> Keyring:
    """Return the ring with a new current sealing key and hash key; the old ones still open."""
    number = int(keys.current_seal[1:]) + 1
    version = keys.current_hash + 1
    return Keyring(
        {**keys.seal_keys, f"k{number:03}": secrets.token_bytes(32)},
        f"k{number:03}",
        {**keys.hash_keys, version: secrets.token_bytes(32)},
        version,
    )


def write_keyring(keys: Keyring, path: Path) -> None:
    """Write the key file, readable by its owner alone; an existing file is never overwritten.

    Raises: FileExistsError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    body = {
        "format": 1,
        "seal": {
            "current": keys.current_seal,
            "keys": {name: base64.b64encode(key).decode() for name, key in keys.seal_keys.items()},
        },
        "hash": {
            "current": keys.current_hash,
            "keys": {
                str(name): base64.b64encode(key).decode() for name, key in keys.hash_keys.items()
            },
        },
    }
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(body, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        # link() refuses to replace, unlike rename(): two first starts at once keep one file.
        os.link(draft, path)
    finally:
        draft.unlink()


def read_keyring(path: Path) -> Keyring:
    """Read the key file.

    Raises: KeysUnusable with a sentence for the operator.
    """
    try:
        body = json.loads(path.read_text())
        keys = Keyring(
            {name: base64.b64decode(key) for name, key in body["seal"]["keys"].items()},
            body["seal"]["current"],
            {int(name): base64.b64decode(key) for name, key in body["hash"]["keys"].items()},
            int(body["hash"]["current"]),
        )
        lengths = {len(key) for key in (*keys.seal_keys.values(), *keys.hash_keys.values())}
        complete = keys.current_seal in keys.seal_keys and keys.current_hash in keys.hash_keys
    except FileNotFoundError as error:
        message = f"the key file {path} is missing"
        raise KeysUnusable(message) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"the key file {path} cannot be read: {type(error).__name__}"
        raise KeysUnusable(message) from error
    if lengths != {32} or not complete:
        message = f"the key file {path} is damaged"
        raise KeysUnusable(message)
    return keys
