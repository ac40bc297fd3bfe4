"""What judging a lead needs to know of it, and for how many leads a rule holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Max, OuterRef, Subquery, Sum
from django.db.models.functions import JSONObject

from core.conditions import Moment
from crm.contacts.models import ContactPoint
from crm.contacts.queries import points_of_contact
from crm.pipeline.models import Lead, StageKind
from crm.scoring.facts import Facts, KnownLead
from crm.scoring.models import RuleSet, RuleSetStatus, ScoreEntry
from crm.scoring.queries.books import CRITERIA_HISTORY
from crm.scoring.scoring import Balance, Rule


def facts_of(lead: Lead) -> Facts:
    """What judging the lead needs, in one query."""
    points = ContactPoint.objects.filter(contact=OuterRef("contact")).order_by("-id")
    sums = (
        ScoreEntry.objects.filter(lead=OuterRef("pk"))
        .order_by()
        .values("rule_key", "group")
        .annotate(
            row=JSONObject(
                key="rule_key",
                group="group",
                points=Sum("points"),
                name=Max("rule_name"),
                version=Max("rule_set_version"),
                since=Max("created_at"),
            )
        )
    )
    found = (
        Lead.objects.filter(pk=lead.pk)
        .order_by()
        .values_list(
            Subquery(RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).values("pk")[:1]),
            Subquery(CRITERIA_HISTORY.objects.order_by("-pgh_id").values("pgh_id")[:1]),
            ArraySubquery(points.values(pair=JSONObject(kind="kind", value="value"))),
            ArraySubquery(sums.values("row")),
        )
        .get()
    )
    rule_set_id, mark, pairs, rows = found
    balances = (_balance(row) for row in rows)
    first = {pair["kind"]: pair["value"] for pair in pairs}
    return Facts(rule_set_id, mark or 0, first, tuple(each for each in balances if each.points))


def _balance(row: Mapping[str, Any]) -> Balance:
    since = datetime.fromisoformat(row["since"])
    return Balance(UUID(row["key"]), row["group"], row["points"], row["name"], row["version"], since)


def points_of(lead: Any) -> Mapping[str, str]:
    """The first phone and the first email of the lead's contact, by kind."""
    if isinstance(lead, KnownLead):
        return lead.points
    if Lead.contact.is_cached(lead) and lead.contact.known_points is not None:
        return points_of_contact(lead.contact)
    rows = ContactPoint.objects.filter(contact=lead.contact_id).order_by("-id")
    return dict(rows.values_list("kind", "value"))


def holding_counts(rules: Iterable[Rule], at: Moment) -> dict[UUID, int]:
    """For how many open leads each rule holds as of the moment; one query for all rules."""
    parts = {
        f"rule_{place}": (rule.key, Count("pk", filter=rule.condition.to_q(at)))
        for place, rule in enumerate(rules)
        if rule.condition is not None
    }
    if not parts:
        return {}
    counted = {name: count for name, (_key, count) in parts.items()}
    found = Lead.objects.filter(stage_kind=StageKind.OPEN).aggregate(**counted)
    return {key: found[name] for name, (key, _count) in parts.items()}
