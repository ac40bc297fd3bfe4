"""What the editor shows of a version, also of one that is being typed and not stored yet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.models import User
from core.languages import Language
from crm.catalogue.models import Unit
from crm.pricing import payable
from crm.quotes.errors import StaleDraft
from crm.quotes.lines import LineDraft, discount_given, rows_of, totals_of
from crm.quotes.models import QuoteLine, QuoteVersion
from crm.quotes.operations.drafting import check_fields, terms_of
from crm.quotes.queries import discount_limit, quote_settings
from crm.quotes.sheet import Sheet, sheet_of
from desk import formats
from desk.quotes import queries


@dataclass(frozen=True, slots=True)
class Shown:
    """`nets`: what each line costs, in their order and in words."""

    sheet: Sheet
    nets: list[str]
    inside: queries.Inside

    @property
    def nets_json(self) -> str:
        return json.dumps(self.nets, ensure_ascii=False)


def shown(version: QuoteVersion, lines: Sequence[QuoteLine], user: User) -> Shown:
    sheet = sheet_of(version, lines)
    written = {line.place: line.net for line in (*sheet.lines, *sheet.options)}
    nets = [written[place] for place in range(1, len(lines) + 1)]
    return Shown(sheet, nets, queries.inside_of(version, lines, user))


def tried(version: QuoteVersion, drafts: Sequence[LineDraft], fields: Mapping[str, Any], user: User) -> Shown:
    """What the draft would come to; nothing is stored. Raises BadLine, BadQuote."""
    for name in ("currency", "discount_percent", "language", "valid_until"):
        if name in fields:
            setattr(version, name, fields[name])
    check_fields(version, tuple(fields), timezone.now())
    rows = rows_of(drafts)
    totals = totals_of(rows, terms_of(version))
    version.net, version.discount = totals.net, totals.discount
    version.tax, version.total = totals.tax, totals.total
    version.taxes = [[str(part) for part in row] for row in totals.taxes]
    step = quote_settings().payable_step
    version.payable_difference = payable(totals.total, step=step)[1] if step else totals.total * 0
    limit = discount_limit(version.author.role if version.author else None)
    version.needs_approval = discount_given(rows, version.discount_percent) > limit
    return shown(version, rows, user)


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    theirs: str


def changes_of(stale: StaleDraft) -> list[Change]:
    """What stands now where it differs from what was typed."""
    current = stale.current
    labels = {
        "currency": _("Currency"),
        "discount_percent": _("Discount, %"),
        "intro": _("Introduction"),
        "language": _("Language"),
        "lines": _("Lines"),
        "next_step": _("Next step"),
        "note": _("Note for colleagues"),
        "terms": _("Terms"),
        "valid_until": _("Valid until"),
    }
    return [Change(labels[name], _now(current, name)) for name in stale.changes]


def _now(version: QuoteVersion, name: str) -> str:
    if name == "lines":
        rows = version.lines.order_by("position", "id")[:20]
        return "\n".join(
            f"{line.title}: {queries.plain(line.quantity)} × {formats.money(line.unit_price, version.currency)}"
            for line in rows
        )
    value = getattr(version, name)
    if name == "discount_percent":
        return queries.plain(value)
    return str(version.get_language_display()) if name == "language" else str(value or "")


def choices() -> dict[str, Any]:
    return {"units": Unit.choices, "languages": Language.choices}
