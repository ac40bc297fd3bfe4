"""A test subject: a column and a jsonb answer of every type, in tables that live as long as one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.functions import Length

from core.calendars.clock import BusinessClock, Period
from core.conditions import Field, FieldRegistry, FieldType, Moment, Money, MoneyOrm, Text, answer_field

GRADES = [("A", "Best"), ("B", "Good"), ("C", "Fair")]


class Owner(models.Model):
    language = models.CharField(max_length=2, blank=True)
    extra = models.JSONField(null=True)

    class Meta:
        app_label = "conditions_tests"


class Thing(models.Model):
    owner = models.ForeignKey(Owner, on_delete=models.CASCADE, null=True)
    score = models.IntegerField(null=True)
    ratio = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    name_norm = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=32, null=True)
    email = models.CharField(max_length=200, blank=True)
    grade = models.CharField(max_length=1, blank=True)
    tags = ArrayField(models.CharField(max_length=20), null=True)
    active = models.BooleanField(null=True)
    day = models.DateField(null=True)
    seen = models.DateTimeField(null=True)
    answers = models.JSONField(null=True)

    class Meta:
        app_label = "conditions_tests"


WEEKDAYS = BusinessClock("UTC", tuple(Period(day, time.min, time.min) for day in range(5)))
"""Open from Monday to Friday, UTC."""


def money_of(thing: Thing, at: Moment) -> Money | None:
    return None if thing.amount is None or not thing.currency else Money(thing.amount, thing.currency)


def column(key: str, kind: FieldType, getter: Any, orm: Any, **more: Any) -> Field:
    return Field(key=key, type=kind, label=key.title(), subjects=("thing",), getter=getter, orm=orm, **more)


T = FieldType
COLUMNS = [
    column("score", T.NUMBER, lambda thing, at: thing.score, "score"),
    column("ratio", T.NUMBER, lambda thing, at: thing.ratio, "ratio"),
    column("wait", T.DURATION, lambda thing, at: thing.score, "score"),
    column("value", T.MONEY, money_of, MoneyOrm("amount", "currency")),
    column(
        "name",
        T.TEXT,
        lambda thing, at: Text(thing.name_norm, thing.name) if thing.name_norm else None,
        "name_norm",
    ),
    column("phone", T.PHONE, lambda thing, at: thing.phone, "phone"),
    column("email", T.EMAIL, lambda thing, at: thing.email, "email"),
    column("grade", T.CHOICE, lambda thing, at: thing.grade, "grade", choices=GRADES),
    column("tags", T.MULTICHOICE, lambda thing, at: thing.tags, "tags"),
    column("active", T.BOOLEAN, lambda thing, at: thing.active, "active"),
    column("day", T.DATE, lambda thing, at: thing.day, "day"),
    column("seen", T.DATETIME, lambda thing, at: thing.seen, "seen"),
    column(
        "owner.language", T.CHOICE, lambda thing, at: thing.owner and thing.owner.language, "owner__language"
    ),
    column("letters", T.NUMBER, lambda thing, at: len(thing.name_norm), lambda at: Length("name_norm")),
    column("now", T.DATETIME, lambda thing, at: at.now, None, of_moment=True),
]
ANSWERS = [
    *(answer_field(kind.value, kind, f"Answer {kind.value}", subjects=("thing",)) for kind in FieldType),
    answer_field("2024", T.NUMBER, "Odd key", subjects=("thing",)),
    answer_field(
        "number", T.NUMBER, "Owner's", json_path_column="owner__extra", prefix="owner.", subjects=("thing",)
    ),
]
PYTHON_ONLY = column("mood", T.TEXT, lambda thing, at: "calm", None)

registry = FieldRegistry()
registry.register(*COLUMNS, PYTHON_ONLY)
registry.provide("thing", lambda: ANSWERS)
FIELDS = registry.fields("thing")


@contextmanager
def tables() -> Iterator[None]:
    """Inside the test's transaction, which takes them away again."""
    with connection.schema_editor() as editor:
        editor.create_model(Owner)
        editor.create_model(Thing)
    yield
