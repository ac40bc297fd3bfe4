"""Titles and goals that a flow gives to a lead: set on the locked row, saved and recorded by the caller."""

import pytest

from core.events.actor import FLOW
from crm.pipeline.models import Lead
from crm.pipeline.operations import note_goal, retitle
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db

NOBODYS = {"Web chat #12", "Anna"}


@pytest.mark.parametrize(
    ("before", "title", "after", "recorded"),
    [
        ("Web chat #12", "Kitchen", "Kitchen", True),
        ("Anna", "  Kitchen\n for two ", "Kitchen for two", True),
        ("The hotel in Dilijan", "Kitchen", "The hotel in Dilijan", False),
        ("Web chat #12", "", "Web chat #12", False),
        ("Anna", "Anna", "Anna", False),
    ],
)
def test_only_a_title_that_nobody_wrote_is_replaced(
    before: str, title: str, after: str, *, recorded: bool
) -> None:
    lead = LeadFactory(title=before)
    drafts = retitle(lead=lead, title=title, instead_of=NOBODYS, actor=FLOW)
    assert lead.title == after
    assert [(draft.name, draft.payload) for draft in drafts] == (
        [("lead.updated", {"changes": ["title"]})] if recorded else []
    )
    assert Lead.objects.get().title == before


def test_the_normal_form_goes_with_the_title() -> None:
    lead = LeadFactory(title="Anna")
    retitle(lead=lead, title="Խոհանոց", instead_of=NOBODYS, actor=FLOW)
    assert lead.title_normal == "khohanots"


def test_the_first_goal_stays() -> None:
    lead = LeadFactory(goal="")
    assert [draft.payload for draft in note_goal(lead=lead, goal="sales", actor=FLOW)] == [
        {"changes": ["goal"]}
    ]
    assert note_goal(lead=lead, goal="support", actor=FLOW) == []
    assert lead.goal == "sales"
