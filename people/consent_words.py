"""Which words a resident agreed to: a version made from the text that was shown, to the letter."""

import hashlib

CONSENT_TEXT = "sys-welcome-consent"
OF_SEVERAL_CHANNELS = "sys-consent-channels"
"""Added where the installation writes and reads on several platforms."""
OF_ARTICLES = "sys-consent-articles"
"""Added where it puts up public pages."""


def version_of(text: str) -> str:
    """Return twelve hexadecimal digits of a text's SHA-256, short enough for a button."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
