"""Python and SQL give one answer, for every type, operator and nesting (spec 7.4)."""

from collections import defaultdict
from random import Random
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.conditions import Condition, Moment, parse
from core.conditions.enums import Operator
from core.conditions.fields import Field
from core.conditions.nodes import Leaf
from tests.core.conditions.samples import MOMENTS, operand, saved
from tests.core.conditions.things import FIELDS, Thing

QUERYABLE = sorted(key for key in FIELDS if key != "mood")
ASKABLE = [(FIELDS[key], operator) for key in QUERYABLE for operator in FIELDS[key].operators]
# Of these every object has a value, or all have the same.
CONSTANT = {f"{key} {op}" for key in ("letters", "now") for op in ("is_set", "is_not_set")}
CONSTANT |= {"now within_last", "now within_next", "now older_than", "now is_open"}


def leaf(field: Field, operator: Operator, at: Moment, random: Random) -> dict[str, Any]:
    return {"field": field.key, "op": operator.value, "value": operand(field, operator.value, at, random)}


def test_every_operator_of_every_field(things_table: None) -> None:
    """Each alone: it agrees, and the samples show it both true and false."""
    seen: dict[str, set[bool]] = defaultdict(set)
    for at in MOMENTS[:4]:
        random = Random(at.timezone)
        things = saved(at, random, 60)
        leaves = [leaf(field, operator, at, random) for field, operator in ASKABLE for _ in range(9)]
        for start in range(0, len(leaves), 60):
            batch = [parse(json, "thing", fields=FIELDS) for json in leaves[start : start + 60]]
            for condition, in_sql in zip(batch, computed(batch, at), strict=True):
                in_python = {thing.pk: condition.matches(thing, at) for thing in things}
                assert in_sql == in_python, (condition.to_json(), at)
                seen[name_of(condition)] |= set(in_python.values())
    assert {name for name, answers in seen.items() if answers != {True, False}} - CONSTANT == set()


def name_of(condition: Condition) -> str:
    assert isinstance(condition.root, Leaf)
    return f"{condition.root.field.key} {condition.root.operator.value}"


def computed(batch: list[Condition], at: Moment) -> list[dict[int, bool]]:
    """Each condition for each object, as columns of one query: that no leaf is NULL shows only so."""
    columns = {
        f"c{index}": ExpressionWrapper(condition.to_q(at), output_field=BooleanField())
        for index, condition in enumerate(batch)
    }
    rows = list(Thing.objects.annotate(**columns).values("pk", *columns))
    return [{row["pk"]: row[name] for row in rows} for name in columns]


def conditions(at: Moment) -> st.SearchStrategy[dict[str, Any]]:
    leaves = st.builds(
        lambda asked, random: leaf(*asked, at, random),
        st.sampled_from(ASKABLE),
        st.randoms(use_true_random=False),
    )
    kinds = st.sampled_from(["all", "any", "none"])
    return st.recursive(
        leaves | kinds.map(lambda kind: {kind: []}),
        lambda children: st.builds(lambda kind, parts: {kind: parts}, kinds, st.lists(children, max_size=4)),
        max_leaves=12,
    )


@st.composite
def batches(draw: st.DrawFn) -> tuple[Moment, list[dict[str, Any]]]:
    at = draw(st.sampled_from(MOMENTS))
    return at, draw(st.lists(conditions(at), min_size=8, max_size=12))


@given(batch=batches(), seed=st.integers(0, 2**32))
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
def test_random_conditions_on_random_objects(
    things_table: None, batch: tuple[Moment, list[dict[str, Any]]], seed: int
) -> None:
    at, written = batch
    things = saved(at, Random(seed), 40)
    for json in written:
        condition = parse(shallow(json), "thing", fields=FIELDS)
        again = parse(condition.to_json(), "thing", fields=FIELDS)
        expected = {thing.pk for thing in things if condition.matches(thing, at)}
        found = Thing.objects.filter(again.to_q(at)).values_list("pk", flat=True)
        assert set(found) == expected, condition.to_json()
        without = Thing.objects.exclude(condition.to_q(at)).values_list("pk", flat=True)
        assert set(without) == {thing.pk for thing in things} - expected, condition.to_json()
        assert condition.explain(things[0], at).held is (things[0].pk in expected)


def shallow(json: dict[str, Any], depth: int = 5) -> dict[str, Any]:
    """Cut what is nested deeper than conditions may be."""
    if "field" in json:
        return json
    ((kind, children),) = json.items()
    return {kind: [shallow(child, depth - 1) for child in children] if depth else []}


def test_one_query_whatever_the_condition(things_table: None, django_assert_num_queries: Any) -> None:
    at, random = MOMENTS[0], Random(1)
    leaves = [leaf(field, operator, at, random) for field, operator in ASKABLE if field.key != "now"]
    json = {"any": [{"none": leaves[:30]}, {"all": leaves[30:60]}]}
    with django_assert_num_queries(1):
        assert list(Thing.objects.filter(parse(json, "thing", fields=FIELDS).to_q(at))) == []


def test_a_column_keeps_its_index(things_table: None) -> None:
    """Leaves on columns compare the bare column; only expressions are wrapped."""
    json = {
        "all": [
            {"field": "score", "op": "gte", "value": 5},
            {"field": "tags", "op": "has_any", "value": ["vip"]},
        ]
    }
    sql = str(Thing.objects.filter(parse(json, "thing", fields=FIELDS).to_q(MOMENTS[0])).query)
    assert '"score" >= 5' in sql
    assert '"tags" && ' in sql
    assert "COALESCE" not in sql
