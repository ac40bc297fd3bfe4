"""A colleague puts a fitting article into an answer (spec 11.3)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from conversations.articles.models import Asked
from conversations.articles.queries import forget
from conversations.threads.models import Conversation
from core.access.models import Role
from core.events.models import Event
from desk.demo.articles import install_articles
from tests.factories.conversations import Visitor, make_pipeline, make_user, make_web_chat
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(client: Client) -> str:
    """The address of a conversation in which a customer asked, in Russian."""
    forget()
    install_articles()
    make_pipeline()
    client.force_login(make_user("Boss", Role.ADMIN))
    Visitor(make_web_chat()).say("здравствуйте, какая у вас гарантия?")
    work_off()
    return f"/inbox/{Conversation.objects.get().public_id}"


def test_the_fitting_article_is_offered_and_put_into_the_composer(client: Client, asked: str) -> None:
    menu = client.get(f"{asked}/articles/").content.decode()
    assert "Гарантия два года" in menu
    assert "Уход за деревом" not in menu
    for _time in range(2):
        answer: Any = client.post(f"{asked}/article/", {"article": "warranty"})
        assert answer.status_code == 200
        filled = json.loads(answer.headers["HX-Trigger"])["composer:fill"]["text"]
        assert filled.startswith("На всё, что мы делаем, гарантия два года")
        assert "**" not in filled
    row = Asked.objects.get()
    assert (row.via, row.language) == ("person", "ru")
    assert Event.objects.filter(name="article.shown").count() == 1


def test_others_are_searched_for(client: Client, asked: str) -> None:
    found = client.get(f"{asked}/articles/", {"article_q": "доставка сколько стоит"}).content.decode()
    assert "Доставка и сборка" in found
    assert "None fits." in client.get(f"{asked}/articles/", {"article_q": "zork quibble"}).content.decode()
    assert client.post(f"{asked}/article/", {"article": "nothing"}).status_code == 422
