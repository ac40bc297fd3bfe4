import pytest
from django.utils import timezone

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import CUSTOMER
from core.events.models import Event
from core.jobs.models import Job, JobStatus
from core.jobs.operations import work_next
from crm.pipeline.models import Lead
from crm.pipeline.operations import apply_answers
from crm.qualification.operations import NewAnswer
from crm.scoring import tasks
from crm.scoring.models import ScoreEntry, ScoringRule
from crm.scoring.operations import RuleDraft, delete_rule, publish_draft, publish_rules
from crm.scoring.operations.recalculation import Recalculated, recalculate
from crm.scoring.queries import fresh_rule_book, moment
from crm.scoring.scoring import Thresholds
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory, LeadFactory

pytestmark = pytest.mark.django_db

SOON = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 4)
KNOWN = RuleDraft("Known", "engagement", {"field": "answer.start", "op": "is_set"}, 1)
NEVER = RuleDraft("Never", "fit", {"any": []}, 9)


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    CriterionFactory(key="start", kind="duration", must_have=True)
    CriterionFactory(key="abroad", kind="yes_no", disqualifying=[True])
    return AdminFactory()


def work_off() -> None:
    while work_next(now=timezone.now()):
        pass


def leads(*starts: int | None) -> list[Lead]:
    made = LeadFactory.create_batch(len(starts))
    for lead, start in zip(made, starts, strict=True):
        if start is not None:
            apply_answers(lead=lead, answers=[NewAnswer("start", start)], actor=CUSTOMER)
    return made


def test_publishing_scores_every_lead_with_ledger_and_progress(anna: User) -> None:
    made = leads(5, 30, None)
    published = publish_rules(rules=[SOON, KNOWN, NEVER], thresholds=Thresholds(4, 1, 5, 3, 1), user=anna)

    work_off()

    job = Job.objects.get(pk=published.job.pk)
    assert (job.status, job.done, job.total, job.percent) == (JobStatus.DONE, 3, 3, 100)
    figures = Lead.objects.order_by("id").values_list("fit", "engagement", "score", "grade", "qualification")
    assert list(figures) == [
        (4, 1, 5, "A", "qualified"),
        (0, 1, 1, "C", "nurture"),
        (0, 0, 0, "D", "unknown"),
    ]
    entries = ScoreEntry.objects.order_by("lead", "rule_name").values_list(
        "lead", "rule_name", "points", "reason"
    )
    assert list(entries) == [
        (made[0].pk, "Known", 1, {"held": True}),
        (made[0].pk, "Soon", 4, {"held": True}),
        (made[1].pk, "Known", 1, {"held": True}),
    ]
    crossed = Event.objects.filter(
        name="lead.qualification_changed", payload__to__in=["qualified", "nurture"]
    )
    assert sorted(crossed.values_list("lead_id", "contact_id")) == [
        (each.pk, each.contact_id) for each in made[:2]
    ]
    batch = Event.objects.get(name="scoring.recalculated")
    assert batch.payload == {
        "version": 1,
        "leads": 3,
        "changed": 2,
        "ids": [lead.pk for lead in made[:2]],
        "changed_in_all": 2,
        "finished": True,
    }


def test_batches_commit_their_progress(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = leads(5, 5, 5, 5, 5)
    monkeypatch.setattr(tasks, "BATCH", 2)
    job = publish_rules(rules=[SOON], thresholds=Thresholds(), user=anna).job

    work_next(now=timezone.now())
    job.refresh_from_db()
    assert (job.status, job.done, job.total, job.cursor) == (
        JobStatus.RUNNING,
        2,
        5,
        {"last": made[1].pk, "changed": 2},
    )
    assert list(Lead.objects.order_by("id").values_list("score", flat=True)) == [4, 4, 0, 0, 0]

    work_off()
    job.refresh_from_db()
    assert (job.status, job.done) == (JobStatus.DONE, 5)
    assert set(Lead.objects.values_list("score", flat=True)) == {4}


def test_a_job_gives_way_to_a_later_one(anna: User) -> None:
    leads(5)
    first = publish_rules(rules=[SOON], thresholds=Thresholds(), user=anna).job
    second = publish_rules(rules=[KNOWN], thresholds=Thresholds(), user=anna).job

    work_off()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.result, second.result) == ({"superseded": True}, {})
    assert Lead.objects.get().score == 1


