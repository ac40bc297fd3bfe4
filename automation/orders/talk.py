"""The answer to a notice about an order comes before the flow: by button, by number, or in words."""

from __future__ import annotations

from uuid import UUID

from automation.flows.events import CustomerMessage
from automation.flows.operations.situation import Situation
from automation.flows.phrases import says, typed
from conversations.orders.answers import PHRASES, Chosen, pressed, waiting
from conversations.orders.operations import take_answer
from conversations.orders.words import button_labels
from conversations.threads.models import Conversation, Direction, Handler, Message
from crm.orders.models import NoticeAnswer, OrderNotice


def answer_first(event: CustomerMessage, situation: Situation) -> bool:
    """Take the answer to a notice; False leaves the message to whoever comes next. While a person speaks only buttons
    act.
    """
    conversation = situation.conversation
    chosen = pressed(event.payload)
    if chosen is None and not event.payload and conversation.handler != Handler.PERSON:
        chosen = _in_words(event.text, conversation)
    if chosen is None or situation.message is None:
        return False
    return take_answer(
        conversation=conversation,
        notice_id=chosen.notice,
        answer=chosen.answer,
        said=event.text,
        said_at=situation.message.sent_at,
        now=situation.now,
    )


def _in_words(text: str, conversation: Conversation) -> Chosen | None:
    notice = waiting(conversation.talk)
    if notice is None:
        return None
    options = [(answer.value, list(labels.values())) for answer, labels in button_labels()]
    counted = text.strip().isdecimal() and _is_the_last_word(notice, conversation)
    if payload := typed(text, options, counted=counted):
        return Chosen(notice, NoticeAnswer(payload))
    meant = [answer for answer, phrases in PHRASES.items() if says(text, phrases)]
    return Chosen(notice, meant[0]) if len(meant) == 1 else None


def _is_the_last_word(notice: UUID, conversation: Conversation) -> bool:
    """Whether a bare number can only mean the list under the notice: nothing was said to the customer since."""
    said = Message.objects.filter(conversation=conversation, direction=Direction.OUT).order_by("-sequence")
    newest = said.values_list("public_id", flat=True).first()
    return OrderNotice.objects.filter(public_id=notice, message_id=newest).exists()
