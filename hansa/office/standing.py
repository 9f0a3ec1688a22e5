"""Whether the office may stand as it is: what Django's checks say of it, and what only we know."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError

from hansa.office.viewer import office


@register(Tags.database)
def sample_accounts(app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Sample accounts exist in the demo and nowhere else."""
    from hansa.office.models import Account  # slow import

    if office().demo or not databases:
        return []
    try:
        names = list(Account.objects.filter(sample=True).values_list("name", flat=True)[:5])
    except DatabaseError:  # no tables yet
        return []
    if not names:
        return []
    hint = "Their passwords were shown to somebody once. Start with an empty database."
    return [Error(f"Sample accounts exist outside the demo: {', '.join(names)}.", hint=hint, id="office.E001")]


@register(Tags.security, deploy=True)
def hosts(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """An office that is reached from outside says under which names."""
    if office().demo:
        return [Error("This is the demo: everything in it is invented.", hint="hansa serve --home", id="office.E002")]
    if office().hosts:
        return []
    hint = 'Write hosts = ["register.example.org"] into office.toml.'
    return [Caution("The office names no host: it answers on this machine only.", hint=hint, id="office.W001")]
