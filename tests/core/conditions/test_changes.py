"""Between now and the next change nothing changes; Python and SQL name the same instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from core.conditions import FieldType, Moment, parse
from core.conditions.enums import Operator
from core.conditions.fields import Field
from tests.core.conditions.samples import MOMENTS, saved
from tests.core.conditions.things import FIELDS, Thing

TICK = timedelta(microseconds=1)
TWO_MIDNIGHTS = "America/Havana"
AT = Moment(datetime(2026, 3, 2, 9, tzinfo=UTC), "Asia/Yerevan")
TIMED = [FIELDS[key] for key in ("day", "seen", "answer.date", "answer.datetime")]
SPANS = (Operator.WITHIN_LAST, Operator.WITHIN_NEXT, Operator.OLDER_THAN)


def timed_leaf(field: Field, random: Random) -> dict[str, Any]:
    operators = [each for each in field.operators if each not in (Operator.IS_SET, Operator.IS_OPEN)]
    operator = random.choice([each for each in operators if each is not Operator.IS_NOT_SET])
    if operator in SPANS:
        units = ["days", "hours", "minutes"] if field.type is FieldType.DATETIME else ["days"]
        if (
            field.type is FieldType.DATETIME
            and operator is not Operator.WITHIN_NEXT
            and random.random() < 0.4
        ):
            hours = random.choice([1, 8, 30, 168])
            return {"field": field.key, "op": operator.value, "value": {"business_hours": hours}}
        amount = random.choice([0, 1, 7])
        unit = random.choice(units)
        return {
            "field": field.key,
            "op": operator.value,
            "value": amount if unit == "days" else {unit: amount},
        }
    days = sorted(random.choice([-7, -1, 0, 1, 3]) for _ in range(2))
    value: Any = [{"days_from_today": each} for each in days]
    return {
        "field": field.key,
        "op": operator.value,
        "value": value if operator is Operator.BETWEEN else value[0],
    }


def test_nothing_changes_before_the_next_change(things_table: None) -> None:
    changed = 0
    for at in MOMENTS:
        random = Random(at.timezone)
        things = saved(at, random, 40)
        for _ in range(60):
            condition = parse(timed_leaf(random.choice(TIMED), random), "thing", fields=FIELDS)
            for thing in things:
                now = condition.matches(thing, at)
                turn = condition.next_change(thing, at)
                ends = turn or at.now + timedelta(days=9_000)
                assert ends > at.now
                for share in (0.25, 0.999):
                    between = replace(at, now=min(at.now + (ends - at.now) * share, ends - TICK))
                    assert condition.matches(thing, between) is now, (condition.to_json(), thing.pk)
                changed += turn is not None and condition.matches(thing, replace(at, now=turn)) is not now
    assert changed > 1000


def test_sql_names_the_same_instant(things_table: None) -> None:
    seen = 0
    for at in MOMENTS:
        random = Random(at.timezone)
        things = saved(at, random, 40)
        for _ in range(30):
            leaves = [timed_leaf(random.choice(TIMED), random) for _ in range(random.choice([1, 2, 3]))]
            condition = parse({"any": leaves}, "thing", fields=FIELDS)
            expression = condition.next_change_sql(at)
            assert expression is not None
            in_sql = dict(Thing.objects.annotate(turn=expression).values_list("pk", "turn"))
            in_python = {thing.pk: condition.next_change(thing, at) for thing in things}
            if at.timezone == TWO_MIDNIGHTS:  # PostgreSQL takes the second of two midnights
                in_sql = {pk: turn for pk, turn in in_sql.items() if turn == in_python[pk]}
                in_python = {pk: in_python[pk] for pk in in_sql}
            assert in_sql == in_python, condition.to_json()
            seen += sum(turn is not None for turn in in_python.values())
    assert seen > 500


@pytest.mark.parametrize(
    ("json", "timed"),
    [
        ({"field": "seen", "op": "within_last", "value": 7}, True),
        ({"field": "seen", "op": "before", "value": "today"}, True),
        ({"field": "seen", "op": "before", "value": "2026-03-01"}, False),
        ({"field": "score", "op": "gte", "value": 5}, False),
        ({"field": "now", "op": "before", "value": "2026-03-01"}, True),
        ({"none": [{"field": "day", "op": "within_next", "value": 1}]}, True),
        ({"all": []}, False),
    ],
)
def test_conditions_know_whether_time_can_change_them(json: Any, timed: bool) -> None:
    condition = parse(json, "thing", fields=FIELDS)
    assert condition.timed is timed
    if not timed:
        assert condition.next_change_sql(AT) is None


def test_a_span_ends_a_tick_after_its_last_instant() -> None:
    thing = Thing(seen=datetime(2026, 3, 1, 9, tzinfo=UTC))
    condition = parse({"field": "seen", "op": "within_last", "value": 7}, "thing", fields=FIELDS)
    assert condition.next_change(thing, AT) == datetime(2026, 3, 8, 9, 0, 0, 1, tzinfo=UTC)


def test_days_from_today_turn_at_midnight_of_the_zone() -> None:
    thing = Thing(seen=datetime(2026, 3, 2, 8, tzinfo=UTC))
    condition = parse({"field": "seen", "op": "is", "value": "today"}, "thing", fields=FIELDS)
    assert condition.next_change(thing, AT) == datetime(2026, 3, 2, 20, tzinfo=UTC)
