"""A flow is tried out with the real operations, and nothing of it stays (spec 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from automation.flows.models import Flow, FlowVersion, FlowVersionStatus
from automation.flows.queries import forget_published, published
from automation.tryout.actions import Action, Script
from automation.tryout.operations import play
from automation.tryout.transcript import Transcript, Who
from conversations.accounts.models import ChannelAccount
from conversations.accounts.queries import remembered
from conversations.channels import registry
from conversations.channels.contracts import Abilities
from core.access.models import User
from crm.memory import Remembered
from tests.conversations.stand_in import StandIn
from tests.factories.conversations import at
from tests.journeys.conftest import OPEN

pytestmark = pytest.mark.django_db

NOON = at(OPEN)


def say(text: str) -> Action:
    return Action.of("say", text=text)


def wait(minutes: int) -> Action:
    return Action.of("wait", minutes=minutes)


def played(user: User, *actions: Action, **more: Any) -> Transcript:
    flow = Flow.objects.get(key="first_answer")
    script = Script(starts_at=more.pop("starts_at", NOON), actions=actions, **more)
    return play(flow=flow, script=script, user=user)


def tapped(before: Transcript, label: str) -> Action:
    button = next(each for each in before.buttons if each.label == label)
    return Action.of("tap", text=button.label, payload=button.payload)


def company_said(result: Transcript) -> list[str]:
    return [entry.text for entry in result.entries if entry.who is Who.FLOW]


def test_a_chat_is_answered_by_the_flow_and_facts_are_learned(shop: ChannelAccount, anna: User) -> None:
    greeted = played(anna, say("Hello"))
    assert len(company_said(greeted)) == 1
    assert [each.label for each in greeted.buttons]
    assert greeted.standing.pending == "goal"
    steps = greeted.entries[-1].steps
    assert steps[-1] == "goal"
    chosen = played(anna, say("Hello"), tapped(greeted, greeted.buttons[0].label))
    assert chosen.played == 2
    assert chosen.standing.pending not in ("", "goal")
    assert chosen.judged is not None


def rows() -> dict[str, int]:
    """How many rows every table has."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        counts = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
    return counts


def numbers() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value, is_called FROM conversations_conversation_id_seq")
        return cursor.fetchone()


def test_nothing_stays(shop: ChannelAccount, anna: User, visits: Any, goods: None, tmp_path: Any) -> None:
    before, number, after_commit = rows(), numbers(), len(connection.run_on_commit)
    held = {id(each): each._held for each in Remembered.everything}
    result = played(
        anna,
        say("Hello, how much is a sofa? My number is +374 91 234567, I am Anna"),
        say("asdf qwer zxcv"),
        Action.of("take_over"),
        say("are you there?"),
        Action.of("hand_back"),
        Action.of("file", text="image"),
        wait(3 * 24 * 60),
    )
    assert result.played == 7, result.findings
    assert rows() == before
    assert numbers() == number
    assert {id(each): each._held for each in Remembered.everything} == held
    assert not list(tmp_path.iterdir())
    assert len(connection.run_on_commit) == after_commit


def test_the_reminder_comes_when_its_time_has_come(shop: ChannelAccount, anna: User) -> None:
    asked = played(anna, say("Hello"))
    assert [(each.label, each.at - asked.now) for each in asked.coming] == [
        ("Reminder of the open question", timedelta(minutes=45))
    ]
    early = played(anna, say("Hello"), wait(44))
    assert len(company_said(early)) == 1
    late = played(anna, say("Hello"), wait(45))
    assert len(company_said(late)) == 2
    assert "Reminder of the open question" in [entry.text for entry in late.entries]
    assert late.coming == ()
    following = played(anna, say("Hello"), Action.of("next"))
    assert company_said(following) == company_said(late)
    assert following.now == late.now


