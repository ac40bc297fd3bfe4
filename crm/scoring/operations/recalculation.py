"""Many leads scored again at once: per batch one lock, one INSERT into the ledger, one UPDATE, whatever its
size.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, TextField, Value, When

from core.conditions import Moment
from core.events.operations import EventDraft, record_all
from crm.pipeline.models import Lead
from crm.qualification.answers import Question, contained
from crm.scoring.scoring import ENGAGEMENT, FIT, Rule, RuleBook

Statement = tuple[str, list[Any]]

_PLACEHOLDER = re.compile("%[s%]")

_LEDGER = """
    WITH batch(lead_id) AS (SELECT unnest(%(ids)s::bigint[])),
    rules(place, rule_key, rule_group, name, points) AS (
        SELECT * FROM unnest(
            %(places)s::int[], %(keys)s::uuid[], %(groups)s::text[], %(names)s::text[], %(points)s::int[]
        )
    ),
    held(lead_id, place) AS (HELD),
    wanted AS (
        SELECT DISTINCT held.lead_id, rule_key, rule_group, name, points
        FROM held JOIN batch USING (lead_id) JOIN rules USING (place)
    ),
    ledger AS (
        SELECT lead_id, rule_key, "group" AS rule_group, max(rule_name) AS name, sum(points) AS points
        FROM crm_scoreentry JOIN batch USING (lead_id) GROUP BY 1, 2, 3
    )
    INSERT INTO crm_scoreentry (lead_id, rule_key, rule_name, "group", rule_set_version, points, reason)
    SELECT lead_id, rule_key, coalesce(wanted.name, rules.name, ledger.name), rule_group, %(version)s,
        coalesce(wanted.points, 0) - coalesce(ledger.points, 0),
        jsonb_build_object('held', wanted.points IS NOT NULL)
    FROM wanted FULL JOIN ledger USING (lead_id, rule_key, rule_group)
        LEFT JOIN rules USING (rule_key, rule_group)
    WHERE coalesce(wanted.points, 0) <> coalesce(ledger.points, 0)
    ORDER BY lead_id, rules.place
"""

_LEADS = """
    WITH judged(lead_id, was, known, against, lacking) AS (JUDGED),
    totals AS (
        SELECT lead_id, sum(points) FILTER (WHERE "group" = %(fit)s) AS fit,
            sum(points) FILTER (WHERE "group" = %(engagement)s) AS engagement
        FROM crm_scoreentry WHERE lead_id = ANY(%(ids)s) GROUP BY lead_id
    ),
    points AS (
        SELECT judged.*, coalesce(fit, 0) AS fit, coalesce(engagement, 0) AS engagement,
            coalesce(fit, 0) + coalesce(engagement, 0) AS total
        FROM judged LEFT JOIN totals USING (lead_id) WHERE lead_id = ANY(%(ids)s)
    ),
    outcome AS (
        SELECT *,
            CASE WHEN total >= %(grade_a)s THEN 'A' WHEN total >= %(grade_b)s THEN 'B'
                WHEN total >= %(grade_c)s THEN 'C' ELSE 'D' END AS grade,
            CASE WHEN against <> '' THEN 'not_fit'
                WHEN %(version)s = 0 OR NOT known OR lacking <> '' THEN 'unknown'
                WHEN total >= %(qualified)s THEN 'qualified'
                WHEN total >= %(nurture)s THEN 'nurture' ELSE 'not_fit' END AS qualification,
            CASE WHEN against <> '' THEN against WHEN known THEN lacking ELSE '' END AS reason
        FROM points
    )
    UPDATE crm_lead SET fit = outcome.fit, engagement = outcome.engagement, score = outcome.total,
        grade = outcome.grade, qualification = outcome.qualification,
        rule_set_version = nullif(%(version)s, 0), scored_at = %(now)s
    FROM outcome
    WHERE crm_lead.id = outcome.lead_id
        AND (crm_lead.fit, crm_lead.engagement, crm_lead.grade, crm_lead.qualification)
            IS DISTINCT FROM (outcome.fit, outcome.engagement, outcome.grade, outcome.qualification)
    RETURNING crm_lead.id, crm_lead.contact_id, outcome.was, outcome.qualification, outcome.reason
