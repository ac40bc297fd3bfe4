"""The judgement of `crm.scoring.scoring` as one SQL statement over any number of leads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from core.conditions import Moment
from core.conditions.changes import least
from core.conditions.sql import column_of
from crm.pipeline.models import Lead
from crm.qualification.answers import Question, contained
from crm.scoring.scoring import ENGAGEMENT, FIT, Decay, Rule, RuleBook, Section

_PLACEHOLDER = re.compile("%[s%]")

JUDGED = """
    judged(lead_id, was, grade_was, score_was, kind, known, against, lacking, points, untils) AS MATERIALIZED (JUDGED),
    points AS (
        SELECT lead_id, was, grade_was, score_was, kind, known, against, lacking, points, untils, FIT AS fit,
            ENGAGEMENT AS engagement, FIT + ENGAGEMENT AS total, CHANGES AS changes_at
        FROM judged
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
"""
"""What every lead of a query gets by a book, as `crm.scoring.scoring` would judge each. The words in capitals stand
for the query, for the sums of the groups in its array of points, and for the earliest of its instants.
"""


def book_values(book: RuleBook) -> dict[str, Any]:
    """What `JUDGED` needs to know of the book itself."""
    limits = book.thresholds
    return {
        "version": book.version or 0,
        "grade_a": limits.grade_a,
        "grade_b": limits.grade_b,
        "grade_c": limits.grade_c,
        "qualified": limits.qualified,
        "nurture": limits.nurture,
    }


def judging(leads: QuerySet[Lead], book: RuleBook, at: Moment) -> tuple[str, dict[str, Any]]:
    """`JUDGED` over the leads, and the parameters of the query in it."""
    known = Case(When(answers={}, then=Value(value=False)), default=Value(value=True))
    against, lacking = _reasons(book.questions)
    points = _array([_points(rule, at) for rule in book.rules], "int[]")
    untils = [_until(rule, at) for rule in book.rules]
    judged = leads.values_list(
        "pk",
        "qualification",
        "grade",
        "score",
        "stage_kind",
        known,
        against,
        lacking,
        points,
        _array(untils, "timestamptz[]"),
    )
    sql, params = judged.query.sql_with_params()
    changes = "(SELECT min(turn) FROM unnest(untils) AS turn)" if book.timed else "NULL::timestamptz"
    places = {"CHANGES": changes, "FIT": _sum(book, FIT), "ENGAGEMENT": _sum(book, ENGAGEMENT)}
    template = JUDGED
    for word, expression in places.items():
        template = template.replace(word, expression)
    return _joined(template, sql, params)


def cut_sql(book: RuleBook, section: Section) -> str:
    """What a group gives, from the array of points."""
    places = [
        place
        for place, rule in enumerate(book.rules, 1)
        if rule.section == section.key and rule.group == section.group
    ]
    return " + ".join(f"points[{place}]" for place in places) or "0"


def _sum(book: RuleBook, group: str) -> str:
    """The points of fit or of engagement, each group with a cap at most its cap."""
    capped = {each.key: each for each in book.sections if each.cap is not None and each.group == group}
    free = [
        f"points[{place}]"
        for place, rule in enumerate(book.rules, 1)
        if rule.group == group and rule.section not in capped
    ]
    caps = [f"least({cut_sql(book, each)}, {int(each.cap or 0)})" for each in capped.values()]
    return f"({' + '.join([*free, *caps]) or '0'})"


def _array(parts: Sequence[Expression], kind: str) -> Expression:
    if not parts:
        return RawSQL(f"'{{}}'::{kind}", [])  # noqa: S611
    return Func(*parts, template=f"ARRAY[%(expressions)s]::{kind}", output_field=TextField())


def _points(rule: Rule, at: Moment) -> Expression:
    if rule.condition is None:
        return Value(0)
    given: Expression = Value(rule.points)
    if rule.decay is not None:
        given = _decayed(rule.decay, at)
    return Case(When(rule.condition.to_q(at), then=given), default=Value(0), output_field=IntegerField())


def _until(rule: Rule, at: Moment) -> Expression:
    """The instant at which time alone may change what the rule gives."""
    turns = []
    if rule.condition is not None and (turn := rule.condition.next_change_sql(at)) is not None:
        turns.append(turn)
    if rule.condition is not None and rule.decay is not None:
        falls = _falls(rule.decay, at)
        turns.append(Case(When(rule.condition.to_q(at), then=falls), output_field=DateTimeField()))
    return least(turns) or Value(None, output_field=DateTimeField())


def _begun(decay: Decay, at: Moment) -> Expression:
    return Coalesce(column_of(decay.since.orm, at), F("created_at"), output_field=DateTimeField())


def _fallen(decay: Decay, at: Moment) -> Expression:
    """How many steps the points have come down."""
    age = Func(
        Value(at.now, output_field=DateTimeField()),
        _begun(decay, at),
        template="floor(extract(epoch FROM %(expressions)s))::bigint",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    return Func(age, _steps(decay), function="width_bucket", output_field=IntegerField())


def _steps(decay: Decay) -> Expression:
    return RawSQL("%s::bigint[]", [list(decay.steps)])


def _decayed(decay: Decay, at: Moment) -> Expression:
    sign = "" if decay.points > 0 else "-"
    left = f"{sign}({abs(decay.points)} - %(expressions)s)"
    return Func(_fallen(decay, at), template=left, output_field=IntegerField())


def _falls(decay: Decay, at: Moment) -> Expression:
    """When they come down again; NULL once nothing is left."""
    age = Func(_steps(decay), _fallen(decay, at), template="(%(expressions)s + 1]", arg_joiner=")[")
    seconds = Func(age, template="(%(expressions)s) * interval '1 second'", output_field=DurationField())
    return ExpressionWrapper(_begun(decay, at) + seconds, output_field=DateTimeField())


def _reasons(questions: Sequence[Question]) -> tuple[Case, Case]:
    """The key of the first disqualifying answer and of the first missing must-have, "" for none."""
    against = [When(_disqualifies(each), then=Value(each.key)) for each in questions if each.disqualifying]
    lacking = [
        When(~Q(answers__has_key=each.key), then=Value(each.key)) for each in questions if each.must_have
    ]
    return _first(against), _first(lacking)


def _disqualifies(question: Question) -> Q:
    found = Q()
    for value in question.disqualifying:
        found |= Q(answers__contains={question.key: contained(value)})
    return found


def _first(cases: Sequence[When]) -> Case:
    return Case(*cases, default=Value(""), output_field=TextField())


def _joined(template: str, sql: str, params: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """The template with a compiled query in its place, whose parameters get names as the template's have."""
    names = [f"p{number}" for number in range(len(params))]
    following = iter(names)
    named = _PLACEHOLDER.sub(lambda found: f"%({next(following)})s" if found[0] == "%s" else found[0], sql)
    return template.replace("(JUDGED)", f"({named})"), dict(zip(names, params, strict=True))
