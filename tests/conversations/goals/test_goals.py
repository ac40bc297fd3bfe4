"""What a company teaches counts from the next message on (spec 4.1, 4.4, 4.5)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conversations.goals.errors import BadGoal, StaleGoal
from conversations.goals.grouping import group, waiting_groups
from conversations.goals.models import Goal, Phrase, Unclear
from conversations.goals.operations import (
    GoalDraft,
    add_goal,
    add_phrase,
    dismiss_group,
    merge_goal,
    remove_phrase,
    save_goal,
    split_goal,
    teach_group,
    use_goal,
)
from conversations.goals.preview import flips
from conversations.goals.queries import book, forget, goal_map, goal_of
from conversations.threads.models import Conversation, Urgency
from conversations.understanding import understand
from core.access.models import User
from core.events.actor import SYSTEM
from core.events.models import Event
from tests.factories.conversations import Visitor
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_book() -> None:
    forget()


def main(text: str) -> str:
    found = understand(text, now=NOW, timezone="Asia/Yerevan", country="AM", taught=book().teaching)
    return str(found.main_intent)


def test_a_phrase_counts_at_once_and_no_longer_when_it_is_removed() -> None:
    assert main("zork my quibble") == "other"
    made = add_phrase(goal="warranty", language="en", text="Zork my quibble!", actor=SYSTEM)
    assert main("hello, zork my quibble please") == "warranty"
    assert add_phrase(goal="warranty", language="en", text="zork my quibble", actor=SYSTEM) == made
    remove_phrase(phrase_id=made.pk, actor=SYSTEM)
    remove_phrase(phrase_id=made.pk, actor=SYSTEM)
    assert main("zork my quibble") == "other"
    names = list(Event.objects.order_by("id").values_list("name", flat=True))
    assert names == ["goal.phrases_changed", "goal.phrases_changed"]


def test_another_process_sees_the_change_by_its_version() -> None:
    before = book()
    assert book() is before
    add_phrase(goal="price", language="en", text="zork my quibble", actor=SYSTEM)
    after = book()
    assert after.teaching.version == before.teaching.version + 1
    assert [phrase.text for phrase in after.teaching.phrases] == ["zork my quibble"]


def test_the_same_words_cannot_mean_two_goals() -> None:
    add_phrase(goal="price", language="en", text="zork my quibble", actor=SYSTEM)
    with pytest.raises(BadGoal, match="stand under “Price” already"):
        add_phrase(goal="delivery", language="en", text="Zork, my quibble?", actor=SYSTEM)
    with pytest.raises(BadGoal, match="Write a phrase with words"):
        add_phrase(goal="delivery", language="en", text="123 !!", actor=SYSTEM)
    with pytest.raises(Goal.DoesNotExist):
        add_phrase(goal="nothing", language="en", text="zork it", actor=SYSTEM)
    assert Phrase.objects.count() == 1


def test_a_goal_is_merged_split_and_switched_off() -> None:
    assert main("is there any warranty") == "warranty"
    merge_goal(key="warranty", into="fault", actor=SYSTEM)
    assert main("is there any warranty") == "fault"
    split_goal(key="warranty", actor=SYSTEM)
    assert main("is there any warranty") == "warranty"
    use_goal(key="warranty", active=False, actor=SYSTEM)
    assert main("is there any warranty") == "other"
    use_goal(key="warranty", active=True, actor=SYSTEM)
    assert main("is there any warranty") == "warranty"


def test_what_customers_have_a_right_to_always_counts() -> None:
    with pytest.raises(BadGoal, match="always counts"):
        use_goal(key="opt_out", active=False, actor=SYSTEM)
    with pytest.raises(BadGoal, match="always counts"):
        merge_goal(key="human", into="price", actor=SYSTEM)
    add_phrase(goal="price", language="en", text="stop texting me", actor=SYSTEM)
    assert main("stop texting me") == "opt_out"


def test_chains_of_merged_goals_do_not_arise() -> None:
    merge_goal(key="warranty", into="fault", actor=SYSTEM)
    merge_goal(key="fault", into="usage", actor=SYSTEM)
    assert main("is there any warranty") == "usage"
    with pytest.raises(BadGoal, match="merged or switched off itself"):
        merge_goal(key="price", into="fault", actor=SYSTEM)
    with pytest.raises(BadGoal, match="into itself"):
        merge_goal(key="price", into="price", actor=SYSTEM)


def test_a_goal_of_their_own() -> None:
    add_goal(key="spare_parts", draft=GoalDraft(names={"en": "Spare parts"}), actor=SYSTEM)
    add_phrase(goal="spare_parts", language="en", text="need a hinge for my wardrobe", actor=SYSTEM)
    assert main("hi i need a hinge for the wardrobe") == "spare_parts"
    with pytest.raises(BadGoal) as refusal:
        add_goal(key="Spare parts", draft=GoalDraft(), actor=SYSTEM)
    assert set(refusal.value.faults) == {"key", "names"}
    with pytest.raises(BadGoal, match="with this key already"):
        add_goal(key="price", draft=GoalDraft(names={"en": "x"}), actor=SYSTEM)


def test_a_stale_editor_overwrites_nothing() -> None:
    saved = save_goal(key="price", draft=GoalDraft(response_minutes=5), actor=SYSTEM)
    save_goal(key="price", draft=GoalDraft(response_minutes=7), actor=SYSTEM, expected=saved.revision)
    with pytest.raises(StaleGoal):
        save_goal(key="price", draft=GoalDraft(response_minutes=9), actor=SYSTEM, expected=saved.revision)
    found = goal_of("price")
    assert found is not None
    assert found.response_minutes == 7


def test_the_map_names_the_gaps() -> None:
    add_goal(key="spare_parts", draft=GoalDraft(names={"en": "Spare parts"}), actor=SYSTEM)
    lines = {line.key: line for line in goal_map({"price": frozenset({"en", "ru", "hy"})})}
    assert lines["spare_parts"].gaps == (
        "phrases.en",
        "phrases.ru",
        "phrases.hy",
        "phrases.az",
        "answer",
        "target",
    )
    assert lines["price"].gaps == ("answer.az",)
    assert lines["greeting"].gaps == ()


def test_the_preview_shows_what_would_flip(visitor: Visitor) -> None:
    visitor.say("zork my quibble now")
    work_off()
    found = flips(goal="warranty", text="zork my quibble", now=NOW)
    assert [(flip.text, flip.before, flip.after, flip.real) for flip in found] == [
        ("zork my quibble now", "Other", "Warranty", True)
    ]
    assert flips(goal="warranty", text="flim flam floom", now=NOW) == []


def test_what_nothing_understood_is_grouped_and_taught(visitor: Visitor, user: User) -> None:
    for text in ("zork my quibble", "Zork my quibble!!", "brumm brumm tatata", "👍", "where is my order"):
        visitor.say(text)
        work_off()
    groups = waiting_groups()
    assert [(found.text, len(found.rows)) for found in groups] == [
        ("Zork my quibble!!", 2),
        ("brumm brumm tatata", 1),
    ]
    teach_group(group=groups[0], goal="warranty", language="en", text=groups[0].text, user=user)
    dismiss_group(group=groups[1], user=user)
    assert waiting_groups() == []
    assert main("zork my quibble") == "warranty"
    states = sorted(Unclear.objects.values_list("state", flat=True))
    assert states == ["dismissed", "taught", "taught"]


def test_groups_hold_each_row_once() -> None:
    rows = [
        Unclear(pk=number, key=key)
        for number, key in enumerate(("one two tri", "one two tri for", "alma banan", "two one tri"), start=1)
    ]
    assert [[row.pk for row in found.rows] for found in group(rows)] == [[1, 2, 4], [3]]


def test_tone_and_goal_raise_the_urgency(visitor: Visitor) -> None:
    visitor.say("Do you have blue chairs?")
    work_off()
    assert Conversation.objects.get().urgency == Urgency.NORMAL
    visitor.say("do you have blue chairs")
    work_off()
    assert Conversation.objects.get().urgency == Urgency.HIGH
    visitor.say("I will see you in court")
    work_off()
    assert Conversation.objects.get().urgency == Urgency.URGENT
    visitor.say("thanks")
    work_off()
    assert Conversation.objects.get().urgency == Urgency.URGENT


def test_an_admin_makes_a_goal_urgent(visitor: Visitor) -> None:
    save_goal(key="delivery", draft=GoalDraft(urgency=Urgency.HIGH), actor=SYSTEM)
    visitor.say("do you ship to Gyumri")
    work_off()
    assert Conversation.objects.get().urgency == Urgency.HIGH
