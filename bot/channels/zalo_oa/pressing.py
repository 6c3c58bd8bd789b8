"""What a button sends back: its action as a text, under a seal for the chat in which it stands.

A press comes as a text like any other, and a link (`zalo.me/<oa>?text=…`) puts any text before
anybody, ready to be sent. Without the seal a stranger's link could say yes, or stop, for them.
"""

import base64
import hashlib
import hmac
import re

from domain.messages import STALE

PRESS = "#!"
"""Before a button's action: nobody types that by chance."""
_MARK = "~"
_SEAL_BYTES = 9
_WRITTEN = re.compile(rf"{re.escape(PRESS)}([!-~]{{1,64}}?)(?:{_MARK}([A-Za-z0-9_-]{{12}}))?")


def press_text(secret: bytes, chat_id: str, action: str) -> str:
    """Return what a button with an action sends from a chat."""
    return f"{PRESS}{action}{_MARK}{_seal(secret, chat_id, action)}"


def action_of(secret: bytes, chat_id: str, text: str) -> str | None:
    """Return the action that a text presses; `STALE` without our seal, None for other texts."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    wanted = _seal(secret, chat_id, found[1])
    return found[1] if hmac.compare_digest((found[2] or "").encode(), wanted.encode()) else STALE


def _seal(secret: bytes, chat_id: str, action: str) -> str:
    told = f"press\n{chat_id}\n{action}".encode("utf-8", "replace")
    sealed = hmac.new(secret, told, hashlib.sha256).digest()[:_SEAL_BYTES]
    return base64.urlsafe_b64encode(sealed).decode()
