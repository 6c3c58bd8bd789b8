"""Length of text as messaging platforms count it."""


def utf16_length(text: str) -> int:
    """Count UTF-16 units: an emoji is two, a Vietnamese letter in NFC is one."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")
