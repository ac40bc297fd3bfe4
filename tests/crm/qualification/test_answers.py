from decimal import Decimal
from typing import Any

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from core.conditions import Money
from core.events.actor import CUSTOMER
from core.events.models import Event
from core.ids import uuid7
from crm.pipeline.models import Lead
from crm.pipeline.operations import apply_answers, create_lead
from crm.pipeline.queries import locked_lead
from crm.qualification.answers import Question, canonical, contained, disqualified_by, same
from crm.qualification.errors import BadAnswer, UnknownCriterion
from crm.qualification.models import LeadAnswer
from crm.qualification.operations import NewAnswer, correct_answer
from crm.qualification.queries import answer_lines
from crm.scoring.models import ScoreEntry
from crm.scoring.queries import moment, rule_book
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory, LeadFactory, RuleFactory, RuleSetFactory

pytestmark = pytest.mark.django_db


def drams(amount: int) -> dict[str, str]:
    return {"amount": f"{amount}.0000", "currency": "AMD"}


@pytest.fixture
def lead(company: CompanyProfile) -> Lead:
    CriterionFactory(
        key="interest", kind="choice", name="Interest", values=["kitchen", "sofa"], must_have=True
    )
    CriterionFactory(key="start", kind="duration", name="Start", must_have=True)
    CriterionFactory(key="budget", kind="money", name="Budget")
    CriterionFactory(key="city", kind="place", name="City")
    rules = RuleSetFactory(qualified_from=4, nurture_from=2)
    RuleFactory(rule_set=rules, condition={"field": "answer.start", "op": "lte", "value": 7}, points=2)
    RuleFactory(
        rule_set=rules, condition={"field": "answer.budget", "op": "gte", "value": drams(300_000)}, points=2
    )
    lead: Lead = LeadFactory()
    return lead


def test_answers_become_facts_points_and_events_at_once(lead: Lead) -> None:
    message = uuid7()
    answers = [
        NewAnswer("interest", "kitchen", said="խոհանոց", message_id=message, confidence=0.9),
        NewAnswer("start", 5, said="this week", source="free_text"),
        NewAnswer("budget", drams(500_000)),
        NewAnswer("city", "Երևան"),
    ]

    changed = apply_answers(lead=locked_lead(lead.pk), answers=answers, actor=CUSTOMER)

    assert changed == ["interest", "start", "budget", "city"]
    lead.refresh_from_db()
    assert lead.answers == {
        "interest": "kitchen",
        "start": 5,
        "budget": drams(500_000),
        "city": {"raw": "Երևան", "norm": "erevan"},
    }
    assert (lead.score, lead.fit, lead.grade, lead.qualification) == (4, 4, "C", "qualified")
    assert lead.revision == 0
    row = LeadAnswer.objects.get(criterion__key="interest")
    assert (row.value, row.said, row.source) == ("kitchen", "խոհանոց", "flow")
    assert (row.message_id, row.confidence, row.superseded_at) == (message, Decimal("0.900"), None)
    names = list(Event.objects.order_by("id").values_list("name", flat=True))
    assert names == ["lead.answer_recorded"] * 4 + ["lead.scored", "lead.qualification_changed"]
    assert Event.objects.order_by("id")[1].payload == {
        "key": "start",
        "value": 5,
        "previous": None,
        "source": "free_text",
    }
    assert Event.objects.get(name="lead.scored").payload == {
        "from": 0,
        "to": 4,
        "grade": "C",
        "version": 1,
    } | {"version": lead.rule_set_version}


def test_applying_answers_takes_at_most_seven_statements(lead: Lead, at_most) -> None:
    rule_book(), moment()
    apply_answers(lead=lead, answers=[NewAnswer("start", 60)], actor=CUSTOMER)
    held = locked_lead(lead.pk)

    with at_most(7):
        apply_answers(
            lead=held, answers=[NewAnswer("start", 5), NewAnswer("budget", drams(900_000))], actor=CUSTOMER
        )

    lead.refresh_from_db()
    assert lead.score == 4


def test_saying_the_same_again_changes_nothing(lead: Lead, at_most) -> None:
    apply_answers(lead=lead, answers=[NewAnswer("start", 5), NewAnswer("city", "Երևան")], actor=CUSTOMER)
    before = Event.objects.count(), ScoreEntry.objects.count(), LeadAnswer.objects.count()

    with at_most(1):
        again = apply_answers(
            lead=lead, answers=[NewAnswer("start", 5), NewAnswer("city", "Yerevan")], actor=CUSTOMER
        )

    assert again == []
    assert (Event.objects.count(), ScoreEntry.objects.count(), LeadAnswer.objects.count()) == before


def test_a_later_answer_supersedes_and_takes_the_points_back(lead: Lead) -> None:
    apply_answers(lead=lead, answers=[NewAnswer("start", 5)], actor=CUSTOMER)
    apply_answers(lead=lead, answers=[NewAnswer("start", 60)], actor=CUSTOMER)

    lead.refresh_from_db()
    assert (lead.score, lead.answers) == (0, {"start": 60})
    history = LeadAnswer.objects.filter(lead=lead).order_by("-id")
    assert [(row.value, row.superseded_at is None) for row in history] == [(60, True), (5, False)]
    entries = ScoreEntry.objects.order_by("id").values_list("points", "reason")
    assert list(entries) == [(2, {"held": True}), (-2, {"held": False})]