"""


@dataclass(frozen=True)
class Recalculated:
    """`ledger_rows` were written for `leads` whose score, grade or qualification changed."""

    ledger_rows: int
    leads: int


def recalculate(*, ids: Sequence[int], book: RuleBook, at: Moment) -> Recalculated:
    """Score the leads of these ids, locked by the caller, as `crm.scoring.scoring` would one by one.

    The same result as `rescore` of each, with an event only where the qualification changed. A rule whose
    condition cannot be read holds for nobody.
    """
    leads = Lead.objects.filter(pk__gte=min(ids), pk__lte=max(ids)).order_by()
    ledger_rows = _write_ledger(list(ids), leads, book, at)
    changed = _update_leads(list(ids), leads, book, at)
    record_all(_draft(*row) for row in changed if row[2] != row[3])
    return Recalculated(ledger_rows, len(changed))


def _write_ledger(ids: list[int], leads: QuerySet[Lead], book: RuleBook, at: Moment) -> int:
    rules = dict(enumerate(book.rules))
    held, held_params = _held(leads, rules, at)
    values = {
        "ids": ids,
        "places": list(rules),
        "keys": [rule.key for rule in rules.values()],
        "groups": [rule.group for rule in rules.values()],
        "names": [rule.name for rule in rules.values()],
        "points": [rule.points for rule in rules.values()],
        "version": book.version or 0,
    }
    with connection.cursor() as cursor:
        cursor.execute(*_joined(_LEDGER, values, "HELD", held, held_params))
        return int(cursor.rowcount)


def _update_leads(
    ids: list[int], leads: QuerySet[Lead], book: RuleBook, at: Moment
) -> list[tuple[int, int, str, str, str]]:
    judged, judged_params = _judged(leads, book.questions)
    limits = book.thresholds
    values = {
        "ids": ids,
        "fit": FIT,
        "engagement": ENGAGEMENT,
        "grade_a": limits.grade_a,
        "grade_b": limits.grade_b,
        "grade_c": limits.grade_c,
        "qualified": limits.qualified,
        "nurture": limits.nurture,
        "version": book.version or 0,
        "now": at.now,
    }
    with connection.cursor() as cursor:
        cursor.execute(*_joined(_LEADS, values, "JUDGED", judged, judged_params))
        return list(cursor.fetchall())


def _held(leads: QuerySet[Lead], rules: Mapping[int, Rule], at: Moment) -> Statement:
    """(lead, place of the rule) for every rule that holds."""
    parts: list[str] = []
    params: list[Any] = []
    for place, rule in rules.items():
        if rule.condition is None:
            continue
        marked = leads.filter(rule.condition.to_q(at)).values_list(
            "pk", Value(place, output_field=IntegerField())
        )
        try:
            sql, own = marked.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(sql)
        params += own
    return " UNION ALL ".join(parts) or "SELECT NULL::bigint, NULL::int WHERE false", params


def _judged(leads: QuerySet[Lead], questions: Sequence[Question]) -> Statement:
    """Per lead the key of the first disqualifying answer and of the first missing must-have, "" for none."""
    against = [When(_disqualifies(each), then=Value(each.key)) for each in questions if each.disqualifying]
    lacking = [
        When(~Q(answers__has_key=each.key), then=Value(each.key)) for each in questions if each.must_have
    ]
    known = Case(When(answers={}, then=Value(value=False)), default=Value(value=True))
    judged = leads.values_list("pk", "qualification", known, _first(against), _first(lacking))
    sql, params = judged.query.sql_with_params()
    return sql, list(params)


def _disqualifies(question: Question) -> Q:
    found = Q()
    for value in question.disqualifying:
        found |= Q(answers__contains={question.key: contained(value)})
    return found


def _first(cases: Sequence[When]) -> Case:
    return Case(*cases, default=Value(""), output_field=TextField())


def _joined(
    template: str, values: Mapping[str, Any], place: str, sql: str, params: Sequence[Any]
) -> tuple[str, dict[str, Any]]:
    """The template with a compiled query in its place; the query's parameters get names as the template's
    have.
    """
    names = [f"p{number}" for number in range(len(params))]
    following = iter(names)
    named = _PLACEHOLDER.sub(lambda found: f"%({next(following)})s" if found[0] == "%s" else found[0], sql)
    return template.replace(place, named), {**values, **dict(zip(names, params, strict=True))}


def _draft(lead_id: int, contact_id: int, was: str, qualification: str, reason: str) -> EventDraft:
    return EventDraft(
        name="lead.qualification_changed",
        subject=Lead(pk=lead_id, contact_id=contact_id),
        payload={"from": was, "to": qualification, "reason": reason},
    )
