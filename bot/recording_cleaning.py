"""Clean copies of recordings and films, made in a process of their own (`recording_engine`)."""

import os
import subprocess
import sys
from pathlib import Path

from bot.photo_cleaning import NEEDED, NotClean
from domain.file_kind import AAC_STARTS

_ENGINE = Path(__file__).resolve().with_name("recording_engine.py")
_TOO_LONG = 4
_SOUND_S, _FILM_S = 40, 120
"""Seconds that the other process is given: ten minutes of sound, a minute of film."""
_SHAPES = (
    (b"OggS", 0, "ogg"),
    (b"ftyp", 4, "mov"),
    (b"\x1a\x45\xdf\xa3", 0, "matroska"),
    (b"WAVE", 8, "wav"),
    (b"#!AMR", 0, "amr"),
    (b"fLaC", 0, "flac"),
    *((start, 0, "aac") for start in AAC_STARTS),
)


def sound_apart(data: bytes) -> bytes:
    """Return the sound of a recording alone, as Ogg/Opus; blocks meanwhile.

    Raises: NotClean.
    """
    return _apart("sound", data, _SOUND_S)


def film_apart(data: bytes) -> bytes:
    """Return the pictures and the sound of a film alone, small, as MP4; blocks meanwhile.

    Raises: NotClean.
    """
    return _apart("film", data, _FILM_S)


def _apart(mode: str, data: bytes, seconds: int) -> bytes:
    shape = next((name for mark, at, name in _SHAPES if data[at:].startswith(mark)), "mp3")
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own file
            [sys.executable, "-I", str(_ENGINE), mode, shape],
            input=data,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={name: os.environ[name] for name in NEEDED if name in os.environ},
        )
    except subprocess.TimeoutExpired:
        raise NotClean(too_big=True) from None
    if done.returncode or not done.stdout:
        raise NotClean(too_big=done.returncode == _TOO_LONG)
    return done.stdout
