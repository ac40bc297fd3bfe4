"""People and teams (spec 15.2). Managers read; what changes somebody's rights is for admins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.access import operations
from core.access.errors import EmailTaken
from core.access.models import Role, Team, User
from core.access.queries import teams
from core.company.queries import company
from core.errors import Refused
from core.http import Request, render_page, render_partial, require, toast
from desk.colleagues.queries import colleagues
from desk.settings.team import queries
from desk.settings.team.forms import InviteForm, LeaveForm, PersonForm, TeamForm
from desk.settings.weeks import WeekForm

PAGE = "desk/settings/team.html"
PERSON = "desk/settings/person.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def team(request: Request) -> HttpResponse:
    """Everybody, and the teams."""
    return render_page(request, PAGE, _lists(), partial="team_lists")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def invite(request: Request) -> HttpResponse:
    """Add a person; the answer shows the password, this one time."""
    if request.method != "POST":
        profile = company()
        initial = {"role": Role.AGENT, "language": profile.language, "timezone": profile.timezone}
        return render_partial(request, PAGE, "invite_form", {"form": InviteForm(initial=initial)})
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invited = operations.invite_user(email=form.cleaned_data["email"], draft=form.draft())
        except EmailTaken as refusal:
            form.add_error("email", str(refusal))
        else:
            return _password_shown(request, invited)
    return render_partial(request, PAGE, "invite_form", {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def person(request: Request, public_id: UUID) -> HttpResponse:
    """One person: name, role, teams and shifts."""
    found = get_object_or_404(User, public_id=public_id)
    if request.method != "POST":
        return render_page(request, PERSON, _person(found))
    form, week = PersonForm(request.POST), WeekForm(request.POST)
    valid = all([form.is_valid(), week.is_valid()])
    if valid:
        try:
            operations.update_user(user_id=found.pk, draft=form.draft(), shifts=week.periods)
        except Refused as refusal:
            form.add_error("role", str(refusal))
            valid = False
        colleagues.forget()
        found.refresh_from_db()
    context = _person(found, form=form, week=week)
    response = render_page(request, PERSON, context, partial="person_page", status=200 if valid else 422)
    return toast(response, _("Saved.")) if valid else response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def deactivate(request: Request, public_id: UUID) -> HttpResponse:
    """GET says what the person leaves behind and asks who takes it over. POST does both (spec 15.2)."""
    found = get_object_or_404(User, public_id=public_id)
    work = queries.work_of(found, timezone.now())
    form = LeaveForm(request.POST if request.method == "POST" else None, leaver=found, needed=work.is_any)
    context = {"person": found, "work": work, "form": form}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render_partial(request, PERSON, "deactivate_form", context, status=status)
    try:
        gone = operations.deactivate_user(
            user_id=found.pk, by=request.user, to_user=form.person, to_team=form.team
        )
    except Refused as refusal:
        return render_partial(
            request, PERSON, "deactivate_form", {**context, "refusal": str(refusal)}, status=422
        )
    colleagues.forget()
    if not any(each.moved or each.left for each in gone.handed):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:settings_team")})
    told = {"person": found, "handed": gone.handed, "heir": form.person or form.team}
    return render_partial(request, PERSON, "handed_over", told)


@require_POST
@require(role=Role.ADMIN)
def reactivate(request: Request, public_id: UUID) -> HttpResponse:
    """Let somebody in again, with a new password that is shown this one time."""
    found = get_object_or_404(User, public_id=public_id)
    if found.is_active:
        raise BadRequest("the person is not deactivated")
    return _password_shown(request, operations.reactivate_user(user_id=found.pk))


@require_POST
@require(role=Role.ADMIN)
def password(request: Request, public_id: UUID) -> HttpResponse:
    """Give a person a new password, which is shown this one time."""
    found = get_object_or_404(User, public_id=public_id)
    if not found.is_active:
        raise BadRequest("the person is deactivated")
    return _password_shown(request, operations.renew_password(user_id=found.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_team(request: Request) -> HttpResponse:
    return _team_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit_team(request: Request, public_id: UUID) -> HttpResponse:
    return _team_form(request, get_object_or_404(Team, public_id=public_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def delete_team(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks, and says what will belong to no team."""
    found = get_object_or_404(Team, public_id=public_id)
    if request.method != "POST":
        context = {
            "team": found,
            "work": queries.uses_of_team(found),
            "channels": queries.channels_of_team(found),
        }
        return render_partial(request, PAGE, "team_delete", context)
    operations.delete_team(team_id=found.pk)
    return _lists_shown(request)


def _team_form(request: Request, found: Team | None) -> HttpResponse:
    initial = {"name": found.name, "people": list(found.members.all())} if found else {}
    form = TeamForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            operations.save_team(
                name=values["name"],
                member_ids=[each.pk for each in values["people"]],
                team_id=found.pk if found else None,
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return _lists_shown(request)
    status = 422 if request.method == "POST" else 200
    return render_partial(request, PAGE, "team_form", {"form": form, "team": found}, status=status)


def _lists() -> dict[str, Any]:
    return {"members": queries.members(), "teams": teams()}


def _lists_shown(request: Request) -> HttpResponse:
    """The lists as they are now, in their place; the dialog closes."""
    response = render_partial(request, PAGE, "team_lists", _lists())
    response["HX-Retarget"], response["HX-Reswap"] = "#team-lists", "outerHTML"
    return trigger_client_event(response, "modal:close", {})


def _password_shown(request: Request, invited: operations.Invited) -> HttpResponse:
    colleagues.forget()
    response = render_partial(request, PAGE, "password", {"invited": invited})
    response["Cache-Control"] = "no-store"
    return trigger_client_event(response, "settings:refresh", {})


def _person(found: User, *, form: PersonForm | None = None, week: WeekForm | None = None) -> dict[str, Any]:
    initial = {
        "name": found.name,
        "role": found.role,
        "teams": list(found.teams.all()),
        "language": found.language,
        "timezone": found.timezone,
    }
    return {
        "person": found,
        "form": form or PersonForm(initial=initial),
        "week": week or WeekForm(initial=queries.week_of(found)),
    }
