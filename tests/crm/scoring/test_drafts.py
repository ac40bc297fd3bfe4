"""The draft: edited without anything counting, by two people without loss, published, brought back."""

from uuid import UUID, uuid4

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.models import Event
from core.jobs.models import Job
from crm.scoring.errors import BadRule, StaleDraft
from crm.scoring.models import RuleSet
from crm.scoring.operations import (
    RuleDraft,
    SectionDraft,
    delete_rule,
    discard_draft,
    publish_draft,
    publish_rules,
    reorder_rules,
    roll_back,
    save_rule,
    save_sections,
    save_thresholds,
)
from crm.scoring.queries import content_of, draft, rule_book, standing
from crm.scoring.scoring import Thresholds
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory

pytestmark = pytest.mark.django_db

SOON = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 2)
PHONE = RuleDraft("Phone", "engagement", {"field": "contact.phone", "op": "is_set"}, 3)
LATE = RuleDraft("Late", "fit", {"field": "answer.start", "op": "gt", "value": 60}, -2)
CAMPAIGN = RuleDraft("Campaign", "engagement", {"field": "lead.campaign", "op": "is_set"}, 1)


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    CriterionFactory(key="start", kind="duration", name="Start")
    return AdminFactory(name="Anna")


@pytest.fixture
def bella(anna: User) -> User:
    publish_rules(rules=[SOON, PHONE], thresholds=Thresholds(), user=anna)
    return AdminFactory(name="Bella")


def keys() -> list[UUID]:
    return [rule.key for rule in content_of(standing().shown).rules if rule.key]


def drafted() -> list[tuple[str, int]]:
    return [(rule.name, rule.points) for rule in content_of(draft()).rules]


def counting() -> list[tuple[str, int]]:
    return [(rule.name, rule.points) for rule in rule_book().rules]


def test_an_edit_begins_a_draft_and_counts_for_nobody(bella: User) -> None:
    jobs = Job.objects.filter(kind="crm.rescore_all").count()
    made = save_rule(draft=LATE, user=bella, mark=standing().mark)

    assert (made.version, made.based_on, made.status, made.revision) == (2, 1, "draft", 1)
    assert drafted() == [("Soon", 2), ("Phone", 3), ("Late", -2)]
    assert counting() == [("Soon", 2), ("Phone", 3)]
    assert Job.objects.filter(kind="crm.rescore_all").count() == jobs
    assert (made.changed_by, made.changed_at is not None) == (bella, True)
    event = Event.objects.order_by("-id")[0]
    assert (event.name, event.payload) == (
        "scoring.draft_changed",
        {"version": 2, "revision": 1, "changes": ["Late"]},
    )


def test_a_rule_keeps_its_key_while_it_is_changed(bella: User) -> None:
    soon, phone = keys()
    save_rule(draft=RuleDraft("Very soon", "fit", SOON.condition, 5, soon), user=bella)
    assert drafted() == [("Very soon", 5), ("Phone", 3)]
    assert keys() == [soon, phone]


def test_published_the_draft_counts_and_leads_are_scored_again(bella: User) -> None:
    save_rule(draft=LATE, user=bella)
    save_thresholds(thresholds=Thresholds(qualified=3, nurture=1), user=bella)
    delete_rule(key=keys()[0], user=bella)

    published = publish_draft(user=bella, mark=standing().mark)

    assert (published.rule_set.version, published.rule_set.status) == (2, "published")
    assert counting() == [("Phone", 3), ("Late", -2)]
    assert (rule_book().version, rule_book().thresholds.qualified) == (2, 3)
    assert draft() is None
    assert published.job.kind == "crm.rescore_all"
    assert Event.objects.order_by("-id")[0].payload == {
        "version": 2,
        "changes": ["Late", "Soon", "Thresholds"],
    }
    assert list(RuleSet.objects.order_by("version").values_list("version", "status")) == [
        (1, "archived"),
        (2, "published"),
    ]


