"""What Telegram answers to calls of ours, and what an answer means. Pure."""

from bot.channels import starting
from bot.channels.raw import integer, mapping
from domain.failures import Ambiguous, Refused, SendFailure
from domain.messages import Sent


def sent_of(result: object) -> Sent:
    """Return the message that a send became.

    Raises: Ambiguous when the answer names none.
    """
    return Sent(_number(result, "message_id", "answer: no message id"))


def topic_of(result: object) -> str:
    """Return the thread of the topic that was opened.

    Raises: Ambiguous when the answer names none.
    """
    return _number(result, "message_thread_id", "answer: no topic")


def is_bad_address(failure: SendFailure) -> bool:
    """Tell whether the webhook's address itself is wrong; a name may be found again later."""
    reason = failure.reason if isinstance(failure, Refused) else ""
    return reason.startswith("webhook:") and "resolve" not in reason.lower()


def _number(result: object, name: str, otherwise: str) -> str:
    number = integer(mapping(result).get(name))
    if number is None:
        raise Ambiguous(otherwise)
    return str(number)


def at_start(failure: SendFailure) -> SendFailure:
    """Return a failure at the start by what it means for the service."""
    return failure if is_bad_address(failure) else starting.at_start(failure)
