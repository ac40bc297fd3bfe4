"""The calendar of people and rooms (spec 9.5): week and day, drag to move, book by hand, mark who came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from bookings.appointments import operations
from bookings.appointments.links import booking_url
from bookings.appointments.models import BookedVia, Booking, BookingStatus
from bookings.errors import Unavailable
from core.calendars import zones
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, render_page, signed_in, toast
from core.ids import public_token
from desk.calendar import queries
from desk.calendar.forms import MoveForm, NewForm
from desk.calendar.operations import book_by_hand
from desk.leads.queries import may_see

PAGE = "desk/calendar.html"
LONGEST = timedelta(days=42)
MOST_FRESH = 6
MARKS = {"yes": True, "no": False, "open": None}


@require_safe
@never_cache
@signed_in
def calendar(request: Request) -> HttpResponse:
    """The page with the list of one day; the script draws week and columns over it."""
    now = timezone.now()
    day = queries.day_of(request.user, request.GET.get("day", ""), now)
    sheet = queries.sheet_for(request.user, request.GET.get("who", ""))
    begin = queries.midnight(request.user, day)
    found = queries.entries(request.user, sheet.shown, start=begin, end=begin + timedelta(days=1), now=now)
    context = {
        "sheet": sheet,
        "day": day,
        "today": now.astimezone(ZoneInfo(request.user.timezone)).date(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "entries": found,
        "offset": f"{now.astimezone(ZoneInfo(request.user.timezone)):%z}",
        "zone": zones.offset(request.user.timezone, now),
        "days": [str(name) for name in WEEKDAYS_ABBR.values()],
        "months": [str(name).title() for name in MONTHS_3.values()],
    }
    return render_page(request, PAGE, context, partial="day_list")


@require_safe
@never_cache
@signed_in
def events(request: Request) -> HttpResponse:
    """Meetings and opening hours between `from` and `to` (wall time of the reader) for the script."""
    start = queries.wall(request.user, request.GET.get("from", ""))
    end = queries.wall(request.user, request.GET.get("to", ""))
    if start is None or end is None or not start < end <= start + LONGEST:
        raise BadRequest("from and to must be wall times, at most six weeks apart")
    shown = queries.sheet_for(request.user, request.GET.get("who", "")).shown
    found = queries.entries(request.user, shown, start=start, end=end, now=timezone.now())
    background = queries.hours(request.user, shown, start=start, end=end) if shown else []
    return JsonResponse({"events": [*queries.as_events(found), *background]})


@require_safe
@never_cache
@signed_in
def booking(request: Request, public_id: UUID) -> HttpResponse:
    """The side panel of a booking."""
    return _panel(request, queries.booking_for(request.user, public_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def move(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks for a time. POST moves: `start` as wall time of the reader, `resource` by public id."""
    found = queries.booking_for(request.user, public_id)
    sheet = queries.sheet_for(request.user, "")
    # Whoever gives it stays to choose, in sight or not.
    choices = sheet.resources if found.resource in sheet.resources else [found.resource, *sheet.resources]
    initial = {"start": found.starts_at, "resource": str(found.resource.public_id)}
    if request.method != "POST":
        form = MoveForm(initial=initial, resources=choices)
        return render(request, "desk/calendar/move.html", {"booking": found, "form": form})
    form = MoveForm({**initial, **request.GET.dict(), **request.POST.dict()}, resources=choices)
    if not form.is_valid():
        return render(request, "desk/calendar/move.html", {"booking": found, "form": form}, status=422)
    before = (found.starts_at, found.resource.public_id)
    wanted = next(each for each in choices if str(each.public_id) == form.cleaned_data["resource"])
    try:
        moved = operations.move(
            booking_id=found.pk,
            starts_at=form.cleaned_data["start"],
            now=timezone.now(),
            via=BookedVia.PERSON,
            actor=Actor.of(request.user),
            resource=wanted,
        )
    except Refused as refusal:
        return _refused(request, found, form, refusal)
    response = _changed(HttpResponse(status=204))
    if (moved.starts_at, moved.resource.public_id) == before:
        return response
    local = timezone.localtime(moved.starts_at)
    words = _("Moved to %(day)s, %(time)s. The customer is told.") % {
        "day": f"{local:%d.%m}",
        "time": f"{local:%H:%M}",
    }
    asked = {"start": f"{timezone.localtime(before[0]):{queries.WALL}}", "resource": before[1]}
    return toast(response, words, undo_url=f"{_address('move', found)}?{urlencode(asked)}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def cancel(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks for a reason. POST calls the meeting off; the customer is told."""
    found = queries.booking_for(request.user, public_id)
    if request.method != "POST":
        return render(request, "desk/calendar/cancel.html", {"booking": found})
    return _done(
        request,
        found,
        lambda: operations.cancel(
            booking_id=found.pk,
            now=timezone.now(),
            via=BookedVia.PERSON,
            actor=Actor.of(request.user),
            reason=request.POST.get("reason", ""),
        ),
        _("Cancelled. The customer is told."),
    )


@require_POST
@signed_in
def mark(request: Request, public_id: UUID) -> HttpResponse:
    """`came`: yes, no, or open again."""
    found = queries.booking_for(request.user, public_id)
    came = request.POST.get("came", "")
    if came not in MARKS:
        raise BadRequest("came must be yes, no or open")
    return _done(
        request,
        found,
        lambda: operations.mark(
            booking_id=found.pk, came=MARKS[came], now=timezone.now(), actor=Actor.of(request.user)
        ),
        "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def new(request: Request) -> HttpResponse:
    """Book by hand: GET gives the form for the clicked `start` and `resource`, POST books."""
    sheet = queries.sheet_for(request.user, request.GET.get("resource", ""))
    services = queries.services_of(sheet.chosen)
    if request.method != "POST":
        initial = {
            "start": queries.wall(request.user, request.GET.get("start", "")),
            "resource": str(sheet.chosen.public_id) if sheet.chosen else "",
            "contact": request.GET.get("contact", ""),
            "key": public_token(),
        }
        return _new(request, NewForm(resources=sheet.resources, services=services, initial=initial), services)
    services = queries.services_of(None)
    form = NewForm(request.POST, resources=sheet.resources, services=services)
    if not form.is_valid():
        return _new(request, form, services, status=422)
    values = form.cleaned_data
    person = None
    if values["contact"]:
        person = queries.contact_in_sight(request.user, str(values["contact"]))
        if person is None:
            raise Http404
    try:
        made = book_by_hand(
            service=next(each for each in services if str(each.public_id) == values["service"]),
            starts_at=values["start"],
            now=timezone.now(),
            user=request.user,
            resource=next((r for r in sheet.resources if str(r.public_id) == values["resource"]), None),
            contact=person,
            name=values["name"],
            reach=values["reach"],
            purpose=values["purpose"],
            request_key=f"desk:{request.user.pk}:{values['key']}",
        )
    except Refused as refusal:
        form.add_error("start", str(refusal))
        return _new(request, form, services, status=409, fresh=_fresh(refusal))
    response = _changed(HttpResponse(status=204))
    return toast(response, _("Booked for %(who)s.") % {"who": made.contact})


@require_safe
@never_cache
@signed_in
def find_contacts(request: Request) -> HttpResponse:
    """Customers that fit what is typed, to choose from."""
    found = queries.found_contacts(request.user, request.GET.get("q", ""))
    return render(request, "desk/calendar/contacts.html", {"found": found, "q": request.GET.get("q", "")})


def _panel(request: Request, found: Booking) -> HttpResponse:
    now = timezone.now()
    lead = found.lead if found.lead is not None and may_see(request.user, found.lead) else None
    context = {
        "booking": found,
        "lead": lead,
        "url": booking_url(found),
        "begun": found.starts_at <= now,
        "is_confirmed": found.status == BookingStatus.CONFIRMED,
        "is_marked": found.status in (BookingStatus.ATTENDED, BookingStatus.NO_SHOW),
    }
    return render(request, "desk/calendar/panel.html", context)


def _new(
    request: Request,
    form: NewForm,
    services: list[Any],
    *,
    status: int = 200,
    fresh: list[datetime] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "services": services,
        "fresh": fresh or [],
        "person": queries.contact_in_sight(request.user, str(form["contact"].value() or "")),
    }
    return render(request, "desk/calendar/new.html", context, status=status)


def _fresh(refusal: Refused) -> list[datetime]:
    """Times to take instead, in the reader's zone."""
    found = refusal.fresh[:MOST_FRESH] if isinstance(refusal, Unavailable) else []
    return [timezone.localtime(each) for each in found]


def _refused(request: Request, found: Booking, form: MoveForm, refusal: Refused) -> HttpResponse:
    """In the dialog where one is open; else a dragged event goes back and a toast says why."""
    if (request.htmx.target or "") == "modal-body":
        form.add_error("start", str(refusal))
        context = {"booking": found, "form": form, "fresh": _fresh(refusal)}
        return render(request, "desk/calendar/move.html", context, status=409)
    return toast(_changed(HttpResponse(status=409, headers={"HX-Reswap": "none"})), str(refusal))


def _done(request: Request, found: Booking, act: Callable[[], Booking], words: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        return toast(_changed(HttpResponse(status=409, headers={"HX-Reswap": "none"})), str(refusal))
    response = _changed(HttpResponse(status=204))
    return toast(response, words) if words else response


def _changed(response: HttpResponse) -> HttpResponse:
    """Let calendar and panel fetch themselves anew, and the dialog close unless it shows the answer."""
    trigger_client_event(response, "calendar:changed", {})
    trigger_client_event(response, "modal:close", {})
    return response


def _address(name: str, found: Booking) -> str:
    return reverse(f"desk:calendar_{name}", args=[found.public_id])
