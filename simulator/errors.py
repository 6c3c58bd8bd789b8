"""What goes wrong, said the way each side expects to hear it."""

from collections.abc import Mapping


class ApiError(Exception):
    """Refuse a Bot API call with Telegram's own code and description.

    `parameters` holds what Telegram puts beside the description: `retry_after` (seconds) or
    `migrate_to_chat_id`.
    """

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})


class PhoneError(Exception):
    """Refuse what a phone asked for, with a Vietnamese sentence for its owner."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence


def bad_request(reason: str) -> ApiError:
    """Build a 400 with the first letter lowered, as Client.cpp's `fail_query_with_error` does."""
    shouting = len(reason) >= 2 and (reason[1] == "_" or "A" <= reason[1] <= "Z")
    said = reason if shouting else reason[:1].lower() + reason[1:]
    return ApiError(400, f"Bad Request: {said}")


def forbidden(reason: str) -> ApiError:
    """Build a 403."""
    return ApiError(403, f"Forbidden: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """Build a 429 whose wait is in whole seconds."""
    return ApiError(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )
