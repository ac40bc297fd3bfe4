"""Telling customers what became of an order, and taking their answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation

from conversations import responder
from conversations.orders import words
from conversations.orders.queries import conversation_of, people_of
from conversations.outbox.operations import send_message
from conversations.sending.drafts import QuickReply
from conversations.threads.links import conversation_url
from conversations.threads.models import (
    LIVE_STATUSES,
    AuthorKind,
    Conversation,
    ConversationStatus,
    Handler,
    MessageStatus,
    Urgency,
)
from conversations.threads.operations import hand_off
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, held
from core.access.models import Team
from core.calendars.queries import clock_for
from core.company.queries import company
from core.events.actor import CUSTOMER, SYSTEM
from core.notifications.operations import notify
from crm.consent.models import Purpose
from crm.orders.models import NoticeAnswer, Order, OrderNotice
from crm.orders.operations import answer_notice
from crm.orders.operations.answering import record_notice
from crm.orders.operations.noticing import still_holds
from crm.orders.queries import OVER

PREFIX = "order:"
ASKS = "order_notice"
"""What stands in the `talk` of a conversation while a notice waits for its answer."""


@dataclass(frozen=True, slots=True)
class Route:
    """Who takes an answer over, and why."""

    reason: str
    team: str
    urgency: Urgency


ROUTES = {
    NoticeAnswer.REPLACE: Route("order_replace", "sales", Urgency.HIGH),
    NoticeAnswer.REFUND: Route("order_refund", "support", Urgency.HIGH),
}
"""Who waits on goes on waiting; nobody has to do anything."""


@transaction.atomic
def tell(*, notice_id: int, now: datetime) -> bool:
    """Write the notice to the customer, once; False where it no longer holds, was told, or nobody can be written to.

    Without a chat, or where nothing may be sent there, colleagues are told to call. Quiet hours put it off.
    """
    seen = OrderNotice.objects.select_related("order").filter(pk=notice_id).first()
    if seen is None:
        return False
    found = conversation_of(seen.order)
    conversation = locked_conversation(found.pk) if found else None
    notice = _locked(notice_id)
    if notice.message_id is not None or not still_holds(notice):
        return False
    if conversation is None or not _send(conversation, notice, now):
        _ask_colleagues(notice, conversation, now)
        return False
    record_notice("order.noticed", notice, actor=SYSTEM)
    return True


def _locked(notice_id: int) -> OrderNotice:
    order_id = OrderNotice.objects.values_list("order", flat=True).get(pk=notice_id)
    rows = Order.objects.select_for_update(of=("self",)).select_related("contact__owner", "lead__owner")
    order = rows.get(pk=order_id)
    notice = OrderNotice.objects.select_for_update().get(pk=notice_id)
    notice.order = order
    return notice


def language_of(conversation: Conversation) -> str:
    return conversation.language or conversation.contact.language or company().language


def _send(conversation: Conversation, notice: OrderNotice, now: datetime) -> bool:
    """Whether it may leave. A finished conversation stays finished until the customer answers."""
    language, status = language_of(conversation), ConversationStatus(conversation.status)
    replies = [
        QuickReply(labels[language], f"{PREFIX}{answer.value}:{notice.public_id}")
        for answer, labels in words.button_labels()
    ]
    with held(conversation):
        message = send_message(
            conversation=conversation,
            text=words.notice_text(notice, language),
            author_kind=AuthorKind.SYSTEM,
            quick_replies=replies,
            purpose=Purpose.TRANSACTIONAL,
            can_wait=True,
            now=now,
        )
        change(conversation, talk={"asks": ASKS, "notice": str(notice.public_id)})
        if status not in LIVE_STATUSES:
            change(conversation, status=status)
    if message.status == MessageStatus.FAILED:
        return False
    notice.message_id = message.public_id
    notice.save(update_fields=["message_id"])
    return True


def _ask_colleagues(notice: OrderNotice, conversation: Conversation | None, now: datetime) -> None:
    _notify("order.untold", notice, conversation, key=f"{notice.public_id}:{now.isoformat()}")


def _notify(
    kind: str, notice: OrderNotice, conversation: Conversation | None, *, key: str, **params: Any
) -> None:
    order = notice.order
    notify(
        users=people_of(order),
        kind=kind,
        key=key,
        params={"contact": str(order.contact or ""), "number": order.number, **params},
        url=conversation_url(conversation) if conversation else f"/orders/{order.public_id}/",
    )


def take_answer(
    *,
    conversation: Conversation,
    notice_id: UUID,
    answer: NoticeAnswer,
    said: str,
    said_at: datetime,
    now: datetime,
) -> bool:
    """The customer chose: it is stored, answered, told to the team and routed. False where the notice is not theirs.

    The conversation is locked. The same answer again is answered again, and told and routed once.
    """
    notice = OrderNotice.objects.filter(
        public_id=notice_id, order__contact=conversation.contact_id
    ).select_related("order")
    found = notice.first()
    if found is None:
        return False
    change(conversation, talk={})
    language = language_of(conversation)
    with held(conversation), translation.override(language):
        if found.order.status in OVER:
            _say(conversation, words.over_text(), now)
            _settle(conversation, said_at)
            return True
        answered, is_news = answer_notice(notice_id=notice_id, answer=answer, actor=CUSTOMER, now=now)
        is_open = clock_for(conversation.team).is_open(now)
        _say(conversation, words.thanks_text(answer, is_open=is_open), now)
        if answer not in ROUTES:
            _settle(conversation, said_at)
        if is_news:
            _route(conversation, answered, said, now)
    return True


def _settle(conversation: Conversation, said_at: datetime) -> None:
    """Nobody was waited for before these words, and they are answered."""
    if conversation.waiting_since == said_at:
        change(conversation, status=ConversationStatus.WAITING_CUSTOMER, waiting_since=None)


def _route(conversation: Conversation, notice: OrderNotice, said: str, now: datetime) -> None:
    route = ROUTES.get(NoticeAnswer(notice.answer))
    key = f"{notice.public_id}:{notice.answer}:{now.isoformat()}"
    with translation.override(company().language):
        label = str(NoticeAnswer(notice.answer).label)
    _notify("order.notice_answered", notice, conversation, key=key, answer=label)
    if route is None:
        return
    if conversation.handler == Handler.PERSON:
        waiting = conversation.waiting_since or now
        change(conversation, status=ConversationStatus.WAITING_US, waiting_since=waiting)
        return
    team = Team.objects.filter(name__iexact=route.team).first()
    if team is not None and conversation.assignee_id is None:
        change(conversation, team=team)
    if conversation.handler == Handler.FLOW:
        responder.current().taken_over(conversation=conversation, user=None)
    card = {
        "goal": conversation.goal,
        "language": language_of(conversation),
        "contact": [["name", str(conversation.contact)]],
        "notes": [["order_number", notice.order.number], ["order_answer", label]],
        "last_text": said[:500],
        "next_step": "answer_now",
    }
    hand_off(conversation=conversation, reason=route.reason, urgency=route.urgency, card=card, now=now)


def _say(conversation: Conversation, text: str, now: datetime) -> None:
    send_message(
        conversation=conversation,
        text=text,
        author_kind=AuthorKind.FLOW,
        purpose=Purpose.TRANSACTIONAL,
        now=now,
    )
