"""The one condition language: scoring, routing, segments, flow branches and webhooks (spec 7.4).

A condition is JSON, stored as `Condition.to_json()` writes it:

    {"all": [...]}   every part holds; an empty list always holds
    {"any": [...]}   at least one part holds; an empty list never holds
    {"none": [...]}  no part holds; an empty list always holds
    {"field": "answer.budget", "op": "gte", "value": {"amount": "500000.0000", "currency": "AMD"}}

Groups nest 6 deep, a condition has at most 60 leaves. Values by type of field:

    text, place, phone, email   "Erevan": compared in normalised form
    number, duration (days)     7, 2.5
    money                       {"amount": "500000" or 500000, "currency": "AMD"}; another currency
                                fails every comparison but is_not
    choice                      "repair"; multichoice: a list of keys
    boolean                     true, false
    date                        "2025-03-01", "today", {"days_from_today": -3}
    datetime                    as date, meaning that whole day, or "2025-03-01T09:30:00+04:00"
    in, not_in, has_*           a list; between: [low, high], both included
    within_last, within_next,   days, for a datetime also {"hours": 2} or {"minutes": 30}, and, but for
    older_than                  within_next, {"business_hours": 4}
    is_open                     true (default) or false; is_set, is_not_set: no value

Days begin and end in the Moment's zone. A missing value fails every operator but `is_not_set`, in
Python and in SQL (see `checks`). Operators by type stand in `operators`, stored values in `canonical`.

A room registers what can be asked about its objects when it starts (AppConfig.ready):

    registry.register(Field(key="lead.score", type=FieldType.NUMBER, label=_("Score"), subjects=("lead",),
                            getter=lambda lead, at: lead.score, orm="score"))
    registry.provide("lead", criteria_fields)  # -> [answer_field("budget", FieldType.MONEY, label), ...]

and uses it: `parse(json, "lead").matches(lead, at)`, `Lead.objects.filter(condition.to_q(at))`.
"""

from core.calendars.clock import BusinessClock
from core.conditions.answers import answer_field
from core.conditions.canonical import Money, Text, dump, load
from core.conditions.condition import Condition
from core.conditions.enums import FieldType, GroupKind, Operator
from core.conditions.errors import ConditionError, DuplicateFieldError, PythonOnlyCondition
from core.conditions.explain import Explanation
from core.conditions.fields import Field, FieldRegistry, MoneyOrm, registry
from core.conditions.moment import Moment
from core.conditions.parse import parse
from core.conditions.sense import Sense

__all__ = [
    "BusinessClock",
    "Condition",
    "ConditionError",
    "DuplicateFieldError",
    "Explanation",
    "Field",
    "FieldRegistry",
    "FieldType",
    "GroupKind",
    "Moment",
    "Money",
    "MoneyOrm",
    "Operator",
    "PythonOnlyCondition",
    "Sense",
    "Text",
    "answer_field",
    "dump",
    "load",
    "parse",
    "registry",
]