def test_a_rule_taken_out_takes_its_points_back(anna: User) -> None:
    leads(5)
    publish_rules(rules=[SOON, KNOWN], thresholds=Thresholds(), user=anna)
    work_off()
    delete_rule(key=fresh_rule_book().rules[0].key, user=anna)
    publish_draft(user=anna)
    work_off()

    assert Lead.objects.get().score == 1
    assert list(ScoreEntry.objects.order_by("id").values_list("rule_name", "points", "rule_set_version")) == [
        ("Soon", 4, 1),
        ("Known", 1, 1),
        ("Soon", -4, 2),
    ]


def test_what_did_not_change_is_not_written(anna: User) -> None:
    made = leads(5, 30)
    publish_rules(rules=[SOON, KNOWN], thresholds=Thresholds(), user=anna)
    work_off()
    events = Event.objects.count()

    again = recalculate(ids=[each.pk for each in made], book=fresh_rule_book(), at=moment())

    assert again == Recalculated(ledger_rows=0, leads=0)
    assert Event.objects.count() == events


def test_a_batch_takes_two_statements_whatever_its_size(anna: User, at_most) -> None:
    publish_rules(rules=[SOON, KNOWN], thresholds=Thresholds(), user=anna)
    made = LeadFactory.create_batch(30, answers={"start": 5})
    ids, book, at = [each.pk for each in made], fresh_rule_book(), moment()

    with at_most(2):
        assert recalculate(ids=ids, book=book, at=at) == Recalculated(ledger_rows=60, leads=30)


def test_leads_between_the_ids_of_a_batch_are_left_alone(anna: User) -> None:
    publish_rules(rules=[KNOWN], thresholds=Thresholds(), user=anna)
    first, between, last = LeadFactory.create_batch(3, answers={"start": 5})

    recalculate(ids=[first.pk, last.pk], book=fresh_rule_book(), at=moment())

    between.refresh_from_db()
    assert between.score == 0
    assert not between.score_entries.exists()


def test_disqualifying_answers_and_unread_conditions_are_judged_in_sql_too(anna: User) -> None:
    CriterionFactory(key="city", kind="place", disqualifying=[{"raw": "Gyumri", "norm": "gyumri"}])
    lead = LeadFactory(answers={"start": 5, "city": {"raw": "Գյումրի", "norm": "gyumri"}})
    publish_rules(rules=[KNOWN], thresholds=Thresholds(), user=anna)
    ScoringRule.objects.update(condition={"field": "answer.gone", "op": "is_set"})

    recalculate(ids=[lead.pk], book=fresh_rule_book(), at=moment())

    lead.refresh_from_db()
    assert (lead.score, lead.qualification) == (0, "not_fit")
    payload = Event.objects.get(name="lead.qualification_changed").payload
    assert payload == {"from": "unknown", "to": "not_fit", "reason": "city"}


def test_without_rules_nobody_has_points(anna: User) -> None:
    lead = LeadFactory(answers={"start": 5})
    assert recalculate(ids=[lead.pk], book=fresh_rule_book(), at=moment()) == Recalculated(0, 0)


def test_large_points_and_their_sum_fit(anna: User) -> None:
    heavy = [RuleDraft(f"Heavy {number}", "fit", {"all": []}, 1000) for number in range(60)]
    publish_rules(rules=heavy, thresholds=Thresholds(), user=anna)
    lead = LeadFactory()

    recalculate(ids=[lead.pk], book=fresh_rule_book(), at=moment())

    lead.refresh_from_db()
    assert lead.score == 60_000
