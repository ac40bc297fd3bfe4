"""Where customers leave a flow is counted from what their runs keep (spec 13.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from automation.flows.dropoff.queries import DROPPED, STANDING, DropOff, Left, drop_off, runs_behind
from automation.flows.queries import published
from conversations.accounts.models import ChannelAccount
from core.access.models import User
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db


def counted() -> DropOff:
    version, now = published("first_answer"), timezone.now()
    assert version is not None
    return drop_off(version, since=now - timedelta(days=30), now=now)


def at(found: DropOff, target: str) -> dict[str, int]:
    question = next(each for each in found.questions if each.place.target == target)
    return {key.value: count for key, count in question.counts.items() if count}


@pytest.fixture
def chats(shop: ChannelAccount, clock: Any) -> None:
    """One goes silent at the first question, one wants a person there, one answers it and waits at the next."""
    silent = Chat(shop, clock)
    silent.say("Hello")
    silent.wait(hours=1)
    clock.shift(timedelta(days=2))
    Chat(shop, clock).say("Hello", "I want to talk to a person")
    waiting = Chat(shop, clock)
    waiting.say("Hello")
    waiting.visitor.choose("Price or order", "goal:sales")
    from tests.support import work_off

    work_off()


def test_each_question_says_what_became_of_those_who_were_asked(chats: None) -> None:
    found = counted()
    assert found.runs == 3
    assert at(found, "goal") == {"reached": 3, "answered": 1, "silent": 1, "person": 1}
    assert at(found, "interest") == {"reached": 1, "waiting": 1}
    assert found.worst is not None
    assert found.worst.place.step == "goal"


def test_each_count_is_the_length_of_its_list(chats: None, anna: User) -> None:
    found, now = counted(), timezone.now()
    for question in found.questions:
        for outcome in Left:
            rows = runs_behind(found.version, question.place, outcome, since=found.since, now=now, user=anna)
            assert len(rows) == question.counts[outcome], (question.place, outcome)
    assert set(DROPPED) < set(STANDING)


def test_it_takes_one_statement(chats: None) -> None:
    counted()
    with CaptureQueriesContext(connection) as sent:
        counted()
    assert len(sent) <= 2


def test_programs_read_it_too(chats: None) -> None:
    from core.keys.operations import create_key

    now = timezone.now()
    made = create_key(
        name="Figures", scopes=["settings:read"], expires_at=now + timedelta(days=1), created_by=None, now=now
    )
    client = Client(headers={"Authorization": f"Bearer {made.token}"})
    answer = client.get("/api/v1/flows/first_answer/drop-off/").json()
    assert (answer["flow"], answer["version"], answer["runs"]) == ("first_answer", 1, 3)
    goal = answer["questions"][0]
    assert (goal["step"], goal["reached"], goal["silent"], goal["person"]) == ("goal", 3, 1, 1)
    refused = client.get("/api/v1/flows/first_answer/drop-off/?version=7")
    assert refused.status_code == 400
    assert "no such published version" in refused.json()["detail"]
    assert client.get("/api/v1/flows/nothing/drop-off/").status_code == 404


def test_the_table_its_file_and_the_conversations_behind(chats: None, anna: User) -> None:
    desk = Client()
    desk.force_login(anna)
    address = "/settings/flows/first_answer/drop-off/"
    page = desk.get(address).content.decode()
    assert f'{address}goal/silent/?version=1&amp;days=30">1</a>' in page
    assert 'data-left-at="goal"' in page
    rows = desk.get(f"{address}?as=csv").content.decode().splitlines()
    assert rows[0] == "step,question,reached,answered,declined,waiting,silent,person,handed_off,ended"
    assert rows[1] == "goal,goal,3,1,0,0,1,1,0,0"
    with CaptureQueriesContext(connection) as sent:
        behind = desk.get(f"{address}goal/silent/").content.decode()
    assert behind.count("/inbox/") - behind.count('href="/inbox/"') >= 1
    assert len(sent) <= 12
    assert desk.get(f"{address}nothing/silent/").status_code == 404
    assert desk.get(f"{address}goal/nothing/").status_code == 404
    assert "No chat has begun" not in desk.get(f"{address}?days=abc&version=x").content.decode()
