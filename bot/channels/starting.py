"""What a failure means when an account begins."""

from domain.failures import AccountDown, SendFailure, Transient


def at_start(failure: SendFailure) -> SendFailure:
    """Return a failure at the start by what it means for the service: down, or tried again."""
    if isinstance(failure, AccountDown | Transient):
        return failure
    meaning = f"start: {type(failure).__name__} {getattr(failure, 'reason', '')}"
    return Transient(meaning.rstrip())
