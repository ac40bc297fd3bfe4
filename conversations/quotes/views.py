"""The customer's page of a quote, behind its private link (spec 8.3). GET shows, POST acts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations.channels.limits import client_address
from conversations.public_pages import key_of, may_send, public_page
from conversations.quotes import answering
from conversations.quotes.operations import file_name
from conversations.quotes.page import consent_of, page_of, sheet_as_ticked, state_of
from crm.catalogue.serving import picture_of
from crm.quotes.document import logo_type
from crm.quotes.enums import QuoteState
from crm.quotes.errors import AlreadyDecided, BadQuote, Expired, Superseded
from crm.quotes.models import QuoteVersion
from crm.quotes.queries import is_expired, newest_sent, quote_settings, version_by_token

PAGE = "quotes/page.html"
FOLLOWS = "quotes/parts/follows.html"

Act = Callable[[HttpRequest, QuoteVersion, datetime], HttpResponse]
View = Callable[..., HttpResponse]


def of_quote(view: View) -> Callable[..., HttpResponseBase]:
    """The view gets the version of the link, in the language of the quote; an old link leads on to the newest version."""

    @functools.wraps(view)
    def found(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        version = version_by_token(token)
        if version is None:
            raise Http404
        if version.state == QuoteState.SUPERSEDED:
            return _to_newest(version)
        with translation.override(version.language):
            return view(request, version, timezone.now(), **more)

    return public_page(found)


def form_of_quote(act: Act) -> Callable[..., HttpResponseBase]:
    """POST of a form of the page; who comes by GET is led to the page."""

    @functools.wraps(act)
    def sent(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
        if request.method != "POST":
            return redirect("quotes:page", version.token)
        if key_of(request.POST.get("key", ""), version.token) is None:
            notice = _("This page was open for too long. Please look at it and send it once more.")
            return _shown(request, version, now, notice=notice, status=409)
        if not may_send(request):
            notice = _("That was a lot at once. Please wait a few minutes and try again.")
            return _shown(request, version, now, notice=notice, status=429)
        try:
            return act(request, version, now)
        except Superseded as refusal:
            return _to_newest(refusal.version)
        except (AlreadyDecided, Expired) as refusal:
            fresh = version_by_token(version.token) or version
            return _shown(request, fresh, now, notice=str(refusal), status=409)
        except BadQuote as refusal:
            return _shown(request, version, now, wrong=refusal.field, notice=str(refusal), status=422)

    return require_http_methods(["GET", "HEAD", "POST"])(of_quote(sent))


@require_safe
@of_quote
def page(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """The quote as it stands now. Looking changes nothing."""
    said = {
        "newer": _("This is the newest version of the offer."),
        "asked": _("Your question has arrived. We will answer soon."),
        "again": _("We have got it and will make you a new offer."),
    }
    words = next((text for name, text in said.items() if name in request.GET), "")
    return _shown(request, version, now, said=words)


@require_safe
@of_quote
def pdf(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """The stored document, as it was sent."""
    if version.state == QuoteState.WITHDRAWN or not version.pdf:
        return redirect("quotes:page", version.token)
    answer: Any = FileResponse(
        version.pdf.open("rb"), filename=file_name(version), content_type="application/pdf"
    )
    return answer  # type: ignore[no-any-return]


@require_safe
@of_quote
def file(request: HttpRequest, version: QuoteVersion, now: datetime, public_id: UUID) -> HttpResponse:
    """A file that goes with the quote, to be kept and not to be opened in the page."""
    if version.state == QuoteState.WITHDRAWN:
        return redirect("quotes:page", version.token)
    found = next((each for each in version.files.all() if each.public_id == public_id), None)
    if found is None:
        raise Http404
    answer: Any = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.mime
    )
    return answer  # type: ignore[no-any-return]


@require_safe
@of_quote
def logo(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """The company's logo."""
    stored = quote_settings().logo
    if not stored:
        raise Http404
    with stored.open("rb") as file:
        content = file.read()
    return HttpResponse(content, content_type=logo_type(content))


