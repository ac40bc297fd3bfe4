"""Which rules ask for something."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from crm.errors import Use
from crm.scoring.models import RuleSetStatus, ScoringRule
from crm.uses import mentions


def rules_using(field: str, choice: str | None = None) -> Iterator[Use]:
    """Rules of the published and of draft versions that ask for the field, or for that choice of it."""
    live = (RuleSetStatus.PUBLISHED, RuleSetStatus.DRAFT)
    for row in ScoringRule.objects.filter(rule_set__status__in=live).select_related("rule_set"):
        if mentions(row.condition, field, choice):
            yield Use(_("Scoring rule"), row.name)
