"""Who speaks to the customer: the flow, a person, or nobody yet (spec 5.5, 6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from conversations import responder
from conversations.assistant.operations.asking import wish_handoff
from conversations.outbox.operations.waiting import hurry
from conversations.threads.links import conversation_url
from conversations.threads.models import Conversation, ConversationStatus, Handler, Urgency
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, save
from core.access.models import User
from core.events.actor import FLOW, Actor
from core.events.operations import record
from core.notifications.operations import notify


@transaction.atomic
def take_over(*, conversation_id: int, user: User) -> Conversation:
    """Let `user` speak; the flow goes quiet.

    Conversation.DoesNotExist for one that the person may not see.
    """
    conversation = locked_conversation(conversation_id, user)
    speak_for(conversation, user)
    save(conversation)
    return conversation


def speak_for(conversation: Conversation, user: User) -> None:
    """From now on a person speaks in the locked conversation; who already speaks changes nothing."""
    if conversation.handler == Handler.PERSON and conversation.assignee_id:
        return
    before = conversation.handler
    change(
        conversation,
        handler=Handler.PERSON,
        assignee_id=conversation.assignee_id or user.pk,
        handoff=_seen(conversation),
    )
    record(
        name="conversation.taken_over", subject=conversation, actor=Actor.of(user), payload={"from": before}
    )
    if before == Handler.FLOW:
        responder.current().taken_over(conversation=conversation, user=user)


def _seen(conversation: Conversation) -> dict[str, Any]:
    """The handoff card stays with the conversation, no longer as news."""
    return {**conversation.handoff, "fresh": False} if conversation.handoff else {}


@transaction.atomic
def hand_back(*, conversation_id: int, user: User, now: datetime | None = None) -> Conversation:
    """Let the flow go on where it stopped."""
    conversation = locked_conversation(conversation_id, user)
    if conversation.handler == Handler.FLOW:
        return conversation
    change(conversation, handler=Handler.FLOW)
    save(conversation)
    hurry(conversation, now or timezone.now())
    record(name="conversation.handed_back", subject=conversation, actor=Actor.of(user))
    responder.current().handed_back(conversation=conversation, user=user, now=now or timezone.now())
    save(conversation)
    return conversation


@transaction.atomic
def assign(*, conversation_id: int, to_user: User | None, actor: User | None) -> Conversation:
    """Give the conversation to a colleague, or to nobody; the colleague is told. `actor` None: a program."""
    conversation = locked_conversation(conversation_id, actor)
    before = conversation.assignee_id
    after = to_user.pk if to_user else None
    if before == after:
        return conversation
    change(conversation, assignee_id=after)
    if to_user is None and conversation.handler == Handler.PERSON:
        change(conversation, handler=Handler.QUEUE)
    save(conversation)
    event = record(
        name="conversation.assigned",
        subject=conversation,
        actor=Actor.of(actor),
        payload={"from": before, "to": after},
    )
    if to_user is not None and to_user != actor:
        _tell([to_user], "conversation.assigned", str(event.public_id), conversation)
    return conversation


def hand_off(
    *,
    conversation: Conversation,
    reason: str,
    urgency: Urgency | int = Urgency.NORMAL,
    card: Mapping[str, Any],
    now: datetime | None = None,
    actor: Actor = FLOW,
) -> None:
    """Let the locked conversation wait for a person, with the handoff card; those who may take it are told.

    `card` is stored as it is in `handoff["card"]`, beside reason, urgency, time and `fresh`.
    """
    now = now or timezone.now()
    urgency = max(Urgency(urgency), Urgency(conversation.urgency))
    change(
        conversation,
        handler=Handler.QUEUE,
        urgency=urgency,
        status=ConversationStatus.WAITING_US,
        waiting_since=conversation.waiting_since or now,
        handoff={
            "reason": reason,
            "urgency": int(urgency),
            "at": now.isoformat(),
            "fresh": True,
            "card": dict(card),
        },
    )
    save(conversation)
    wish_handoff(conversation)
    payload = {"reason": reason, "urgency": int(urgency)}
    event = record(name="conversation.handed_off", subject=conversation, actor=actor, payload=payload)
    _tell(_who_may_take(conversation), "conversation.handed_off", str(event.public_id), conversation)


def announce(
    *,
    conversation: Conversation,
    reason: str,
    card: Mapping[str, Any],
    now: datetime,
    tell: bool = True,
    actor: Actor = FLOW,
) -> None:
    """Show the card of the locked conversation and, with `tell`, let those know who may take it. Nobody is waited for:
    whoever speaks goes on speaking.
    """
    shown = {"reason": reason, "urgency": int(Urgency.NORMAL), "at": now.isoformat(), "fresh": True}
    change(conversation, handoff={**shown, "card": dict(card)})
    save(conversation)
    payload = {"reason": reason}
    event = record(name="conversation.announced", subject=conversation, actor=actor, payload=payload)
    if tell:
        _tell(_who_may_take(conversation), "conversation.announced", str(event.public_id), conversation)


def _who_may_take(conversation: Conversation) -> QuerySet[User]:
    people = User.objects.filter(is_active=True)
    if conversation.assignee_id:
        return people.filter(pk=conversation.assignee_id)
    if conversation.team_id:
        return people.filter(memberships__team_id=conversation.team_id).distinct()
    return people


def _tell(users: list[User] | QuerySet[User], kind: str, key: str, conversation: Conversation) -> None:
    params = {"contact": str(conversation.contact), "number": conversation.pk}
    notify(users=users, kind=kind, key=key, params=params, url=conversation_url(conversation))
