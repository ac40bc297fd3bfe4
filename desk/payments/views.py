"""Payments: the list with its sums, one of them, and what is done with it (spec 8.6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from conversations.payments.links import payment_url
from conversations.payments.operations import MOST_WORDS, ask_in_chat, send_payment_request
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, render_page, signed_in
from crm.payments.errors import BadPayment
from crm.payments.models import PaymentRequest
from crm.payments.operations import request_payment, set_state
from desk.calendar.queries import contact_in_sight
from desk.history import fragments
from desk.payments import queries
from desk.payments.asking import Asked, asked_about
from desk.payments.forms import RequestForm

LIST, PAGE, NEW = "desk/payments.html", "desk/payment.html", "desk/payments/new.html"


@require_safe
@never_cache
@signed_in
def payments(request: Request) -> HttpResponse:
    """The list by state, number or customer; with `after` the next lines of it."""
    asked, chosen = request.GET.get("after", ""), _chosen(request)
    after = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    page = queries.payment_page(request.user, now=timezone.now(), after=after, **chosen)
    context = {
        "page": page,
        "chosen": chosen,
        "states": [(state, queries.label_of(state)) for state in queries.STATES],
        "is_filtered": any(chosen.values()),
    }
    return render_page(request, LIST, context, partial=("payment_rows", "payment_more"))


@require_safe
@never_cache
@signed_in
def totals(request: Request) -> HttpResponse:
    """What the list comes to, by state and currency; fetched after it."""
    found = queries.sums_of(request.user, now=timezone.now(), **_chosen(request))
    lines = [(queries.label_of(each.state), queries.TONES.get(each.state, ""), each) for each in found]
    return render(request, "desk/payments/sums.html", {"lines": lines})


def _chosen(request: Request) -> dict[str, str]:
    state, text = (request.GET.get(name, "").strip()[:100] for name in ("state", "q"))
    return {"state": state if state in queries.STATES else "", "text": text}


@require_safe
@never_cache
@signed_in
def payment(request: Request, public_id: UUID) -> HttpResponse:
    found = queries.payment_for(request.user, public_id)
    return render(request, PAGE, _context(request, found))


@require_safe
@never_cache
@signed_in
def history(request: Request, public_id: UUID) -> HttpResponse:
    found = queries.payment_for(request.user, public_id)
    return render(request, fragments.TEMPLATE, fragments.context_of(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def new(request: Request) -> HttpResponse:
    """GET asks how much and for what. POST asks the customer, in the chat where there is one."""
    about, now = asked_about(request), timezone.now()
    if request.method != "POST":
        form = RequestForm(initial=about.initial() if about else {}, now=now)
        return _asking(request, form, about)
    if about is None:
        contact = contact_in_sight(request.user, request.POST.get("contact", ""))
        about = Asked(contact=contact) if contact else None
    form = RequestForm(request.POST, now=now)
    if about is None or not form.is_valid():
        return _asking(request, form, about, missing=about is None)
    try:
        made = _ask(request, form, about)
    except BadPayment as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _asking(request, form, about)
    return _opened(request, made)


def _asking(request: Request, form: RequestForm, about: Asked | None, **more: Any) -> HttpResponse:
    chat = about.chat(request.user) if about else None
    context = {"form": form, "about": about, "chat": chat, "key": about.key if about else "", **more}
    return render(request, NEW, context, status=422 if request.method == "POST" else 200)


def _ask(request: Request, form: RequestForm, about: Asked) -> PaymentRequest:
    """One request for one opened dialog, however often its button is pressed."""
    given, now, actor = form.cleaned_data, timezone.now(), Actor.of(request.user)
    values = {
        "amount": given["amount"],
        "currency": given["currency"],
        "purpose": given["purpose"],
        "due_on": given["due_on"],
        "provider": given["provider"],
        "lead": about.lead,
        "quote": about.quote,
        "order": about.order,
        "request_key": about.request_key(request),
        "actor": actor,
        "now": now,
    }
    chat = about.chat(request.user)
    if chat is None or "silent" in request.POST:
        return request_payment(contact=about.contact, **values)
    made, _message = ask_in_chat(conversation=chat, words=given["words"], **values)
    return made


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def state(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks what became of it. POST notes it down by hand."""
    found = queries.payment_for(request.user, public_id)
    context: dict[str, Any] = {"payment": found, "moves": queries.moves_of(found)}
    if request.method != "POST":
        return render(request, "desk/payments/state.html", {**context, "asked": request.GET.get("to", "")})
    try:
        set_state(
            payment_id=found.pk,
            state=request.POST.get("state", ""),
            note=request.POST.get("note", ""),
            reference=request.POST.get("external_id", ""),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except Refused as refusal:
        return render(request, "desk/payments/state.html", {**context, "refusal": str(refusal)}, status=422)
    return _opened(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def send(request: Request, public_id: UUID) -> HttpResponse:
    """GET shows where the link goes. POST writes it into the chat."""
    found = queries.payment_for(request.user, public_id)
    chat = queries.chat_of(found, request.user)
    context = {"payment": found, "chat": chat, "customer_url": payment_url(found)}
    if request.method != "POST":
        return render(request, "desk/payments/send.html", context)
    if chat is None:
        raise Http404
    words = request.POST.get("words", "")[:MOST_WORDS]
    actor, now = Actor.of(request.user), timezone.now()
    try:
        send_payment_request(payment_id=found.pk, actor=actor, now=now, conversation=chat, words=words)
    except Refused as refusal:
        return render(request, "desk/payments/send.html", {**context, "refusal": str(refusal)}, status=422)
    return _opened(request, found)


def _context(request: Request, found: PaymentRequest) -> dict[str, Any]:
    return {
        "payment": found,
        "row": queries.row_of(found, timezone.now()),
        "is_open": queries.is_open(found),
        "moves": queries.moves_of(found),
        "customer_url": payment_url(found),
        "chat": queries.chat_of(found, request.user),
        "problems": found.messages.exclude(problem="").order_by("-id")[:5],
    }


def _opened(request: Request, found: PaymentRequest) -> HttpResponse:
    url = reverse("desk:payment", args=[found.public_id])
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)
