"""Whether a webhook comes from Zalo: a hash over the exact bytes and a shared secret."""

import hashlib
import hmac
from collections.abc import Sequence

from bot.channels.raw import Raw
from bot.channels.zalo_oa.reading import told

HEADER = "X-ZEvent-Signature"
_PREFIX = "mac="


def signed_with(header: str, body: bytes, event: Raw, secrets: Sequence[str]) -> int | None:
    """Return which of the secrets signed the body, by its place; None: none of them.

    It is sha256 over app id, raw body, timestamp and secret, one after the other; no HMAC.
    """
    shown = header.strip().removeprefix(_PREFIX).strip().lower().encode("utf-8", "replace")
    app_id = told(event.get("app_id")).encode("utf-8", "replace")
    timestamp = told(event.get("timestamp")).encode("utf-8", "replace")
    found: int | None = None
    for place, secret in enumerate(secrets):
        wanted = hashlib.sha256(app_id + body + timestamp + secret.encode()).hexdigest()
        # Every candidate is tried, so that the time tells nothing of which one fits.
        if hmac.compare_digest(shown, wanted.encode()) and found is None:
            found = place
    return found
