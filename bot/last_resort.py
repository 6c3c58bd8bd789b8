"""End a process that was told to stop and cannot, for its database answers nothing, not even no.

A thread that waits for a silent server can be neither interrupted nor left behind. What such a
process had not settled is as after a kill: others take it over.
"""

import os
import threading

import structlog

log = structlog.get_logger(__name__)

CODE = 1


class LastResort:
    """Ends this process some seconds after it was told to stop, if it is still there."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s

    def begin(self) -> None:
        """Let the seconds run; a process that ends by itself before is left alone."""
        # The event loop may wait for the very thread that hangs.
        timer = threading.Timer(self._patience_s, self._end)
        timer.daemon = True
        timer.start()

    def _end(self) -> None:
        log.error("not_stopped_in_time", patience_s=self._patience_s)
        os._exit(CODE)
