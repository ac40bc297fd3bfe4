"""Many leads changed while others change them, too: nothing is lost, and whoever was slower hears of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.access.models import User
from core.events.actor import Actor
from core.events.models import Event
from core.jobs import operations as jobs
from core.jobs.models import Job, JobStatus
from crm.bulk import actions
from crm.bulk.enums import Outcome, Reason, Undone
from crm.bulk.models import BulkItem, LeadBulk
from crm.bulk.operations import start_bulk, start_undo, undo_next, work_next, working
from crm.pipeline.errors import StaleLead
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import move_lead
from crm.pipeline.queries import leads
from tests.factories.core import AdminFactory, CompanyFactory
from tests.factories.crm import ContactFactory, LeadFactory, sales_pipeline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _company(transactional_db: None) -> None:
    CompanyFactory()
    sales_pipeline()


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def make(count: int) -> list[Lead]:
    contact, new = ContactFactory(), stage("New")
    return [LeadFactory(stage=new, contact=contact) for _ in range(count)]


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Start the tasks together, each with a connection of its own; what each returned or was refused with."""
    ready = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=10)
            return task()
        except StaleLead as stale:
            return stale
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def begin(action: Any, user: User) -> LeadBulk:
    return start_bulk(rows=leads(), action=action, user=user, at_once=0)


def step(bulk: LeadBulk) -> Callable[[], bool]:
    return lambda: work_next(LeadBulk.objects.select_related("created_by").get(pk=bulk.pk))


def test_of_a_bulk_and_a_drag_one_wins_and_the_other_is_told() -> None:
    anna, davit = AdminFactory(name="Anna"), AdminFactory(name="Davit")
    rows = make(6)
    bulk = begin(actions.move_to(stage("Offer")), anna)
    meeting = stage("Meeting").pk

    def drag(lead: Lead) -> Callable[[], Any]:
        return lambda: move_lead(
            lead_id=lead.pk, to_stage_id=meeting, actor=Actor.of(davit), expected_revision=0
        )

    _more, *dragged = at_once(step(bulk), *(drag(lead) for lead in rows[:3]))

    items = {item.lead_id: item for item in BulkItem.objects.all()}
    for lead, result in zip(rows[:3], dragged, strict=True):
        lead.refresh_from_db()
        if isinstance(result, StaleLead):
            assert (lead.stage.name, result.who, items[lead.pk].outcome) == ("Offer", "Anna", Outcome.CHANGED)
        else:
            item = items[lead.pk]
            assert (lead.stage.name, item.reason) == ("Meeting", Reason.CHANGED_SINCE)
            assert (item.told or {})["who"] == "Davit"
        assert lead.revision == 1
    assert Event.objects.filter(name="lead.stage_changed").count() == 6
    assert {lead.stage.name for lead in Lead.objects.filter(pk__in=[each.pk for each in rows[3:]])} == {
        "Offer"
    }


def test_of_two_bulks_over_the_same_leads_each_lead_is_changed_by_one_or_by_both_in_turn() -> None:
    anna, davit = AdminFactory(name="Anna"), AdminFactory(name="Davit")
    make(8)
    to_anna, to_davit = begin(actions.assign_to(anna), anna), begin(actions.assign_to(davit), davit)
    hot = begin(actions.tag_with(add=["hot"]), anna)

    at_once(step(to_anna), step(to_davit), step(hot))

    won = {
        bulk.pk: set(
            BulkItem.objects.filter(bulk=bulk, outcome=Outcome.CHANGED).values_list("lead", flat=True)
        )
        for bulk in (to_anna, to_davit)
    }
    assert won[to_anna.pk] & won[to_davit.pk] == set()
    for lead in Lead.objects.all():
        expected = anna if lead.pk in won[to_anna.pk] else davit if lead.pk in won[to_davit.pk] else None
        assert (lead.owner, lead.tags) == (expected, ["hot"])
    refused = BulkItem.objects.filter(outcome=Outcome.REFUSED)
    assert set(refused.values_list("reason", flat=True)) <= {Reason.CHANGED_SINCE}


