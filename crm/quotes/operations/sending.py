"""The moment from which a version is final."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock as time
from core.company.queries import company
from core.due.operations import schedule
from core.events.actor import Actor
from core.ids import uuid7
from crm.quotes import clock
from crm.quotes.enums import QuoteState
from crm.quotes.errors import BadQuote, NeedsApproval, NotADraft, NothingToQuote
from crm.quotes.following import start
from crm.quotes.models import QuoteVersion
from crm.quotes.operations.rows import IN_FORCE, locked_version, record_quote, save_head
from crm.quotes.queries import default_valid_until

EXPIRY = "quote.expiry"
"""Kind of the due row at the end of the last day; its key is the version's."""


def check_sendable(version: QuoteVersion, *, now: datetime) -> None:
    """Raises NotADraft, NothingToQuote, NeedsApproval, BadQuote: what stands between the draft and the customer."""
    if version.state != QuoteState.DRAFT:
        raise NotADraft(_("This version was sent already."))
    if not any(line.chosen for line in version.lines.all()):
        raise NothingToQuote(_("Add at least one line before you send the quote."))
    if version.total < 0:
        raise BadQuote(
            _("The total is below zero: nothing can be offered for less than nothing."), field="lines"
        )
    if version.needs_approval and version.approved_by_id is None:
        raise NeedsApproval(_("This discount is more than its author may give. Ask somebody to approve it."))
    day = version.valid_until
    if day is not None and clock.is_over(day, timezone=company().timezone, now=now):
        raise BadQuote(_("The last day has passed already. Choose a new date."), field="valid_until")


@transaction.atomic
def give_number(*, version_id: int, now: datetime) -> QuoteVersion:
    """What must stand on the document before it is drawn: number and last day. Again: nothing happens.

    Raises what `check_sendable` raises.
    """
    version = locked_version(version_id)
    check_sendable(version, now=now)
    if version.valid_until is None:
        version.valid_until = default_valid_until(now)
        version.save(update_fields=["valid_until"])
    if version.quote.number is None:
        version.quote.number = _next_number(clock.today_in(company().timezone, now).year)
        version.quote.save(update_fields=["number"])
    return version


def _next_number(year: int) -> str:
    """One statement, whose row stays locked until the transaction ends; a number whose transaction fails leaves a gap
    only where a later one was given meanwhile. A rehearsal takes none and holds up nobody.
    """
    if time.is_rehearsal():
        return f"{year}-T{uuid7().hex[-12:]}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_quoteyear (year, last) VALUES (%s, 1) "
            "ON CONFLICT (year) DO UPDATE SET last = crm_quoteyear.last + 1 RETURNING last",
            [year],
        )
        row = cursor.fetchone()
    return f"{year}-{row[0]:04d}" if row else ""


@transaction.atomic
def mark_sent(*, version_id: int, revision: int, actor: Actor, now: datetime, pdf: bytes) -> QuoteVersion:
    """Freeze the draft as `pdf` shows it: from now on its link works, and the version before it is replaced.

    `revision` is the one that was drawn: NotADraft when the draft was changed in between, or is none. `give_number`
    came before. Raises what `check_sendable` raises.
    """
    version = locked_version(version_id)
    check_sendable(version, now=now)
    if version.revision != revision:
        raise NotADraft(_("The quote was changed while it was being sent. Look at it and send it again."))
    older = version.quote.versions.filter(state__in=IN_FORCE).exclude(pk=version.pk)
    if older.filter(state=QuoteState.ACCEPTED).exists():
        raise NotADraft(
            _("The customer accepted the version before. Make a new quote for what comes on top.")
        )
    older.update(state=QuoteState.SUPERSEDED, closed_at=now)
    version.state, version.sent_at = QuoteState.SENT, now
    version.pdf_sha256 = hashlib.sha256(pdf).hexdigest()
    name = f"{version.quote.number}-v{version.version}-{version.pdf_sha256[:12]}.pdf"
    if not time.is_rehearsal():
        version.pdf.save(name, ContentFile(pdf), save=False)
    version.save()
    version.quote.first_sent_at = version.quote.first_sent_at or now
    save_head(version.quote)
    record_quote("quote.sent", version, actor=actor, valid_until=f"{version.valid_until:%Y-%m-%d}")
    assert version.valid_until is not None
    schedule(
        kind=EXPIRY,
        key=str(version.pk),
        due_at=clock.ends_at(version.valid_until, timezone=company().timezone),
        lead_id=version.quote.lead_id,
    )
    start(version, now)
    return version
