"""People and rooms that can be booked (spec 9.1): left what is set, right the free time that it makes."""

from __future__ import annotations

from datetime import time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.appointments.links import feed_url
from bookings.resources import operations
from bookings.resources.models import Resource
from bookings.resources.queries import week_of
from bookings.slots import WeeklyHours
from core.access.models import Role
from core.company.queries import company
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from desk.settings.hours.forms import DayForm
from desk.settings.resources import queries
from desk.settings.resources.forms import ResourceForm
from desk.settings.telling import say_next
from desk.settings.weeks import NightWeekForm

LIST = "desk/settings/resources.html"
PAGE = "desk/settings/resource.html"
SUGGESTED = [WeeklyHours(weekday, time(10), time(18)) for weekday in range(5)]


@require_safe
@never_cache
@require(role=Role.MANAGER)
def resources(request: Request) -> HttpResponse:
    """All people and rooms."""
    return render_page(request, LIST, {"lines": queries.resource_lines()})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Add a person or a room."""
    profile = company()
    resource = Resource(timezone=profile.timezone, holiday_country=profile.country)
    if request.method != "POST":
        return render_page(request, PAGE, _context(resource))
    form, week = _posted(request, resource)
    if all([form.is_valid(), week.is_valid()]):
        saved = _save(request, form, week, None)
        say_next(request, _("Saved. The free times stand on the right."))
        address = reverse("desk:settings_resource", args=[saved.public_id])
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    context = _context(resource, form=form, week=week)
    return render_page(request, PAGE, context, partial="resource_page", status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit(request: Request, public_id: UUID) -> HttpResponse:
    """Name, zone, week and holidays of one."""
    found = _resource(public_id)
    if request.method != "POST":
        return render_page(request, PAGE, _context(found))
    form, week = _posted(request, found)
    if all([form.is_valid(), week.is_valid()]):
        _save(request, form, week, found.pk)
        response = render_page(request, PAGE, _context(_resource(public_id)), partial="resource_page")
        return toast(response, _("Saved."))
    context = _context(found, form=form, week=week)
    return render_page(request, PAGE, context, partial="resource_page", status=422)


@require_POST
@require(role=Role.ADMIN)
def preview(request: Request) -> HttpResponse:
    """Free time of the next two weeks with what stands in the form, saved or not."""
    asked = request.POST.get("resource", "")
    known = [each for each in Resource.objects.all() if str(each.public_id) == asked]
    resource = known[0] if known else Resource()
    form, week = _posted(request, resource)
    if not form.is_valid() and {"timezone", "holiday_country"} & set(form.errors):
        return HttpResponse(status=204)
    week.is_valid()
    values = {**form.cleaned_data}
    return render_partial(request, PAGE, "free", _free(resource, values, week.hours))


@require_POST
@require(role=Role.ADMIN)
def day(request: Request, public_id: UUID) -> HttpResponse:
    """Give a single day hours of its own, or close it."""
    found = _resource(public_id)
    form = DayForm(request.POST)
    if form.is_valid():
        try:
            operations.set_exception(
                resource=found,
                day=form.cleaned_data["date"],
                hours=form.hours(),
                name=form.cleaned_data["name"].strip(),
                actor=Actor.of(request.user),
            )
        except Refused as refusal:
            form.add_error("end", str(refusal))
    valid = form.is_valid()
    context = _context(found, day=None if valid else form)
    return render_partial(request, PAGE, "days", context, status=200 if valid else 422)


@require_POST
@require(role=Role.ADMIN)
def clear_day(request: Request, public_id: UUID) -> HttpResponse:
    """Let the week or the public holiday count again on that date."""
    found = _resource(public_id)
    asked = parse_date(request.POST.get("date", ""))
    if asked is None:
        raise BadRequest("date must be a date")
    operations.clear_exception(resource=found, day=asked, actor=Actor.of(request.user))
    return render_partial(request, PAGE, "days", _context(found))


def _resource(public_id: UUID) -> Resource:
    return get_object_or_404(Resource.objects.select_related("user"), public_id=public_id)


def _posted(request: Request, resource: Resource) -> tuple[ResourceForm, NightWeekForm]:
    form = ResourceForm(
        request.POST, resource=resource, people=queries.people_for(resource), services=queries.all_services()
    )
    return form, NightWeekForm(request.POST)


def _save(request: Request, form: ResourceForm, week: NightWeekForm, key: int | None) -> Resource:
    wanted = set(form.cleaned_data["services"])
    return operations.save_resource(
        values=form.values(),
        week=week.hours,
        actor=Actor.of(request.user),
        resource_id=key,
        service_ids=[each.pk for each in queries.all_services() if str(each.public_id) in wanted],
    )


def _context(
    resource: Resource,
    *,
    form: ResourceForm | None = None,
    week: NightWeekForm | None = None,
    day: DayForm | None = None,
) -> dict[str, Any]:
    is_new = resource.pk is None
    values = {"timezone": resource.timezone, "holiday_country": resource.holiday_country}
    stored = SUGGESTED if is_new else week_of(resource)
    if form is None:
        form = ResourceForm(
            resource=resource, people=queries.people_for(resource), services=queries.all_services()
        )
    return {
        "resource": None if is_new else resource,
        "feed_url": "" if is_new else feed_url(resource),
        "form": form,
        "week": week or NightWeekForm(initial=stored),
        "day": day or DayForm(),
        **_free(resource, values, week.hours if week else stored),
    }


def _free(resource: Resource, values: dict[str, Any], week: list[WeeklyHours]) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now, ZoneInfo(values["timezone"]))
    special = queries.exceptions_of(resource, today) if resource.pk else []
    return {
        "special": special,
        "free": queries.coming_free(
            now=now,
            timezone=values["timezone"],
            week=week,
            exceptions=special,
            country=values["holiday_country"],
            language=(get_language() or "en")[:2],
            resource=resource,
        ),
    }