def test_of_two_answers_to_one_question_the_last_counts(lead: Lead) -> None:
    answers = [NewAnswer("start", 5), NewAnswer("start", 9)]
    assert apply_answers(lead=lead, answers=answers, actor=CUSTOMER) == ["start"]
    assert lead.answers == {"start": 9}
    assert LeadAnswer.objects.count() == 1


def test_the_budget_becomes_the_value_until_a_person_sets_one(lead: Lead) -> None:
    apply_answers(lead=lead, answers=[NewAnswer("budget", drams(500_000))], actor=CUSTOMER)
    assert lead.value == 500_000
    dollars = NewAnswer("budget", Money(Decimal(2000), "USD"))
    apply_answers(lead=lead, answers=[dollars], actor=CUSTOMER)
    lead.refresh_from_db()
    assert (lead.value, lead.currency) == (2000, "USD")

    lead.value = Decimal(2500)
    apply_answers(lead=lead, answers=[NewAnswer("budget", drams(700_000))], actor=CUSTOMER)
    assert (lead.value, lead.currency) == (2500, "USD")


def test_a_person_corrects_an_answer_and_the_history_shows_it(lead: Lead) -> None:
    anna: User = AdminFactory(name="Anna")
    apply_answers(lead=lead, answers=[NewAnswer("start", 5, said="soon")], actor=CUSTOMER)

    corrected = correct_answer(lead_id=lead.pk, key="start", value=60, user=anna)

    assert (corrected.answers, corrected.score) == ({"start": 60}, 0)
    newest = LeadAnswer.objects.filter(lead=lead).latest("id")
    assert (newest.source, newest.user, newest.confidence) == ("person", anna, 1)
    event = Event.objects.filter(name="lead.answer_recorded").order_by("-id")[0]
    assert (event.actor_id, event.payload["previous"]) == (anna.pk, 5)


def test_a_person_takes_an_answer_away(lead: Lead) -> None:
    apply_answers(lead=lead, answers=[NewAnswer("start", 5)], actor=CUSTOMER)

    corrected = correct_answer(lead_id=lead.pk, key="start", value=None, user=AdminFactory())

    assert (corrected.answers, corrected.score) == ({}, 0)
    assert [row.superseded_at is None for row in LeadAnswer.objects.all()] == [False]
    assert correct_answer(lead_id=lead.pk, key="start", value=None, user=AdminFactory()).score == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("interest", "boat"),
        ("start", "soon"),
        ("start", True),
        ("budget", 500),
        ("budget", {"amount": "1"}),
        ("city", 7),
    ],
)
def test_what_does_not_answer_the_question_is_refused_before_anything_is_written(
    lead: Lead, key: str, value: Any
) -> None:
    with pytest.raises(BadAnswer):
        apply_answers(lead=lead, answers=[NewAnswer("start", 5), NewAnswer(key, value)], actor=CUSTOMER)
    assert not LeadAnswer.objects.exists()
    assert lead.answers == {}


def test_an_unknown_criterion_is_refused(lead: Lead) -> None:
    with pytest.raises(UnknownCriterion, match="There is no criterion “colour”"):
        apply_answers(lead=lead, answers=[NewAnswer("colour", "red")], actor=CUSTOMER)


def test_a_criterion_that_was_just_added_elsewhere_is_found(lead: Lead) -> None:
    rule_book()
    CriterionFactory(key="rooms", kind="number")

    assert apply_answers(lead=lead, answers=[NewAnswer("rooms", 3)], actor=CUSTOMER) == ["rooms"]


def test_the_lead_page_lists_every_question_with_its_answer_in_words(lead: Lead, at_most) -> None:
    CriterionFactory(key="old", kind="text", active=False)
    answers = [NewAnswer("interest", "sofa"), NewAnswer("start", 5), NewAnswer("budget", drams(500_000))]
    apply_answers(lead=lead, answers=answers, actor=CUSTOMER)

    with at_most(1):
        lines = answer_lines(lead)
        shown = [(line.criterion.name, line.text, line.is_missing) for line in lines]

    assert shown == [
        ("Interest", "sofa", False),
        ("Start", "5 days", False),
        ("Budget", "500,000 AMD", False),
        ("City", "", False),
    ]


def test_a_disqualifying_answer_shows_on_its_line(lead: Lead) -> None:
    CriterionFactory(key="abroad", kind="yes_no", disqualifying=[True])
    apply_answers(lead=lead, answers=[NewAnswer("abroad", True)], actor=CUSTOMER)

    assert {line.criterion.key: line.is_disqualifying for line in answer_lines(lead)}["abroad"] is True
    assert lead.qualification == "not_fit"


def test_a_lead_is_scored_from_the_start_and_stays_unknown_until_asked(lead: Lead) -> None:
    fresh = create_lead(contact=lead.contact, actor=CUSTOMER, stage=lead.stage)
    assert (fresh.score, fresh.qualification) == (0, "unknown")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, True, False),
        (0, False, False),
        (7, 7.0, True),
        ("a", "a", True),
        ({"raw": "Երևան", "norm": "erevan"}, {"raw": "Yerevan", "norm": "erevan"}, True),
        (drams(1), drams(2), False),
    ],
)
def test_canonical_values_are_one_when_they_mean_one(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal


def test_disqualifying_answers_are_found_by_what_is_compared() -> None:
    question = Question("city", "City", disqualifying=({"raw": "Gyumri", "norm": "gyumri"},))
    answer = canonical("place", "Գյումրի")

    assert disqualified_by([question], {"city": answer}) == question
    assert disqualified_by([question], {}) is None
    assert contained(answer) == {"norm": answer["norm"]}
