"""Ports for servers that are to be known before they start, or come back after a kill."""

import atexit
import socket

_held: list[socket.socket] = []


def free_port() -> int:
    """Return a port on which nobody listens, and which nobody else is given as long as we live.

    A server may listen there, again and again: who holds a port without listening is no hindrance
    to another that asks for it by its number, as long as both say that it is used again.
    """
    holding = socket.socket()
    holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holding.bind(("127.0.0.1", 0))
    _held.append(holding)
    port: int = holding.getsockname()[1]
    return port


@atexit.register
def _let_go() -> None:
    for holding in _held:
        holding.close()
