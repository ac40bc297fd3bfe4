"""The assistant beside a conversation: a person asks, a worker does it, the result arrives by itself (spec 4.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from conversations.assistant.enums import Purpose
from conversations.assistant.models import AssistantCall
from conversations.assistant.operations import asking
from conversations.assistant.queries import assistant
from conversations.threads.models import Conversation, Direction, Message
from core.errors import Refused
from core.http import Request, signed_in, toast
from desk.assistant.queries import BESIDE, OVER_COMPOSER, offered, results
from desk.inbox.queries import conversation_for

STRIP, SIDE = "desk/assistant/strip.html", "desk/assistant/side.html"
MOST_WRITTEN = 5000


@require_safe
@never_cache
@signed_in
def strip(request: Request, public_id: UUID) -> HttpResponse:
    """Over the composer: drafts, and a translation of what was written."""
    return _strip(request, _found(request, public_id))


@require_safe
@never_cache
@signed_in
def side(request: Request, public_id: UUID) -> HttpResponse:
    """At the right: summaries, the next step, translations, and what it read out of the last words."""
    return _side(request, _found(request, public_id))


@require_POST
@signed_in
def ask(request: Request, public_id: UUID) -> HttpResponse:
    """Ask for one thing; the answer is the place where it will appear."""
    found = _found(request, public_id)
    wanted = request.POST.get("purpose", "")
    if wanted not in (*OVER_COMPOSER, *offered(BESIDE)):
        raise BadRequest("purpose is none that can be asked for")
    purpose = Purpose(wanted)
    try:
        _ASKED.get(purpose, _ask)(request, found, purpose)
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    return _strip(request, found) if purpose in OVER_COMPOSER else _side(request, found)


@require_POST
@signed_in
def dismiss(request: Request, public_id: UUID, call_id: UUID) -> HttpResponse:
    """Put a result aside."""
    found = _found(request, public_id)
    call = get_object_or_404(AssistantCall, public_id=call_id, conversation=found)
    asking.dismiss(call=call, now=timezone.now())
    return _strip(request, found) if call.purpose in OVER_COMPOSER else _side(request, found)


def _ask(request: Request, conversation: Conversation, purpose: Purpose) -> None:
    """A draft is for the customer, everything else for the reader."""
    language = conversation.language if purpose == Purpose.DRAFT else request.user.language
    asking.ask(conversation=conversation, purpose=purpose, user=request.user, language=language)


def _ask_to_read(request: Request, conversation: Conversation, purpose: Purpose) -> None:
    last = (
        Message.objects.filter(conversation=conversation, direction=Direction.IN, deleted_at__isnull=True)
        .exclude(text="")
        .order_by("-sequence")
        .first()
    )
    asking.ask(
        conversation=conversation,
        purpose=purpose,
        user=request.user,
        language=request.user.language,
        message=last,
    )


def _ask_to_write(request: Request, conversation: Conversation, purpose: Purpose) -> None:
    """Into the language of the customer: the one that a translation found, else the conversation's."""
    read = (
        AssistantCall.objects.filter(conversation=conversation, purpose=Purpose.TRANSLATE, outcome="done")
        .order_by("-id")
        .first()
    )
    language = str(read.result.get("language") or "") if read else ""
    asking.ask(
        conversation=conversation,
        purpose=purpose,
        user=request.user,
        language=language or conversation.language,
        given=request.POST.get("text", "")[:MOST_WRITTEN],
    )


_ASKED: dict[Purpose, Callable[[Request, Conversation, Purpose], None]] = {
    Purpose.TRANSLATE: _ask_to_read,
    Purpose.TRANSLATE_OUT: _ask_to_write,
}


def _strip(request: Request, conversation: Conversation) -> HttpResponse:
    return render(request, STRIP, _context(conversation, OVER_COMPOSER))


def _side(request: Request, conversation: Conversation) -> HttpResponse:
    return render(request, SIDE, _context(conversation, BESIDE))


def _context(conversation: Conversation, purposes: tuple[Purpose, ...]) -> dict[str, Any]:
    if not assistant().active:
        return {"conversation": conversation}
    found = results(conversation, purposes)
    return {
        "conversation": conversation,
        "results": found,
        "offered": offered(purposes),
        "waiting": any(each.is_open for each in found),
    }


def _found(request: Request, public_id: UUID) -> Conversation:
    found = conversation_for(request.user, public_id)
    if found is None:
        raise Http404
    return found
