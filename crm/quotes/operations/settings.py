"""How the company quotes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from core.events.actor import Actor
from core.events.operations import record
from crm.quotes.models import QuoteSettings


@transaction.atomic
def update_quote_settings(*, actor: Actor, **changes: Any) -> QuoteSettings:
    """Change fields; the row is made with the first change. Quotes that are there keep what held when they were made.

    The same once more: nothing happens. Raises FieldDoesNotExist for an unknown field.
    """
    rules = QuoteSettings.objects.select_for_update().first() or QuoteSettings()
    changed = []
    for name, value in changes.items():
        QuoteSettings._meta.get_field(name)
        if getattr(rules, name) != value:
            setattr(rules, name, value)
            changed.append(name)
    if changed:
        rules.save()
        record(
            name="quote_settings.changed", subject=rules, actor=actor, payload={"changes": sorted(changed)}
        )
    return rules
