from dataclasses import replace

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import SYSTEM
from core.events.models import Event
from core.jobs.models import Job
from crm.qualification.errors import BadCriterion, CriterionInUse, StaleCriterion
from crm.qualification.models import Criterion
from crm.qualification.operations import (
    CriterionDraft,
    NewAnswer,
    apply_answers,
    delete_criterion,
    reorder_criteria,
    save_criterion,
)
from crm.qualification.queries import active_criteria, fingerprint
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory, LeadFactory, RuleFactory

pytestmark = pytest.mark.django_db

INTEREST = CriterionDraft(
    key="interest",
    kind="choice",
    name="Interest",
    question={"en": "What would you like?"},
    choices=[
        {"value": "kitchen", "label": {"en": "Kitchen"}, "synonyms": ["kitchens"]},
        {"value": "sofa", "label": {"en": "Sofa"}, "synonyms": []},
    ],
    disqualifying=["sofa"],
    must_have=True,
)


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    return AdminFactory(name="Anna")


def test_a_criterion_is_added_and_asked_at_once(anna: User) -> None:
    CriterionFactory(key="first", position=4)
    assert [each.key for each in active_criteria()] == ["first"]

    criterion = save_criterion(draft=INTEREST, user=anna)

    assert [each.key for each in active_criteria()][-1] == "interest"
    criterion.refresh_from_db()
    assert (criterion.position, criterion.disqualifying, criterion.must_have) == (5, ["sofa"], True)
    event = Event.objects.get()
    assert (event.name, event.actor_id, event.payload["key"]) == ("criterion.changed", anna.pk, "interest")


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        (
            {"key": "two words"},
            {"key": "Use small letters, digits and underscores, beginning with a letter."},
        ),
        ({"key": "taken"}, {"key": "Another criterion has this key."}),
        ({"question": {"ru": ""}}, {"question": "Write the question in at least one language."}),
        (
            {"choices": [], "disqualifying": []},
            {"choices": "Add at least one choice."},
        ),
        (
            {"choices": [INTEREST.choices[1], INTEREST.choices[1]]},
            {"choices": "Two choices have the same value."},
        ),
        ({"disqualifying": ["boat"]}, {"disqualifying": "“boat” is not among the choices."}),
        ({"kind": "money"}, None),
    ],
)
def test_faults_are_named_by_field(anna: User, changes: dict, faults: dict[str, str] | None) -> None:
    CriterionFactory(key="taken")
    with pytest.raises(BadCriterion) as refused:
        save_criterion(draft=replace(INTEREST, **changes), user=anna)
    assert faults is None or refused.value.faults == faults


def test_choices_of_other_kinds_become_canonical(anna: User) -> None:
    draft = CriterionDraft(
        key="city",
        kind="place",
        name="City",
        question={"en": "Where?"},
        choices=[{"value": "Երևան", "label": {}}],
    )
    assert save_criterion(draft=draft, user=anna).choices == [
        {"value": {"raw": "Երևան", "norm": "erevan"}, "label": {}}
    ]


def test_saving_what_is_there_changes_nothing(anna: User) -> None:
    criterion = save_criterion(draft=INTEREST, user=anna)
    save_criterion(draft=INTEREST, user=anna, criterion_id=criterion.pk)
    assert Event.objects.count() == 1


def test_the_second_of_two_editors_sees_what_changed(anna: User) -> None:
    criterion = save_criterion(draft=INTEREST, user=anna)
    seen = fingerprint(criterion)
    first = replace(INTEREST, name="Wish", hint={"en": "We make all."})
    save_criterion(draft=first, user=anna, criterion_id=criterion.pk, expected=seen)

    with pytest.raises(StaleCriterion) as stale:
        save_criterion(
            draft=replace(INTEREST, must_have=False), user=anna, criterion_id=criterion.pk, expected=seen
        )

    assert stale.value.changes == ("name", "hint")
    criterion.refresh_from_db()
    assert (criterion.name, criterion.must_have) == ("Wish", True)


def test_deleting_is_refused_with_the_list_of_uses(anna: User) -> None:
    criterion = save_criterion(draft=INTEREST, user=anna)
    RuleFactory(
        name="Kitchens", condition={"any": [{"field": "answer.interest", "op": "is", "value": "kitchen"}]}
    )
    lead = LeadFactory()
    apply_answers(lead=lead, answers=[NewAnswer("interest", "kitchen")], actor=SYSTEM)

    with pytest.raises(CriterionInUse) as refused:
        delete_criterion(criterion_id=criterion.pk, user=anna)

    assert [str(use) for use in refused.value.uses] == ["Scoring rule: Kitchens", "Answers: 1 lead"]
    assert Criterion.objects.filter(key="interest").exists()


def test_an_unused_criterion_goes(anna: User) -> None:
    criterion = save_criterion(draft=INTEREST, user=anna)
    delete_criterion(criterion_id=criterion.pk, user=anna)
    assert active_criteria() == ()
    assert Event.objects.order_by("-id")[0].payload == {"key": "interest", "changes": ["deleted"]}


def test_a_used_criterion_keeps_key_type_and_the_choices_that_rules_name(anna: User) -> None:
    criterion = save_criterion(draft=INTEREST, user=anna)
    RuleFactory(name="Kitchens", condition={"field": "answer.interest", "op": "in", "value": ["kitchen"]})
    kitchen, sofa = INTEREST.choices

    for refused in (replace(INTEREST, key="wish"), replace(INTEREST, choices=[sofa])):
        with pytest.raises(CriterionInUse) as error:
            save_criterion(draft=refused, user=anna, criterion_id=criterion.pk)
        assert [str(use) for use in error.value.uses] == ["Scoring rule: Kitchens"]

    kept = replace(INTEREST, choices=[kitchen], disqualifying=[])
    assert save_criterion(draft=kept, user=anna, criterion_id=criterion.pk).choices == [kitchen]


def test_leads_are_judged_again_only_when_the_judgement_may_differ(anna: User) -> None:
    LeadFactory()
    criterion = save_criterion(draft=INTEREST, user=anna)
    Job.objects.all().delete()

    save_criterion(draft=replace(INTEREST, name="Wish"), user=anna, criterion_id=criterion.pk)
    assert not Job.objects.exists()
    save_criterion(
        draft=replace(INTEREST, name="Wish", must_have=False), user=anna, criterion_id=criterion.pk
    )
    assert list(Job.objects.values_list("kind", "created_by")) == [("crm.rescore_all", anna.pk)]


def test_the_order_is_changed_in_one_go(anna: User) -> None:
    first, second, third = CriterionFactory(key="a"), CriterionFactory(key="b"), CriterionFactory(key="c")
    reorder_criteria(criterion_ids=[third.pk, first.pk], user=anna)
    assert [each.key for each in active_criteria()] == ["c", "a", "b"]
    assert second.pk
