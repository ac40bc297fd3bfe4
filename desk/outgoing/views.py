"""What a person does to messages that have not left yet: take back, change, send at once, cancel (spec 3.4, 15.2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from conversations.outbox import operations
from conversations.outbox.queries import zone_of
from conversations.threads.models import Conversation, Message
from core.errors import Refused
from core.http import Request, signed_in, toast
from desk.inbox import queries
from desk.inbox.views import acting
from desk.outgoing.forms import ScheduledForm
from desk.outgoing.times import Later


@require_safe
@never_cache
@signed_in
def later(request: Request, public_id: UUID) -> HttpResponse:
    """The times that the composer offers, fresh whenever they are looked at."""
    zone = zone_of(_conversation(request, public_id).contact)
    reader = timezone.get_current_timezone_name()
    offered = Later.of(zone=zone, reader=reader, now=timezone.now())
    return render(request, "desk/inbox/later.html", {"later": offered})


@acting
def undo(request: Request, conversation: Conversation, message: UUID) -> dict[str, Any]:
    """The writer takes a reply back; its words return into the composer."""
    taken = operations.take_back(message_id=_message(conversation, message).pk, user=request.user)
    return {"composer:fill": {"text": taken.text}}


@acting
def cancel(request: Request, conversation: Conversation, message: UUID) -> None:
    operations.cancel_message(message_id=_message(conversation, message).pk, user=request.user)


@acting
def send_now(request: Request, conversation: Conversation, message: UUID) -> None:
    operations.send_now(message_id=_message(conversation, message).pk, user=request.user, now=timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def scheduled(request: Request, public_id: UUID, message: UUID) -> HttpResponse:
    """Words and time of a scheduled message, in the dialog."""
    conversation = _conversation(request, public_id)
    waiting = _message(conversation, message)
    zone = zone_of(conversation.contact)
    initial = ScheduledForm.initial_of(waiting.text, waiting.sent_at, zone)
    form = ScheduledForm(request.POST or None, initial=initial, zone=zone)
    if request.method == "POST" and form.is_valid():
        try:
            operations.reschedule(
                message_id=waiting.pk, user=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            response = HttpResponse(status=204)
            for name in ("modal:close", "thread:refresh"):
                trigger_client_event(response, name, {})
            return toast(response, _("Saved."))
    context = {
        "form": form,
        "url": reverse("desk:message_scheduled", args=[public_id, message]),
        "headline": _("Scheduled message"),
    }
    return render(request, "desk/lead/form.html", context, status=422 if request.method == "POST" else 200)


def _conversation(request: Request, public_id: UUID) -> Conversation:
    found = queries.conversation_for(request.user, public_id)
    if found is None:
        raise Http404
    return found


def _message(conversation: Conversation, public_id: UUID) -> Message:
    found = Message.objects.filter(conversation=conversation, public_id=public_id).first()
    if found is None:
        raise Http404
    return found
