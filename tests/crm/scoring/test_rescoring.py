import pytest

from core.company.models import CompanyProfile
from core.events.actor import CUSTOMER, SYSTEM
from core.events.models import Event
from crm.contacts.operations import add_point, remove_point, update_contact
from crm.pipeline.models import Lead
from crm.pipeline.operations import apply_answers
from crm.qualification.operations import NewAnswer
from crm.scoring.models import RuleSet, ScoreEntry, ScoringRule
from crm.scoring.operations import rescore
from crm.scoring.queries import explain_score, fresh_rule_book, moment, rule_book
from tests.factories.crm import CriterionFactory, LeadFactory, RuleFactory, RuleSetFactory

pytestmark = pytest.mark.django_db

SOON = {"field": "answer.start", "op": "lte", "value": 7}
PHONE = {"field": "contact.phone", "op": "is_set"}


@pytest.fixture
def rules(company: CompanyProfile) -> RuleSet:
    CriterionFactory(key="start", kind="duration", name="Start", must_have=True)
    rules: RuleSet = RuleSetFactory(qualified_from=4, nurture_from=2)
    RuleFactory(rule_set=rules, name="Soon", condition=SOON, points=2)
    RuleFactory(rule_set=rules, name="Phone", condition=PHONE, points=3, group="engagement")
    return rules


@pytest.fixture
def lead(rules: RuleSet) -> Lead:
    lead: Lead = LeadFactory()
    apply_answers(lead=lead, answers=[NewAnswer("start", 5)], actor=CUSTOMER)
    return lead


def test_a_phone_scores_the_open_leads_of_its_contact(lead: Lead, at_most) -> None:
    other = LeadFactory(contact=lead.contact)
    closed = LeadFactory(contact=lead.contact, stage__kind="won")
    rule_book(), moment()

    add_point(contact=lead.contact, kind="phone", value="091234567", actor=CUSTOMER)

    for each in (lead, other, closed):
        each.refresh_from_db()
    assert (lead.fit, lead.engagement, lead.score, lead.qualification) == (2, 3, 5, "qualified")
    assert (other.score, other.qualification) == (3, "unknown")
    assert closed.score == 0

    remove_point(contact=lead.contact, kind="phone", value="+37491234567", actor=SYSTEM)
    lead.refresh_from_db()
    assert (lead.score, lead.qualification) == (2, "nurture")


def test_a_change_no_rule_asks_for_costs_no_scoring(lead: Lead, at_most) -> None:
    rule_book()
    before = ScoreEntry.objects.count()
    with at_most(3):  # one looks for leads that wait before a stage, which may ask for the change
        update_contact(contact=lead.contact, actor=SYSTEM, language="hy")
    assert ScoreEntry.objects.count() == before


def test_scoring_again_writes_nothing_when_nothing_changed(lead: Lead, at_most) -> None:
    before = Event.objects.count(), ScoreEntry.objects.count()
    with at_most(1):
        result = rescore(lead=lead)
    assert result.total == 2
    assert (Event.objects.count(), ScoreEntry.objects.count()) == before


def test_rules_published_by_another_process_count_at_once(lead: Lead, rules: RuleSet) -> None:
    """This process remembers the old version; what one query says about the lead shows that it is old."""
    rule_book()
    RuleSet.objects.filter(pk=rules.pk).update(status="archived")
    newer = RuleSetFactory(version=rules.version + 1)
    RuleFactory(rule_set=newer, name="Set", condition={"field": "answer.start", "op": "is_set"}, points=1)

    result = rescore(lead=lead)

    assert result.total == 1
    assert lead.rule_set_version == newer.version
    assert sorted(ScoreEntry.objects.values_list("rule_name", "points")) == [
        ("Set", 1),
        ("Soon", -2),
        ("Soon", 2),
    ]


def test_a_criterion_changed_by_another_process_counts_at_once(lead: Lead) -> None:
    rule_book()
    CriterionFactory(key="city", kind="place", must_have=True)

    assert rescore(lead=lead).qualification == "unknown"


def test_every_line_of_the_score_is_explained_in_words(lead: Lead) -> None:
    lines = explain_score(lead, "en")

    assert [(line.kind, line.name, line.group, line.points, line.possible, line.held) for line in lines] == [
        ("rule", "Soon", "fit", 2, 2, True),
        ("rule", "Phone", "engagement", 0, 3, False),
    ]
    assert sum(line.points for line in lines) == lead.score
    assert lines[0].description == "Start is at most 7 days"
    assert [(part.description, part.actual_text, part.held) for part in lines[0].parts] == [
        ("Start is at most 7 days", "5 days", True)
    ]
    assert lines[1].description == "Phone is known"


def test_explaining_takes_one_statement(lead: Lead, at_most) -> None:
    rule_book(), moment()
    with at_most(1):
        explain_score(lead, "en")


def test_what_decided_beside_the_points_has_a_line_of_its_own(lead: Lead) -> None:
    CriterionFactory(key="city", kind="place", name="City", must_have=True)
    rescore(lead=lead)
    assert [(line.kind, line.points, line.description) for line in explain_score(lead, "en")][-1] == (
        "reason",
        0,
        "Not judged yet: “City” is not known.",
    )

    CriterionFactory(key="abroad", kind="yes_no", name="Abroad", disqualifying=[True])
    apply_answers(lead=lead, answers=[NewAnswer("abroad", True)], actor=CUSTOMER)
    assert explain_score(lead, "en")[-1].description == (
        "Not a fit because of the answer to “Abroad”, whatever the points."
    )


def test_points_of_a_rule_that_is_gone_still_add_up(lead: Lead) -> None:
    """Between publishing and recalculation the ledger is older than the rules."""
    ScoringRule.objects.filter(name="Soon").delete()
    fresh_rule_book()
    lines = explain_score(lead, "en")

    assert [(line.kind, line.name, line.points) for line in lines] == [
        ("rule", "Phone", 0),
        ("retired", "Soon", 2),
    ]
    assert sum(line.points for line in lines) == lead.score
