"""Settings > Quotes > Templates: the list, and one to write on as on a quote."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.models import Role, User
from core.company.queries import company
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, render_page, require, toast
from core.languages import Language
from crm.contacts.models import Contact
from crm.quotes.errors import BadLine, BadQuote, StaleTemplate
from crm.quotes.lines import LineDraft, rows_of
from crm.quotes.models import Quote, QuoteTemplate, QuoteVersion
from crm.quotes.operations import TemplateDraft, delete_template, save_template
from crm.quotes.queries import template_lines
from desk.quotes import editor, queries
from desk.quotes.posted import drafts_of, whole_of

LIST = "desk/settings/quote_templates.html"
PAGE = "desk/settings/quote_template.html"
TEXTS = ("intro", "terms")


@require_safe
@never_cache
@require(role=Role.MANAGER)
def templates(request: Request) -> HttpResponse:
    """All templates by name, with what each comes to."""
    context = {"templates": QuoteTemplate.objects.order_by("-active", "name")}
    return render_page(request, LIST, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.MANAGER)
def new(request: Request) -> HttpResponse:
    """GET shows an empty one. POST adds it and opens it."""
    if request.method != "POST":
        return _page(request, QuoteTemplate(currency=company().currency), [])
    return _saved(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.MANAGER)
def template(request: Request, public_id: UUID) -> HttpResponse:
    """GET shows it, POST saves it."""
    found = get_object_or_404(QuoteTemplate, public_id=public_id)
    if request.method != "POST":
        return _page(request, found, template_lines(found, _language()))
    return _saved(request, found)


@require_POST
@require(role=Role.MANAGER)
def totals(request: Request) -> HttpResponse:
    """What the lines come to as they are typed; nothing is stored."""
    currency = request.POST.get("currency", "").strip().upper()
    try:
        shown = editor.tried(
            _blank(currency, request.user),
            drafts_of(request.POST.get("lines", "")),
            {"currency": currency},
            request.user,
        )
    except (BadLine, BadQuote) as refusal:
        return _refused(request, refusal)
    return render(request, "desk/quotes/rows.html", {"shown": shown})


@require_POST
@require(role=Role.MANAGER)
def delete(request: Request, public_id: UUID) -> HttpResponse:
    """Quotes that were begun with it stay as they are."""
    found = get_object_or_404(QuoteTemplate, public_id=public_id)
    delete_template(template_id=found.pk, actor=Actor.of(request.user))
    url = reverse("desk:settings_quote_templates")
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)


def _saved(request: Request, found: QuoteTemplate | None) -> HttpResponse:
    posted = request.POST.dict()
    try:
        made = save_template(
            draft=_draft(posted),
            actor=Actor.of(request.user),
            template_id=found.pk if found else None,
            revision=whole_of(posted.get("revision", "")) if found else None,
        )
    except StaleTemplate as stale:
        return _refused(request, stale, status=409)
    except (BadLine, BadQuote) as refusal:
        return _refused(request, refusal)
    if found is None:
        url = reverse("desk:settings_quote_template", args=[made.public_id])
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)
    shown = _shown(made, template_lines(made, _language()), request.user)
    response = render(request, "desk/settings/parts/template_saved.html", {"shown": shown, "template": made})
    return toast(response, _("Saved."))


def _draft(posted: dict[str, str]) -> TemplateDraft:
    """Raises BadLine, BadQuote."""
    days = posted.get("valid_days", "").strip()
    count = whole_of(days) if days else None
    if days and count == -1:
        raise BadQuote(_("Write the days as a whole number."), field="valid_days")
    texts = {name: {code: posted.get(f"{name}_{code}", "") for code in Language.values} for name in TEXTS}
    return TemplateDraft(
        name=posted.get("name", ""),
        currency=posted.get("currency", "").strip().upper(),
        lines=drafts_of(posted.get("lines", "")),
        valid_days=count,
        active="active" in posted,
        **texts,
    )


def _page(request: Request, found: QuoteTemplate, lines: list[LineDraft]) -> HttpResponse:
    context = {
        "template": found,
        "shown": _shown(found, lines, request.user),
        "lines_json": json.dumps(queries.line_rows(rows_of(lines)), ensure_ascii=False),
        "taxes": queries.tax_hint(),
        "language": _language(),
        "texts": [_texts(name, found) for name in TEXTS],
        **editor.choices(),
    }
    return render(request, PAGE, context)


def _texts(name: str, found: QuoteTemplate) -> dict[str, Any]:
    labels = {"intro": _("Introduction"), "terms": _("Terms")}
    written = getattr(found, name)
    fields = [(f"{name}_{code}", label, written.get(code, "")) for code, label in Language.choices]
    return {"label": labels[name], "fields": fields}


def _shown(found: QuoteTemplate, lines: list[LineDraft], user: User) -> editor.Shown:
    return editor.tried(_blank(found.currency, user), lines, {}, user)


def _blank(currency: str, user: User) -> QuoteVersion:
    """What stands for a quote to nobody, so that lines show what they come to."""
    return QuoteVersion(
        quote=Quote(contact=Contact(name="")),
        currency=currency,
        language=_language(),
        discount_percent=Decimal(0),
        author=user,
    )


def _language() -> str:
    return str(company().language)


def _refused(request: Request, refusal: Refused, *, status: int = 422) -> HttpResponse:
    where = {"position": getattr(refusal, "position", ""), "field": getattr(refusal, "field", "")}
    context = {"words": str(refusal), **where}
    return render(request, "desk/quotes/refused.html", context, status=status)
