"""An open lead has the chance of its facts, at once and by the same statement as thousands."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.utils import timezone

from core.company.models import CompanyProfile
from core.events.actor import CUSTOMER, Actor
from core.jobs.models import Job, JobStatus
from core.jobs.operations import work_next
from crm.chances import bayes
from crm.chances.operations import learn, learn_when_due, start_learning, switch, write
from crm.chances.queries import chance_of, in_use
from crm.chances.queries.fields import POINTS
from crm.contacts.models import ContactPoint
from crm.contacts.operations import add_point
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import apply_answers, create_lead, move_lead, update_lead
from crm.qualification.operations import NewAnswer
from crm.scoring.queries import moment, points_of
from tests.factories.closed import history
from tests.factories.core import AdminFactory
from tests.factories.crm import ContactFactory, LostReasonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _company(company: CompanyProfile) -> None: ...


@pytest.fixture
def leads() -> list[Lead]:
    found = history(600, open_leads=60)
    learn(now=timezone.now())
    return found[600:]


def work_off() -> None:
    while work_next(now=timezone.now()):
        pass


def chance(lead: Lead) -> int | None:
    return Lead.objects.values_list("win_chance", flat=True).get(pk=lead.pk)


def by_python(lead: Lead) -> int:
    """What the pure module says of the lead's own values."""
    using = in_use()
    learned = using.of(lead.pipeline_id)
    assert learned is not None
    model = bayes.Model(learned.row.base, tuple(each.weights for each in learned.features))
    points, at, places = points_of(lead), moment(), []
    for each in learned.features:
        value = points.get(POINTS[each.key]) if each.key in POINTS else using.fields[each.key].value(lead, at)
        places.append(each.binning.place(value))
    return model.probability(places).percent


def test_sql_and_python_agree(leads: list[Lead]) -> None:
    dice = random.Random(5)
    for number, lead in enumerate(leads):
        lead.answers = dice.choice(
            [
                lead.answers,
                {},
                {"budget": {"amount": "900000.0000", "currency": "USD"}, "colour": "green"},
                {"budget": "a lot", "start": "soon", "colour": 7},
                {"start": dice.choice([0, 2.5, 10**9, -4])},
            ]
        )
        lead.customer_channel = dice.choice(["", "webchat", "viber"])
        lead.source = dice.choice([lead.source, "", "carrier pigeon"])
        lead.customer_replies, lead.customer_reply_seconds = dice.choice([(0, 0), (3, 900), (1, 10**6)])
        if number % 3 == 0:
            lead.contact = ContactFactory(language=dice.choice(["", "hy", "ru"]))
            ContactPoint.objects.create(contact=lead.contact, kind="phone", value=f"+3749{number:07d}")
    Lead.objects.bulk_update(
        leads,
        ["answers", "customer_channel", "source", "customer_replies", "customer_reply_seconds", "contact"],
    )

    write([lead.pk for lead in leads])

    found = list(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).select_related("contact"))
    assert [lead.win_chance for lead in found] == [by_python(lead) for lead in found]
    assert len({lead.win_chance for lead in found}) > 10


def test_an_answer_changes_the_chance_in_the_same_transaction(leads: list[Lead]) -> None:
    lead = leads[0]
    money = [{"amount": f"{amount}.0000", "currency": "AMD"} for amount in (50_000, 1_200_000)]

    apply_answers(lead=lead, answers=[NewAnswer("budget", money[0])], actor=CUSTOMER)
    low = lead.win_chance
    apply_answers(lead=lead, answers=[NewAnswer("budget", money[1])], actor=CUSTOMER)

    assert low is not None
    assert chance(lead) == lead.win_chance
    assert lead.win_chance is not None
    assert lead.win_chance > low + 10


def test_a_new_lead_has_a_chance_at_once(leads: list[Lead]) -> None:
    lead = create_lead(
        contact=leads[0].contact, actor=CUSTOMER, source="referral", stage=Stage.objects.get(name="New")
    )

    assert lead.win_chance == chance(lead) == by_python(Lead.objects.get(pk=lead.pk))