class Killed(BaseException):
    """The worker dies: nothing catches it, and its transaction is gone."""


def test_a_worker_that_dies_in_a_step_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = AdminFactory()
    make(5)
    bulk = begin(actions.move_to(stage("Offer")), anna)
    write = working.update_rows

    def dies(model: Any, rows: Any) -> int:
        if model is BulkItem:
            raise Killed
        return write(model, rows)

    monkeypatch.setattr(working, "update_rows", dies)
    with pytest.raises(Killed):
        jobs.work_next(now=timezone.now())
    monkeypatch.undo()

    bulk.refresh_from_db()
    assert (bulk.changed, Lead.objects.filter(stage=stage("Offer")).count()) == (0, 0)
    assert not Event.objects.filter(name="lead.stage_changed").exists()
    assert Job.objects.get().status == JobStatus.RUNNING

    while jobs.work_next(now=timezone.now()):
        pass

    bulk.refresh_from_db()
    assert (bulk.changed, Job.objects.get().status) == (5, JobStatus.DONE)
    assert Event.objects.filter(name="lead.stage_changed").count() == 5
    assert set(Lead.objects.values_list("revision", flat=True)) == {1}


def test_a_step_that_is_done_twice_does_no_harm() -> None:
    anna = AdminFactory()
    make(4)
    bulk = begin(actions.tag_with(add=["hot"]), anna)

    at_once(step(bulk), step(bulk))
    step(bulk)()

    bulk.refresh_from_db()
    assert (bulk.changed, bulk.already, bulk.refused) == (4, 0, 0)
    assert set(Lead.objects.values_list("revision", flat=True)) == {1}


def test_an_undo_and_a_drag_do_not_overwrite_one_another() -> None:
    anna, davit = AdminFactory(name="Anna"), AdminFactory(name="Davit")
    rows = make(6)
    bulk = start_bulk(rows=leads(), action=actions.move_to(stage("Offer")), user=anna)
    start_undo(bulk_id=bulk.pk, user=anna, at_once=0)
    won = stage("Won").pk

    def undo() -> bool:
        return undo_next(LeadBulk.objects.select_related("created_by").get(pk=bulk.pk), anna)

    def drag(lead: Lead) -> Callable[[], Any]:
        return lambda: move_lead(lead_id=lead.pk, to_stage_id=won, actor=Actor.of(davit), expected_revision=1)

    _more, *dragged = at_once(undo, *(drag(lead) for lead in rows[:3]))

    items = {item.lead_id: item for item in BulkItem.objects.all()}
    for lead, result in zip(rows[:3], dragged, strict=True):
        lead.refresh_from_db()
        put_back = isinstance(result, StaleLead)
        assert items[lead.pk].undone == (Undone.UNDONE if put_back else Undone.CHANGED_SINCE)
        assert lead.stage.name == ("New" if put_back else "Won")
    bulk.refresh_from_db()
    assert bulk.undone + bulk.kept == 6


def test_a_lead_that_is_held_waits_for_nobody_else() -> None:
    """A step waits for the one lock; nothing that was decided before it is kept."""
    anna = AdminFactory()
    rows = make(3)
    bulk = begin(actions.assign_to(anna), anna)

    with transaction.atomic():
        Lead.objects.select_for_update(no_key=True).get(pk=rows[1].pk)
        pool = ThreadPoolExecutor(1)

        def work() -> None:
            try:
                step(bulk)()
            finally:
                connection.close()

        working_on = pool.submit(work)
        Lead.objects.filter(pk=rows[1].pk).update(revision=1, title="Held")
    working_on.result(timeout=20)
    pool.shutdown()

    bulk.refresh_from_db()
    assert (bulk.changed, bulk.refused) == (2, 1)
    rows[1].refresh_from_db()
    assert (rows[1].title, rows[1].owner) == ("Held", None)
