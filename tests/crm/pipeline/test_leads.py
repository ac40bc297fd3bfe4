from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import FLOW, SYSTEM, Actor
from core.events.models import Event
from crm.chances.queries import in_use
from crm.pipeline.errors import LostReasonNeeded, NoPipeline, StaleLead
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage
from crm.pipeline.operations import (
    assign_lead,
    create_lead,
    lose_lead,
    move_lead,
    set_next_step,
    update_lead,
)
from crm.pipeline.queries import default_stage, locked_lead
from crm.scoring.models import ScoreEntry
from crm.scoring.queries import moment, rule_book
from tests.factories.core import AdminFactory, TeamFactory
from tests.factories.crm import (
    DAY,
    ContactFactory,
    LeadFactory,
    LostReasonFactory,
    RuleFactory,
    RuleSetFactory,
    StageFactory,
    sales_pipeline,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def anna() -> User:
    return AdminFactory(name="Anna")


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def events(name: str) -> list[dict[str, object]]:
    return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))


@time_machine.travel(DAY, tick=False)
def test_a_lead_begins_in_the_first_stage_of_the_first_pipeline(pipeline: Pipeline) -> None:
    sales_pipeline("Service")
    contact = ContactFactory(name="Անի")

    lead = create_lead(contact=contact, actor=FLOW, source="webchat", goal="price", campaign="spring")

    lead.refresh_from_db()
    assert (lead.pipeline, lead.stage, lead.stage_kind) == (pipeline, pipeline.stages.get(name="New"), "open")
    assert (lead.title, lead.title_normal) == ("Անի", "ani")
    assert (lead.source, lead.goal, lead.campaign, lead.currency) == ("webchat", "price", "spring", "AMD")
    assert (lead.stage_entered_at, lead.created_at, lead.closed_at) == (DAY, DAY, None)
    assert (lead.score, lead.grade, lead.qualification, lead.revision) == (0, "D", "unknown", 0)
    event = Event.objects.get()
    assert (event.name, event.lead_id, event.contact_id, event.actor_kind) == (
        "lead.created",
        lead.pk,
        contact.pk,
        "flow",
    )


def test_without_a_pipeline_it_says_what_to_do(company: CompanyProfile) -> None:
    with pytest.raises(NoPipeline, match="Create one with an open stage first"):
        create_lead(contact=ContactFactory(), actor=SYSTEM)
    assert not Lead.objects.exists()


def test_creating_takes_three_statements(pipeline: Pipeline, at_most) -> None:
    RuleFactory(condition={"field": "contact.phone", "op": "is_set"})
    contact = ContactFactory()
    moment(), rule_book(), default_stage(), in_use()

    with at_most(3):
        create_lead(contact=contact, actor=SYSTEM, title="Kitchen")


def test_what_is_known_at_once_gives_points_at_once(pipeline: Pipeline) -> None:
    rules = RuleSetFactory()
    RuleFactory(
        rule_set=rules, group="engagement", condition={"field": "lead.campaign", "op": "is_set"}, points=3
    )

    lead = create_lead(contact=ContactFactory(), actor=SYSTEM, campaign="spring")

    lead.refresh_from_db()
    assert (lead.score, lead.engagement, lead.grade, lead.rule_set_version) == (3, 3, "C", rules.version)
    assert list(ScoreEntry.objects.values_list("lead", "points")) == [(lead.pk, 3)]
    assert events("lead.scored") == [{"from": 0, "to": 3, "grade": "C", "version": rules.version}]


def test_a_move_is_written_with_who_from_and_to(pipeline: Pipeline, anna: User, at_most) -> None:
    lead = LeadFactory(stage=stage("New"))
    rule_book(), moment(), in_use()
    later, won = DAY + timedelta(hours=1), stage("Won").pk

    with time_machine.travel(later, tick=False), at_most(5):
        moved = move_lead(lead_id=lead.pk, to_stage_id=won, actor=Actor.of(anna), expected_revision=0)

    moved.refresh_from_db()
    assert (moved.stage.name, moved.stage_kind, moved.revision) == ("Won", "won", 1)
    assert (moved.stage_entered_at, moved.closed_at) == (later, later)
    assert events("lead.stage_changed") == [
        {
            "from": "New",
            "from_id": stage("New").pk,
            "to": "Won",
            "to_id": stage("Won").pk,
            "kind": "won",
            "lost_reason": "",
        }
    ]


def test_a_move_to_its_own_stage_does_nothing(pipeline: Pipeline, anna: User) -> None:
    lead = LeadFactory(stage=stage("New"), revision=5)

    move_lead(lead_id=lead.pk, to_stage_id=stage("New").pk, actor=Actor.of(anna), expected_revision=4)

    lead.refresh_from_db()
    assert lead.revision == 5
    assert not Event.objects.exists()


def test_a_lost_lead_needs_a_reason_and_forgets_it_when_reopened(pipeline: Pipeline, anna: User) -> None:
    lead = LeadFactory(stage=stage("Offer"))
    reason = LostReasonFactory(name="Too expensive")
    actor = Actor.of(anna)

    with pytest.raises(LostReasonNeeded, match="Say why"):
        move_lead(lead_id=lead.pk, to_stage_id=stage("Lost").pk, actor=actor)
    move_lead(lead_id=lead.pk, to_stage_id=stage("Lost").pk, actor=actor, lost_reason=reason)
    lead.refresh_from_db()
    assert (lead.stage_kind, lead.lost_reason) == ("lost", reason)
    assert events("lead.stage_changed")[0]["lost_reason"] == "Too expensive"

    move_lead(lead_id=lead.pk, to_stage_id=stage("New").pk, actor=actor)
    lead.refresh_from_db()
    assert (lead.stage_kind, lead.lost_reason, lead.closed_at) == ("open", None, None)


