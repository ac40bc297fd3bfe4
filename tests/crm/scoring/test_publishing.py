from typing import Any

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.models import Event
from core.jobs.models import Job
from crm.scoring.errors import BadRule, StaleRules
from crm.scoring.models import RuleSet, RuleSetStatus
from crm.scoring.operations import RuleDraft, publish_rules, roll_back
from crm.scoring.queries import content_of, published, rule_book, rule_sets
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


def test_publishing_makes_a_version_and_starts_the_recalculation(anna: User) -> None:
    first = publish_rules(rules=[SOON], thresholds=Thresholds(), user=anna, expected_version=0)
    (soon,) = content_of(first.rule_set).rules
    second = publish_rules(rules=[soon, PHONE], thresholds=Thresholds(), user=anna, expected_version=1)

    assert rules() == [("Soon", 2), ("Phone", 3)]
    assert list(rule_sets().values_list("version", "status")) == [(2, "published"), (1, "archived")]
    assert [second.job.kind, second.job.created_by] == ["crm.rescore_all", anna]
    assert Job.objects.count() == 2
    assert second.rule_set.created_by == anna
    assert Event.objects.order_by("-id")[0].payload == {"version": 2, "changes": ["Phone"]}
    assert first.rule_set.rules.count() == 1


def test_an_earlier_version_is_brought_back_as_a_new_one(anna: User) -> None:
    publish_rules(rules=[SOON], thresholds=Thresholds(qualified=4), user=anna)
    publish_rules(rules=[PHONE], thresholds=Thresholds(), user=anna)

    roll_back(version=1, user=anna)

    assert (rule_book().version, rules(), rule_book().thresholds.qualified) == (3, [("Soon", 2)], 4)
    assert RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).count() == 1


def test_who_publishes_over_an_unseen_version_is_told(anna: User) -> None:
    first = publish_rules(rules=[SOON], thresholds=Thresholds(), user=anna)
    publish_rules(rules=[*content_of(first.rule_set).rules, PHONE], thresholds=Thresholds(), user=anna)

    with pytest.raises(StaleRules) as stale:
        roll_back(version=1, user=AdminFactory(), expected_version=1)

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
