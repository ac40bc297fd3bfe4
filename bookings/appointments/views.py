"""The customer's own page of a booking, behind its private link (spec 9.4). GET shows, POST acts, old links show the
state of now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.appointments import operations
from bookings.appointments.models import BookedVia, Booking, BookingStatus
from bookings.appointments.queries import booking_by_token, changeable_until, free_times
from bookings.errors import BookingClosed, TooLate, Unavailable
from bookings.invitations.queries import feed_of, ics_of
from bookings.public.strip import choices_of, day_of, instant, strip_of
from bookings.public.visit import Visit, shell, visit_of
from bookings.resources.queries import resource_by_feed
from bookings.services.wording import card_of
from conversations.public_pages import may_send, public_page
from core.events.actor import CUSTOMER

PAGE = "bookings/booking.html"
MOVE = "bookings/move.html"
CALENDAR = "text/calendar; charset=utf-8"


@public_page
@require_safe
def booking(request: HttpRequest, token: str) -> HttpResponse:
    """The booking as it is now. Right after booking it says so."""
    found = _found(token)
    visit, now = _visit(request, found), timezone.now()
    with translation.override(visit.language):
        return _shown(request, found, visit, now)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, token: str) -> HttpResponse:
    """GET: other times, or with `start` the question whether that one. POST: move there."""
    found = _found(token)
    visit, now = _visit(request, found), timezone.now()
    with translation.override(visit.language):
        if request.method == "POST":
            return _move(request, found, visit, now)
        if not _may_change(found, now):
            return _shown(request, found, visit, now)
        return _choose(request, found, visit, now)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the question with room for a reason. POST: call it off; again, nothing more happens."""
    found = _found(token)
    visit, now = _visit(request, found), timezone.now()
    with translation.override(visit.language):
        if request.method != "POST":
            return _shown(request, found, visit, now, asks_cancel=_may_change(found, now))
        if not may_send(request):
            return _shown(request, found, visit, now, notice=_slowly(), asks_cancel=True, status=429)
        try:
            operations.cancel(
                booking_id=found.pk,
                now=now,
                via=BookedVia.PAGE,
                actor=CUSTOMER,
                reason=request.POST.get("reason", "")[:300],
                by_customer=True,
            )
        except (TooLate, BookingClosed) as refusal:
            return _shown(request, found, visit, now, notice=str(refusal), status=409)
        return redirect(_address(found, visit))


@public_page
@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The booking for a calendar program; opened again after a change it replaces what was there."""
    found = _found(token)
    headers = {"Content-Disposition": 'attachment; filename="invitation.ics"'}
    return HttpResponse(ics_of(found, now=timezone.now()), content_type=CALENDAR, headers=headers)


@public_page
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """All meetings of a person or room, for a calendar program to subscribe to (spec 9.5)."""
    resource = resource_by_feed(token)
    if resource is None:
        raise Http404
    return HttpResponse(feed_of(resource, now=timezone.now()), content_type=CALENDAR)


def _move(request: HttpRequest, found: Booking, visit: Visit, now: datetime) -> HttpResponse:
    start = instant(request.POST.get("start", ""))
    if start is None:
        return _choose(request, found, visit, now, notice=_("Choose a time."), status=422)
    if not may_send(request):
        return _choose(request, found, visit, now, notice=_slowly(), status=429)
    try:
        operations.move(
            booking_id=found.pk,
            starts_at=start,
            now=now,
            via=BookedVia.PAGE,
            actor=CUSTOMER,
            by_customer=True,
        )
    except Unavailable as refusal:
        return _choose(
            request, found, visit, now, notice=str(refusal), times=refusal.fresh, around=start, status=409
        )
    except (TooLate, BookingClosed) as refusal:
        return _shown(request, found, visit, now, notice=str(refusal), status=409)
    return redirect(_address(found, visit, moved="1"))


def _choose(
    request: HttpRequest,
    found: Booking,
    visit: Visit,
    now: datetime,
    *,
    notice: str = "",
    times: Sequence[datetime] | None = None,
    around: datetime | None = None,
    status: int = 200,
) -> HttpResponse:
    service = found.service
    free = times or [each.starts_at for each in free_times(service, now=now, moving=found)]
    start = instant(request.GET.get("start", "")) if request.method != "POST" else None
    if start is not None and start not in free:
        notice, around, start = _("This time was just taken. Please choose another one."), start, None
    day = day_of(request.GET.get("day", ""))
    if day is None and around is not None:
        day = around.astimezone(ZoneInfo(visit.zone)).date()
    context = {
        "notice": notice,
        "start": choices_of([start], zone=visit.zone)[0] if start is not None else None,
        "strip": strip_of(
            [each for each in free if each != found.starts_at],
            zone=visit.zone,
            now=now,
            last=now + timedelta(days=service.horizon_days),
            asked=day,
        ),
        "has_times": bool(free),
        "base": reverse("bookings:booking_move", args=[found.token]),
    }
    return render(request, MOVE, {**_context(request, found, visit, now), **context}, status=status)


def _shown(
    request: HttpRequest,
    found: Booking,
    visit: Visit,
    now: datetime,
    *,
    notice: str = "",
    asks_cancel: bool = False,
    status: int = 200,
) -> HttpResponse:
    said = {"done": _("Booked. See you then!"), "moved": _("Moved to the new time.")}
    stands = found.status == BookingStatus.CONFIRMED
    context = {
        "notice": notice,
        "asks_cancel": asks_cancel,
        "said": next((text for name, text in said.items() if stands and name in request.GET), ""),
    }
    return render(request, PAGE, {**_context(request, found, visit, now), **context}, status=status)


def _context(request: HttpRequest, found: Booking, visit: Visit, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(visit.zone)
    return {
        **shell(request, visit, now),
        "booking": found,
        "card": card_of(found.service, visit.language),
        "starts": found.starts_at.astimezone(zone),
        "ends": found.ends_at.astimezone(zone),
        "state": _state(found, now),
        "may_change": _may_change(found, now),
        "until": changeable_until(found).astimezone(zone),
    }


def _state(found: Booking, now: datetime) -> str:
    """One of the template's words: held, confirmed, soon (too near to change), over, cancelled, expired, missed."""
    if found.status == BookingStatus.HELD:
        ran_out = found.hold_expires_at is not None and found.hold_expires_at <= now
        return "expired" if ran_out else "held"
    if found.status == BookingStatus.CONFIRMED:
        if now >= found.ends_at:
            return "over"
        return "confirmed" if _may_change(found, now) else "soon"
    return {BookingStatus.ATTENDED: "over", BookingStatus.NO_SHOW: "missed"}.get(
        BookingStatus(found.status), str(found.status)
    )


def _may_change(found: Booking, now: datetime) -> bool:
    return found.status == BookingStatus.CONFIRMED and now <= changeable_until(found)


def _found(token: str) -> Booking:
    """The same answer for a link that never was and one that is no more."""
    found = booking_by_token(token)
    if found is None:
        raise Http404
    return found


def _visit(request: HttpRequest, found: Booking) -> Visit:
    return visit_of(request, language=found.language, zone=found.timezone)


def _address(found: Booking, visit: Visit, **more: str) -> str:
    return reverse("bookings:booking", args=[found.token]) + visit.query(**more)


def _slowly() -> str:
    return _("That was a lot at once. Please wait a few minutes and try again.")
