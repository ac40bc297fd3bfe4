"""Ratings as they are kept, shown beside the chat and told by the API."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from conversations.ratings.models import Rating
from conversations.ratings.operations import add_words, rate
from core.events.models import Event
from tests.factories.conversations import at, make_conversation, make_user

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02T12:00:00+04:00")
LATER = at("2026-03-02T13:00:00+04:00")


def test_the_same_rating_again_changes_nothing_another_takes_its_place() -> None:
    conversation = make_conversation()
    rate(conversation=conversation, what="help", value=4, now=NOW, words="quick")
    rate(conversation=conversation, what="help", value=4, now=LATER)
    assert Rating.objects.get().rated_at == NOW
    rate(conversation=conversation, what="help", value=2, now=LATER)
    kept = Rating.objects.get()
    assert (kept.value, kept.words, kept.rated_at) == (2, "quick", LATER)
    assert Event.objects.filter(name="conversation.rated").count() == 2


@pytest.mark.parametrize("value", [0, 6, -1])
def test_a_rating_is_from_1_to_5(value: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 5"):
        rate(conversation=make_conversation(), what="help", value=value, now=NOW)


def test_words_that_follow_go_with_it() -> None:
    conversation = make_conversation()
    assert add_words(conversation=conversation, words="slow") is False
    rate(conversation=conversation, what="help", value=1, now=NOW)
    assert add_words(conversation=conversation, words="too slow") is True
    assert Rating.objects.get().words == "too slow"


def test_it_stands_beside_the_chat_and_in_the_thread(client: Client) -> None:
    conversation = make_conversation()
    rate(conversation=conversation, what="help", value=4, now=NOW, words="<b>quick</b>")
    client.force_login(make_user("Anna", role="admin"))
    side = client.get(reverse("desk:conversation_about", args=[conversation.public_id])).content.decode()
    assert "★★★★☆" in side
    assert "&lt;b&gt;quick&lt;/b&gt;" in side
    thread = client.get(reverse("desk:conversation", args=[conversation.public_id])).content.decode()
    assert "The customer rated: ★★★★☆" in thread
