"""The office as a WSGI server runs it: gunicorn hansa.office.wsgi."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hansa.office.settings")
application = get_wsgi_application()


def _warm() -> None:
    from hansa.office.warming import warm  # slow import

    warm()


threading.Thread(target=_warm, name="warming").start()
