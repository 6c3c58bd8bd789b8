"""`python -m bot`."""

import sys

_STOPPED = "Đã dừng theo Ctrl+C trước khi bắt đầu.\n"

if __name__ == "__main__":
    try:
        # Reading the packages takes a second, in which people press Ctrl+C too.
        from bot.main import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write(_STOPPED)
        raise SystemExit(130) from None
