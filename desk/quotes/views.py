"""Quotes: the list, the page of one, and how one begins (spec 8.2)."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from conversations.quotes.links import quote_url
from core.events.actor import Actor
from core.http import Request, render_page, signed_in
from crm.catalogue.queries import Suggestions, suggestions
from crm.pipeline.models import Lead
from crm.quotes.document import render_pdf
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteTemplate, QuoteVersion
from crm.quotes.operations import start_from_template, start_quote
from crm.quotes.queries import templates_in_use
from desk.calendar.queries import contact_in_sight
from desk.colleagues.queries import colleagues
from desk.leads.queries import lead_for
from desk.quotes import editor, queries
from desk.quotes.wanted import parts_of, wanted_of

LIST, EDITOR = "desk/quotes.html", "desk/quote.html"
LEFT_OUT = gettext_lazy("“%(name)s” is left out: there is no rate from %(base)s to %(quote)s.")


@require_safe
@never_cache
@signed_in
def quotes(request: Request) -> HttpResponse:
    """The list by state, owner, number or contact; with `after` the next lines of it."""
    asked, text = request.GET.get("after", ""), request.GET.get("q", "").strip()[:100]
    wanted = wanted_of(request.GET)
    page = queries.quote_page(
        request.user,
        now=timezone.now(),
        wanted=wanted,
        text=text,
        after=int(asked) if asked.isdecimal() and len(asked) < 19 else None,
    )
    context = {
        "page": page,
        "wanted": wanted,
        "text": text,
        "parts": parts_of(wanted, request.GET),
        "states": [(state, queries.label_of(state)) for state in queries.STATES],
        "owners": [each for each in colleagues() if each.is_active or str(each.public_id) == wanted.owner],
        "is_filtered": text or wanted != queries.Wanted(),
    }
    return render_page(request, LIST, context, partial=("quote_rows", "quote_more"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def new(request: Request) -> HttpResponse:
    """GET asks for whom. POST begins a draft for a `lead` or a `contact`, with a `template` or without, and opens it."""
    asked = request.POST if request.method == "POST" else request.GET
    lead = _lead(request, asked.get("lead", ""))
    contact = lead.contact if lead else contact_in_sight(request.user, asked.get("contact", ""))
    context = {"templates": templates_in_use(), "chosen": asked.get("template", ""), "lead": lead}
    if request.method != "POST":
        return render(request, "desk/quotes/new.html", {**context, "whom": lead or contact})
    if contact is None:
        return render(request, "desk/quotes/new.html", {**context, "missing": True}, status=422)
    now, actor, template = timezone.now(), Actor.of(request.user), _template(request)
    currency = template.currency if template else None
    suggested = suggestions(lead, currency=currency, now=now) if lead else Suggestions([])
    if template is None:
        version = start_quote(contact=contact, lead=lead, actor=actor, now=now, lines=suggested.lines)
    else:
        version = start_from_template(
            template=template, contact=contact, lead=lead, actor=actor, now=now, suggested=suggested.lines
        )
    for product in suggested.without_rate:
        told = {"name": product.name, "base": product.currency, "quote": version.currency}
        messages.warning(request, str(LEFT_OUT) % told, extra_tags="quotes")
    return opened(request, version)


def _template(request: Request) -> QuoteTemplate | None:
    """What the draft begins with. One that was taken away meanwhile is no reason to refuse."""
    try:
        return templates_in_use().filter(public_id=UUID(request.POST.get("template", ""))).first()
    except ValueError:
        return None


def _lead(request: Request, asked: str) -> Lead | None:
    if not asked:
        return None
    try:
        return lead_for(request.user, UUID(asked))
    except ValueError:
        raise BadRequest("lead must be a public id") from None


def opened(request: Request, version: QuoteVersion) -> HttpResponse:
    """Go on to the version's page."""
    url = reverse("desk:quote", args=[version.quote.public_id])
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)


@require_safe
@never_cache
@signed_in
def quote(request: Request, public_id: UUID) -> HttpResponse:
    """A draft to be edited, or a version as it was sent; `version` names an older one."""
    found = queries.quote_for(request.user, public_id)
    version = queries.version_for(found, request.GET.get("version", ""))
    lines, now = list(version.lines.all()), timezone.now()
    context = {
        "quote": found,
        "version": version,
        "is_draft": version.state == QuoteState.DRAFT,
        "customer_url": "" if version.state == QuoteState.DRAFT else quote_url(version),
        "is_newest": version.version == found.latest,
        "shown": editor.shown(version, lines, request.user),
        "lines_json": json.dumps(queries.line_rows(lines), ensure_ascii=False),
        "row": queries.row_of(found, now),
        "versions": queries.version_rows(found, version, now),
        "mails": queries.mails_of(version),
        "taxes": queries.tax_hint(),
        **editor.choices(),
    }
    return render(request, EDITOR, context)


@require_safe
@never_cache
@signed_in
def pdf(request: Request, public_id: UUID) -> HttpResponseBase:
    """The file that was sent; of a draft how it would look."""
    found = queries.quote_for(request.user, public_id)
    version = queries.version_for(found, request.GET.get("version", ""))
    name = f"{found.number or 'draft'}-v{version.version}.pdf"
    if version.state == QuoteState.DRAFT:
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return HttpResponse(render_pdf(version), content_type="application/pdf", headers=headers)
    if not version.pdf:
        raise Http404
    return FileResponse(version.pdf.open("rb"), filename=name, content_type="application/pdf")
