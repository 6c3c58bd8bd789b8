"""`python -m bot`."""

import gc
import os
import sys

_STOPPED = "Đã dừng theo Ctrl+C trước khi bắt đầu.\n"
_CODE = 130

if __name__ == "__main__":
    try:
        # Reading the packages takes a second, in which people press Ctrl+C too; it would take a
        # third more with a collector that looks for garbage in what stays until the end.
        gc.disable()
        from bot.main import main

        gc.freeze()
        gc.enable()
        main()
    except KeyboardInterrupt:
        sys.stderr.write(_STOPPED)
        sys.stderr.flush()
        # Python ends by the signal, not with the code, when it was inside an `exec` of a text,
        # as packages use to make classes; nothing is open yet that wants closing.
        os._exit(_CODE)
