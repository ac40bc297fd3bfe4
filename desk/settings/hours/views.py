"""Opening hours of the company and of teams (spec 6.3): left what is set, right the next two weeks."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.access.models import Role, Team
from core.calendars import operations
from core.calendars.clock import Period
from core.calendars.models import BusinessCalendar
from core.company.queries import company
from core.errors import Refused
from core.http import Request, render_page, render_partial, require, toast
from desk.settings.hours import queries
from desk.settings.hours.forms import CalendarForm, DayForm
from desk.settings.weeks import WeekForm

PAGE = "desk/settings/hours.html"
SUGGESTED = [Period(weekday, time(9), time(18)) for weekday in range(5)]
"""What the form offers before anything was saved; until then the business counts as always open."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def hours(request: Request) -> HttpResponse:
    """The week, zone and holidays of one calendar: `team` names a team's own, none the company's."""
    calendar = _calendar(request)
    if request.method != "POST":
        return render_page(request, PAGE, _context(calendar))
    form, week = CalendarForm(request.POST), WeekForm(request.POST)
    valid = all([form.is_valid(), week.is_valid()])
    if valid:
        calendar = operations.save_calendar(team=calendar.team, week=week.periods, **form.cleaned_data)
    context = _context(calendar, form=form, week=week)
    response = render_page(request, PAGE, context, partial="hours_page", status=200 if valid else 422)
    return toast(response, _("Saved.")) if valid else response


@require_POST
@require(role=Role.ADMIN)
def preview(request: Request) -> HttpResponse:
    """The next two weeks with what stands in the form, saved or not."""
    calendar, form, week = _calendar(request), CalendarForm(request.POST), WeekForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=204)
    week.is_valid()
    return render_partial(request, PAGE, "coming", _coming(calendar, form.cleaned_data, week.periods))


@require_POST
@require(role=Role.ADMIN)
def day(request: Request) -> HttpResponse:
    """Give a single day hours of its own, or close it."""
    calendar = _saved(request)
    form = DayForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            operations.set_exception(
                calendar=calendar, day=values["date"], hours=form.hours(), name=values["name"].strip()
            )
        except Refused as refusal:
            form.add_error("end", str(refusal))
    valid = form.is_valid()
    context = _context(calendar, day=None if valid else form)
    return render_partial(request, PAGE, "days", context, status=200 if valid else 422)


@require_POST
@require(role=Role.ADMIN)
def clear_day(request: Request) -> HttpResponse:
    """Let the week or the public holiday count again on that date."""
    calendar = _saved(request)
    found = parse_date(request.POST.get("date", ""))
    if found is None:
        raise BadRequest("date must be a date")
    operations.clear_exception(calendar=calendar, day=found)
    return render_partial(request, PAGE, "days", _context(calendar))


@require_POST
@require(role=Role.ADMIN)
def own(request: Request) -> HttpResponse:
    """Let a team keep hours of its own, beginning with the company's week; or go back to the company's."""
    asked = request.POST.get("team", "")
    team = next((each for each in Team.objects.all() if str(each.public_id) == asked), None)
    if team is None:
        raise BadRequest("team must be one of the teams")
    known = BusinessCalendar.objects.filter(team=team).first()
    address = reverse("desk:settings_hours")
    if request.POST.get("keep") == "no":
        if known is not None:
            operations.delete_calendar(calendar=known)
        return redirect(address)
    if known is None:
        model = _company_calendar()
        operations.save_calendar(
            team=team,
            timezone=model.timezone,
            holiday_country=model.holiday_country,
            week=queries.week_of(model) if model.pk else SUGGESTED,
        )
    return redirect(f"{address}?team={team.public_id}")


def _calendar(request: Request) -> BusinessCalendar:
    """The asked one; the company's is made with the first save."""
    asked = request.GET.get("team", "")
    if not asked:
        return _company_calendar()
    found = [each for each in queries.calendars() if each.team and str(each.team.public_id) == asked]
    if not found:
        raise Http404
    return found[0]


def _company_calendar() -> BusinessCalendar:
    known = BusinessCalendar.objects.filter(team=None).first()
    if known is not None:
        return known
    profile = company()
    return BusinessCalendar(timezone=profile.timezone, holiday_country=profile.country)


def _saved(request: Request) -> BusinessCalendar:
    calendar = _calendar(request)
    if calendar.pk is None:
        raise BadRequest("there are no hours yet that a day could differ from")
    return calendar


def _context(
    calendar: BusinessCalendar,
    *,
    form: CalendarForm | None = None,
    week: WeekForm | None = None,
    day: DayForm | None = None,
) -> dict[str, Any]:
    settings = {"timezone": calendar.timezone, "holiday_country": calendar.holiday_country}
    stored = queries.week_of(calendar) if calendar.pk else SUGGESTED
    asked = f"?team={calendar.team.public_id}" if calendar.team else ""
    return {
        "calendar": calendar,
        "calendars": queries.calendars(),
        "teams": queries.teams_without_hours(),
        "query": asked,
        "form": form or CalendarForm(initial=settings),
        "week": week or WeekForm(initial=stored),
        "day": day or DayForm(),
        "never_set": calendar.pk is None,
        **_coming(calendar, settings, stored),
    }


def _coming(calendar: BusinessCalendar, settings: dict[str, Any], week: Any) -> dict[str, Any]:
    today = _today(settings["timezone"])
    special = queries.exceptions_of(calendar, today) if calendar.pk else []
    return {
        "special": special,
        "coming": queries.coming_days(
            today=today,
            timezone=settings["timezone"],
            week=week,
            exceptions=special,
            country=settings["holiday_country"],
            language=(get_language() or "en")[:2],
        ),
    }


def _today(zone: str) -> date:
    return timezone.localdate(timezone=ZoneInfo(zone))
