"""Many leads scored again at once: per batch one lock and one statement that writes ledger and leads, whatever
its size.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from core.conditions import Moment
from core.events.operations import EventDraft, record_all
from crm.pipeline.models import Lead
from crm.scoring.queries.judging import book_values, cut_sql, judging
from crm.scoring.scoring import Rule, RuleBook, Section

NAMED = 60
"""So many leads that changed are told apart; open screens fetch more of them as a whole."""

_WRITE = """
    , rules(place, rule_key, rule_group, name) AS (
        SELECT * FROM unnest(%(places)s::int[], %(keys)s::uuid[], %(groups)s::text[], %(names)s::text[])
    ),
    wanted(lead_id, place, rule_key, rule_group, name, points, until) AS (
        SELECT lead_id, place, rule_key, rule_group, name, held.points, held.until
        FROM points, unnest(CUTS, untils) WITH ORDINALITY AS held(points, until, place) JOIN rules USING (place)
        WHERE held.points <> 0
    ),
    ledger AS (
        SELECT lead_id, rule_key, "group" AS rule_group, max(rule_name) AS name, sum(points)::int AS points
        FROM crm_scoreentry WHERE lead_id = ANY(%(ids)s) GROUP BY 1, 2, 3
    ),
    written AS (
        INSERT INTO crm_scoreentry
            (lead_id, rule_key, rule_name, "group", rule_set_version, points, reason, expires_at)
        SELECT lead_id, rule_key, coalesce(wanted.name, rules.name, ledger.name), rule_group, %(version)s,
            coalesce(wanted.points, 0) - coalesce(ledger.points, 0),
            jsonb_build_object('held', wanted.points IS NOT NULL), wanted.until
        FROM wanted FULL JOIN ledger USING (lead_id, rule_key, rule_group)
            LEFT JOIN rules USING (rule_key, rule_group)
        WHERE coalesce(wanted.points, 0) <> coalesce(ledger.points, 0)
        ORDER BY lead_id, wanted.place
        RETURNING 1
    ),
    changed AS (
        UPDATE crm_lead SET fit = outcome.fit, engagement = outcome.engagement, score = outcome.total,
            grade = outcome.grade, qualification = outcome.qualification,
            rule_set_version = nullif(%(version)s, 0), scored_at = %(now)s, score_changes_at = changes_at
        FROM outcome
        WHERE crm_lead.id = outcome.lead_id
            AND (crm_lead.fit, crm_lead.engagement, crm_lead.grade, crm_lead.qualification,
                    crm_lead.score_changes_at)
                IS DISTINCT FROM (outcome.fit, outcome.engagement, outcome.grade, outcome.qualification,
                    changes_at)
        RETURNING crm_lead.id, crm_lead.contact_id, was, outcome.qualification, reason, grade_was, outcome.grade
    )
    SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM changed),
        ARRAY(SELECT id FROM changed LIMIT %(named)s),
        (SELECT jsonb_agg(to_jsonb(changed) ORDER BY id) FROM changed
            WHERE was <> qualification OR grade < grade_was)
"""


@dataclass(frozen=True)
class Crossing:
    """A lead whose qualification changed, or whose grade rose."""

    lead_id: int
    contact_id: int
    was: str
    qualification: str
    reason: str
    grade_was: str
    grade: str

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Crossing:
        return cls(lead_id=row["id"], **{name: row[name] for name in cls.__dataclass_fields__ if name in row})

    def draft(self) -> EventDraft:
        return EventDraft(
            name="lead.qualification_changed",
            subject=Lead(pk=self.lead_id, contact_id=self.contact_id),
            payload={"from": self.was, "to": self.qualification, "reason": self.reason},
        )


@dataclass(frozen=True)
class Recalculated:
    """`ledger_rows` were written for `leads` whose score, grade or qualification changed, named by `ids` when they
    are at most NAMED; of these some crossed a threshold.
    """

    ledger_rows: int
    leads: int
    ids: tuple[int, ...] = field(default=(), compare=False)
    crossings: tuple[Crossing, ...] = field(default=(), compare=False)


def recalculate(*, ids: Sequence[int], book: RuleBook, at: Moment) -> Recalculated:
    """Score the leads of these ids, locked by the caller, as `crm.scoring.scoring` would one by one.

    The same result as `rescore` of each, with an event only where the qualification changed. A rule whose
    condition cannot be read holds for nobody.
    """
    leads = Lead.objects.filter(pk__gte=min(ids), pk__lte=max(ids), pk__in=list(ids)).order_by()
    values = {**book_values(book), **_places(book), "ids": list(ids), "now": at.now, "named": NAMED + 1}
    sql, params = judging(leads, book, at)
    with connection.cursor() as cursor:
        cursor.execute("WITH " + sql + _WRITE.replace("CUTS", _cuts(book)), {**values, **params})
        ledger_rows, changed, named, crossed = cursor.fetchone()
    crossings = [Crossing.of_row(row) for row in json.loads(crossed or "[]")]
    record_all(each.draft() for each in crossings if each.was != each.qualification)
    return Recalculated(ledger_rows, changed, tuple(named) if changed <= NAMED else (), tuple(crossings))


def _capped(book: RuleBook) -> list[Section]:
    return [section for section in book.sections if section.cap is not None]


def _places(book: RuleBook) -> dict[str, Any]:
    """The rules in the order of the array of points, and after them the groups with a cap."""
    lines: list[Rule | Section] = [*book.rules, *_capped(book)]
    return {
        "places": list(range(1, len(lines) + 1)),
        "keys": [line.key for line in lines],
        "groups": [line.group for line in lines],
        "names": [line.name for line in lines],
    }


def _cuts(book: RuleBook) -> str:
    """The array of points, and after them what each group gives too much."""
    cuts = [f"least({int(each.cap or 0)} - ({cut_sql(book, each)}), 0)" for each in _capped(book)]
    return f"points || ARRAY[{', '.join(cuts)}]" if cuts else "points"
