"""What follows a quote by itself."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from automation.quotes.models import QuoteFollowUps


@transaction.atomic
def update_follow_ups(**changes: Any) -> QuoteFollowUps:
    """Change fields; the row is made with the first change. What is planned already keeps its time, and is looked at anew
    when it has come. Raises FieldDoesNotExist for an unknown field.
    """
    rules = QuoteFollowUps.objects.select_for_update().first() or QuoteFollowUps()
    for name, value in changes.items():
        QuoteFollowUps._meta.get_field(name)
        setattr(rules, name, value)
    rules.save()
    return rules
