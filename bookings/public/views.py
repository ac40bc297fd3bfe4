"""The public booking page: a service, a time, three fields (spec 9.2). GET shows, POST books."""

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

from bookings.appointments.models import Booking
from bookings.appointments.queries import free_times
from bookings.errors import Unavailable
from bookings.public.forms import VisitorForm
from bookings.public.operations import book_as_visitor
from bookings.public.strip import choices_of, day_of, instant, stamp, strip_of
from bookings.public.visit import Visit, shell, visit_of
from bookings.services.models import Service
from bookings.services.queries import public_services, service_by_token
from bookings.services.wording import card_of
from conversations.public_pages import form_key, key_of, may_send, public_page

LIST = "bookings/services.html"
PAGE = "bookings/service.html"
MOST_FRESH = 8


@public_page
@require_safe
def book(request: HttpRequest) -> HttpResponse:
    """All public services."""
    visit, now = visit_of(request), timezone.now()
    with translation.override(visit.language):
        offered = [(each.token, card_of(each, visit.language)) for each in public_services()]
        return render(request, LIST, {**shell(request, visit, now), "services": offered})


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def book_service(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the free times, or with `start` the three fields. POST: book that time."""
    service = service_by_token(token)
    if service is None:
        raise Http404
    visit, now = visit_of(request), timezone.now()
    with translation.override(visit.language):
        if request.method == "POST":
            return _book(request, service, visit, now)
        return _show(request, service, visit, now)


def _show(request: HttpRequest, service: Service, visit: Visit, now: datetime) -> HttpResponse:
    times = [each.starts_at for each in free_times(service, now=now)]
    asked = request.GET.get("start", "")
    start = instant(asked)
    if start in times:
        form = VisitorForm(initial={"start": stamp(start), "key": form_key(service.token)})
        return _fields(request, service, visit, now, form)
    day = day_of(request.GET.get("day", ""))
    if start is not None and day is None:
        day = start.astimezone(ZoneInfo(visit.zone)).date()
    last = now + timedelta(days=service.horizon_days)
    context = {
        "strip": strip_of(times, zone=visit.zone, now=now, last=last, asked=day),
        "gone": bool(asked),
        "has_times": bool(times),
    }
    return render(request, PAGE, _context(request, service, visit, now, step="time", **context))


def _book(request: HttpRequest, service: Service, visit: Visit, now: datetime) -> HttpResponse:
    form = VisitorForm(request.POST)
    key = key_of(request.POST.get("key", ""), service.token)
    known = Booking.objects.filter(request_key=key, service=service).first() if key else None
    if known is not None:
        return _booked(known, visit)
    if not form.is_valid():
        return _fields(request, service, visit, now, form, status=422)
    if key is None:
        notice = _("This page was open for too long. Please check the time and send it once more.")
        return _fields(request, service, visit, now, form, notice=notice, renew=True, status=409)
    if not may_send(request):
        notice = _("That was a lot of bookings at once. Please wait a few minutes and send it again.")
        return _fields(request, service, visit, now, form, notice=notice, status=429)
    try:
        booking = book_as_visitor(
            service=service,
            starts_at=form.cleaned_data["starts_at"],
            now=now,
            timezone=visit.zone,
            language=visit.language,
            name=form.cleaned_data["name"],
            kind=form.kind,
            value=form.cleaned_data["reach"],
            purpose=form.cleaned_data["purpose"],
            request_key=key,
        )
    except Unavailable as refusal:
        return _fields(
            request,
            service,
            visit,
            now,
            form,
            notice=str(refusal),
            fresh=refusal.fresh,
            renew=True,
            status=409,
        )
    return _booked(booking, visit)


def _booked(booking: Booking, visit: Visit) -> HttpResponse:
    return redirect(reverse("bookings:booking", args=[booking.token]) + visit.query(done="1"))


def _fields(
    request: HttpRequest,
    service: Service,
    visit: Visit,
    now: datetime,
    form: VisitorForm,
    *,
    notice: str = "",
    fresh: Sequence[datetime] | None = None,
    renew: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The second step. `fresh`: the time is gone, choose among these; `renew`: the key was used or is too old."""
    start = instant(str(form["start"].value() or ""))
    context = {
        "form": form,
        "key": form_key(service.token) if renew or not form["key"].value() else form["key"].value(),
        "start": None if fresh is not None or start is None else choices_of([start], zone=visit.zone)[0],
        "fresh": choices_of(list(fresh or ())[:MOST_FRESH], zone=visit.zone),
        "gone": fresh is not None,
        "notice": notice,
    }
    return render(
        request, PAGE, _context(request, service, visit, now, step="fields", **context), status=status
    )


def _context(
    request: HttpRequest, service: Service, visit: Visit, now: datetime, **more: Any
) -> dict[str, Any]:
    return {
        **shell(request, visit, now),
        "service": service,
        "card": card_of(service, visit.language),
        "base": reverse("bookings:book_service", args=[service.token]),
        **more,
    }
