from typing import Any

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.models import Event
from core.jobs.models import Job
from crm.scoring.errors import BadRule, StaleRules
from crm.scoring.models import RuleSet, RuleSetStatus
from crm.scoring.operations import (
    RuleDraft,
    delete_rule,
    publish_rules,
    roll_back,
    save_rule,
    save_thresholds,
)
from crm.scoring.queries import published, rule_book, rule_sets
from crm.scoring.scoring import Thresholds
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory

pytestmark = pytest.mark.django_db

SOON = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 2)
PHONE = RuleDraft("Phone", "engagement", {"field": "contact.phone", "op": "is_set"}, 3)


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    CriterionFactory(key="start", kind="duration", name="Start")
    return AdminFactory(name="Anna")


def rules() -> list[tuple[str, int]]:
    return [(rule.name, rule.points) for rule in rule_book().rules]


def test_every_save_publishes_a_version_and_starts_the_recalculation(anna: User) -> None:
    first = publish_rules(rules=[SOON], thresholds=Thresholds(), user=anna, expected_version=0)
    second = save_rule(draft=PHONE, user=anna, expected_version=1)

    assert rules() == [("Soon", 2), ("Phone", 3)]
    assert list(rule_sets().values_list("version", "status")) == [(2, "published"), (1, "archived")]
    assert [second.job.kind, second.job.created_by] == ["crm.rescore_all", anna]
    assert Job.objects.count() == 2
    assert second.rule_set.created_by == anna
    assert Event.objects.order_by("-id")[0].payload == {"version": 2, "changes": ["Phone"]}
    assert first.rule_set.rules.count() == 1


def test_a_rule_keeps_its_key_through_versions(anna: User) -> None:
    publish_rules(rules=[SOON, PHONE], thresholds=Thresholds(), user=anna)
    key = rule_book().rules[0].key

    save_rule(draft=RuleDraft("Very soon", "fit", SOON.condition, 5, key), user=anna)

    assert rules() == [("Very soon", 5), ("Phone", 3)]
    assert rule_book().rules[0].key == key


def test_a_deleted_rule_is_gone(anna: User) -> None:
    publish_rules(rules=[SOON, PHONE], thresholds=Thresholds(), user=anna)
    soon, phone = (rule.key for rule in rule_book().rules)

    delete_rule(key=phone, user=anna)
    assert rules() == [("Soon", 2)]
    assert rule_book().rules[0].key == soon


def test_thresholds_are_published_with_the_same_rules(anna: User) -> None:
    publish_rules(rules=[SOON], thresholds=Thresholds(), user=anna)
    save_thresholds(thresholds=Thresholds(qualified=3, nurture=1), user=anna)

    assert rules() == [("Soon", 2)]
    assert (rule_book().version, rule_book().thresholds.qualified) == (2, 3)
    assert Event.objects.order_by("-id")[0].payload["changes"] == ["Thresholds"]


def test_an_earlier_version_is_brought_back_as_a_new_one(anna: User) -> None:
    publish_rules(rules=[SOON], thresholds=Thresholds(qualified=4), user=anna)
    publish_rules(rules=[PHONE], thresholds=Thresholds(), user=anna)

    roll_back(version=1, user=anna)

    assert (rule_book().version, rules(), rule_book().thresholds.qualified) == (3, [("Soon", 2)], 4)
    assert RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).count() == 1


def test_the_second_of_two_editors_sees_who_and_what(anna: User) -> None:
    publish_rules(rules=[SOON], thresholds=Thresholds(), user=anna)
    save_rule(draft=PHONE, user=anna, expected_version=1)

    with pytest.raises(StaleRules) as stale:
        save_rule(draft=RuleDraft("Late", "fit", SOON.condition, 1), user=AdminFactory(), expected_version=1)

    assert (stale.value.who, stale.value.changes) == ("Anna", ("Phone",))
    assert str(stale.value) == "Anna has published version 2 in the meantime. Look at it before you save."
    assert rules() == [("Soon", 2), ("Phone", 3)]


@pytest.mark.parametrize(
    ("changes", "sentence", "path"),
    [
        (
            {"condition": {"field": "answer.rooms", "op": "is_set"}},
            "Rule “Soon”: There is no field “answer.rooms”.",
            "field",
        ),
        (
            {"condition": {"all": [{"field": "answer.start", "op": "lte"}]}},
            "Rule “Soon”: A value is missing.",
            "all[0].value",
        ),
        ({"name": "  "}, "Give the rule a name.", ""),
        ({"group": "luck"}, "A rule counts for fit or for engagement.", ""),
        ({"points": 0}, "Points are from 1 to 1000, or as many below zero.", ""),
        ({"points": -1001}, "Points are from 1 to 1000, or as many below zero.", ""),
        (
            {"condition": {"field": "lead.grade", "op": "is", "value": "A"}},
            "Rule “Soon” asks for the score itself.",
            "",
        ),
        (
            {"condition": {"field": "lead.created_at", "op": "is_open"}},
            "Rule “Soon” asks for something that is not stored.",
            "",
        ),
    ],
)
def test_a_rule_that_cannot_count_is_refused(
    anna: User, changes: dict[str, Any], sentence: str, path: str
) -> None:
    draft = RuleDraft(**{**vars(SOON), **changes})
    with pytest.raises(BadRule) as refused:
        publish_rules(rules=[draft], thresholds=Thresholds(), user=anna)
    assert (str(refused.value), refused.value.path) == (sentence, path)
    assert published() is None


@pytest.mark.parametrize("limits", [{"nurture": 7}, {"grade_c": 6}, {"grade_a": 4}])
def test_thresholds_must_rise(anna: User, limits: dict[str, int]) -> None:
    with pytest.raises(BadRule):
        publish_rules(rules=[], thresholds=Thresholds(**limits), user=anna)
