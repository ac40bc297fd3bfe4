"""Installing, switching, removing: what is added, what stays, and that twice changes nothing."""

from __future__ import annotations

import pytest

from automation.flows.models import Flow, FlowVersion
from automation.flows.operations import install_shipped, publish_texts
from automation.flows.queries import published
from automation.playbooks.errors import NotInstalled, UnknownPlaybook
from automation.playbooks.models import PlaybookInstall, PlaybookPart, PlaybookSwitch
from automation.playbooks.operations import install, remove, switch_off, switch_on
from automation.playbooks.queries import State, install_of, standing
from automation.playbooks.reading import playbook
from automation.sequences.models import Sequence
from core.access.models import User
from core.events.actor import SYSTEM
from core.events.models import Event
from crm.defaults import install_defaults
from crm.pipeline.models import Lead
from crm.qualification.answers import NewAnswer
from crm.qualification.models import Criterion
from crm.qualification.operations import CriterionDraft, apply_answers, save_criterion
from crm.qualification.queries import fingerprint
from crm.scoring.models import RuleSet, ScoringRule
from crm.scoring.operations import RuleDraft, publish_rules, save_rule
from crm.scoring.scoring import Thresholds
from tests.factories.conversations import at, make_web_chat
from tests.factories.crm import LeadFactory

NOW = at("2026-03-02T12:00:00+04:00")


def counted() -> set[str]:
    """Names of the rules that count."""
    return set(ScoringRule.objects.filter(rule_set__status="published").values_list("name", flat=True))


def states(key: str) -> dict[str, State]:
    return {line.part.ref: line.state for line in standing(playbook(key), install_of(key))}


def everything() -> tuple[int, ...]:
    models = (PlaybookInstall, PlaybookPart, FlowVersion, RuleSet, Sequence, Criterion, Event)
    return tuple(model.objects.count() for model in models)


def test_an_empty_company_gets_every_part(anna: User) -> None:
    made = install(key="qualify", user=anna, now=NOW)
    assert made.made
    assert {line.part.ref for line in made.added} == set(states("qualify"))
    assert set(states("qualify").values()) == {State.SAME}
    assert list(Criterion.objects.values_list("key", flat=True)) == [
        "start",
        "budget",
        "decides",
        "next_best",
    ]
    assert counted() >= {"Starts within a week", "Budget over the threshold"}
    threshold = ScoringRule.objects.get(name="Budget over the threshold")
    assert threshold.condition["value"] == {"amount": "300000.0000", "currency": "AMD"}
    assert published("qualify") is not None
    stall = Sequence.objects.get(key="qualification_stall")
    assert (stall.active, stall.versions.get().status) == (False, "published")


def test_twice_changes_nothing(anna: User) -> None:
    install(key="qualify", user=anna, now=NOW)
    before = everything()
    again = install(key="qualify", user=anna, now=NOW)
    assert not again.made
    assert everything() == before


def test_what_is_there_stays_and_is_told(anna: User) -> None:
    install_defaults()
    before = {row.key: fingerprint(row) for row in Criterion.objects.all()}
    names = counted()
    made = install(key="qualify", user=anna, now=NOW)
    assert {line.part.ref for line in made.stayed if line.part.kind == "criterion"} == {"start", "budget"}
    assert {row.key: fingerprint(row) for row in Criterion.objects.filter(key__in=before)} == before
    assert counted() - names == {"Makes the decision"}, "the others ask for the same as rules that are there"
    kept = {line.part.ref: line for line in standing(playbook("qualify"), made.install)}
    assert kept["budget"].state is State.OTHER
    assert "question" not in kept["budget"].found.differs  # type: ignore[union-attr]
    assert "choices" in kept["budget"].found.differs  # type: ignore[union-attr]
    assert not kept["budget"].added


def test_the_draft_of_the_rules_gets_them_too(anna: User) -> None:
    publish_rules(rules=[], thresholds=Thresholds(), user=anna)
    own = RuleDraft("Ours", "engagement", {"field": "contact.email", "op": "is_set"}, 1)
    save_rule(draft=own, user=anna)
    install(key="inbound", user=anna, now=NOW)
    drafted = ScoringRule.objects.filter(rule_set__status="draft").values_list("name", flat=True)
    assert set(drafted) == {"Ours", "Starts within a week", "Left a phone number"}
    assert counted() == {"Starts within a week", "Left a phone number"}


def test_a_currency_without_a_threshold_leaves_that_rule_out(anna: User) -> None:
    from core.company.models import CompanyProfile

    CompanyProfile.objects.update(currency="JPY")
    install(key="qualify", user=anna, now=NOW)
    assert "Budget over the threshold" not in counted()


def test_names_are_in_the_language_of_the_company(anna: User) -> None:
    from core.company.models import CompanyProfile

    CompanyProfile.objects.update(language="ru")
    install(key="inbound", user=anna, now=NOW)
    assert Flow.objects.get(key="inbound").name == "Ответ на каждое обращение за две минуты"
    assert "Начинает в течение недели" in counted()


def test_an_unknown_playbook_is_refused(anna: User) -> None:
    with pytest.raises(UnknownPlaybook):
        install(key="nonsense", user=anna, now=NOW)
    with pytest.raises(NotInstalled):
        remove(key="inbound", edited_too=False, user=anna, now=NOW)


