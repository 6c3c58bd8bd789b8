"""Write messages as JSON and read them back, checked."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from domain.messages import (
    ChatMoved,
    Copied,
    Echo,
    Edit,
    Incoming,
    Membership,
    Message,
    Outgoing,
    Press,
    ReceiptEvent,
    Withdrawn,
)

_Tagged = Annotated[
    Message | Edit | Press | ReceiptEvent | Echo | Membership | ChatMoved | Withdrawn | Copied,
    Field(discriminator="kind"),
]
_INCOMING: TypeAdapter[Incoming] = TypeAdapter(_Tagged)
_OUTGOING: TypeAdapter[Outgoing] = TypeAdapter(Outgoing)


def write_incoming(incoming: Incoming) -> str:
    """Return the JSON text of an incoming item."""
    return _INCOMING.dump_json(incoming, exclude_defaults=False).decode()


def read_incoming(text: str) -> Incoming:
    """Read what `write_incoming` wrote.

    Raises: pydantic.ValidationError.
    """
    return _INCOMING.validate_json(text)


def write_outgoing(outgoing: Outgoing) -> str:
    """Return the JSON text of an outgoing message, defaults left out."""
    return _OUTGOING.dump_json(outgoing, exclude_defaults=True).decode()


def read_outgoing(text: str) -> Outgoing:
    """Read what `write_outgoing` wrote.

    Raises: pydantic.ValidationError.
    """
    return _OUTGOING.validate_json(text)
