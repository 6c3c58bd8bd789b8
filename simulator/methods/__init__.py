"""The Bot API's methods, by subject."""

from collections.abc import Mapping
from types import MappingProxyType

from simulator.calls import Handler
from simulator.methods import (
    answers,
    edits,
    forum,
    forwards,
    marks,
    media,
    members,
    profile,
    receiving,
    sends,
)

_BY_NAME: dict[str, Handler] = {
    **receiving.METHODS,
    **sends.METHODS,
    **media.METHODS,
    **forwards.METHODS,
    **edits.METHODS,
    **answers.METHODS,
    **members.METHODS,
    **forum.METHODS,
    **marks.METHODS,
    **profile.METHODS,
}

# Method names are case-insensitive (Bot API, "Making requests").
METHODS: Mapping[str, Handler] = MappingProxyType(
    {name.lower(): handler for name, handler in _BY_NAME.items()}
)
NAMES: Mapping[str, str] = MappingProxyType({name.lower(): name for name in _BY_NAME})
