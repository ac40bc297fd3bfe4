"""Changes to many leads: each as its own operation would make it, and told of one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from core.access.models import User
from core.company.models import CompanyProfile
from core.due.models import DueRow
from core.events.actor import Actor
from core.events.models import Event
from core.history.enums import Origin
from core.history.queries import changes_of
from core.jobs import operations as jobs
from core.jobs.models import Job, JobStatus
from core.notifications.models import Notification
from crm.bulk import actions
from crm.bulk.enums import Outcome, Reason, Undone
from crm.bulk.errors import BadBulk, NothingChosen, TooLateToUndo, TooManyLeads
from crm.bulk.models import BulkItem, LeadBulk
from crm.bulk.operations import retry_refused, start_bulk, start_undo, starting, work_next
from crm.bulk.queries import count_up_to
from crm.pipeline.models import Lead, Pipeline, Stage, StageKind
from crm.pipeline.operations import move_lead, set_next_step
from crm.pipeline.queries import leads
from crm.pipeline.selection import LeadSelection
from crm.scoring.queries import moment
from tests.crm.conftest import AtMost
from tests.factories.core import AdminFactory, TeamFactory, UserFactory
from tests.factories.crm import (
    DAY,
    ContactFactory,
    LeadFactory,
    LostReasonFactory,
    RuleFactory,
    RuleSetFactory,
    sales_pipeline,
)

pytestmark = pytest.mark.django_db

Made = Callable[[int], list[Lead]]


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def anna(pipeline: Pipeline) -> User:
    return AdminFactory(name="Anna")


@pytest.fixture
def made(pipeline: Pipeline) -> Made:
    def make(count: int) -> list[Lead]:
        contact = ContactFactory()
        return [LeadFactory(stage=stage("New"), contact=contact) for _ in range(count)]

    return make


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def begin(action: Any, user: User, **options: Any) -> LeadBulk:
    rows = LeadSelection(everything=True).leads(user, moment())
    return start_bulk(rows=rows, action=action, user=user, **options)


def figures(bulk: LeadBulk) -> tuple[int, int, int, int]:
    bulk.refresh_from_db()
    return bulk.total, bulk.changed, bulk.already, bulk.refused


def outcomes(bulk: LeadBulk) -> list[tuple[str, str]]:
    return list(BulkItem.objects.filter(bulk=bulk).order_by("pk").values_list("outcome", "reason"))


def work() -> int:
    steps = 0
    while jobs.work_next(now=timezone.now()):
        steps += 1
    return steps


def test_a_few_leads_are_assigned_at_once(anna: User, made: Made) -> None:
    rows, davit = made(3), UserFactory(name="Davit")
    Lead.objects.filter(pk=rows[0].pk).update(owner=davit)

    bulk = begin(actions.assign_to(davit), anna)

    assert figures(bulk) == (3, 2, 1, 0)
    assert (bulk.job, bulk.finished_at is not None) == (None, True)
    assert outcomes(bulk) == [("already", ""), ("changed", ""), ("changed", "")]
    assert set(Lead.objects.values_list("owner", "revision")) == {(davit.pk, 0), (davit.pk, 1)}
    events = list(Event.objects.filter(name="lead.assigned").order_by("id"))
    assert [(event.lead_id, event.actor_id) for event in events] == [(each.pk, anna.pk) for each in rows[1:]]
    assert events[0].payload == {"owner_id": davit.pk, "owner": "Davit", "team_id": None, "team": ""}


def test_the_history_names_the_person_and_the_change(anna: User, made: Made) -> None:
    (lead,) = made(1)

    bulk = begin(actions.tag_with(add=["hot"]), anna)

    (change, *_) = changes_of(lead).changes
    assert (change.who, change.person_id, change.origin) == (anna.name, anna.pk, Origin.JOB)
    assert [(each.name, each.before, each.after) for each in change.fields if each.name == "tags"] == [
        ("tags", "", "hot")
    ]
    row = Lead.pgh_event_model.objects.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert row.pgh_context == {"user": anna.pk, "bulk": str(bulk.public_id)}


def test_many_leads_are_changed_by_a_job_that_tells_at_its_end(anna: User, made: Made) -> None:
    made(5)

    bulk = begin(actions.tag_with(add=["hot"], remove=["cold"]), anna, at_once=4)
    assert (figures(bulk), bulk.job.status) == ((5, 0, 0, 0), JobStatus.QUEUED)  # type: ignore[union-attr]
    work()

    assert figures(bulk) == (5, 5, 0, 0)
    job = Job.objects.get()
    assert (job.status, job.done, job.total) == (JobStatus.DONE, 5, 5)
    assert list(Lead.objects.values_list("tags", flat=True)) == [["hot"]] * 5
    told = Notification.objects.get()
    assert (told.user, told.kind, told.url) == (anna, "lead.bulk_done", f"/leads/bulk/{bulk.public_id}/")
    assert told.params == {"changed": 5, "already": 0, "refused": 0}


def test_a_lead_that_matches_later_is_not_touched(anna: User, made: Made) -> None:
    made(3)
    bulk = begin(actions.tag_with(add=["hot"]), anna, at_once=0)
    late = LeadFactory(stage=stage("New"))

    work()

    late.refresh_from_db()
    assert (figures(bulk), late.tags) == ((3, 3, 0, 0), [])


def test_tags_are_added_and_removed_in_their_order(anna: User, made: Made) -> None:
    rows = made(3)
    for lead, tags in zip(rows, (["a", "cold", "b"], ["hot"], []), strict=True):
        Lead.objects.filter(pk=lead.pk).update(tags=tags)

    begin(actions.tag_with(add=[" hot ", "new", "hot"], remove=["cold"]), anna)

    assert list(Lead.objects.order_by("pk").values_list("tags", flat=True)) == [
        ["a", "b", "hot", "new"],
        ["hot", "new"],
        ["hot", "new"],
    ]


@time_machine.travel(DAY, tick=False)
def test_a_move_leaves_closed_leads_unless_they_are_meant(anna: User, made: Made) -> None:
    rows = made(3)
    LeadFactory(stage=stage("Offer"))
    Lead.objects.filter(pk=rows[0].pk).update(
        stage=stage("Won"), stage_kind=StageKind.WON, closed_at=timezone.now()
    )

    bulk = begin(actions.move_to(stage("Offer")), anna)

    assert figures(bulk) == (4, 2, 1, 1)
    assert outcomes(bulk)[0] == (Outcome.REFUSED, Reason.CLOSED)
    moved = Event.objects.filter(name="lead.stage_changed").order_by("id")
    assert [event.payload["from"] + ">" + event.payload["to"] for event in moved] == ["New>Offer"] * 2
    assert set(Lead.objects.filter(stage=stage("Offer"), revision=1).values_list("stage_entered_at")) == {
        (DAY,)
    }

    again = begin(actions.move_to(stage("Offer"), reopen=True), anna)

    assert figures(again) == (4, 1, 3, 0)
    assert set(Lead.objects.values_list("stage_kind", "closed_at")) == {("open", None)}


def test_leads_are_closed_in_their_own_pipelines(anna: User, made: Made) -> None:
    made(1)
    service = sales_pipeline("Service")
    LeadFactory(stage=service.stages.get(name="New"), next_step="Call", next_step_at=DAY)
    price = LostReasonFactory(name="Too expensive")

    bulk = begin(actions.close_as("lost", reason=price), anna)

    assert figures(bulk) == (2, 2, 0, 0)
    closed = Lead.objects.order_by("pk").values_list("stage__name", "stage__pipeline__name", "lost_reason")
    assert list(closed) == [("Lost", "Sales", price.pk), ("Lost", "Service", price.pk)]
    assert not Lead.objects.exclude(next_step="", next_step_at=None).exists()
    assert figures(begin(actions.close_as("won"), anna)) == (2, 0, 0, 2)


def test_a_next_step_is_planned_with_its_reminders(anna: User, made: Made) -> None:
    rows, due = made(2), timezone.now() + timedelta(days=1)
    lead = LeadFactory(stage=stage("Won"), stage_kind=StageKind.WON, closed_at=timezone.now())

    bulk = begin(actions.plan_step("  Call  again ", due), anna)

    assert figures(bulk) == (3, 2, 0, 1)
    assert BulkItem.objects.get(lead=lead).reason == Reason.CLOSED
    assert set(Lead.objects.filter(stage_kind="open").values_list("next_step", "next_step_at")) == {
        ("Call again", due)
    }
    assert set(DueRow.objects.values_list("key", "due_at")) == {(str(each.pk), due) for each in rows}


def test_a_team_shares_the_leads_by_what_each_has(anna: User, made: Made) -> None:
    davit, lilit = UserFactory(name="Davit"), UserFactory(name="Lilit")
    team = TeamFactory()
    team.members.set([davit, lilit])
    rows = made(6)
    Lead.objects.filter(pk__in=[each.pk for each in rows[:2]]).update(owner=davit)

    bulk = begin(actions.share_among(team), anna)

    assert figures(bulk) == (6, 6, 0, 0)
    owners = list(Lead.objects.order_by("pk").values_list("owner__name", flat=True))
    assert owners == ["Davit", "Davit", "Lilit", "Lilit", "Davit", "Lilit"]
    assert set(Lead.objects.values_list("team", flat=True)) == {team.pk}


def test_what_somebody_changed_meanwhile_is_left_and_named(anna: User, made: Made) -> None:
    rows, davit = made(3), UserFactory(name="Davit")
    bulk = begin(actions.move_to(stage("Offer")), anna, at_once=0)
    move_lead(lead_id=rows[1].pk, to_stage_id=stage("Meeting").pk, actor=Actor.of(davit))

    work()

    assert figures(bulk) == (3, 2, 0, 1)
    item = BulkItem.objects.get(lead=rows[1])
    assert (item.outcome, item.reason) == (Outcome.REFUSED, Reason.CHANGED_SINCE)
    assert {key: item.told[key] for key in ("who", "stage")} == {"who": "Davit", "stage": "Meeting"}
    rows[1].refresh_from_db()
    assert rows[1].stage.name == "Meeting"

    again = retry_refused(bulk=bulk, user=anna)

    assert figures(again) == (1, 1, 0, 0)
    rows[1].refresh_from_db()
    assert rows[1].stage.name == "Offer"


def test_tags_do_not_mind_what_else_changed_meanwhile(anna: User, made: Made) -> None:
    rows = made(2)
    bulk = begin(actions.tag_with(add=["hot"]), anna, at_once=0)
    set_next_step(lead_id=rows[0].pk, text="Call", due_at=DAY, actor=Actor.of(anna))

    work()

    assert figures(bulk) == (2, 2, 0, 0)
    assert list(Lead.objects.order_by("pk").values_list("tags", "next_step")) == [
        (["hot"], "Call"),
        (["hot"], ""),
    ]


def test_what_a_seller_no_longer_sees_is_left(made: Made) -> None:
    seller, other = UserFactory(), UserFactory()
    rows = made(2)
    bulk = begin(actions.tag_with(add=["hot"]), seller, at_once=0)
    Lead.objects.filter(pk=rows[0].pk).update(owner=other)

    work()

    assert figures(bulk) == (2, 1, 0, 1)
    assert outcomes(bulk)[0] == (Outcome.REFUSED, Reason.NO_SIGHT)


def test_a_step_costs_the_same_for_one_lead_and_for_a_hundred(
    anna: User, made: Made, at_most: AtMost
) -> None:
    made(100)
    for action in (
        actions.tag_with(add=["hot"]),
        actions.assign_to(anna),
        actions.move_to(stage("Offer")),
        actions.plan_step("Call", timezone.now() + timedelta(days=1)),
    ):
        bulk = begin(action, anna, at_once=0)
        with at_most(12):
            work_next(LeadBulk.objects.select_related("created_by").get(pk=bulk.pk))
        assert figures(bulk) == (100, 100, 0, 0)


def test_rules_that_ask_for_what_changed_score_all_of_them(anna: User, made: Made, at_most: AtMost) -> None:
    Stage.objects.filter(name="Meeting").update(takes_qualified=True)
    rules = RuleSetFactory()
    condition = {"field": "lead.tags", "op": "has_any", "value": ["hot"]}
    RuleFactory(rule_set=rules, condition=condition, points=60)
    made(3)

    bulk = begin(actions.tag_with(add=["hot"]), anna)

    assert set(Lead.objects.values_list("score", "stage__name")) <= {(60, "Meeting"), (60, "New")}
    assert figures(bulk) == (3, 3, 0, 0)

    start_undo(bulk_id=bulk.pk, user=anna)

    assert set(Lead.objects.values_list("score", flat=True)) == {0}


@pytest.mark.parametrize(
    ("action", "path"),
    [
        (lambda: ("assign", {"owner": 0}), "owner"),
        (lambda: ("share", {"team": 0}), "team"),
        (lambda: ("move", {"stage": 0}), "stage"),
        (lambda: actions.move_to(stage("Lost")), "lost_reason"),
        (lambda: actions.close_as("lost"), "lost_reason"),
        (lambda: actions.close_as("open"), "outcome"),
        (lambda: actions.tag_with(), "add"),
        (lambda: actions.tag_with(add=["a"], remove=["a"]), "remove"),
        (lambda: actions.plan_step("Call", None), "next_step_at"),
    ],
)
def test_what_can_be_done_to_no_lead_is_refused_at_once(
    anna: User, made: Made, action: Callable[[], Any], path: str
) -> None:
    made(1)
    with pytest.raises(BadBulk) as refused:
        begin(action(), anna)

    assert (refused.value.path, LeadBulk.objects.count()) == (path, 0)


def test_too_many_and_none_are_refused(anna: User, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NothingChosen):
        begin(actions.tag_with(add=["hot"]), anna)
    made(3)
    monkeypatch.setattr(starting, "CEILING", 2)
    with pytest.raises(TooManyLeads, match="At most 2 leads"):
        begin(actions.tag_with(add=["hot"]), anna)

    assert (LeadBulk.objects.count(), BulkItem.objects.count()) == (0, 0)


def test_counting_stops_at_what_may_be_changed(made: Made) -> None:
    made(3)

    assert (count_up_to(leads(), most=2), count_up_to(leads(), most=3)) == (3, 3)


class TestUndo:
    def test_each_lead_gets_back_what_it_had(self, anna: User, made: Made) -> None:
        davit, lilit = UserFactory(name="Davit"), UserFactory(name="Lilit")
        rows = made(3)
        Lead.objects.filter(pk=rows[0].pk).update(owner=davit)
        bulk = begin(actions.assign_to(lilit), anna)

        start_undo(bulk_id=bulk.pk, user=anna)

        bulk.refresh_from_db()
        assert (bulk.undone, bulk.kept, bulk.undo_finished_at is not None) == (3, 0, True)
        assert list(Lead.objects.order_by("pk").values_list("owner", "revision")) == [
            (davit.pk, 2),
            (None, 2),
            (None, 2),
        ]
        last = Event.objects.filter(name="lead.assigned", lead_id=rows[0].pk).order_by("-id").first()
        assert last is not None
        assert (last.payload["owner"], last.actor_id) == ("Davit", anna.pk)

    def test_a_move_is_taken_back_with_time_step_and_reminder(self, anna: User, made: Made) -> None:
        (lead,) = made(1)
        due = timezone.now() + timedelta(days=1)
        set_next_step(lead_id=lead.pk, text="Call", due_at=due, actor=Actor.of(anna))
        bulk = begin(actions.close_as("lost", reason=LostReasonFactory()), anna)

        start_undo(bulk_id=bulk.pk, user=anna)

        lead.refresh_from_db()
        assert (lead.stage.name, lead.stage_kind, lead.stage_entered_at) == ("New", "open", DAY)
        assert (lead.next_step, lead.next_step_at, lead.closed_at, lead.lost_reason) == (
            "Call",
            due,
            None,
            None,
        )
        event = Event.objects.filter(name="lead.stage_changed").order_by("-id").first()
        assert event is not None
        assert (event.payload["from"], event.payload["to"], event.payload["kind"]) == ("Lost", "New", "open")

    def test_what_was_changed_since_stays_and_is_told_of(self, anna: User, made: Made) -> None:
        rows = made(3)
        bulk = begin(actions.move_to(stage("Offer")), anna)
        move_lead(lead_id=rows[0].pk, to_stage_id=stage("Won").pk, actor=Actor.of(anna))
        Lead.objects.filter(pk=rows[1].pk).update(stage=stage("Meeting"))  # by a rule: no revision

        start_undo(bulk_id=bulk.pk, user=anna)

        bulk.refresh_from_db()
        assert (bulk.undone, bulk.kept) == (1, 2)
        assert list(BulkItem.objects.order_by("pk").values_list("undone", flat=True)) == [
            Undone.CHANGED_SINCE,
            Undone.CHANGED_SINCE,
            Undone.UNDONE,
        ]
        assert list(Lead.objects.order_by("pk").values_list("stage__name", flat=True)) == [
            "Won",
            "Meeting",
            "New",
        ]

    def test_a_stage_that_is_gone_cannot_be_gone_back_to(self, anna: User, made: Made) -> None:
        made(1)
        bulk = begin(actions.move_to(stage("Offer")), anna)
        stage("New").delete()

        start_undo(bulk_id=bulk.pk, user=anna)

        assert BulkItem.objects.get().undone == Undone.GONE
        assert Lead.objects.get().stage.name == "Offer"

    def test_many_are_undone_by_a_job(self, anna: User, made: Made) -> None:
        made(4)
        bulk = begin(actions.tag_with(add=["hot"]), anna, at_once=0)
        work()

        start_undo(bulk_id=bulk.pk, user=anna, at_once=0)
        work()

        bulk.refresh_from_db()
        assert (bulk.undone, bulk.undo_job.status) == (4, JobStatus.DONE)  # type: ignore[union-attr]
        assert set(Lead.objects.values_list("tags__len", flat=True)) == {0}
        told = Notification.objects.order_by("-id").first()
        assert told is not None
        assert (told.kind, told.params) == ("lead.bulk_undone", {"undone": 4, "kept": 0})

    def test_once_after_its_end_and_within_a_day(self, anna: User, made: Made) -> None:
        made(2)
        bulk = begin(actions.tag_with(add=["hot"]), anna, at_once=0)
        with pytest.raises(TooLateToUndo, match="still being done"):
            start_undo(bulk_id=bulk.pk, user=anna)
        work()
        with pytest.raises(TooLateToUndo, match="too long ago"):
            start_undo(bulk_id=bulk.pk, user=anna, now=timezone.now() + timedelta(hours=25))
        start_undo(bulk_id=bulk.pk, user=anna)
        with pytest.raises(TooLateToUndo, match="undone already"):
            start_undo(bulk_id=bulk.pk, user=anna)
