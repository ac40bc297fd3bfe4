from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, OuterRef, Subquery, Sum
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _

from core.calendars.queries import clock_for
from core.company.queries import company
from core.conditions import Condition, ConditionError, Explanation, Moment, parse
from core.conditions.json_source import json_source  # noqa: F401
from crm.contacts.models import ContactPoint
from crm.errors import Use
from crm.memory import Remembered
from crm.pipeline.models import Lead
from crm.qualification.queries import questions
from crm.scoring.models import RuleSet, RuleSetStatus, ScoreEntry, ScoringRule
from crm.scoring.scoring import Balance, Rule, RuleBook, Thresholds, judge

SUBJECT = "lead"


def moment(now: datetime | None = None) -> Moment:
    """The company's "as of": its zone and its business hours; now when no instant is given."""
    return Moment(now or timezone.now(), company().timezone, clock_for())


def published() -> RuleSet | None:
    return RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).first()


@lru_cache(maxsize=8)
def _rules_of(rule_set_id: int, version: int, criteria: tuple[int, ...]) -> tuple[tuple[Rule, ...], Thresholds]:
    """A published version never changes; `criteria` makes a new field readable at once."""
    rule_set = RuleSet.objects.prefetch_related("rules").get(pk=rule_set_id)
    return tuple(as_rule(row) for row in rule_set.rules.all()), thresholds_of(rule_set)
