"""`hansa` and `python -m hansa`: who stops the command line, even while it is loading, sees no traceback."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

STOPPED = 128 + signal.SIGINT  # what a shell reports of a program that Ctrl-C has ended


def main() -> None:
    """Load the command line and run it; interrupted, it ends quietly with exit code 130.

    >>> callable(main)
    True
    """
    asked = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else it is ignored, as under nohup
    if asked:
        signal.signal(signal.SIGINT, _leave)
    from hansa.cli import main as run  # slow import

    if asked:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(STOPPED)


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: nothing is open yet, and an exception in the middle of an import would print where it was."""
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
