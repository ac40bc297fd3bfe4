"""How a message is said raises the urgency of its conversation (spec 4.5); one that nothing understood is kept (4.4)."""

from __future__ import annotations

from dataclasses import replace

from conversations.goals.operations import collect
from conversations.goals.queries import book
from conversations.threads.models import Conversation, Direction, Handler, Message
from conversations.threads.saving import change
from conversations.understanding.tone import repeats
from conversations.understanding.types import IntentName, Understanding

_SURE = 0.6


def toned(understanding: Understanding, conversation: Conversation, message: Message) -> Understanding:
    """With what the conversation tells of the tone, before it has taken the message in: the same once more."""
    unanswered = conversation.last_direction == Direction.IN
    if not unanswered or not repeats(
        message.text, conversation.last_text, intents=understanding.intent_names
    ):
        return understanding
    return replace(understanding, tone=replace(understanding.tone, repeated=True))


def hurry_up(conversation: Conversation, understanding: Understanding, *, spam: bool) -> None:
    """Never lowers it: that is for people."""
    if spam:
        return
    urgencies = book().urgencies
    by_goal = [urgencies.get(each.name, 0) for each in understanding.intents if each.confidence >= _SURE]
    change(conversation, urgency=max(conversation.urgency, understanding.tone.urgency, *by_goal, 0))


def keep_unclear(conversation: Conversation, message: Message, understanding: Understanding) -> None:
    """Where people answer; in a flow the engine says what it did not understand, for answers are no goals."""
    unsure = understanding.intents[0].confidence < _SURE
    if understanding.main_intent == IntentName.OTHER and unsure and conversation.handler != Handler.FLOW:
        collect(message)