def test_the_draft_is_what_is_played(shop: ChannelAccount, anna: User) -> None:
    current = published("first_answer")
    assert current is not None
    texts = {"greet.text": {"en": "Good day from the draft!"}}
    draft = FlowVersion.objects.create(
        flow=current.flow,
        number=current.number + 1,
        status=FlowVersionStatus.DRAFT,
        document=current.document,
        texts=texts,
    )
    forget_published()
    tried = played(anna, say("Hello"))
    assert tried.is_draft
    assert tried.version == draft.number
    assert "Good day from the draft!" in company_said(tried)[0]
    older = played(anna, say("Hello"), number=current.number)
    assert "Good day from the draft!" not in company_said(older)[0]
    again = published("first_answer")
    assert again is not None
    assert again.number == current.number


def test_in_another_language(shop: ChannelAccount, anna: User) -> None:
    english = played(anna, say("👋"))
    armenian = played(anna, say("👋"), language="hy")
    assert company_said(english) != company_said(armenian)
    assert [each.payload for each in english.buttons] == [each.payload for each in armenian.buttons]
    chosen = played(anna, say("👋"), tapped(english, english.buttons[0].label), language="hy")
    assert chosen.played == 2
    assert chosen.entries[2].text == armenian.buttons[0].label


def test_the_language_is_that_of_the_words_or_the_chosen_one(shop: ChannelAccount, anna: User) -> None:
    russian = company_said(played(anna, say("Здравствуйте")))
    assert company_said(played(anna, say("Hello there"), language="ru")) == russian
    assert company_said(played(anna, say("Hello there"))) != russian


def test_at_night_and_quiet_hours(shop: ChannelAccount, anna: User) -> None:
    night = played(anna, say("Hello"), starts_at=NOON.replace(hour=23))
    assert night.coming[0].at.astimezone(NOON.tzinfo).hour == 9


def test_a_person_takes_over_and_hands_back(shop: ChannelAccount, anna: User) -> None:
    quiet = played(anna, say("Hello"), Action.of("take_over"), say("I want a sofa"))
    assert len(company_said(quiet)) == 1
    assert quiet.standing.handler == "person"
    back = played(anna, say("Hello"), Action.of("take_over"), say("I want a sofa"), Action.of("hand_back"))
    assert len(company_said(back)) == 2
    assert back.standing.handler == "flow"


def test_somebody_who_wants_a_person_gets_the_card(shop: ChannelAccount, anna: User) -> None:
    result = played(anna, say("I want to talk to a person"))
    assert result.handoff["reason"] == "asked_for_person"
    assert result.standing.status == "handed_off"


def test_accounts_are_not_remembered_by_others(shop: ChannelAccount, anna: User) -> None:
    known = set(remembered())
    played(anna, say("Hello"))
    assert set(remembered()) == known
    assert isinstance(NOON, datetime)


class Plain(StandIn):
    """A channel without buttons that closes after a day."""

    kind = "viber"
    abilities = Abilities(text_limit=120, window_hours=24)


@pytest.fixture
def plain() -> Iterator[str]:
    registry.register(Plain())
    yield Plain.kind
    registry._ADAPTERS.pop(Plain.kind)


def test_as_a_channel_that_can_do_less(shop: ChannelAccount, anna: User, plain: str) -> None:
    result = played(anna, say("Hello"), channel=plain)
    said = company_said(result)
    assert len(said) > 1
    assert all(len(text) <= 120 for text in said)
    assert "1. " in "\n".join(said)
    assert [each.number for each in result.buttons] == list(range(1, len(result.buttons) + 1))
    chosen = played(anna, say("Hello"), tapped(result, result.buttons[0].label), channel=plain)
    assert [entry.text for entry in chosen.entries if entry.who is Who.CUSTOMER][-1] == "1"
    assert chosen.standing.pending != "goal"


def test_outside_its_window_nothing_is_sent(shop: ChannelAccount, anna: User, plain: str) -> None:
    actions = (say("Hello"), Action.of("take_over"), wait(2 * 24 * 60), Action.of("hand_back"))
    result = played(anna, *actions, channel=plain)
    assert [entry.why for entry in result.findings if entry.buttons] == [
        "Outside the window of 24 hours after the customer's last message: not sent."
    ]
