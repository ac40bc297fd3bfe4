"""Seen, accepted, declined, withdrawn, expired."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.access.models import User
from core.due.operations import schedule
from core.events.actor import CUSTOMER, SYSTEM, Actor
from core.text import clean, clean_words
from crm.quotes.enums import DeclineReason, QuoteState
from crm.quotes.errors import AlreadyDecided, BadQuote, Expired, Superseded
from crm.quotes.lines import totals_of
from crm.quotes.models import QuoteAcceptance, QuoteVersion
from crm.quotes.operations.choosing import ticked
from crm.quotes.operations.drafting import terms_of
from crm.quotes.operations.rows import locked_version, record_quote, rescore_of, save_head
from crm.quotes.queries import is_expired, newest_sent

AGAIN_AFTER = timedelta(minutes=30)
DECIDED = "quote.decided"
"""Kind of the due row, due at once, of whatever follows a yes or a no; its key is the version's."""


@transaction.atomic
def accept(
    *,
    version_id: int,
    name: str,
    now: datetime,
    email: str = "",
    ip: str | None = None,
    agent: str = "",
    consent: str = "",
    chosen: Collection[UUID] | None = None,
    user: User | None = None,
) -> QuoteAcceptance:
    """A yes to exactly this version, from the customer or noted down by `user`, who may do so after its date.

    `chosen`: the options that are ticked; None takes those that were counted when it was sent. Again: the acceptance that
    stands. Raises Superseded (with the newer version), AlreadyDecided, Expired, BadQuote.
    """
    version = locked_version(version_id)
    if version.state == QuoteState.ACCEPTED:
        return QuoteAcceptance.objects.get(version=version)
    _must_wait_for_answer(version)
    if user is None and is_expired(version, now):
        raise Expired(_("This offer has expired. Ask for a new one with one tap."))
    if not (name := clean_words(name).strip()[:200]):
        raise BadQuote(_("Write your name, so that we know who accepts."), field="name")
    lines = ticked(list(version.lines.order_by("position", "id")), chosen)
    totals = totals_of([line for line in lines if line.chosen], terms_of(version))
    acceptance = QuoteAcceptance.objects.create(
        version=version,
        name=name,
        email=email[:254],
        ip=ip,
        agent=clean(agent)[:500],
        consent=consent,
        pdf_sha256=version.pdf_sha256,
        chosen=[str(line.public_id) for line in lines if line.optional and line.chosen],
        net=totals.net,
        tax=totals.tax,
        total=totals.total,
        user=user,
        accepted_at=now,
    )
    _close(version, QuoteState.ACCEPTED, now)
    record_quote(
        "quote.accepted",
        version,
        actor=Actor.of(user) if user else CUSTOMER,
        total=str(totals.total),
        name=name,
        by_colleague=user is not None,
    )
    return acceptance


def _must_wait_for_answer(version: QuoteVersion) -> None:
    if version.state == QuoteState.SENT:
        return
    if version.state == QuoteState.SUPERSEDED:
        newer = newest_sent(version.quote_id) or version
        raise Superseded(_("There is a newer version of this offer."), version=newer)
    sentences = {
        QuoteState.ACCEPTED: _("This offer was accepted already."),
        QuoteState.DECLINED: _("This offer was declined. Ask for a new one if you have changed your mind."),
        QuoteState.WITHDRAWN: _("This offer was withdrawn. Please ask us for a new one."),
        QuoteState.DRAFT: _("This offer is not ready yet."),
    }
    raise AlreadyDecided(sentences[QuoteState(version.state)], version=version)


def _close(version: QuoteVersion, state: QuoteState, now: datetime) -> None:
    version.state, version.closed_at = state, now
    version.save(update_fields=["state", "closed_at", "decline_reason", "decline_words"])
    save_head(version.quote)
    schedule(kind=DECIDED, key=str(version.pk), due_at=now, lead_id=version.quote.lead_id)


@transaction.atomic
def decline(
    *, version_id: int, reason: DeclineReason | str, now: datetime, words: str = "", user: User | None = None
) -> QuoteVersion:
    """A no with its reason, from the customer or noted down by `user`; also after the date. Again: nothing happens.

    Raises Superseded, AlreadyDecided, BadQuote for a reason that is none.
    """
    version = locked_version(version_id)
    if version.state == QuoteState.DECLINED:
        return version
    _must_wait_for_answer(version)
    if reason not in DeclineReason.values:
        raise BadQuote(_("Choose a reason, so that we learn from it."), field="reason")
    version.decline_reason = str(reason)
    version.decline_words = clean_words(words).strip()[:1000]
    _close(version, QuoteState.DECLINED, now)
    record_quote(
        "quote.declined",
        version,
        actor=Actor.of(user) if user else CUSTOMER,
        reason=version.decline_reason,
        words=version.decline_words,
    )
    return version


@transaction.atomic
def withdraw(*, version_id: int, actor: Actor, now: datetime) -> QuoteVersion:
    """Take a sent version back before it is answered. Again: nothing happens. Raises Superseded, AlreadyDecided."""
    version = locked_version(version_id)
    if version.state == QuoteState.WITHDRAWN:
        return version
    _must_wait_for_answer(version)
    _close(version, QuoteState.WITHDRAWN, now)
    record_quote("quote.withdrawn", version, actor=actor)
    return version


@transaction.atomic
def view(*, version_id: int, now: datetime) -> bool:
    """The customer has the page before them; within half an hour it is the same look. Returns whether it counted.

    Two devices at once are one look: the second finds it counted once it has the quote.
    """
    fresh = Q(last_viewed_at__isnull=True) | Q(last_viewed_at__lte=now - AGAIN_AFTER)
    rows = QuoteVersion.objects.filter(fresh, pk=version_id).exclude(state=QuoteState.DRAFT)
    if not rows.exists():
        return False
    version = locked_version(version_id)
    first = version.viewed_at is None
    seen = {"viewed_at": now} if first else {}
    if not rows.update(views=F("views") + 1, last_viewed_at=now, **seen):
        return False
    if first:
        save_head(version.quote)
    record_quote(
        "quote.viewed",
        version,
        actor=CUSTOMER,
        first=first,
        valid_until=f"{version.valid_until:%Y-%m-%d}" if version.valid_until else "",
    )
    return True


@transaction.atomic
def note_expiry(*, version_id: int, now: datetime) -> bool:
    """Write down that the last day has passed without an answer. No state changes: expiry is computed from the date."""
    version = locked_version(version_id)
    if not is_expired(version, now):
        return False
    record_quote("quote.expired", version, actor=SYSTEM, valid_until=f"{version.valid_until:%Y-%m-%d}")
    rescore_of(version.quote.lead_id)
    schedule(kind=DECIDED, key=str(version.pk), due_at=now, lead_id=version.quote.lead_id)
    return True
