"""What becomes of an answer: shown to a person, told to the flow, or dropped. In one transaction with the call's end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from conversations import responder
from conversations.assistant.answers import (
    Answer,
    Classified,
    Fact,
    Reply,
    Suggestion,
    Summary,
    Translation,
)
from conversations.assistant.checking import fault_of
from conversations.assistant.enums import Outcome, Purpose, Use
from conversations.assistant.material import Material
from conversations.assistant.models import AssistantCall, AssistantSettings
from conversations.assistant.operations.asking import wish_answer
from conversations.assistant.redaction import restore
from conversations.goals.queries import book
from conversations.threads.models import LIVE_STATUSES, AuthorKind, Conversation, Direction, Handler, Message
from conversations.threads.operations.writing import say
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, held
from conversations.understanding import understand
from conversations.understanding.types import Budget, Entity, EntityType, Intent, IntentName, Understanding
from core.company.queries import company
from core.live import topics
from core.live.publish import publish

SURE = 0.6
"""From which confidence on understanding calls an intent certain."""
FOR_A_PERSON = frozenset(
    {IntentName.HUMAN, IntentName.COMPLAINT, IntentName.DAMAGED, IntentName.PAYMENT, IntentName.FAULT}
)
"""They lead to a person, which does no harm where it is wrong. All others are guesses and never act (decision 13)."""


def apply(
    call: AssistantCall, answer: Answer, material: Material, settings: AssistantSettings, now: datetime
) -> None:
    with transaction.atomic():
        if answer.confidence * 100 < settings.min_confidence and not _says_no(answer):
            call.outcome = Outcome.UNSURE
            if call.purpose == Purpose.CLASSIFY and call.message is not None:
                wish_answer(call.message)
        else:
            call.outcome = _APPLIED[type(answer)](call, answer, material, settings, now)
        call.finished_at = now
        call.save()
    tell(call)


def _says_no(answer: Answer) -> bool:
    return isinstance(answer, Reply) and not answer.can_answer


def tell(call: AssistantCall) -> None:
    """Every open screen of the conversation fetches what became of it."""
    names = []
    if call.conversation_id is not None:
        names.append(topics.conversation(call.conversation_id))
    elif call.user_id is not None:
        names.append(topics.user(call.user_id))
    transaction.on_commit(lambda: publish(names, {}, sequence=0))


def _summary(
    call: AssistantCall, answer: Summary, material: Material, settings: AssistantSettings, now: datetime
) -> Outcome:
    call.result = {"lines": list(answer.lines)}
    return Outcome.DONE


def _suggestion(
    call: AssistantCall, answer: Suggestion, material: Material, settings: AssistantSettings, now: datetime
) -> Outcome:
    call.result = {"step": answer.step, "why": answer.why}
    return Outcome.DONE


def _translation(
    call: AssistantCall, answer: Translation, material: Material, settings: AssistantSettings, now: datetime
) -> Outcome:
    call.result = {"text": answer.text, "language": answer.language}
    return Outcome.DONE


def _reply(
    call: AssistantCall, answer: Reply, material: Material, settings: AssistantSettings, now: datetime
) -> Outcome:
    """A draft waits for a person; one for which no source speaks is not shown at all."""
    if not answer.can_answer:
        return Outcome.NO_SOURCE
    call.error = fault_of(answer, shown=material.texts, said=material.said, hidden=material.hidden)
    if call.error:
        return Outcome.UNSAFE
    used = [(name, material.shown[name]) for name in answer.sources]
    call.sources = [
        {"id": name, "kind": each.kind, "title": each.title, "url": each.url} for name, each in used
    ]
    call.result = {"text": answer.text}
    return _send(call, settings, now) if call.purpose == Purpose.ANSWER else Outcome.DONE


def _send(call: AssistantCall, settings: AssistantSettings, now: datetime) -> Outcome:
    """It goes out alone, where an admin allows that, nobody speaks, and the customer still waits for this answer."""
    if call.conversation_id is None or call.message is None:
        return Outcome.MOVED_ON
    conversation = locked_conversation(call.conversation_id)
    if not settings.answers_alone or _moved_on(conversation, call.message):
        return Outcome.MOVED_ON
    text = restore(call.result["text"], call.hidden)
    call.sent_message = say(conversation_id=conversation.pk, text=text, now=now)
    return Outcome.DONE


def _moved_on(conversation: Conversation, message: Message) -> bool:
    """Whether somebody has spoken for it since, the customer has said more, or it is over."""
    if conversation.status not in LIVE_STATUSES or conversation.handler == Handler.PERSON:
        return True
    later = Message.objects.filter(conversation=conversation, sequence__gt=message.sequence)
    return any(
        direction == Direction.IN or author == AuthorKind.USER
        for direction, author in later.exclude(direction=Direction.NOTE).values_list(
            "direction", "author_kind"
        )
    )


def _classified(
    call: AssistantCall, answer: Classified, material: Material, settings: AssistantSettings, now: datetime
) -> Outcome:
    """What it reads counts where nothing was read for certain; it never overrides that, nor touches consent."""
    message = call.message
    if call.conversation_id is None or message is None:
        return Outcome.MOVED_ON
    conversation = locked_conversation(call.conversation_id)
    if _moved_on(conversation, message):
        return Outcome.MOVED_ON
    before = _understood(message, now)
    if before.main_intent != IntentName.OTHER and before.intents[0].confidence >= SURE:
        return Outcome.MOVED_ON
    if answer.intent not in material.goals:
        wish_answer(message)
        return Outcome.UNSURE
    facts = _stated(answer, message) if settings.may(Use.EXTRACT) else []
    call.result = {"intent": answer.intent, "facts": [each.words for each in facts]}
    known = {entity.type for entity in before.entities}
    added = tuple(_entity(each) for each in facts if _TYPES[each.type] not in known)
    after = replace(
        before,
        intents=(
            Intent(
                answer.intent,
                max(SURE, answer.confidence),
                guessed=answer.intent not in FOR_A_PERSON,
            ),
        ),
        entities=(*before.entities, *added),
    )
    with held(conversation):
        change(conversation, urgency=max(conversation.urgency, book().urgencies.get(answer.intent, 0)))
        if conversation.handler == Handler.FLOW:
            responder.current().customer_wrote(
                conversation=conversation, message=message, understanding=after, now=now
            )
    return Outcome.DONE


def _understood(message: Message, now: datetime) -> Understanding:
    profile = company()
    return understand(
        message.text,
        now=now,
        timezone=profile.timezone,
        country=profile.country,
        language=profile.language,
        taught=book().teaching,
    )


def _stated(answer: Classified, message: Message) -> list[Fact]:
    """Facts that stand in the customer's own words; what it made up is left out."""
    said = " ".join(message.text.split()).casefold()
    return [each for each in answer.facts if " ".join(each.words.split()).casefold() in said]


_TYPES: Mapping[str, EntityType] = {
    "budget": EntityType.BUDGET,
    "quantity": EntityType.QUANTITY,
    "timeline_days": EntityType.TIMELINE_DAYS,
    "place": EntityType.PLACE,
}


def _entity(fact: Fact) -> Entity:
    value: Any = Budget(maximum=fact.value, currency=fact.currency) if fact.type == "budget" else fact.value
    return Entity(_TYPES[fact.type], value, fact.words)


_APPLIED: Mapping[type, Callable[..., Outcome]] = {
    Summary: _summary,
    Reply: _reply,
    Suggestion: _suggestion,
    Translation: _translation,
    Classified: _classified,
}
