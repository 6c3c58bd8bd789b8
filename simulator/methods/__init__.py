"""The Bot API's methods, by subject."""

from collections.abc import Mapping
from types import MappingProxyType

from simulator.calls import Handler
from simulator.methods import answers, members, receiving, sends

METHODS: Mapping[str, Handler] = MappingProxyType(
    {
        **receiving.METHODS,
        **sends.METHODS,
        **answers.METHODS,
        **members.METHODS,
    }
)