@require_safe
@of_quote
def picture(request: HttpRequest, version: QuoteVersion, now: datetime, line: UUID) -> HttpResponse:
    """The picture of the product of a line of this quote."""
    found = version.lines.filter(public_id=line).select_related("product").first()
    answer: Any = picture_of(found.product if found else None)
    return answer  # type: ignore[no-any-return]


@require_POST
@of_quote
def seen(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """The page's script says that somebody looks at it. A colleague's look does not count, nor a forged one."""
    is_customer = not request.user.is_authenticated
    if is_customer and key_of(request.POST.get("key", ""), version.token) is not None:
        answering.seen(version=version, now=now)
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
@of_quote
def total(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """The total of what is ticked: the page again, or for its script the parts that follow. Changes nothing."""
    if request.method != "POST":
        return redirect("quotes:page", version.token)
    name = request.POST.get("name", "")[:200]
    try:
        context = page_of(version, now=now, chosen=_chosen(request), name=name)
    except BadQuote as refusal:
        return _shown(request, version, now, notice=str(refusal), name=name, status=422)
    is_part = request.headers.get("X-Part") == "total"
    return render(request, FOLLOWS if is_part else PAGE, context)


@form_of_quote
def accept(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """A yes to what the page showed: where the total is another one by now, it is shown first."""
    chosen = _chosen(request)
    name = request.POST.get("name", "")
    if state_of(version, now) == "open":
        sheet, due = sheet_as_ticked(version, chosen)
        if request.POST.get("total", "") != due:
            notice = _("The total follows what you have ticked. Please look at it and accept once more.")
            return _shown(request, version, now, notice=notice, chosen=chosen, name=name, status=409)
        if not name.strip():
            notice = _("Write your name, so that we know who accepts.")
            return _shown(request, version, now, notice=notice, wrong="name", chosen=chosen, status=422)
        consent = consent_of(sheet)
    else:
        consent = ""
    answering.accept(
        version=version,
        name=name,
        consent=consent,
        chosen=chosen,
        ip=_ip(request),
        agent=request.headers.get("User-Agent", ""),
        now=now,
    )
    return redirect("quotes:page", version.token)


@form_of_quote
def decline(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """A no with its reason."""
    reason, words = request.POST.get("reason", ""), request.POST.get("words", "")
    answering.decline(version=version, reason=reason, words=words, now=now)
    return redirect("quotes:page", version.token)


@form_of_quote
def ask(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """A question, which lands in the chat."""
    key = key_of(request.POST.get("key", ""), version.token) or ""
    answering.ask(version=version, question=request.POST.get("question", ""), key=key, now=now)
    return redirect(f"{reverse('quotes:page', args=[version.token])}?asked=1")


@form_of_quote
def again(request: HttpRequest, version: QuoteVersion, now: datetime) -> HttpResponse:
    """A wish for a new offer, where this one is over."""
    if not answering.is_over(version, expired=is_expired(version, now)):
        return redirect("quotes:page", version.token)
    answering.ask_again(version=version, now=now)
    return redirect(f"{reverse('quotes:page', args=[version.token])}?again=1")


def _shown(
    request: HttpRequest, version: QuoteVersion, now: datetime, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page; what was typed stays in its fields."""
    typed = {name: request.POST.get(name, "") for name in ("name", "question", "words", "reason")}
    context = page_of(version, now=now, **{**typed, **more})
    return render(request, PAGE, context, status=status)


def _to_newest(version: QuoteVersion) -> HttpResponse:
    newest = newest_sent(version.quote_id) or version
    return redirect(f"{reverse('quotes:page', args=[newest.token])}?newer=1")


def _chosen(request: HttpRequest) -> list[UUID]:
    """The ticked options. Raises BadQuote for what is no id."""
    try:
        return [UUID(each) for each in request.POST.getlist("chosen")]
    except ValueError:
        raise BadQuote(
            _("One of the options is not part of this offer. Reload the page."), field="chosen"
        ) from None


def _ip(request: HttpRequest) -> str | None:
    try:
        return str(ip_address(client_address(request)))
    except ValueError:
        return None
