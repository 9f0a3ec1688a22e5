"""Every address of the interface for programs."""

from __future__ import annotations

import re

from django.urls import path

from hansa.office.api.schema import addresses, view

urlpatterns = [path(end, view(end), name=re.sub(r"<\w+:", "<", f"api {end}".strip())) for end in addresses()]
