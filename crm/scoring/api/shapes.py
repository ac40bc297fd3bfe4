"""What of scoring drafts is taken and told."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.drafts import Draft, List, OneOf, Reference, Whole, Words, YesNo, language
from crm.pipeline.enums import LeadSource
from crm.pipeline.models import Grade, Qualification
from crm.qualification.api import AnswersField
from crm.scoring.models import RuleGroup, RuleSetStatus
from crm.scoring.operations import MAX_POINTS
from crm.scoring.scoring import WHENS

Plain = serializers.Serializer[Any]
MOST = 100_000


def points(**options: Any) -> Whole:
    return Whole(min_value=-MAX_POINTS, max_value=MAX_POINTS, **options)


class RuleChangesDraft(Draft):
    name = Words(max_length=120, required=False)
    group = OneOf(choices=RuleGroup.choices, required=False)
    points = points(required=False)
    condition = serializers.JSONField(required=False, help_text="In the condition language.")
    section = Reference(required=False, allow_null=True, help_text="The id of a group with a cap.")
    half_life_days = Whole(min_value=1, max_value=3650, required=False, allow_null=True)
    decays_from = Words(
        max_length=60, required=False, allow_blank=True, help_text="The condition field it counts from."
    )


class NewRuleDraft(RuleChangesDraft):
    name = Words(max_length=120)
    group = OneOf(choices=RuleGroup.choices)
    points = points()
    condition = serializers.JSONField(help_text="In the condition language.")


class ThresholdsDraft(Draft):
    qualified = Whole(min_value=-MOST, max_value=MOST, required=False)
    nurture = Whole(min_value=-MOST, max_value=MOST, required=False)
    grade_a = Whole(min_value=-MOST, max_value=MOST, required=False)
    grade_b = Whole(min_value=-MOST, max_value=MOST, required=False)
    grade_c = Whole(min_value=-MOST, max_value=MOST, required=False)


class SectionBody(Draft):
    id = Reference(required=False, help_text="Of a group that is there; none adds one.")
    name = Words(max_length=120)
    group = OneOf(choices=RuleGroup.choices)
    cap = Whole(min_value=1, max_value=MAX_POINTS, required=False, allow_null=True)


class DraftChangesDraft(Draft):
    thresholds = ThresholdsDraft(required=False)
    sections = List(child=SectionBody(), max_length=20, required=False, help_text="All groups with a cap.")
    order = List(child=Reference(), max_length=500, required=False, help_text="Ids of rules.")


class ConsequenceDraftBody(Draft):
    when = OneOf(choices=[(each, each) for each in WHENS])
    action = Words(max_length=40, help_text="As with stages: assign, next_step, notify, flow, move, ...")
    settings = serializers.DictField(child=Words(max_length=200), required=False)


class MadeUpDraft(Draft):
    answers = AnswersField(required=False)
    source = OneOf(choices=LeadSource.choices, required=False)
    campaign = Words(max_length=120, required=False)
    language = language(required=False)
    phone = Words(max_length=40, required=False)
    email = Words(max_length=200, required=False)
    wrote_days_ago = Whole(max_value=3650, required=False, allow_null=True)


class PublishDraft(Draft):
    act = YesNo(required=False, help_text="Leads that cross a threshold by this set off what stands there.")


class RollBackDraft(Draft):
    version = Whole(min_value=1)


class ThresholdsSchema(Plain):
    qualified = serializers.IntegerField()
    nurture = serializers.IntegerField()
    grade_a = serializers.IntegerField()
    grade_b = serializers.IntegerField()
    grade_c = serializers.IntegerField()


class DraftRuleSchema(Plain):
    id = serializers.UUIDField()
    name = serializers.CharField()
    group = serializers.ChoiceField(choices=RuleGroup.choices)
    points = serializers.IntegerField()
    condition = serializers.JSONField(help_text="In the condition language.")
    words = serializers.CharField(allow_blank=True, help_text="The condition as a sentence.")
    section = serializers.UUIDField(allow_null=True)
    half_life_days = serializers.IntegerField(allow_null=True)
    decays_from = serializers.CharField(allow_null=True)


class SectionSchema(Plain):
    id = serializers.UUIDField()
    name = serializers.CharField()
    group = serializers.ChoiceField(choices=RuleGroup.choices)
    cap = serializers.IntegerField(allow_null=True)


class ConsequenceSchema(Plain):
    id = serializers.UUIDField()
    when = serializers.ChoiceField(choices=[(each, each) for each in WHENS])
    action = serializers.CharField()
    settings = serializers.DictField(child=serializers.CharField())
    words = serializers.CharField()
    fault = serializers.CharField(allow_null=True, help_text="Why it cannot work now.")


class DoubtSchema(Plain):
    code = serializers.CharField()
    words = serializers.CharField()
    about = serializers.UUIDField(allow_null=True, help_text="The rule or group, null for the whole.")


class DraftChangeSchema(Plain):
    did = serializers.ChoiceField(choices=["added", "changed", "removed", "moved"])
    what = serializers.ChoiceField(choices=["rule", "section", "consequence", "thresholds"])
    name = serializers.CharField(allow_blank=True)


class DraftSchema(Plain):
    mark = serializers.CharField(help_text="Names exactly this state; for If-Match.")
    is_draft = serializers.BooleanField(help_text="false: these are the rules that count.")
    version = serializers.IntegerField(help_text="0 before the first.")
    changed_by = serializers.CharField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)
    thresholds = ThresholdsSchema()
    sections = SectionSchema(many=True)
    rules = DraftRuleSchema(many=True)
    consequences = ConsequenceSchema(many=True)
    doubts = DoubtSchema(many=True)
    changes = DraftChangeSchema(many=True, help_text="What the draft changes of what counts.")


class StepSchema(Plain):
    low = serializers.IntegerField()
    high = serializers.IntegerField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class CrossingSchema(Plain):
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    comes = serializers.IntegerField()
    goes = serializers.IntegerField()


class OutcomeSchema(CrossingSchema):
    qualification = serializers.ChoiceField(choices=Qualification.choices)


class GradeSchema(CrossingSchema):
    grade = serializers.ChoiceField(choices=Grade.choices)


class TurnedSchema(Plain):
    name = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class MoverSchema(Plain):
    lead = serializers.UUIDField()
    title = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    rules = TurnedSchema(many=True)


class SeparationSchema(Plain):
    before = serializers.FloatField()
    after = serializers.FloatField()


class EffectSchema(Plain):
    mark = serializers.CharField()
    share = serializers.FloatField(help_text="Of the leads, how much was looked at: 1 for all.")
    state = serializers.ChoiceField(choices=["none", "queued", "running", "done", "failed"])
    leads = serializers.IntegerField(help_text="Open leads that were looked at.")
    changed = serializers.IntegerField(help_text="Of them, how many get other points.")
    distribution = StepSchema(many=True)
    outcomes = OutcomeSchema(many=True)
    grades = GradeSchema(many=True)
    separation = SeparationSchema(
        allow_null=True,
        help_text="In which share of pairs of a won and a lost lead the won one has more points; null with too few.",
    )
    movers = MoverSchema(many=True)


class GivenSchema(Plain):
    name = serializers.CharField()
    group = serializers.ChoiceField(choices=RuleGroup.choices)
    points = serializers.IntegerField()
    held = serializers.BooleanField()


class ResultSchema(Plain):
    score = serializers.IntegerField()
    fit = serializers.IntegerField()
    engagement = serializers.IntegerField()
    grade = serializers.ChoiceField(choices=Grade.choices)
    qualification = serializers.ChoiceField(choices=Qualification.choices)


class TriedSchema(ResultSchema):
    lines = GivenSchema(many=True)
    before = ResultSchema(allow_null=True, help_text="By what counts; null without a draft.")
    changes = TurnedSchema(many=True)


class PublishedSchema(Plain):
    version = serializers.IntegerField()
    recalculation = serializers.ChoiceField(choices=["queued", "running", "done", "failed"])


class VersionSchema(Plain):
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=RuleSetStatus.choices)
    published_at = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField(allow_null=True)


class VersionsSchema(Plain):
    versions = VersionSchema(many=True)
