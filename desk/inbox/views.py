"""The inbox: queues at the left, the thread in the middle, lead and contact at the right (spec 5.5, 6.5, 6.11)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from conversations.files.operations import fetch_again, keep_for_sending
from conversations.outbox.queries import zone_of
from conversations.threads import operations
from conversations.threads.models import Conversation, Message, MessageStatus
from conversations.threads.queries import Cursor, Tab
from core.access.models import User
from core.company.queries import company
from core.errors import Refused
from core.http import Request, render_page, render_partial, signed_in, toast
from crm.qualification.queries import all_criteria
from desk import formats
from desk.colleagues.queries import active_colleagues
from desk.inbox import operations as own
from desk.inbox import queries
from desk.inbox.handoff import fresh_card
from desk.leads.queries import lead_side, may_see
from desk.leads.responses import changed
from desk.outgoing.forms import MOST_WRITTEN
from desk.outgoing.times import chosen
from desk.steps.promises import offer

PAGE = "desk/inbox.html"
SHOWN_IN_PLACE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@require_safe
@never_cache
@signed_in
def inbox(request: Request) -> HttpResponse:
    """The list with nothing open."""
    return render(request, PAGE, _list_context(request))


@require_safe
@never_cache
@signed_in
def rows(request: Request) -> HttpResponse:
    """The next rows after a cursor, or the first ones anew with the counts of the tabs."""
    if request.GET.get("after"):
        return render_partial(request, PAGE, "more_rows", _rows_context(request))
    return render_partial(request, PAGE, "fresh_rows", _list_context(request))


@require_safe
@never_cache
@signed_in
def conversation(request: Request, public_id: UUID) -> HttpResponse:
    """One conversation; alone for a click in the list, with the list for everybody else."""
    found = _found(request, public_id)
    context = {
        "conversation": found,
        "thread": queries.opening_thread(found),
        "queue": _tab(request).value,
        **head_context(found),
        **_side_context(found),
    }
    if request.htmx.target != "workspace" or request.htmx.history_restore_request:
        context |= _list_context(request)
    return render_page(request, PAGE, context, partial="workspace")


@require_safe
@never_cache
@signed_in
def side(request: Request, public_id: UUID) -> HttpResponse:
    return _side(request, _found(request, public_id))


@require_safe
@never_cache
@signed_in
def about(request: Request, public_id: UUID) -> HttpResponse:
    """The lower part of the right pane, fetched after the page."""
    found = _found(request, public_id)
    lead = found.lead if found.lead and may_see(request.user, found.lead) else None
    return render(
        request,
        "desk/inbox/about.html",
        {
            "contact": found.contact,
            "about": queries.about(found, request.user),
            "details": found.lead,
            "quoted": lead,
        },
    )


@require_safe
@never_cache
@signed_in
def older(request: Request, public_id: UUID) -> HttpResponse:
    """The piece of the thread before a cursor."""
    asked = request.GET.get("before", "")
    before = Cursor.read(asked)
    if asked and before is None:
        raise BadRequest("before must be the cursor of a page")
    found = _found(request, public_id)
    context = {"conversation": found, "thread": queries.older_thread(found, before=before)}
    return render(request, "desk/inbox/entries.html", context)


@require_safe
@never_cache
@signed_in
def fresh(request: Request, public_id: UUID) -> HttpResponse:
    """What the screen has not got yet, with the head and the ticks as they are now."""
    return _fresh(request, _found(request, public_id))


def acting(view: Callable[..., Mapping[str, Any] | None]) -> Callable[..., HttpResponseBase]:
    """A write on one conversation: only by POST, only on a visible one; the answer is what is new in the thread.

    What the operation refuses is said in a toast and changes nothing. Events that the view returns are told to the
    page.
    """

    def act(request: Request, /, public_id: UUID, **parts: UUID) -> HttpResponse:
        try:
            events = view(request, _found(request, public_id), **parts)
        except Refused as refusal:
            return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
        except Conversation.DoesNotExist as error:  # a colleague was given it in this very moment
            raise Http404 from error
        found = queries.conversation_for(request.user, public_id)
        if found is None:  # given away to where this person does not see it
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:inbox")})
        response = _fresh(request, found)
        for name, detail in (events or {}).items():
            trigger_client_event(response, name, detail)
        trigger_client_event(response, "live:inbox", {})
        return trigger_client_event(response, "lead:refresh", {})

    functools.update_wrapper(act, view)
    return require_POST(signed_in(act))


@acting
def write(request: Request, conversation: Conversation) -> Mapping[str, Any] | None:
    """A reply, which takes over from the flow and leaves at once or later, or a note for colleagues.

    A time named in it is offered as the lead's next step.
    """
    text = request.POST.get("text", "")
    if len(text) > MOST_WRITTEN:
        raise BadRequest(f"text must not be longer than {MOST_WRITTEN} characters")
    if request.POST.get("mode") == "note":
        operations.add_note(conversation_id=conversation.pk, user=request.user, text=text)
        return _offered(conversation, text)
    now = timezone.now()
    files = keep_for_sending(
        account=conversation.account, user=request.user, files=request.FILES.getlist("attachments")
    )
    message = own.reply(
        draft=request.POST.get("draft", ""),
        conversation_id=conversation.pk,
        user=request.user,
        text=text,
        attachments=[file.public_id for file in files],
        resolve=bool(request.POST.get("resolve")),
        now=now,
        not_before=chosen(request.POST.dict(), zone=zone_of(conversation.contact), now=now),
        undo=timedelta(seconds=company().undo_seconds),
    )
    alone = request.htmx.target == "composer-form"
    told = {"toast": _sent_from_elsewhere(conversation, message)} if alone else {}
    return {**told, **_offered(conversation, text)}


def _offered(conversation: Conversation, text: str) -> dict[str, Mapping[str, str]]:
    found = offer(conversation, text, zone=zone_of(conversation.contact), now=timezone.now())
    return {"offer": found} if found else {}


def _sent_from_elsewhere(conversation: Conversation, message: Message) -> dict[str, str]:
    """Where no thread shows what becomes of a message, a line says it, with its undo."""
    parts = [conversation.public_id, message.public_id]
    if message.status == MessageStatus.SCHEDULED:
        words = _("Will be sent: %(when)s") % {"when": formats.moment(message.sent_at)}
        return {"text": words, "undo": reverse("desk:message_cancel", args=parts)}
    if message.status == MessageStatus.FAILED:
        return {"text": message.error, "level": "error"}
    undo = {"undo": reverse("desk:message_undo", args=parts)} if company().undo_seconds else {}
    return {"text": _("Sent"), **undo}


@acting
def assign(request: Request, conversation: Conversation) -> None:
    to_user = _colleague(request.POST.get("assignee", ""))
    operations.assign(conversation_id=conversation.pk, to_user=to_user, actor=request.user)


@acting
def take_over(request: Request, conversation: Conversation) -> None:
    operations.take_over(conversation_id=conversation.pk, user=request.user)


@acting
def hand_back(request: Request, conversation: Conversation) -> None:
    operations.hand_back(conversation_id=conversation.pk, user=request.user)


@acting
def resolve(request: Request, conversation: Conversation) -> None:
    operations.resolve(conversation_id=conversation.pk, user=request.user)


@acting
def spam(request: Request, conversation: Conversation) -> None:
    operations.mark_spam(conversation_id=conversation.pk, user=request.user)


@acting
def reopen(request: Request, conversation: Conversation) -> None:
    operations.reopen(conversation_id=conversation.pk, user=request.user)


@require_POST
@signed_in
def read(request: Request, public_id: UUID) -> HttpResponse:
    """The person has seen the thread. Over the board the card comes back as it is now."""
    found = _found(request, public_id)
    operations.mark_read(conversation=found, user=request.user)
    response = HttpResponse(status=204) if found.lead is None else changed(request, found.lead)
    return trigger_client_event(response, "live:inbox", {})


@require_POST
@signed_in
def typing(request: Request, public_id: UUID) -> HttpResponse:
    """Let the customer see that somebody is writing."""
    operations.typing(conversation=_found(request, public_id))
    return HttpResponse(status=204)


@require_POST
@signed_in
def make_lead(request: Request, public_id: UUID) -> HttpResponse:
    """A lead for a conversation that has none; the answer is the right pane."""
    found = _found(request, public_id)
    try:
        own.make_lead(conversation_id=found.pk, user=request.user)
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    return _side(request, _found(request, public_id))


@require_safe
@cache_control(private=True, max_age=3600)
@signed_in
def attachment(request: Request, public_id: UUID) -> FileResponse:
    """A file of a visible conversation. Pictures are shown, everything else is a download."""
    found = queries.attachment_for(request.user, public_id)
    if found is None or not found.file:
        raise Http404
    shown = found.mime in SHOWN_IN_PLACE
    return FileResponse(
        found.file.open("rb"), as_attachment=not shown, filename=found.name, content_type=found.mime or None
    )


@require_POST
@signed_in
def attachment_fetch(request: Request, public_id: UUID) -> HttpResponse:
    """Ask the provider for a file once more that could not be fetched."""
    found = queries.attachment_for(request.user, public_id)
    if found is None:
        raise Http404
    fetch_again(attachment=found)
    return render(request, "desk/inbox/attachment.html", {"attachment": found})


def head_context(conversation: Conversation) -> dict[str, Any]:
    """What the head of a thread needs."""
    return {"people": active_colleagues(), "can_hand_back": bool(conversation.account.flow_key)}


def _side(request: Request, conversation: Conversation) -> HttpResponse:
    return render(
        request, "desk/inbox/side.html", {"conversation": conversation, **_side_context(conversation)}
    )


def _side_context(conversation: Conversation) -> dict[str, Any]:
    card = fresh_card(conversation, all_criteria())
    return {"card": card, "contact": conversation.contact, **lead_side(conversation.lead)}


def _fresh(request: Request, conversation: Conversation) -> HttpResponse:
    sequence, event = (_number(request, name) for name in ("after", "event"))
    context = {
        "conversation": conversation,
        "thread": queries.fresh_thread(conversation, sequence=sequence, event=event),
        "ticks": queries.recent_ticks(conversation, sequence=sequence),
        "embedded": "/inbox/" not in (request.htmx.current_url or "/inbox/"),
        **head_context(conversation),
    }
    return render(request, "desk/inbox/fresh.html", context)


def _found(request: Request, public_id: UUID) -> Conversation:
    found = queries.conversation_for(request.user, public_id)
    if found is None:
        raise Http404
    return found


def _colleague(public_id: str) -> User | None:
    if not public_id:
        return None
    person = next((each for each in active_colleagues() if str(each.public_id) == public_id), None)
    if person is None:
        raise Http404
    return person


def _tab(request: Request) -> Tab:
    asked = request.GET.get("queue", "")
    return Tab(asked) if asked in list(Tab) else Tab.ALL


def _number(request: Request, name: str) -> int:
    text = request.POST.get(name) or request.GET.get(name) or "0"
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _rows_context(request: Request) -> dict[str, Any]:
    tab, text = _tab(request), request.GET.get("q", "").strip()[:100]
    asked = {"queue": tab.value, **({"q": text} if text else {})}
    page = queries.rows(
        request.user, tab, after=request.GET.get("after", ""), text=text, count=_number(request, "count")
    )
    more = urlencode({**asked, "after": str(page.next)}) if page.next else ""
    return {"queue": tab.value, "search": text, "page": page, "more": more}


def _list_context(request: Request) -> dict[str, Any]:
    return {"tabs": queries.tabs(request.user), **_rows_context(request)}
