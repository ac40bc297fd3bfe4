"""What comes next for a sent quote and why, with calling it off and doing it now (spec 10.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from automation.quotes.coming import coming
from automation.quotes.operations.following import cancel_step, take_step
from automation.quotes.planning import Step, Stop
from conversations.quotes.queries import conversation_of
from core.events.actor import Actor
from core.http import Request, signed_in, toast
from crm.quotes.enums import QuoteState
from crm.quotes.models import Quote, QuoteVersion
from desk.quotes import queries

CARD = "desk/quotes/coming.html"
STEPS: Mapping[Step, str | Promise] = {
    Step.FIRST: gettext_lazy("Ask whether the offer suits"),
    Step.AGAIN: gettext_lazy("Ask whether to go ahead"),
    Step.LAST_DAYS: gettext_lazy("Say that the offer ends soon"),
    Step.EXPIRED: gettext_lazy("Offer a fresh one"),
}
WHY: Mapping[Step, str | Promise] = {
    Step.FIRST: gettext_lazy("Because there is no answer yet."),
    Step.AGAIN: gettext_lazy("Because there is still no answer."),
    Step.LAST_DAYS: gettext_lazy("Because its last day is near."),
    Step.EXPIRED: gettext_lazy("Because its last day is over."),
}
STOPS: Mapping[Stop, str | Promise] = {
    Stop.DECIDED: gettext_lazy("Will not happen: the quote is decided."),
    Stop.EXPIRED: gettext_lazy("Will not happen: the quote is over."),
    Stop.OPTED_OUT: gettext_lazy("Will not happen: the customer wants no messages."),
    Stop.WON: gettext_lazy("Will not happen: the lead is won."),
    Stop.LOST: gettext_lazy("Will not happen: the lead is lost."),
    Stop.REPLIED: gettext_lazy("Will not happen: the customer has written since."),
    Stop.BOOKED: gettext_lazy("Will not happen: the customer has booked a meeting since."),
    Stop.OFF: gettext_lazy("Will not happen: it is switched off in the settings."),
}


@require_safe
@never_cache
@signed_in
def card(request: Request, public_id: UUID) -> HttpResponse:
    """The card beside a sent quote."""
    return _card(request, queries.quote_for(request.user, public_id))


@require_POST
@signed_in
def cancel(request: Request, public_id: UUID) -> HttpResponse:
    """Call the step off."""
    quote, step = queries.quote_for(request.user, public_id), _step(request)
    version = _in_force(quote)
    if version is not None:
        cancel_step(version_id=version.pk, step=step, actor=Actor.of(request.user))
    return toast(_card(request, quote), _("Called off."))


@require_POST
@signed_in
def now(request: Request, public_id: UUID) -> HttpResponse:
    """Do it at once, whatever the hour."""
    quote, step = queries.quote_for(request.user, public_id), _step(request)
    version, at = _in_force(quote), timezone.now()
    if version is None:
        return _card(request, quote)
    stop = take_step(version_id=version.pk, step=step, now=at, actor=Actor.of(request.user), at_once=True)
    return toast(_card(request, quote), str(STOPS[stop]) if stop else _("Done."))


def _card(request: Request, quote: Quote) -> HttpResponse:
    version = _in_force(quote)
    context = {"quote": quote, "coming": _rows(quote, version, timezone.now()) if version else []}
    return render(request, CARD, context)


def _rows(quote: Quote, version: QuoteVersion, at: datetime) -> list[dict[str, Any]]:
    version.quote = quote
    found = coming(version, conversation_of(quote), now=at)
    return [
        {
            "step": each.step.value,
            "what": STEPS[each.step],
            "why": STOPS[each.stop] if each.stop else WHY[each.step],
            "due_at": each.due_at,
            "is_off": each.stop is not None,
        }
        for each in found
    ]


def _in_force(quote: Quote) -> QuoteVersion | None:
    return QuoteVersion.objects.filter(quote=quote, state=QuoteState.SENT).first()


def _step(request: Request) -> Step:
    try:
        return Step(request.POST.get("step", ""))
    except ValueError:
        raise BadRequest("step must be one of the steps of a quote") from None