def test_switching_on_and_off_brings_the_flow_that_was_there(anna: User) -> None:
    install_shipped("first_answer")
    site = make_web_chat(flow_key="first_answer")
    with pytest.raises(NotInstalled):
        switch_on(key="inbound", account_id=site.pk, user=anna, now=NOW)
    install(key="inbound", user=anna, now=NOW)
    for _twice in range(2):
        switch_on(key="inbound", account_id=site.pk, user=anna, now=NOW)
    site.refresh_from_db()
    assert site.flow_key == "inbound"
    assert Sequence.objects.get(key="qualification_stall").active, (
        "the follow-ups begin with the first account"
    )
    for _twice in range(2):
        switch_off(key="inbound", account_id=site.pk, user=anna, now=NOW)
    site.refresh_from_db()
    assert site.flow_key == "first_answer"
    assert not Sequence.objects.get(key="qualification_stall").active
    told = Event.objects.filter(name="playbook.switched").order_by("pk").values_list("payload__on", flat=True)
    assert list(told) == [True, False]


def test_a_playbook_under_another_hands_on_what_was_before(anna: User) -> None:
    install_shipped("first_answer")
    site = make_web_chat(flow_key="first_answer")
    for key in ("inbound", "qualify"):
        install(key=key, user=anna, now=NOW)
        switch_on(key=key, account_id=site.pk, user=anna, now=NOW)
    remove(key="inbound", edited_too=False, user=anna, now=NOW)
    site.refresh_from_db()
    assert site.flow_key == "qualify"
    remove(key="qualify", edited_too=False, user=anna, now=NOW)
    site.refresh_from_db()
    assert site.flow_key == "first_answer"


def test_removing_takes_back_what_nobody_edited(anna: User) -> None:
    site = make_web_chat(flow_key="")
    install(key="qualify", user=anna, now=NOW)
    switch_on(key="qualify", account_id=site.pk, user=anna, now=NOW)
    done = remove(key="qualify", edited_too=False, user=anna, now=NOW)
    assert done.kept == ()
    assert not Criterion.objects.exists()
    assert counted() == set()
    assert published("qualify") is None
    assert not Sequence.objects.get(key="qualification_stall").active
    site.refresh_from_db()
    assert site.flow_key == ""
    assert not PlaybookSwitch.objects.exists()
    with pytest.raises(NotInstalled):
        remove(key="qualify", edited_too=False, user=anna, now=NOW)


def test_a_part_of_two_playbooks_stays_with_the_other(anna: User) -> None:
    for key in ("inbound", "qualify"):
        install(key=key, user=anna, now=NOW)
    done = remove(key="inbound", edited_too=False, user=anna, now=NOW)
    assert {each.name for each in done.kept} == {
        "Time to start",
        "Starts within a week",
        "Left a phone number",
        "Questions left unanswered",
    }
    assert {each.why for each in done.kept} == {"“Qualify without more salespeople” uses it"}
    assert Criterion.objects.filter(key="start").exists()
    remove(key="qualify", edited_too=False, user=anna, now=NOW)
    assert not Criterion.objects.exists()


def test_edited_parts_stay_unless_they_are_to_go_too(anna: User) -> None:
    install(key="inbound", user=anna, now=NOW)
    start = Criterion.objects.get(key="start")
    draft = CriterionDraft(
        key="start",
        kind="duration",
        name="Start",
        question={**start.question, "en": "When shall we begin?"},
        hint=start.hint,
        choices=start.choices,
        must_have=True,
    )
    save_criterion(draft=draft, user=anna, criterion_id=start.pk)
    flow = Flow.objects.get(key="inbound")
    publish_texts(flow_id=flow.pk, based_on=1, texts={"goal.text": {"en": "What can we do?"}}, user=anna)
    done = remove(key="inbound", edited_too=False, user=anna, now=NOW)
    assert {(each.name, each.why) for each in done.kept} == {
        ("Start", "you have changed it"),
        ("Answer every enquiry in two minutes", "you have changed it"),
    }
    assert Criterion.objects.get(key="start").question["en"] == "When shall we begin?"
    assert published("inbound") is not None

    again = install(key="inbound", user=anna, now=NOW)
    assert {line.part.ref for line in again.stayed} >= {"start", "inbound"}
    done = remove(key="inbound", edited_too=True, user=anna, now=NOW)
    assert done.kept == ()
    assert not Criterion.objects.filter(key="start").exists()
    assert published("inbound") is None


def test_criteria_that_leads_have_answered_stay(anna: User) -> None:
    install(key="inbound", user=anna, now=NOW)
    lead: Lead = LeadFactory()
    apply_answers(lead=lead, answers=[NewAnswer(key="start", value=7)], actor=SYSTEM)
    done = remove(key="inbound", edited_too=True, user=anna, now=NOW)
    assert [(each.name, each.why) for each in done.kept] == [
        ("Time to start", "still used by Answers: 1 lead")
    ]


def test_installed_once_more_a_removed_playbook_answers_again(anna: User) -> None:
    install(key="inbound", user=anna, now=NOW)
    remove(key="inbound", edited_too=False, user=anna, now=NOW)
    install(key="inbound", user=anna, now=NOW)
    assert published("inbound") is not None
    assert FlowVersion.objects.filter(flow__key="inbound").count() == 1
    assert PlaybookInstall.objects.filter(key="inbound").count() == 2
    assert set(states("inbound").values()) == {State.SAME}


def test_an_account_that_was_given_the_flow_by_hand_is_let_go(anna: User) -> None:
    install(key="inbound", user=anna, now=NOW)
    by_hand = make_web_chat(flow_key="inbound")
    remove(key="inbound", edited_too=False, user=anna, now=NOW)
    by_hand.refresh_from_db()
    assert by_hand.flow_key == ""
