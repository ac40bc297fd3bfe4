"""What the customer ticks among the options, before and while they say yes. Nothing here is saved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from uuid import UUID

from django.utils.translation import gettext as _

from crm.pricing import payable
from crm.quotes.errors import BadQuote
from crm.quotes.lines import totals_of
from crm.quotes.models import QuoteLine, QuoteVersion
from crm.quotes.operations.drafting import terms_of
from crm.quotes.queries import quote_settings


def ticked(lines: Sequence[QuoteLine], chosen: Collection[UUID] | None) -> list[QuoteLine]:
    """Copies of the lines as the customer wants them; None leaves the options as they were sent.

    Raises BadQuote for a tick at something that is no option, and where nothing is left.
    """
    found = [copy(line) for line in lines]
    if chosen is None:
        return found
    if not {line.public_id for line in found if line.optional}.issuperset(chosen):
        raise BadQuote(_("One of the options is not part of this offer. Reload the page."), field="chosen")
    for line in found:
        line.chosen = not line.optional or line.public_id in chosen
    if not any(line.chosen for line in found):
        raise BadQuote(_("Choose at least one of the options."), field="chosen")
    return found


def as_ticked(version: QuoteVersion, lines: list[QuoteLine]) -> QuoteVersion:
    """The version with the amounts of these lines; the very same where they are ticked as they were sent."""
    sent = {line.public_id for line in version.lines.all() if line.chosen}
    if sent == {line.public_id for line in lines if line.chosen}:
        return version
    totals = totals_of(lines, terms_of(version))
    found = copy(version)
    found.net, found.discount, found.tax, found.total = (
        totals.net,
        totals.discount,
        totals.tax,
        totals.total,
    )
    found.taxes = [[str(part) for part in row] for row in totals.taxes]
    step = quote_settings().payable_step
    found.payable_difference = payable(totals.total, step=step)[1] if step else 0
    return found
