"""What one call is shown: bounded, redacted, as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conversations.assistant.enums import Purpose
from conversations.assistant.models import AssistantCall, AssistantSettings
from conversations.assistant.redaction import Redactor
from conversations.assistant.sources import Asked, Shown, gathered
from conversations.goals.queries import goal_map
from conversations.threads.models import Conversation, Direction, Message
from conversations.understanding.types import IntentName
from core.company.queries import company
from crm.orders.queries import orders_of_contact
from crm.qualification.queries import all_criteria, answer_text

MOST_MESSAGES = 24
LONGEST_MESSAGE = 1500
MOST_CHARACTERS = 9000
LONGEST_TEXT = 5000
MOST_NUMBERS = 50
NEVER_GUESSED = frozenset(
    {
        IntentName.OPT_OUT,
        IntentName.NOT_INTERESTED,
        IntentName.YES,
        IntentName.NO,
        IntentName.GREETING,
        IntentName.THANKS,
        IntentName.OTHER,
    }
)
"""Consent, a lead's end and answers to a question are never concluded by the assistant."""
_WITH_SOURCES = (Purpose.DRAFT, Purpose.ANSWER, Purpose.TRY)
_WITH_FACTS = (Purpose.HANDOFF, Purpose.SUMMARISE, Purpose.SUGGEST, Purpose.DRAFT)


@dataclass(frozen=True, slots=True)
class Material:
    """`document` leaves the house. `shown`: sources by id; `texts`: their words as they left; `said`: the company's."""

    document: Mapping[str, Any]
    hidden: Mapping[str, str]
    shown: Mapping[str, Shown] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    goals: frozenset[str] = frozenset()


def material_for(
    call: AssistantCall, settings: AssistantSettings, *, language: str, now: datetime
) -> Material:
    """At most eight statements, whatever the length of the conversation."""
    redactor = _redactor(call.conversation, settings)
    if call.purpose in (Purpose.TRANSLATE, Purpose.TRANSLATE_OUT):
        document: dict[str, Any] = {"text": redactor.hide(_words(call)[:LONGEST_TEXT])}
        return Material(document, redactor.hidden)
    if call.purpose == Purpose.CLASSIFY:
        return _to_classify(call, redactor)
    lines = _lines(call)
    document = {
        "today": now.date().isoformat(),
        "conversation": [{"who": who, "text": redactor.hide(text)} for who, text in lines],
    }
    if call.conversation is not None and call.purpose in _WITH_FACTS:
        document["facts"] = [redactor.hide(each) for each in _facts(call.conversation)]
    shown: dict[str, Shown] = {}
    if call.purpose in _WITH_SOURCES:
        last = next((text for who, text in reversed(lines) if who == "customer"), "")
        asked = Asked(call.conversation, last, language, now)
        found = gathered(asked, personal=call.purpose == Purpose.DRAFT)
        shown = {f"S{number}": each for number, each in enumerate(found, 1)}
    texts = {name: redactor.hide(f"{each.title}\n{each.text}") for name, each in shown.items()}
    if call.purpose in _WITH_SOURCES:
        document["sources"] = [{"id": name, "kind": shown[name].kind, "text": texts[name]} for name in shown]
    said = tuple(line["text"] for line in document["conversation"] if line["who"] == "company")
    return Material(document, redactor.hidden, shown, texts, said)


def _redactor(conversation: Conversation | None, settings: AssistantSettings) -> Redactor:
    names: list[str] = []
    numbers: list[str] = []
    if conversation is not None:
        numbers = list(
            orders_of_contact(conversation.contact_id).values_list("number", flat=True)[:MOST_NUMBERS]
        )
        if settings.hide_names:
            names = [conversation.contact.name, conversation.identity.display_name]
    return Redactor(country=company().country, names=names, numbers=numbers)


def _words(call: AssistantCall) -> str:
    return call.message.text if call.message is not None else call.given


def _lines(call: AssistantCall) -> list[tuple[str, str]]:
    """The newest words that fit, oldest first, each with who said it."""
    if call.conversation is None:
        return [("customer", call.given[:LONGEST_MESSAGE])]
    return said_in(call.conversation)


def said_in(conversation: Conversation, *, before: int | None = None) -> list[tuple[str, str]]:
    """Notes of colleagues, and what was deleted or never left, are not among them."""
    rows = Message.objects.filter(conversation=conversation, deleted_at__isnull=True).exclude(text="")
    rows = rows.exclude(direction=Direction.NOTE).exclude(status__in=["cancelled", "failed", "scheduled"])
    if before is not None:
        rows = rows.filter(sequence__lt=before)
    found: list[tuple[str, str]] = []
    room = MOST_CHARACTERS
    for direction, text in rows.order_by("-sequence").values_list("direction", "text")[:MOST_MESSAGES]:
        text = text[:LONGEST_MESSAGE]
        if len(text) > room:
            break
        found.append(("customer" if direction == Direction.IN else "company", text))
        room -= len(text)
    return found[::-1]


def _facts(conversation: Conversation) -> list[str]:
    lead = conversation.lead
    if lead is None:
        return []
    answers = lead.answers or {}
    known = [each for each in all_criteria() if each.key in answers]
    return [f"{each.name}: {answer_text(each, answers[each.key])}" for each in known]


def _to_classify(call: AssistantCall, redactor: Redactor) -> Material:
    message = call.message
    if message is None or call.conversation is None:
        return Material({"message": redactor.hide(call.given)}, redactor.hidden)
    goals = {line.key: line.name for line in goal_map() if line.counts and line.key not in NEVER_GUESSED}
    before = said_in(call.conversation, before=message.sequence)[-6:]
    document = {
        "message": redactor.hide(message.text[:LONGEST_MESSAGE]),
        "conversation": [{"who": who, "text": redactor.hide(text)} for who, text in before],
        "goals": [{"key": key, "means": name} for key, name in goals.items()],
    }
    return Material(document, redactor.hidden, goals=frozenset(goals))
