"""The actions that this room knows: move, assign, plan a step, tell somebody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.models import Team, User
from core.events.actor import SYSTEM
from core.events.operations import EventDraft
from core.notifications import registry as notifications
from core.notifications.operations import notify
from crm.actions.registry import Action, Choices, Done, Occasion, Setting, register
from crm.pipeline.entering import assigned, enter_by_itself, plan_by_itself
from crm.pipeline.links import lead_url
from crm.pipeline.models import Lead, Stage, StageKind
from crm.pipeline.sharing import FairShare

Settings = Mapping[str, Any]
CROSSED = "lead.crossed"
ENTERED = "lead.entered_stage"
OWNER = "owner"


def register_all() -> None:
    """Called at start."""
    notifications.register(
        CROSSED, text=gettext_lazy("%(lead)s: %(outcome)s, grade %(grade)s, %(score)s points")
    )
    notifications.register(ENTERED, text=gettext_lazy("%(lead)s is now in “%(stage)s”"))
    register(
        Action(
            "stage",
            gettext_lazy("move to the stage"),
            (Setting("stage", gettext_lazy("Stage"), choices=_stages),),
            _move,
            gettext_lazy("This stage is gone."),
            moves=True,
        ),
        Action(
            "assign",
            gettext_lazy("assign to"),
            (Setting("to", gettext_lazy("Whom"), choices=_people_and_teams),),
            _assign,
            gettext_lazy("This person or team is gone."),
        ),
        Action(
            "next_step",
            gettext_lazy("plan the next step"),
            (
                Setting("text", gettext_lazy("What to do"), kind="text"),
                Setting("days", gettext_lazy("In how many days"), kind="days"),
            ),
            _plan,
        ),
        Action(
            "notify",
            gettext_lazy("notify"),
            (
                Setting(
                    "to",
                    gettext_lazy("Whom"),
                    choices=_people_and_teams,
                    extra=((OWNER, gettext_lazy("whoever owns the lead")),),
                ),
            ),
            _notify,
            gettext_lazy("This person or team is gone."),
        ),
    )


def _stages() -> Choices:
    rows = Stage.objects.filter(kind=StageKind.OPEN).select_related("pipeline")
    ordered = rows.order_by("pipeline__position", "pipeline", "position", "id")
    return [(str(row.pk), f"{row.pipeline.name}: {row.name}") for row in ordered]


def _people_and_teams() -> Choices:
    people = User.objects.filter(is_active=True).order_by("name", "id")
    teams = Team.objects.order_by("name")
    return [
        *((f"team:{team.pk}", _("%(team)s, in turn") % {"team": team.name}) for team in teams),
        *((f"user:{person.pk}", str(person)) for person in people),
    ]


def _move(lead: Lead, settings: Settings, occasion: Occasion) -> Done:
    """To an open stage of its own pipeline; who closed a lead has decided more than points can."""
    stage = (
        Stage.objects.filter(pk=int(settings["stage"]), kind=StageKind.OPEN)
        .select_related("pipeline")
        .first()
    )
    if stage is None or lead.stage_kind != StageKind.OPEN:
        return Done()
    if stage.pipeline_id != lead.pipeline_id or stage.pk == lead.stage_id:
        return Done()
    return enter_by_itself(lead, stage, now=occasion.now)


def _assign(lead: Lead, settings: Settings, occasion: Occasion) -> Done:
    if "lead.owner" in occasion.given:
        return Done()
    kind, _colon, number = str(settings["to"]).partition(":")
    team = Team.objects.filter(pk=int(number)).first() if kind == "team" else None
    owner = (
        FairShare(team).next_for(lead)
        if team
        else User.objects.filter(pk=int(number), is_active=True).first()
    )
    if owner is None or owner.pk == lead.owner_id:
        return Done()
    lead.owner = owner
    changed = {"owner"}
    if team is not None and lead.team_id != team.pk:
        lead.team = team
        changed.add("team")
    draft = EventDraft(name="lead.assigned", subject=lead, actor=SYSTEM, payload=assigned(lead))
    return Done(changed, [draft])


def _plan(lead: Lead, settings: Settings, occasion: Occasion) -> Done:
    """A step that somebody has planned for later stays."""
    if lead.stage_kind != StageKind.OPEN:
        return Done()
    if lead.next_step and (lead.next_step_at is None or lead.next_step_at > occasion.now):
        return Done()
    due_at = occasion.now + timedelta(days=int(settings["days"]))
    return plan_by_itself(lead, str(settings["text"]), due_at, now=occasion.now)


def _notify(lead: Lead, settings: Settings, occasion: Occasion) -> Done:
    kind, _colon, number = str(settings["to"]).partition(":")
    people = User.objects.filter(is_active=True)
    if kind == OWNER:
        people = people.filter(pk=lead.owner_id or 0)  # perhaps set a moment ago, not saved yet
    else:
        people = (
            people.filter(memberships__team=int(number)) if kind == "team" else people.filter(pk=int(number))
        )
    if occasion.entered is not None:
        params = {"lead": lead.title, "stage": occasion.entered.name}
        key = f"{lead.pk}:{occasion.entered.pk}:{occasion.now.isoformat()}"
        notify(users=people.distinct(), kind=ENTERED, key=key, params=params, url=lead_url(lead))
        return Done()
    params = {
        "lead": lead.title,
        "outcome": str(lead.get_qualification_display()),
        "grade": lead.grade,
        "score": str(lead.score),
    }
    key = f"{lead.pk}:{lead.qualification}:{lead.grade}:{occasion.now.isoformat()}"
    notify(users=people.distinct(), kind=CROSSED, key=key, params=params, url=lead_url(lead))
    return Done()
