"""The office as a WSGI server runs it: gunicorn hansa.office.wsgi."""

from __future__ import annotations

import atexit
import logging
import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hansa.office.settings")
application = get_wsgi_application()


def _warm() -> None:
    from hansa.office.warming import warm  # slow import

    warm()


def _leave() -> None:
    """End at once where the statistics are still being asked in advance: nobody needs the answers any more, and an
    engine that is taken apart while it works brings the process down with a noise.
    """
    if _warming.is_alive():
        logging.shutdown()
        os._exit(0)


_warming = threading.Thread(target=_warm, name="warming", daemon=True)
atexit.register(_leave)
_warming.start()
