"""What a bulk change takes hold of is never more than the person sees and the filter shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.models import User
from core.company.models import CompanyProfile
from core.conditions import parse
from crm.pipeline.models import Lead, Pipeline
from crm.pipeline.queries import leads
from crm.pipeline.selection import MOST_NAMED, BadSelection, LeadSelection, read_ids
from crm.scoring.queries import moment
from tests.factories.core import AdminFactory, TeamFactory, UserFactory
from tests.factories.crm import LeadFactory, sales_pipeline

pytestmark = pytest.mark.django_db

LEAVES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(
        lambda op, value: {"field": "lead.score", "op": op, "value": value},
        st.sampled_from(["gte", "lt", "is"]),
        st.integers(-5, 15),
    ),
    st.builds(
        lambda op, grade: {"field": "lead.grade", "op": op, "value": grade},
        st.sampled_from(["is", "is_not"]),
        st.sampled_from("ABCD"),
    ),
    st.builds(lambda op: {"field": "lead.next_step_at", "op": op}, st.sampled_from(["is_set", "is_not_set"])),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda kind, parts: {kind: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def seller() -> User:
    return UserFactory()


@pytest.fixture
def rows(pipeline: Pipeline, seller: User) -> list[Lead]:
    """Of the seller, of nobody, of a strange team, of somebody else; in two pipelines."""
    stage, other = pipeline.stages.get(name="New"), sales_pipeline("Service").stages.get(name="New")
    strange, somebody = TeamFactory(), UserFactory()
    made = []
    for number, grade in enumerate("ABCDABCD"):
        shared = {"score": number, "fit": number, "grade": grade, "value": Decimal(number)}
        made += [
            LeadFactory(stage=stage, owner=seller, **shared),
            LeadFactory(stage=other, **shared),
            LeadFactory(stage=stage, team=strange, **shared),
            LeadFactory(stage=stage, owner=somebody, **shared),
        ]
    return made


def chosen(selection: LeadSelection, user: User | None) -> set[int]:
    return set(selection.leads(user, moment()).values_list("pk", flat=True))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=CONDITIONS, left_out=st.sets(st.integers(0, 31), max_size=6), narrow=st.booleans())
def test_a_selection_is_what_the_filter_shows_without_the_excluded(
    rows: list[Lead], pipeline: Pipeline, seller: User, condition: Any, left_out: set[int], narrow: bool
) -> None:
    excluded = tuple(rows[place].public_id for place in left_out)
    selection = LeadSelection(
        everything=True,
        condition=condition,
        excluded=excluded,
        pipeline_id=pipeline.pk if narrow else None,
    )
    at, asked = moment(), parse(condition, "lead")
    shown = {
        lead.pk
        for lead in leads().visible_to(seller)
        if asked.matches(lead, at) and (not narrow or lead.pipeline_id == pipeline.pk)
    }

    assert chosen(selection, seller) == shown - {rows[place].pk for place in left_out}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.sets(st.integers(0, 31), min_size=1))
def test_leads_by_name_are_those_in_sight(rows: list[Lead], seller: User, places: set[int]) -> None:
    named = LeadSelection(ids=(*(rows[place].public_id for place in places), uuid4()))
    in_sight = set(leads().visible_to(seller).values_list("pk", flat=True))

    assert chosen(named, seller) == {rows[place].pk for place in places} & in_sight


def test_what_narrows_the_list_narrows_the_selection(rows: list[Lead], seller: User) -> None:
    everything = LeadSelection(everything=True)

    found = everything.leads(seller, moment(), among=leads().filter(grade="A"))

    assert {lead.grade for lead in found} == {"A"}
    assert {lead.owner_id for lead in found} == {seller.pk, None}
    assert chosen(everything, AdminFactory()) == chosen(everything, None) == {lead.pk for lead in rows}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "ids"),
        ({"ids": (uuid4(),), "everything": True}, "ids"),
        ({"ids": (uuid4(),), "condition": {"all": []}}, "filter"),
        ({"ids": (uuid4(),), "excluded": (uuid4(),)}, "filter"),
        ({"ids": tuple(uuid4() for _ in range(MOST_NAMED + 1))}, "ids"),
        (
            {"everything": True, "condition": {"field": "lead.nothing", "op": "is", "value": 1}},
            "filter.field",
        ),
        ({"everything": True, "condition": {"all": [{"op": "is"}]}}, "filter.all[0].field"),
        ({"everything": True, "condition": ["all"]}, "filter"),
    ],
)
def test_a_selection_that_cannot_be_read_is_refused(company: CompanyProfile, given: Any, path: str) -> None:
    with pytest.raises(BadSelection) as refused:
        LeadSelection(**given)

    assert refused.value.path == path
    assert str(refused.value)


def test_ids_of_a_page_are_read_once_each() -> None:
    one, two = uuid4(), uuid4()

    assert read_ids([str(one), str(two), str(one)]) == (one, two)
    with pytest.raises(BadSelection):
        read_ids([str(one), "1 OR 1=1"])
