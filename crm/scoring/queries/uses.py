"""Which rules mention an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.errors import Use
from crm.scoring.models import RuleSetStatus, ScoringRule


def rules_using(key: str, choice: str | None = None) -> Iterator[Use]:
    """Rules of the published and of draft versions that ask for an answer, or for that choice of it."""
    live = (RuleSetStatus.PUBLISHED, RuleSetStatus.DRAFT)
    for row in ScoringRule.objects.filter(rule_set__status__in=live).select_related("rule_set"):
        if any(mentions(leaf, key, choice) for leaf in leaves(row.condition)):
            yield Use(_("Scoring rule"), row.name)


def leaves(json: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(json, Mapping):
        if "field" in json:
            yield json
        parts: Iterable[Any] = json.values()
    else:
        parts = json if isinstance(json, list) else ()
    for part in parts:
        if isinstance(part, dict | list):
            yield from leaves(part)


def mentions(leaf: Mapping[str, Any], key: str, choice: str | None) -> bool:
    value = leaf.get("value")
    named = choice is None or choice == value or (isinstance(value, list) and choice in value)
    return leaf["field"] == f"answer.{key}" and named