def test_a_move_into_another_pipeline_takes_the_lead_there(pipeline: Pipeline, anna: User) -> None:
    other = StageFactory(name="Order")
    lead = LeadFactory(stage=stage("New"))

    move_lead(lead_id=lead.pk, to_stage_id=other.pk, actor=Actor.of(anna))

    lead.refresh_from_db()
    assert lead.pipeline == other.pipeline


def test_who_was_slower_hears_who_moved_it_where_and_when(pipeline: Pipeline, anna: User) -> None:
    lead = LeadFactory(stage=stage("New"))
    move_lead(lead_id=lead.pk, to_stage_id=stage("Offer").pk, actor=Actor.of(anna), expected_revision=0)

    with pytest.raises(StaleLead) as stale:
        move_lead(lead_id=lead.pk, to_stage_id=stage("Meeting").pk, actor=SYSTEM, expected_revision=0)

    assert (stale.value.who, stale.value.stage) == ("Anna", "Offer")
    assert stale.value.when == Event.objects.get(name="lead.stage_changed").created_at
    assert str(stale.value).startswith("Anna moved this lead to “Offer” (")
    lead.refresh_from_db()
    assert lead.stage.name == "Offer"


def test_another_change_is_named_too(pipeline: Pipeline, anna: User) -> None:
    lead = LeadFactory(stage=stage("New"))
    update_lead(lead_id=lead.pk, actor=Actor.of(anna), title="Kitchen")

    with pytest.raises(StaleLead, match=r"^Anna changed this lead \(.+\); it stands in “New”\.$"):
        update_lead(lead_id=lead.pk, actor=SYSTEM, expected_revision=0, title="Sofa")


def test_a_lost_lead_by_code_goes_to_the_lost_stage(pipeline: Pipeline) -> None:
    LostReason.objects.create(code="not_interested", name="Not interested")
    lead = LeadFactory(stage=stage("Meeting"))

    assert lose_lead(lead=locked_lead(lead.pk), reason_code="not_interested", actor=FLOW) is True
    assert lose_lead(lead=locked_lead(lead.pk), reason_code="not_interested", actor=FLOW) is False

    lead.refresh_from_db()
    assert (lead.stage.name, lead.lost_reason.code, lead.revision) == ("Lost", "not_interested", 1)


def test_assigning_names_person_and_team(pipeline: Pipeline, anna: User) -> None:
    lead = LeadFactory(stage=stage("New"))
    team = TeamFactory(name="Kitchens")

    assign_lead(lead_id=lead.pk, owner=anna, team=team, actor=SYSTEM)
    assign_lead(lead_id=lead.pk, owner=anna, actor=SYSTEM)

    lead.refresh_from_db()
    assert (lead.owner, lead.team, lead.revision) == (anna, team, 1)
    assert events("lead.assigned") == [
        {"owner_id": anna.pk, "owner": "Anna", "team_id": team.pk, "team": "Kitchens"}
    ]

    assign_lead(lead_id=lead.pk, owner=None, actor=SYSTEM)
    lead.refresh_from_db()
    assert (lead.owner, lead.team) == (None, team)


def test_the_next_step_and_its_date_are_set_and_cleared_together(pipeline: Pipeline) -> None:
    lead = LeadFactory(stage=stage("New"))
    due = datetime(2026, 3, 5, 10, tzinfo=UTC)

    set_next_step(lead_id=lead.pk, text=" Call\x00  back ", due_at=due, actor=SYSTEM)
    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_at, lead.revision) == ("Call back", due, 1)

    set_next_step(lead_id=lead.pk, text="", due_at=due, actor=SYSTEM)
    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_at, lead.revision) == ("", None, 2)
    assert events("lead.next_step_set") == [
        {"next_step": "Call back", "due_at": "2026-03-05T10:00:00+00:00"},
        {"next_step": "", "due_at": None},
    ]


def test_only_what_differs_is_updated(pipeline: Pipeline) -> None:
    lead = LeadFactory(stage=stage("New"), title="Kitchen")

    update_lead(lead_id=lead.pk, actor=SYSTEM, title="Խոհանոց", value=Decimal("900000"), tags=["vip"])
    update_lead(lead_id=lead.pk, actor=SYSTEM, title="Խոհանոց")

    lead.refresh_from_db()
    assert (lead.title, lead.title_normal, lead.value, lead.tags) == (
        "Խոհանոց",
        "khohanots",
        900_000,
        ["vip"],
    )
    assert lead.revision == 1
    assert events("lead.updated") == [{"changes": ["tags", "title", "value"]}]


def test_a_change_that_a_rule_asks_for_is_scored_at_once(pipeline: Pipeline, at_most) -> None:
    RuleFactory(condition={"field": "lead.stage", "op": "is", "value": str(stage("Offer").pk)}, points=4)
    lead = LeadFactory(stage=stage("New"))
    rule_book(), moment(), in_use()
    offer = stage("Offer").pk

    with at_most(7):
        move_lead(lead_id=lead.pk, to_stage_id=offer, actor=SYSTEM)
    lead.refresh_from_db()
    assert lead.score == 4

    move_lead(lead_id=lead.pk, to_stage_id=stage("New").pk, actor=SYSTEM)
    lead.refresh_from_db()
    assert lead.score == 0
    assert [entry.points for entry in ScoreEntry.objects.order_by("id")] == [4, -4]