def test_the_second_of_two_editors_sees_who_and_what(anna: User, bella: User) -> None:
    seen = standing().mark
    save_rule(draft=LATE, user=anna, mark=seen)
    save_thresholds(thresholds=Thresholds(qualified=9), user=anna)

    with pytest.raises(StaleDraft) as stale:
        save_rule(draft=CAMPAIGN, user=bella, mark=seen)

    assert (stale.value.who, stale.value.changes) == ("Anna", ("Late", "Thresholds"))
    assert str(stale.value) == "Anna has changed the draft in the meantime. Look at it before you save."
    assert ("Campaign", 1) not in drafted()

    save_rule(draft=CAMPAIGN, user=bella, mark=standing().mark)
    assert drafted() == [("Soon", 2), ("Phone", 3), ("Late", -2), ("Campaign", 1)]


def test_only_what_came_after_the_page_is_named(anna: User, bella: User) -> None:
    save_rule(draft=LATE, user=anna)
    seen = standing().mark
    save_rule(draft=CAMPAIGN, user=anna)

    with pytest.raises(StaleDraft) as stale:
        delete_rule(key=keys()[0], user=bella, mark=seen)
    assert stale.value.changes == ("Campaign",)


def test_a_version_published_in_between_is_named(anna: User, bella: User) -> None:
    save_rule(draft=LATE, user=bella)
    seen = standing().mark
    publish_draft(user=anna)
    with pytest.raises(StaleDraft, match="Anna has published version 2 in the meantime"):
        save_rule(draft=CAMPAIGN, user=bella, mark=seen)


def test_a_draft_thrown_away_in_between_is_named(anna: User, bella: User) -> None:
    save_rule(draft=LATE, user=bella)
    seen = standing().mark
    discard_draft(user=anna, mark=seen)
    assert draft() is None
    assert counting() == [("Soon", 2), ("Phone", 3)]
    with pytest.raises(StaleDraft, match="thrown away"):
        save_rule(draft=CAMPAIGN, user=bella, mark=seen)


def test_nothing_new_is_no_edit(bella: User) -> None:
    save_rule(draft=LATE, user=bella)
    before = standing().mark
    reorder_rules(keys=keys(), user=bella)
    assert standing().mark == before


def test_rules_are_put_in_another_order(bella: User) -> None:
    soon, phone = keys()
    reorder_rules(keys=[phone, uuid4()], user=bella)
    assert keys() == [phone, soon]
    assert draft().edits[-1]["did"] == "moved"  # type: ignore[union-attr]


def test_a_version_brought_back_leaves_the_draft_which_comes_after_it(anna: User, bella: User) -> None:
    publish_rules(rules=[PHONE], thresholds=Thresholds(), user=anna)
    save_rule(draft=LATE, user=bella)
    roll_back(version=1, user=anna)

    assert (rule_book().version, counting()) == (4, [("Soon", 2), ("Phone", 3)])
    assert drafted() == [("Phone", 3), ("Late", -2)]
    assert publish_draft(user=bella).rule_set.version == 5


def test_groups_lose_their_rules_with_their_name(bella: User) -> None:
    save_sections(sections=[SectionDraft("Contact", "engagement", 4)], user=bella)
    (section,) = content_of(draft()).sections
    inside = RuleDraft("Phone", "engagement", PHONE.condition, 3, keys()[1], section.key)
    save_rule(draft=inside, user=bella)
    assert [rule.section for rule in content_of(draft()).rules] == [None, section.key]

    save_sections(sections=[], user=bella)
    assert [rule.section for rule in content_of(draft()).rules] == [None, None]


def test_without_a_draft_there_is_nothing_to_publish(bella: User) -> None:
    with pytest.raises(BadRule, match="There is no draft"):
        publish_draft(user=bella)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"half_life_days": 7, "decays_from": "lead.created_at"}, "Only points for engagement fade"),
        ({"group": "engagement", "half_life_days": 7}, "Say from when on the points fade."),
        ({"group": "engagement", "half_life_days": 4000, "decays_from": "lead.created_at"}, "A half-life is"),
        (
            {"group": "engagement", "half_life_days": 7, "decays_from": "lead.created_at", "points": 101},
            "Points that fade are at most 100.",
        ),
        ({"condition": {"field": "time.now", "op": "is_open"}}, "asks for something that is not stored"),
    ],
)
def test_what_cannot_count_is_not_drafted(bella: User, changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadRule, match=sentence):
        save_rule(draft=RuleDraft(**{**vars(SOON), **changes}), user=bella)
    assert draft() is None
