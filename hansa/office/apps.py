"""The office as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Office(AppConfig):
    """The one application of the site."""

    name = "hansa.office"
    label = "office"

    def ready(self) -> None:
        """Register the checks that `hansa serve --check` runs."""
        from hansa.office import standing  # noqa: F401  slow import
