"""The score of a lead, line by line, and the rules that made it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from core.api.endpoint import Call, Endpoint, operation
from core.api.shapes import instant
from core.keys.scopes import Scope
from crm.pipeline.api.shapes import leads_of
from crm.pipeline.models import Grade, Qualification
from crm.scoring.api.shapes import ThresholdsSchema
from crm.scoring.models import RuleGroup
from crm.scoring.queries import ScoreLine, explain_score, last_recalculation, published

Plain = serializers.Serializer[Any]


class PartSchema(Plain):
    description = serializers.CharField()
    held = serializers.BooleanField()
    field = serializers.CharField(allow_null=True)
    actual = serializers.CharField(allow_blank=True)


class LineSchema(Plain):
    kind = serializers.ChoiceField(choices=["rule", "cap", "retired", "reason"])
    name = serializers.CharField(allow_blank=True)
    group = serializers.ChoiceField(choices=RuleGroup.choices, allow_null=True)
    points = serializers.IntegerField(help_text="What it gave. The points of all lines are the score.")
    possible = serializers.IntegerField(help_text="What the rule gives when it holds.")
    held = serializers.BooleanField()
    description = serializers.CharField(allow_blank=True)
    rule = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField(
        allow_null=True, help_text="Version of the rules that last changed it."
    )
    since = serializers.DateTimeField(allow_null=True, help_text="When its points last changed.")
    until = serializers.DateTimeField(allow_null=True, help_text="When time alone may change them.")
    parts = PartSchema(many=True)


class ScoreSchema(Plain):
    score = serializers.IntegerField()
    fit = serializers.IntegerField()
    engagement = serializers.IntegerField()
    grade = serializers.ChoiceField(choices=Grade.choices)
    qualification = serializers.ChoiceField(choices=Qualification.choices)
    version = serializers.IntegerField(allow_null=True, help_text="Version of the rules.")
    scored_at = serializers.DateTimeField(allow_null=True)
    lines = LineSchema(many=True)


class RuleSchema(Plain):
    id = serializers.UUIDField()
    name = serializers.CharField()
    group = serializers.ChoiceField(choices=RuleGroup.choices)
    points = serializers.IntegerField()
    condition = serializers.DictField(help_text="In the condition language.")


class RulesSchema(Plain):
    version = serializers.IntegerField(help_text="0 before the first.")
    published_at = serializers.DateTimeField(allow_null=True)
    thresholds = ThresholdsSchema(allow_null=True)
    rules = RuleSchema(many=True)


class RecalculationSchema(Plain):
    state = serializers.ChoiceField(choices=["none", "queued", "running", "done", "failed"])
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class Score(Endpoint):
    tag = "Leads"

    @operation(
        Scope.LEADS_READ,
        "Why a lead has its score",
        about="Words are in the language of Accept-Language.",
        out=ScoreSchema,
    )
    def get(self, call: Call, public_id: UUID) -> Any:
        lead = (
            leads_of(call.key)
            .select_related("contact", "stage", "pipeline", "owner")
            .get(public_id=public_id)
        )
        lines = explain_score(lead)
        return {
            "score": lead.score,
            "fit": lead.fit,
            "engagement": lead.engagement,
            "grade": lead.grade,
            "qualification": lead.qualification,
            "version": lead.rule_set_version,
            "scored_at": instant(lead.scored_at),
            "lines": [_line(line) for line in lines],
        }


class Rules(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "The scoring rules that count", out=RulesSchema)
    def get(self, call: Call) -> Any:
        found = published()
        if found is None:
            return {"version": 0, "published_at": None, "thresholds": None, "rules": []}
        thresholds = {
            "qualified": found.qualified_from,
            "nurture": found.nurture_from,
            "grade_a": found.grade_a_from,
            "grade_b": found.grade_b_from,
            "grade_c": found.grade_c_from,
        }
        rules = [
            {
                "id": str(rule.key),
                "name": rule.name,
                "group": rule.group,
                "points": rule.points,
                "condition": rule.condition,
            }
            for rule in found.rules.order_by("position", "id")
        ]
        return {
            "version": found.version,
            "published_at": instant(found.published_at),
            "thresholds": thresholds,
            "rules": rules,
        }


class Recalculation(Endpoint):
    tag = "Settings"

    @operation(
        Scope.SETTINGS_READ, "How far the last recalculation of all scores is", out=RecalculationSchema
    )
    def get(self, call: Call) -> Any:
        job = last_recalculation()
        if job is None:
            return {"state": "none", "done": 0, "total": None, "created_at": None, "finished_at": None}
        return {
            "state": job.status,
            "done": job.done,
            "total": job.total,
            "created_at": instant(job.created_at),
            "finished_at": instant(job.finished_at),
        }


def _line(line: ScoreLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "name": line.name,
        "group": line.group or None,
        "points": line.points,
        "possible": line.possible,
        "held": line.held,
        "description": line.description,
        "rule": str(line.rule_key) if line.rule_key else None,
        "version": line.version,
        "since": instant(line.since),
        "until": instant(line.until),
        "parts": [
            {
                "description": part.description,
                "held": part.held,
                "field": part.field,
                "actual": part.actual_text,
            }
            for part in line.parts
        ],
    }
