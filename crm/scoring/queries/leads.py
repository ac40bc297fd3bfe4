"""What judging a lead needs to know of it, and for how many leads a rule holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count

from core.conditions import Moment
from crm.contacts.models import ContactPoint
from crm.contacts.queries import points_of_contact
from crm.pipeline.models import Lead, StageKind
from crm.scoring.facts import Facts, KnownLead
from crm.scoring.scoring import Balance, Rule

_FACTS = """
    SELECT json_build_array(
        (SELECT id FROM crm_ruleset WHERE status = 'published'),
        (SELECT pgh_id FROM crm_criterionevent ORDER BY pgh_id DESC LIMIT 1),
        (SELECT json_agg(json_build_array(kind, value) ORDER BY id DESC)
            FROM crm_contactpoint WHERE contact_id = lead.contact_id),
        (SELECT json_agg(line) FROM (
            SELECT rule_key AS key, "group", sum(points) AS points, max(rule_name) AS name,
                max(rule_set_version) AS version, max(created_at) AS since
            FROM crm_scoreentry WHERE lead_id = lead.id GROUP BY rule_key, "group"
        ) AS line)
    )::text FROM crm_lead AS lead WHERE id = %s
"""
"""Plain SQL: every message scores its lead, and compiling this from expressions took longer than running it."""


def facts_of(lead: Lead) -> Facts:
    """What judging the lead needs, in one query. Raises Lead.DoesNotExist."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [lead.pk])
        found = cursor.fetchone()
    if found is None:
        raise Lead.DoesNotExist
    rule_set_id, mark, pairs, rows = json.loads(found[0])
    balances = (_balance(row) for row in rows or ())
    return Facts(rule_set_id, mark or 0, dict(pairs or ()), tuple(each for each in balances if each.points))


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
