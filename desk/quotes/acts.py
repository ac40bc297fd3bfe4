"""What is done with a quote as a whole."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from automation.quotes.operations.renewing import renew_and_send
from conversations.quotes.mailing import mail_quote
from conversations.quotes.operations import MOST_WORDS, send_quote
from core.access.models import Role
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, require, signed_in, toast
from crm.quotes import operations
from crm.quotes.enums import DeclineReason, QuoteState
from crm.quotes.models import Quote, QuoteVersion
from desk.quotes import queries
from desk.quotes.taxes import outdated_taxes


@require_POST
@signed_in
def approve(request: Request, public_id: UUID) -> HttpResponse:
    """Let a discount above its author's limit pass."""
    version = _newest(request, public_id)
    return _done(
        request,
        version.quote,
        lambda: operations.approve(version_id=version.pk, user=request.user, now=timezone.now()).quote,
    )


@require_POST
@signed_in
def next_version(request: Request, public_id: UUID) -> HttpResponse:
    """A draft of what comes after what was sent."""
    found = queries.quote_for(request.user, public_id)
    return _done(
        request,
        found,
        lambda: (
            operations.next_version(quote_id=found.pk, actor=Actor.of(request.user), now=timezone.now()).quote
        ),
    )


@require_POST
@signed_in
def renew(request: Request, public_id: UUID) -> HttpResponse:
    """The same once more with a fresh last day."""
    found = queries.quote_for(request.user, public_id)
    return _done(
        request,
        found,
        lambda: operations.renew(quote_id=found.pk, actor=Actor.of(request.user), now=timezone.now()).quote,
    )


@require_POST
@signed_in
def renew_send(request: Request, public_id: UUID) -> HttpResponse:
    """The same once more, sent at once; where a price has changed since, that is said instead."""
    found = queries.quote_for(request.user, public_id)
    actor, now = Actor.of(request.user), timezone.now()
    chat = queries.chat_of(found, request.user)
    try:
        renew_and_send(quote_id=found.pk, actor=actor, now=now, conversation=chat)
    except Refused as refusal:
        return toast(HttpResponse(status=409, headers={"HX-Reswap": "none"}), str(refusal))
    return _opened(request, found)


@require_POST
@signed_in
def copy(request: Request, public_id: UUID) -> HttpResponse:
    """A new quote with the same lines and words."""
    version = _newest(request, public_id)
    return _done(
        request,
        version.quote,
        lambda: (
            operations.copy_quote(
                version_id=version.pk, actor=Actor.of(request.user), now=timezone.now()
            ).quote
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.MANAGER)
def keep(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks for a name. POST keeps lines and words as a template."""
    version = _newest(request, public_id)
    name = request.POST.get("name", version.quote.title)
    context = {"quote": version.quote, "name": name}
    if request.method != "POST":
        return render(request, "desk/quotes/keep.html", context)
    try:
        made = operations.template_of(version_id=version.pk, name=name, actor=Actor.of(request.user))
    except Refused as refusal:
        return render(request, "desk/quotes/keep.html", {**context, "refusal": str(refusal)}, status=422)
    return _at(request, reverse("desk:settings_quote_template", args=[made.public_id]))


@require_POST
@signed_in
def withdraw(request: Request, public_id: UUID) -> HttpResponse:
    """Take back what was sent and not answered yet."""
    version = _in_force(queries.quote_for(request.user, public_id))
    return _done(
        request,
        version.quote,
        lambda: (
            operations.withdraw(version_id=version.pk, actor=Actor.of(request.user), now=timezone.now()).quote
        ),
    )


@require_POST
@signed_in
def discard(request: Request, public_id: UUID) -> HttpResponse:
    """Throw the draft away; what was sent before it stays."""
    version = _newest(request, public_id)
    try:
        operations.discard_draft(version_id=version.pk)
    except Refused as refusal:
        return toast(HttpResponse(status=409, headers={"HX-Reswap": "none"}), str(refusal))
    if version.version > 1:
        return _opened(request, version.quote)
    return _at(request, reverse("desk:quotes"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def send(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks which way it goes. POST makes the newest version final and lets its link go there."""
    version = _newest(request, public_id)
    ways = queries.ways_of(version, request.user)
    is_asked = request.method != "POST" and version.state == QuoteState.DRAFT
    taxes = outdated_taxes(version) if is_asked else []
    context = {"quote": version.quote, "version": version, "ways": ways, "taxes": taxes}
    if request.method != "POST":
        return render(request, "desk/quotes/send.html", context)
    chosen, words = request.POST.get("by", ways.usual), request.POST.get("words", "")[:MOST_WORDS]
    way, _sign, email = chosen.partition(":")
    actor, now = Actor.of(request.user), timezone.now()
    try:
        if way == "email":
            mail_quote(version_id=version.pk, actor=actor, now=now, email=email, words=words)
        else:
            chat = ways.chat if way == "chat" else None
            send_quote(version_id=version.pk, actor=actor, now=now, conversation=chat, words=words)
    except Refused as refusal:
        typed = {"refusal": str(refusal), "chosen": chosen, "words": words}
        return render(request, "desk/quotes/send.html", {**context, **typed}, status=422)
    return _opened(request, version.quote)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def answer(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks what the customer said. POST notes down a yes or a no that came another way, also after the date."""
    version = _in_force(queries.quote_for(request.user, public_id))
    context = {"quote": version.quote, "version": version, "reasons": DeclineReason.choices}
    if request.method != "POST":
        return render(request, "desk/quotes/answer.html", context)
    now = timezone.now()
    try:
        if request.POST.get("said") == "yes":
            name = request.POST.get("name", "")
            operations.accept(version_id=version.pk, name=name, now=now, user=request.user)
        else:
            operations.decline(
                version_id=version.pk,
                reason=request.POST.get("reason", ""),
                words=request.POST.get("words", ""),
                now=now,
                user=request.user,
            )
    except Refused as refusal:
        return render(request, "desk/quotes/answer.html", {**context, "refusal": str(refusal)}, status=422)
    return _opened(request, version.quote)


def _newest(request: Request, public_id: UUID) -> QuoteVersion:
    return queries.version_for(queries.quote_for(request.user, public_id), "")


def _in_force(quote: Quote) -> QuoteVersion:
    """The newest that was sent, else the newest; the operation says what cannot be done with it."""
    sent = quote.versions.exclude(state="draft").order_by("-version").first()
    return queries.version_for(quote, str(sent.version) if sent else "")


def _done(request: Request, quote: Quote, act: Callable[[], Quote]) -> HttpResponse:
    """Carry it out and open what it made; what the operation refuses is said in a toast."""
    try:
        made = act()
    except Refused as refusal:
        return toast(HttpResponse(status=409, headers={"HX-Reswap": "none"}), str(refusal))
    return _opened(request, made)


def _opened(request: Request, quote: Quote) -> HttpResponse:
    return _at(request, reverse("desk:quote", args=[quote.public_id]))


def _at(request: Request, url: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)
