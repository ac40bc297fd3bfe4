"""The editor at work: products to pick, totals while one types, saving."""

from __future__ import annotations

import json
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.company.queries import company
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, signed_in, toast
from crm.catalogue.models import Product
from crm.catalogue.queries import rates_into
from crm.catalogue.queries import today as catalogue_day
from crm.catalogue.serving import picture_of
from crm.quotes import clock
from crm.quotes.errors import BadLine, BadQuote, NotADraft, StaleDraft
from crm.quotes.operations import save_draft
from desk.quotes import editor, queries
from desk.quotes.converting import asked_conversion, priced, typed_rate, without_rate
from desk.quotes.posted import drafts_of, fields_of, whole_of

TOTALS = "desk/quotes/totals.html"


@require_safe
@never_cache
@signed_in
def products(request: Request) -> HttpResponse:
    """Products that fit what is typed, each with the row that it becomes."""
    text = request.GET.get("q", "").strip()[:100]
    today = clock.today_in(company().timezone, timezone.now())
    language, currency = request.GET.get("language", "")[:2], request.GET.get("currency", "")[:3].upper()
    rates = rates_into(currency, today)
    found = []
    for product in queries.found_products(text, today) if text else []:
        row = queries.as_line(product, language, currency, rates.get(product.currency))
        found.append((product, row, json.dumps(row, ensure_ascii=False)))
    return render(request, "desk/quotes/products.html", {"found": found, "currency": currency})


@require_safe
@never_cache
@signed_in
def convert(request: Request) -> HttpResponse:
    """A price in the currency of the quote: by the rate that is typed, without one by the catalogue's of the day."""
    asked = asked_conversion(request.GET.dict())
    if asked is None:
        raise BadRequest("price, base and quote must be a number and two currencies")
    price, cost, base, quote = asked
    text = request.GET.get("rate", "").strip()
    rate = typed_rate(text) if text else rates_into(quote, catalogue_day()).get(base)
    if rate is None:
        said = (
            _("Write a rate above zero, with eight decimals at most.") if text else without_rate(base, quote)
        )
        return JsonResponse({"error": said}, status=422)
    return JsonResponse(priced(price, cost, base=base, quote=quote, rate=rate).as_row())


@require_safe
@signed_in
def picture(request: Request, public_id: UUID) -> HttpResponseBase:
    """The picture of a product."""
    return picture_of(get_object_or_404(Product, public_id=public_id))


@require_POST
@signed_in
def totals(request: Request, public_id: UUID) -> HttpResponse:
    """What the quote comes to as it is typed; nothing is stored."""
    version = queries.version_for(queries.quote_for(request.user, public_id), "", whole=False)
    try:
        shown = editor.tried(
            version, drafts_of(request.POST.get("lines", "")), _fields(request), request.user
        )
    except (BadLine, BadQuote) as refusal:
        return _refused(request, refusal)
    return render(
        request, TOTALS, {"shown": shown, "version": version, "quote": version.quote, "typed": True}
    )


@require_POST
@signed_in
def save(request: Request, public_id: UUID) -> HttpResponse:
    """Store the draft. What somebody else saved meanwhile is shown, and nothing is lost: both can be kept."""
    found = queries.quote_for(request.user, public_id)
    version = queries.version_for(found, "", whole=False)
    try:
        saved = save_draft(
            version_id=version.pk,
            revision=whole_of(request.POST.get("revision", "")),
            actor=Actor.of(request.user),
            now=timezone.now(),
            lines=drafts_of(request.POST.get("lines", "")),
            title=request.POST.get("title"),
            **_fields(request),
        )
    except StaleDraft as stale:
        context = {"stale": stale, "changes": editor.changes_of(stale), "version": version, "quote": found}
        return render(request, "desk/quotes/stale.html", context, status=409)
    except (BadLine, BadQuote) as refusal:
        return _refused(request, refusal)
    except NotADraft as refusal:
        return toast(HttpResponse(status=409, headers={"HX-Reswap": "none"}), str(refusal))
    lines = list(saved.lines.order_by("position", "id"))
    saved.quote = queries.quote_for(request.user, public_id)
    context = {"shown": editor.shown(saved, lines, request.user), "version": saved, "quote": saved.quote}
    response = render(request, TOTALS, {**context, "is_saved": True})
    return toast(response, _("Saved."))


def _fields(request: Request) -> dict[str, object]:
    return fields_of(request.POST.dict())


def _refused(request: Request, refusal: Refused) -> HttpResponse:
    """The sentence where the totals stand, with the row and the input that it is about."""
    where = {"position": getattr(refusal, "position", ""), "field": getattr(refusal, "field", "")}
    return render(request, "desk/quotes/refused.html", {"words": str(refusal), **where}, status=422)
