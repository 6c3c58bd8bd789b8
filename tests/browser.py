"""Debian's Chromium for tests; nothing is downloaded."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright, expect

# Fixed, so that pictures are the same everywhere; the last for machines with a tiny /dev/shm.
_WORDS = (
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-dev-shm-usage",
)

PATIENCE_MS = 60_000
"""For a busy machine: nothing that is waited for hangs on it."""
expect.set_options(timeout=PATIENCE_MS)


class ChromiumMissing(Exception):
    """There is no Chromium on this machine; the message says what to do."""


def chromium_path() -> str:
    """Return where Debian's Chromium is.

    Raises: ChromiumMissing.
    """
    path = shutil.which("chromium")
    if path is None:
        raise ChromiumMissing(
            "Chromium is not installed. `make test` installs it when it may; "
            "else type: apt-get install chromium"
        )
    return path


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser without a window, and end it."""
    # Chromium refuses to run its sandbox as root.
    words = [*_WORDS, "--no-sandbox"] if os.getuid() == 0 else [*_WORDS]
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium_path(), args=words)
        try:
            yield started
        finally:
            await started.close()
