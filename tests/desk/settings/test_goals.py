from __future__ import annotations

import pytest
from django.test import Client

from conversations.goals.models import Goal, Phrase
from core.access.models import User
from tests.desk.conftest import Counting
from tests.desk.reading import page_words as words
from tests.factories.core import AdminFactory, CompanyFactory

pytestmark = pytest.mark.django_db
URL = "/settings/goals/"
FORM = {"category": "sales", "urgency": "1", "handoff": "when_asked", "response_minutes": "5"}


@pytest.fixture
def admin(db: None) -> User:
    CompanyFactory()
    return AdminFactory(name="Anna Admin", language="en")


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def test_the_map_shows_goals_with_their_gaps(client: Client, statements: Counting) -> None:
    with statements() as sent:
        page = words(client.get(URL))
    assert len(sent) <= 12, sent
    assert "Where is my order" in page
    assert "Neither flow nor answer" in page
    assert "Small talk" in page


def test_an_admin_changes_a_goal(client: Client) -> None:
    saved = client.post(f"{URL}price/", {**FORM, "answer_en": "From 10.", "expected": "0"})
    assert saved.status_code == 200
    goal = Goal.objects.get(key="price")
    assert (goal.urgency, goal.response_minutes, goal.answer) == (1, 5, {"en": "From 10."})
    stale = client.post(f"{URL}price/", {**FORM, "expected": "7"})
    assert stale.status_code == 422
    assert "was changed since you opened it" in words(stale)


def test_an_admin_adds_a_goal_with_its_first_phrase(client: Client) -> None:
    form = {**FORM, "name_en": "Spare parts", "phrase": "need a hinge", "language": "en"}
    added = client.post(f"{URL}new/", form)
    assert (added.status_code, added.headers["HX-Redirect"]) == (204, f"{URL}spare_parts/")
    assert Phrase.objects.get().goal.key == "spare_parts"
    nameless = client.post(f"{URL}new/", FORM)
    assert nameless.status_code == 422
    assert "Give the goal a name." in words(nameless)


def test_a_phrase_is_previewed_taught_and_removed(client: Client) -> None:
    asked = words(client.post(f"{URL}warranty/preview/", {"text": "zork my quibble"}))
    assert "No known message would count otherwise." in asked
    taught = client.post(f"{URL}warranty/phrases/", {"text": "zork my quibble", "language": "en"})
    assert "zork my quibble" in words(taught)
    twice = client.post(f"{URL}price/phrases/", {"text": "zork my quibble", "language": "en"})
    assert twice.status_code == 422
    assert "stand under “Warranty” already" in words(twice)
    phrase = Phrase.objects.get()
    client.post(f"{URL}warranty/phrases/{phrase.public_id}/remove/")
    assert not Phrase.objects.exists()


def test_a_goal_is_merged_and_switched_off(client: Client) -> None:
    assert "It counts as “Fault”." in words(
        client.post(f"{URL}warranty/act/", {"act": "merge", "into": "fault"})
    )
    assert "Merge it into" in words(client.post(f"{URL}warranty/act/", {"act": "split"}))
    assert "It is switched off" in words(client.post(f"{URL}warranty/act/", {"act": "off"}))
    unchosen = client.post(f"{URL}price/act/", {"act": "merge", "into": ""})
    assert unchosen.status_code == 422
    assert client.get(f"{URL}nothing/").status_code == 404


def test_nothing_is_left_to_look_at(client: Client) -> None:
    assert "Everything was understood" in words(client.get(f"{URL}unclear/"))
    assert client.post(f"{URL}unclear/1/", {"act": "dismiss"}).status_code == 200
