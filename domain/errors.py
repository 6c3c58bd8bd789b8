"""Errors of our own, sorted by what the caller should do."""


class Refusal(Exception):
    """The person can mend it: they are told the catalogue's sentence `key`, filled with `facts`."""

    def __init__(self, key: str, **facts: str) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


class Misconfigured(Exception):
    """The operator can mend it: the text says in one sentence what is wrong and what to do."""