def test_details_calls_and_contacts_count_as_well(leads: list[Lead]) -> None:
    lead = leads[0]
    Lead.objects.filter(pk=lead.pk).update(win_chance=None)

    update_lead(lead_id=lead.pk, actor=CUSTOMER, source="referral" if lead.source != "referral" else "email")
    assert chance(lead) == by_python(Lead.objects.get(pk=lead.pk))

    Lead.objects.filter(pk=lead.pk).update(win_chance=None)
    add_point(contact=lead.contact, kind="phone", value="+37491234567", actor=CUSTOMER)
    assert chance(lead) == by_python(Lead.objects.get(pk=lead.pk))


def test_closing_takes_the_chance_and_opening_gives_it_back(leads: list[Lead]) -> None:
    lead = leads[0]
    write([lead.pk])
    before = chance(lead)
    lost = lead.pipeline.stages.get(name="Lost")

    move_lead(lead_id=lead.pk, to_stage_id=lost.pk, actor=CUSTOMER, lost_reason=LostReasonFactory())
    assert chance(lead) is None
    move_lead(lead_id=lead.pk, to_stage_id=lead.stage_id, actor=CUSTOMER)

    assert before is not None
    assert chance(lead) == before


def test_the_score_and_the_history_know_nothing_of_it(leads: list[Lead]) -> None:
    lead = leads[0]
    past = Lead.pgh_event_model.objects.filter(pgh_obj_id=lead.pk)  # type: ignore[attr-defined]
    rows, score = past.count(), (lead.score, lead.grade)

    write([lead.pk])

    lead.refresh_from_db()
    assert lead.win_chance is not None
    assert (past.count(), (lead.score, lead.grade)) == (rows, score)


def test_one_statement_more_for_an_answer(
    leads: list[Lead], at_most: Callable[[int], AbstractContextManager[None]]
) -> None:
    apply_answers(lead=leads[1], answers=[NewAnswer("start", 3)], actor=CUSTOMER)

    with at_most(7):
        apply_answers(lead=leads[0], answers=[NewAnswer("start", 3)], actor=CUSTOMER)


def test_nothing_is_asked_where_nothing_was_learned(
    at_most: Callable[[int], AbstractContextManager[None]],
) -> None:
    lead = history(0, open_leads=2)[0]
    apply_answers(lead=lead, answers=[NewAnswer("start", 9)], actor=CUSTOMER)

    with at_most(6):
        apply_answers(lead=lead, answers=[NewAnswer("start", 3)], actor=CUSTOMER)
    assert chance(lead) is None


def test_the_job_learns_and_gives_every_open_lead_its_chance() -> None:
    leads = history(600, open_leads=60)[600:]
    anna = AdminFactory()

    job = start_learning(user=anna)
    work_off()

    job = Job.objects.get(pk=job.pk)
    assert (job.status, job.done, job.total) == (JobStatus.DONE, 60, 60)
    found = Lead.objects.filter(pk__in=[lead.pk for lead in leads])
    assert not found.filter(win_chance=None).exists()
    told = chance_of(found[0])
    assert told is not None
    assert told.percent == by_python(found[0])


def test_switching_off_takes_all_chances_and_on_brings_them_back(leads: list[Lead]) -> None:
    anna = AdminFactory()
    write([lead.pk for lead in leads])

    switch(enabled=False, user=anna)
    work_off()
    assert not Lead.objects.exclude(win_chance=None).exists()
    assert chance_of(leads[0]) is None
    apply_answers(lead=leads[0], answers=[NewAnswer("start", 3)], actor=Actor.of(anna))
    assert chance(leads[0]) is None

    switch(enabled=True, user=anna)
    work_off()
    assert Lead.objects.exclude(win_chance=None).count() == 60


def test_models_that_another_process_replaced_are_read_anew(leads: list[Lead]) -> None:
    stale = in_use()
    learn(now=timezone.now())

    write([leads[0].pk], stale)

    assert chance(leads[0]) == by_python(Lead.objects.get(pk=leads[0].pk))


def test_learning_is_due_at_night_and_after_enough_closings() -> None:
    history(200)
    night = timezone.now().replace(hour=23, minute=30)  # 03:30 in Yerevan

    first = learn_when_due(now=night)
    assert first is not None
    assert learn_when_due(now=night) is None  # it runs already
    work_off()

    day = night.replace(hour=10) + timezone.timedelta(days=1)  # type: ignore[attr-defined]
    assert learn_when_due(now=day) is None
    Lead.objects.filter(pk__in=Lead.objects.exclude(closed_at=None).values("pk")[:25]).update(closed_at=day)
    assert learn_when_due(now=day) is not None
