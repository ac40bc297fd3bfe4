"""Ratings by the API."""

from __future__ import annotations

from conversations.ratings.operations import rate
from tests.api.program import Program
from tests.factories.conversations import at, make_conversation

NOW = at("2026-03-02T12:00:00+04:00")


def test_the_api_tells_them(program: Program) -> None:
    conversation = make_conversation()
    rate(conversation=conversation, what="help", value=4, now=NOW, words="quick")
    found = program.get("ratings/?value__gte=4")["results"]
    assert [(each["what"], each["value"], each["words"]) for each in found] == [("help", 4, "quick")]
    assert found[0]["conversation"] == str(conversation.public_id)
    assert program.get("ratings/?value=1")["results"] == []
