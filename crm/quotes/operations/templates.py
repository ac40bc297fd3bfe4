"""Templates of quotes: written, made of a quote, taken away, and quotes begun with one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.company.queries import company
from core.conditions.canonical import CURRENCY_PATTERN
from core.events.actor import Actor
from core.events.operations import record
from core.languages import Language
from core.text import clean
from crm.catalogue.queries import suggested_lines
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from crm.quotes.errors import BadQuote, StaleTemplate
from crm.quotes.lines import LineDraft, Terms, rows_of, totals_of
from crm.quotes.models import QuoteTemplate, QuoteVersion
from crm.quotes.operations.drafting import LENGTHS, start_quote
from crm.quotes.prepared import kept_line, merged
from crm.quotes.queries import quote_settings, template_lines

MOST_DAYS = 3650


@dataclass(frozen=True, kw_only=True)
class TemplateDraft:
    """`intro` and `terms` by language; `valid_days` None: as the settings say; `lines` None: those that stand."""

    name: str
    currency: str
    lines: Sequence[LineDraft] | None = ()
    intro: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    valid_days: int | None = None
    active: bool = True


@transaction.atomic
def save_template(
    *, draft: TemplateDraft, actor: Actor, template_id: int | None = None, revision: int | None = None
) -> QuoteTemplate:
    """Add a template or change the one of that id; `revision` is the one that was read, None for whatever stands.

    Raises BadQuote, BadLine, StaleTemplate, QuoteTemplate.DoesNotExist.
    """
    found = QuoteTemplate()
    if template_id is not None:
        found = QuoteTemplate.objects.select_for_update().get(pk=template_id)
        if revision is not None and revision != found.revision:
            sentence = _("Somebody else saved this template a moment ago. Look at it, then save again.")
            raise StaleTemplate(sentence, revision=found.revision)
    values = _values(draft, found)
    changed = [name for name, value in values.items() if not found.pk or getattr(found, name) != value]
    if changed:
        for name in changed:
            setattr(found, name, values[name])
        found.revision += 1 if found.pk else 0
        found.save()
        _tell(found, changed, actor)
    return found


def _values(draft: TemplateDraft, found: QuoteTemplate) -> dict[str, Any]:
    name = clean(draft.name).strip()
    taken = QuoteTemplate.objects.filter(name=name).exclude(pk=found.pk).exists()
    days = draft.valid_days
    checks = [
        ("name", _("Write a name, at most 100 letters."), 0 < len(name) <= 100),
        ("name", _("Another template has this name."), not taken),
        (
            "currency",
            _("A currency has three letters, such as AMD."),
            re.fullmatch(CURRENCY_PATTERN, draft.currency) is not None,
        ),
        ("valid_days", _("At most ten years."), days is None or 0 <= days <= MOST_DAYS),
    ]
    for where, sentence, holds in checks:
        if not holds:
            raise BadQuote(sentence, field=where)
    return {
        "name": name,
        "currency": draft.currency,
        **({} if draft.lines is None else {"lines": _kept(draft.lines, draft.currency)}),
        "intro": _texts("intro", draft.intro),
        "terms": _texts("terms", draft.terms),
        "valid_days": days,
        "active": draft.active,
    }


def _kept(lines: Sequence[LineDraft], currency: str) -> list[dict[str, Any]]:
    """Raises BadLine, BadQuote for lines that could not stand in a quote."""
    terms = Terms(currency=currency, rounding="group", prices_include_tax=False, discount_percent=Decimal(0))
    totals_of(rows_of(lines), terms)
    return [kept_line(line, currency) for line in lines]


def _texts(name: str, given: Mapping[str, str]) -> dict[str, str]:
    if unknown := given.keys() - set(Language.values):
        raise BadQuote(_("There is no language “%(code)s”.") % {"code": sorted(unknown)[0]}, field=name)
    texts = {code: clean(text).strip() for code, text in given.items()}
    if any(len(text) > LENGTHS[name] for text in texts.values()):
        raise BadQuote(_("At most %(most)d letters.") % {"most": LENGTHS[name]}, field=name)
    return {code: text for code, text in texts.items() if text}


@transaction.atomic
def delete_template(*, template_id: int, actor: Actor) -> None:
    """Quotes that were begun with it stay as they are. Raises QuoteTemplate.DoesNotExist."""
    found = QuoteTemplate.objects.select_for_update().get(pk=template_id)
    _tell(found, ["deleted"], actor)
    found.delete()


@transaction.atomic
def template_of(*, version_id: int, name: str, actor: Actor) -> QuoteTemplate:
    """A new template with the lines and words of a version. Terms that are those of the settings go on following them.

    Raises BadQuote.
    """
    version = QuoteVersion.objects.get(pk=version_id)
    rows = version.lines.select_related("product").prefetch_related("product__taxes")
    lines = [
        LineDraft(
            title=row.title,
            description=row.description,
            product=row.product,
            unit=row.unit,
            quantity=row.quantity,
            unit_price=row.unit_price,
            discount_percent=row.discount_percent,
            taxes=tuple(row.taxes),
            optional=row.optional,
            chosen=row.chosen,
            cost=row.cost,
        )
        for row in rows.order_by("position", "id")
    ]
    usual = quote_settings().terms.get(version.language, "")
    draft = TemplateDraft(
        name=name,
        currency=version.currency,
        lines=lines,
        intro={version.language: version.intro},
        terms={version.language: version.terms} if version.terms != usual else {},
    )
    return save_template(draft=draft, actor=actor)


def start_from_template(
    *,
    template: QuoteTemplate,
    contact: Contact,
    actor: Actor,
    now: datetime,
    lead: Lead | None = None,
    language: str | None = None,
    suggested: Sequence[LineDraft] | None = None,
    lines: Sequence[LineDraft] = (),
    **more: Any,
) -> QuoteVersion:
    """A first draft in the currency of the template: its lines with those that the lead's answers suggest, then `lines`.

    `suggested`: in that currency, where they are at hand already. `more` is as `start_quote` takes it. Raises what it
    raises, and BadQuote for a template that is no longer used.
    """
    if not template.active:
        raise BadQuote(_("This template is no longer used. Choose another one."), field="template")
    language = language or contact.language or company().language
    if suggested is None:
        known = {"currency": template.currency, "language": language}
        suggested = suggested_lines(lead, now=now, **known) if lead else ()
    prepared = template_lines(template, language)
    given: dict[str, Any] = {
        "intro": template.intro.get(language, ""),
        "terms": template.terms.get(language) or None,
        "valid_days": template.valid_days,
    }
    if lead is None:
        given["title"] = template.name
    given |= {name: value for name, value in more.items() if value not in (None, "")}
    return start_quote(
        contact=contact,
        lead=lead,
        actor=actor,
        now=now,
        language=language,
        currency=template.currency,
        lines=[*merged(prepared, suggested), *lines],
        **given,
    )


def _tell(found: QuoteTemplate, changed: Sequence[str], actor: Actor) -> None:
    payload = {"name": found.name, "changes": list(changed)}
    record(name="quote_template.changed", subject=found, actor=actor, payload=payload)
