"""How the company quotes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from crm.quotes.models import QuoteSettings


@transaction.atomic
def update_quote_settings(**changes: Any) -> QuoteSettings:
    """Change fields; the row is made with the first change. Quotes that are there keep what held when they were made.

    Raises FieldDoesNotExist for an unknown field.
    """
    rules = QuoteSettings.objects.select_for_update().first() or QuoteSettings()
    for name, value in changes.items():
        QuoteSettings._meta.get_field(name)
        setattr(rules, name, value)
    rules.save()
    return rules
