"""Asking the assistant: a row that a worker takes up. Nothing is called in a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.assistant.enums import Outcome, Purpose, Use
from conversations.assistant.errors import NotAllowedNow
from conversations.assistant.models import AssistantCall
from conversations.assistant.queries import assistant, may, reads_messages
from core.nudge import nudge
from core.text import clean

if TYPE_CHECKING:
    from conversations.threads.models import Conversation, Message
    from core.access.models import User

NUDGE = "assistant"
LEAST_TO_SUMMARISE = 3
LONGEST_GIVEN = 5000


@transaction.atomic
def ask(
    *,
    conversation: Conversation,
    purpose: Purpose,
    user: User,
    language: str = "",
    message: Message | None = None,
    given: str = "",
) -> AssistantCall:
    """A person wants something of it; the same again while that is under way is the same wish. Raises NotAllowedNow."""
    if not may(purpose):
        raise NotAllowedNow(
            _("The assistant is not allowed to do this. An admin can change it in the settings.")
        )
    given = clean(given).strip()[:LONGEST_GIVEN]
    if purpose == Purpose.TRANSLATE_OUT and not given:
        raise NotAllowedNow(_("Write the text first that is to be translated."))
    if purpose == Purpose.TRANSLATE and (message is None or not message.text):
        raise NotAllowedNow(_("There is no text to translate."))
    return _queue(conversation, purpose, user=user, language=language, message=message, given=given)


def try_out(*, text: str, user: User, language: str) -> AssistantCall:
    """An admin tries it with a question of a customer's. Raises NotAllowedNow."""
    found = assistant()
    text = clean(text).strip()[:LONGEST_GIVEN]
    if not (found.endpoint and found.model):
        raise NotAllowedNow(_("Save the address and the model first."))
    if not text:
        raise NotAllowedNow(_("Write what a customer could ask."))
    call = AssistantCall.objects.create(purpose=Purpose.TRY, user=user, language=language, given=text)
    nudge(NUDGE)
    return call


def wish_handoff(conversation: Conversation) -> None:
    """The conversation waits for a person: two or three lines for whoever takes it, where that is allowed."""
    if conversation.last_sequence >= LEAST_TO_SUMMARISE and assistant().may(Use.SUMMARISE):
        _queue(conversation, Purpose.HANDOFF)


def wish_reading(message: Message) -> None:
    """Nothing understood the message: the assistant looks at it later, once, where that is allowed."""
    if not reads_messages() or not message.text:
        return
    asked = AssistantCall.objects.filter(message=message, purpose__in=[Purpose.CLASSIFY, Purpose.ANSWER])
    if not asked.exists():
        purpose = Purpose.CLASSIFY if assistant().may(Use.CLASSIFY) else Purpose.ANSWER
        _queue(message.conversation, purpose, message=message, language=message.language)


def wish_answer(message: Message) -> None:
    """It could not say what the message is about; where an admin lets it answer alone, it looks for an answer."""
    if assistant().answers_alone and assistant().may(Use.DRAFT):
        _queue(message.conversation, Purpose.ANSWER, message=message, language=message.language)


def _queue(
    conversation: Conversation,
    purpose: Purpose,
    *,
    user: User | None = None,
    language: str = "",
    message: Message | None = None,
    given: str = "",
) -> AssistantCall:
    draft = AssistantCall(
        purpose=purpose,
        conversation=conversation,
        contact_id=conversation.contact_id,
        message=message,
        user=user,
        language=language,
        sequence=conversation.last_sequence,
        given=given,
    )
    AssistantCall.objects.bulk_create([draft], ignore_conflicts=True)
    nudge(NUDGE)
    same = AssistantCall.objects.filter(
        conversation=conversation, purpose=purpose, message=message, outcome=Outcome.QUEUED
    )
    return same.order_by("-id").first() or draft


@transaction.atomic
def dismiss(*, call: AssistantCall, now: object) -> None:
    """Put a result aside: it is not shown any more. Again: nothing happens."""
    AssistantCall.objects.filter(pk=call.pk, dismissed_at__isnull=True).update(dismissed_at=now)
