"""What a crossing sets off: once, at the moment of the crossing, by no recalculation unless an admin says so."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from core.access.models import Membership, Team, User
from core.company.models import CompanyProfile
from core.due.models import DueRow
from core.events.actor import CUSTOMER
from core.events.models import Event
from core.notifications.models import Notification
from crm.actions import registry as actions
from crm.actions.registry import Action, Done, register
from crm.pipeline.models import Lead
from crm.pipeline.operations import apply_answers
from crm.qualification.operations import NewAnswer
from crm.scoring.errors import BadRule
from crm.scoring.operations import ConsequenceDraft, RuleDraft, publish_rules, rescore, save_consequence
from crm.scoring.operations.publishing import put_in_use
from crm.scoring.operations.timing import rescore_due
from crm.scoring.queries import consequence_words, content_of, draft, moment, published
from crm.scoring.scoring import Thresholds, crossed_into
from tests.factories.core import AdminFactory
from tests.factories.crm import DAY, CriterionFactory, LeadFactory, StageFactory, sales_pipeline
from tests.support import work_off

pytestmark = pytest.mark.django_db

SOON = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 6)
LIMITS = Thresholds(qualified=6, nurture=1, grade_a=6, grade_b=3, grade_c=1)


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    CriterionFactory(key="start", kind="duration", name="Start")
    return AdminFactory(name="Anna")


@pytest.fixture
def lead(anna: User) -> Lead:
    made: Lead = LeadFactory(stage=sales_pipeline().stages.get(name="New"), title="Kitchen")
    return made


def publish(*consequences: ConsequenceDraft, rules: Sequence[RuleDraft] = (SOON,)) -> None:
    publish_rules(rules=rules, thresholds=LIMITS, user=None, consequences=consequences)


def when_qualified(action: str, **settings: Any) -> ConsequenceDraft:
    return ConsequenceDraft("qualified", action, settings)


def answer(lead: Lead, days: int) -> Lead:
    apply_answers(lead=lead, answers=[NewAnswer("start", days)], actor=CUSTOMER)
    return Lead.objects.get(pk=lead.pk)


def told(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))


def test_a_lead_that_crosses_moves_and_gets_an_owner_and_a_step(lead: Lead, anna: User) -> None:
    stage = lead.pipeline.stages.get(name="Meeting")
    publish(
        when_qualified("stage", stage=str(stage.pk)),
        when_qualified("assign", to=f"user:{anna.pk}"),
        when_qualified("next_step", text="Call", days="2"),
        when_qualified("notify", to="owner"),
    )
    after = answer(lead, 5)

    assert (after.stage, after.owner, after.next_step) == (stage, anna, "Call")
    assert after.next_step_at is not None
    assert [each["to"] for each in told("lead.stage_changed")] == ["Meeting"]
    assert [each["owner"] for each in told("lead.assigned")] == ["Anna"]
    assert DueRow.objects.get(kind="lead.next_step").lead_id == lead.pk


def test_it_happens_once_for_each_crossing(lead: Lead, anna: User) -> None:
    publish(when_qualified("notify", to=f"user:{anna.pk}"))
    for days in (5, 6, 3):
        answer(lead, days)
    assert Notification.objects.count() == 1
    answer(lead, 40)
    answer(lead, 2)
    assert Notification.objects.count() == 2


def test_a_recalculation_sets_off_nothing_unless_the_admin_says_so(lead: Lead, anna: User) -> None:
    Lead.objects.filter(pk=lead.pk).update(answers={"start": 5})
    notify = when_qualified("notify", to=f"user:{anna.pk}")
    publish(notify)
    work_off(["jobs"])
    assert Lead.objects.get().qualification == "qualified"
    assert Notification.objects.filter(kind="lead.crossed").count() == 0

    Lead.objects.update(qualification="unknown", grade="D", score=0, fit=0)
    put_in_use(published(), content_of(published()), anna, act=True)
    work_off(["jobs"])
    assert Notification.objects.filter(kind="lead.crossed").count() == 1


def test_a_team_takes_turns_and_keeps_whom_it_has(lead: Lead, anna: User) -> None:
    team = Team.objects.create(name="Sales")
    busy, free = AdminFactory(), AdminFactory()
    for person in (busy, free):
        Membership.objects.create(team=team, user=person)
    LeadFactory(owner=busy)
    publish(when_qualified("assign", to=f"team:{team.pk}"))

    after = answer(lead, 5)
    assert (after.owner, after.team) == (free, team)
    answer(lead, 40)
    LeadFactory.create_batch(3, owner=free)
    assert answer(after, 4).owner == free


def test_a_grade_from_below_counts_as_reached_once() -> None:
    assert crossed_into(was="nurture", now="nurture", grade_was="D", grade="B") == {"grade_b", "grade_c"}
    assert crossed_into(was="nurture", now="qualified", grade_was="B", grade="A") == {"qualified", "grade_a"}
    assert crossed_into(was="qualified", now="unknown", grade_was="A", grade="B") == set()


def test_time_that_carries_a_lead_over_a_threshold_acts_too(lead: Lead, anna: User) -> None:
    late = RuleDraft(
        "Old", "fit", {"field": "lead.created_at", "op": "before", "value": {"days_from_today": -5}}, -9
    )
    gone = ConsequenceDraft("not_fit", "notify", {"to": f"user:{anna.pk}"})
    Lead.objects.filter(pk=lead.pk).update(created_at=DAY, answers={"start": 5})
    publish(gone, rules=[SOON, late])
    rescore(lead=Lead.objects.get(), at=moment(DAY))
    assert Notification.objects.count() == 0
    rescore_due(now=DAY + timedelta(days=7))
    assert (Lead.objects.get().qualification, Notification.objects.count()) == ("not_fit", 1)


def test_what_a_person_planned_or_closed_stays(lead: Lead) -> None:
    publish(when_qualified("next_step", text="Call", days="2"))
    Lead.objects.filter(pk=lead.pk).update(next_step="Visit", next_step_at=None)
    assert answer(Lead.objects.get(pk=lead.pk), 5).next_step == "Visit"


def test_consequences_are_checked_and_drafted(lead: Lead, anna: User) -> None:
    publish()
    with pytest.raises(BadRule, match="Choose for “Stage”"):
        save_consequence(draft=when_qualified("stage", stage="77777"), user=anna)
    with pytest.raises(BadRule, match="whole number of days"):
        save_consequence(draft=when_qualified("next_step", text="Call", days="soon"), user=anna)
    with pytest.raises(BadRule, match="Choose when"):
        save_consequence(draft=when_qualified("fly"), user=anna)
    save_consequence(draft=when_qualified("notify", to=f"user:{anna.pk}"), user=anna)
    (kept,) = content_of(draft()).consequences
    assert consequence_words(kept) == ("When a lead becomes qualified: notify Anna", "")


def test_what_is_gone_is_left_out_and_said(lead: Lead, anna: User) -> None:
    stage = StageFactory(pipeline=lead.pipeline, name="Short-lived")
    publish(when_qualified("stage", stage=str(stage.pk)))
    stage.delete()
    assert answer(lead, 5).stage == lead.stage
    (kept,) = content_of(published()).consequences
    assert consequence_words(kept)[1] == "This stage is gone."


def test_other_rooms_add_actions_of_their_own(lead: Lead) -> None:
    seen: list[int] = []

    def act(found: Lead, settings: Any, now: Any) -> Done:
        seen.append(found.pk)
        return Done()

    register(Action("test", "try", (), act))
    try:
        publish(when_qualified("test"))
        answer(lead, 5)
        assert seen == [lead.pk]
        with pytest.raises(ValueError, match="registered already"):
            register(Action("test", "try", (), act))
    finally:
        del actions._actions["test"]
