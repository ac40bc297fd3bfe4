"""Whatever happens in whatever order: the score is the sum of the ledger, and Python and SQL judge alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import Q, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.company.models import CompanyProfile
from core.events.actor import SYSTEM
from crm.contacts.operations import add_point, remove_point
from crm.memory import forget_all
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import apply_answers, create_lead, move_lead
from crm.pipeline.queries import leads, locked_lead
from crm.qualification.operations import NewAnswer
from crm.scoring.facts import KnownLead
from crm.scoring.models import ScoreEntry
from crm.scoring.operations import RuleDraft, SectionDraft, publish_rules, rescore
from crm.scoring.operations.recalculation import Recalculated, recalculate
from crm.scoring.queries import explain_score, facts_of, fresh_rule_book, moment
from crm.scoring.scoring import Thresholds, score
from tests.factories.crm import ContactFactory, CriterionFactory, sales_pipeline

pytestmark = pytest.mark.django_db

PHONE = "+37491234567"


def drams(amount: int) -> dict[str, str]:
    return {"amount": f"{amount}.0000", "currency": "AMD"}


VALUES: dict[str, list[Any]] = {
    "start": [None, 0, 7, 8, 30, 2.5],
    "budget": [None, drams(299_999), drams(300_000), {"amount": "900000.0000", "currency": "USD"}],
    "interest": [None, "kitchen", "sofa"],
    "abroad": [None, True, False],
    "city": [None, "Երևան", "Gyumri"],
}
CONDITIONS: list[Any] = [
    {"field": "answer.start", "op": "lte", "value": 7},
    {"field": "answer.start", "op": "is_set"},
    {"field": "answer.budget", "op": "gte", "value": drams(300_000)},
    {"field": "answer.interest", "op": "in", "value": ["kitchen"]},
    {"none": [{"field": "answer.interest", "op": "is", "value": "kitchen"}]},
    {"field": "answer.city", "op": "is", "value": "Yerevan"},
    {"field": "contact.phone", "op": "starts_with", "value": "+374"},
    {"field": "contact.phone", "op": "is_not_set"},
    {"field": "lead.value", "op": "gt", "value": drams(299_999)},
    {"field": "lead.status", "op": "is", "value": "open"},
    {"field": "lead.created_at", "op": "within_last", "value": 2},
    {
        "all": [
            {"field": "answer.abroad", "op": "is", "value": True},
            {"field": "answer.start", "op": "is_set"},
        ]
    },
]

SECTIONS = [SectionDraft("Few", "fit", 3, UUID(int=1)), SectionDraft("Little", "engagement", 2, UUID(int=2))]
DECAYS_FROM = ["lead.created_at", "lead.last_message_at", "lead.next_step_at"]

answers = st.sampled_from([(key, value) for key, values in VALUES.items() for value in values])
rules = st.lists(
    st.tuples(
        st.sampled_from(CONDITIONS),
        st.sampled_from([-3, -1, 1, 2, 5]),
        st.sampled_from(["fit", "engagement"]),
        st.sampled_from([None, *SECTIONS]),
        st.sampled_from([None, 1, 7]),
    ),
    max_size=5,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.integers(0, 1), st.lists(answers, min_size=1, max_size=3)),
        st.tuples(st.just("phone"), st.integers(0, 1), st.booleans()),
        st.tuples(st.just("move"), st.integers(0, 1), st.sampled_from(["New", "Offer", "Won"])),
        st.tuples(st.just("publish"), st.just(0), rules),
        st.tuples(st.just("rescore"), st.integers(0, 1), st.none()),
        st.tuples(st.just("recalculate"), st.just(0), st.none()),
    ),
    max_size=12,
)


@contextmanager
def undone() -> Iterator[None]:
    """Each example begins with the same rows and nothing remembered."""
    with transaction.atomic():
        forget_all()
        yield
        transaction.set_rollback(True)
    forget_all()


def begin() -> list[Lead]:
    sales_pipeline()
    CriterionFactory(key="start", kind="duration", must_have=True)
    CriterionFactory(key="budget", kind="money")
    CriterionFactory(key="interest", kind="choice", values=["kitchen", "sofa"])
    CriterionFactory(key="abroad", kind="yes_no", disqualifying=[True])
    CriterionFactory(key="city", kind="place", disqualifying=[{"raw": "Gyumri", "norm": "gyumri"}])
    return [create_lead(contact=ContactFactory(), actor=SYSTEM) for _ in range(2)]


def drafted(
    number: int, condition: Any, points: int, group: str, section: SectionDraft | None, life: int | None
) -> RuleDraft:
    fades = life if group == "engagement" else None
    place = section.key if section else None
    origin = DECAYS_FROM[number % 3]
    return RuleDraft("Rule", group, condition, points, None, place, fades, origin if fades else "")


def do(kind: str, lead: Lead, detail: Any) -> None:
    match kind:
        case "answer":
            given_answers = [NewAnswer(key, value) for key, value in detail]
            apply_answers(lead=locked_lead(lead.pk), answers=given_answers, actor=SYSTEM)
        case "phone":
            change = add_point if detail else remove_point
            change(contact=lead.contact, kind="phone", value=PHONE, actor=SYSTEM)
        case "move":
            move_lead(lead_id=lead.pk, to_stage_id=Stage.objects.get(name=detail).pk, actor=SYSTEM)
        case "publish":
            publish_rules(
                rules=[drafted(number, *each) for number, each in enumerate(detail)],
                thresholds=Thresholds(4, 1, 6, 3, 1),
                sections=SECTIONS,
                user=None,
            )
        case "rescore":
            rescore(lead=locked_lead(lead.pk))
        case "recalculate":
            recalculate(ids=list(leads().values_list("pk", flat=True)), book=fresh_rule_book(), at=moment())


def check_sums() -> None:
    groups = {group: Sum("points", filter=Q(group=group), default=0) for group in ("fit", "engagement")}
    for lead in Lead.objects.all():
        sums = ScoreEntry.objects.filter(lead=lead).aggregate(**groups)
        assert (lead.fit, lead.engagement) == (sums["fit"], sums["engagement"])
        assert lead.score == lead.fit + lead.engagement
        assert sum(line.points for line in explain_score(lead, "en")) == lead.score


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_score_is_the_sum_of_its_ledger_after_any_sequence(
    company: CompanyProfile, steps: list[Any]
) -> None:
    with undone():
        made = begin()
        for kind, number, detail in steps:
            do(kind, made[number], detail)
            check_sums()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules, st.lists(st.lists(answers, max_size=5), min_size=1, max_size=4), st.booleans())
def test_python_and_sql_judge_alike(
    company: CompanyProfile, rules: list[Any], told: list[list[Any]], with_phone: bool
) -> None:
    with undone():
        first, _ = begin()
        for each in told:
            do("answer", create_lead(contact=ContactFactory(), actor=SYSTEM), each)
        if with_phone:
            do("phone", first, detail=True)
        do("publish", first, rules)
        Lead.objects.filter(pk=first.pk).update(last_message_at=moment().now - timedelta(hours=5))
        book, at, ids = fresh_rule_book(), moment(), list(leads().values_list("pk", flat=True))

        for _turn in range(4):
            recalculate(ids=ids, book=book, at=at)

            for lead in Lead.objects.all():
                result = score(KnownLead(lead, facts_of(lead).points), book, at)
                assert (lead.fit, lead.engagement, lead.grade, lead.qualification) == (
                    result.fit,
                    result.engagement,
                    result.grade,
                    result.qualification,
                )
                assert lead.score_changes_at == result.changes_at
                assert rescore(lead=lead, at=at) == result
            assert recalculate(ids=ids, book=book, at=at) == Recalculated(0, 0)
            check_sums()
            turns = Lead.objects.exclude(score_changes_at=None).order_by("score_changes_at")
            if (soonest := turns.first()) is None:
                break
            at = moment(soonest.score_changes_at)
