"""A lead is moved from every screen: what the stage asks for is asked in a dialog, then all of it is done at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.forms import MultipleChoiceField
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from core.access.models import Role
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, signed_in, toast
from crm.pipeline import operations
from crm.pipeline.errors import BadGiven, StageIsFull, StageWants, StaleLead
from crm.pipeline.models import Lead, LostReason, Stage, StageKind
from crm.pipeline.queries import lost_reasons
from crm.pipeline.steps import Step
from crm.pipeline.wants import Want
from crm.qualification.errors import BadAnswer
from desk.leads import queries
from desk.leads.asking import GIVEN, WantsForm, posted
from desk.leads.responses import changed, revision_of, told
from desk.steps.undoing import restored_step, undo_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def move(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks for a stage. POST moves: `stage`, the `revision` that was seen, `reason` for a lost stage, `given-...` for
    what the stage wants, `beyond` to go over its limit.

    A move that meets somebody else's change is answered with the card as it is now, and who changed it.
    """
    found = queries.lead_for(request.user, public_id)
    if request.method != "POST":
        return render(request, "desk/lead/move.html", {"lead": found, "stages": queries.stages_beside(found)})
    asked = QueryDict(mutable=True)
    asked.update(request.GET)
    asked.update(request.POST)
    stage = queries.stage_of(found, asked.get("stage", ""))
    if stage is None:
        raise Http404
    reason = _reason(asked.get("reason", ""))
    if stage.kind == StageKind.LOST and reason is None and found.stage_id != stage.pk:
        return _ask_reason(request, found, stage, asked)
    form = WantsForm(posted(asked), lead=found, user=request.user, data=asked)
    if not form.is_valid():
        return _ask(request, found, stage, asked, form, status=422)
    return _move(request, found, stage, asked, form, reason)


def _move(
    request: Request, lead: Lead, stage: Stage, asked: QueryDict, form: WantsForm, reason: LostReason | None
) -> HttpResponse:
    values = {name: asked.get(name, "") for name in asked}
    try:
        moved = operations.move_lead(
            lead_id=lead.pk,
            to_stage_id=stage.pk,
            actor=Actor.of(request.user),
            expected_revision=revision_of(values),
            lost_reason=reason,
            restored=restored_step(values),
            given=form.given,
            beyond_limit=bool(values.get("beyond")) and request.user.sees_everything,
        )
    except StaleLead as stale:
        return _stale(request, lead, stage, asked, form, stale)
    except StageWants as wants:
        return _ask(request, lead, stage, asked, _more(form, wants.missing, lead, request))
    except StageIsFull as full:
        return _full(request, lead, stage, asked, full)
    except (BadGiven, BadAnswer) as fault:
        form.refuse(getattr(fault, "key", ""), str(fault))
        return _ask(request, lead, stage, asked, form, status=422)
    except Refused as refusal:
        return toast(_back(changed(request, lead, status=409)), str(refusal))
    response = told(changed(request, moved))
    if moved.stage_id == lead.stage_id:
        return response
    words = _("%(lead)s is now in %(stage)s") % {"lead": moved.title, "stage": moved.stage.name}
    return toast(response, words, undo_url=_undo_url(lead, moved))


def _more(form: WantsForm, missing: tuple[Want, ...], lead: Lead, request: Request) -> WantsForm:
    """A form for what is missing, and for what was written already."""
    return WantsForm([*form.wants.values(), *missing], lead=lead, user=request.user)


def _ask(
    request: Request,
    lead: Lead,
    stage: Stage,
    asked: QueryDict,
    form: WantsForm,
    *,
    status: int = 200,
    warning: str = "",
) -> HttpResponse:
    if not form.is_bound:
        form.initial = {name: _typed(form, name, asked) for name in form.fields if name in asked}
    context = {"lead": lead, "stage": stage, "form": form, "warning": warning, "kept": _kept(asked)}
    return _dialog(render(request, "desk/lead/wants.html", context, status=status))


def _stale(
    request: Request, lead: Lead, stage: Stage, asked: QueryDict, form: WantsForm, stale: StaleLead
) -> HttpResponse:
    """Who moved it where, and the card as it is now; what was written in the dialog is not thrown away."""
    fresh = queries.lead_for(request.user, lead.public_id)
    if not form.wants or fresh.stage_id == stage.pk:
        return toast(told(changed(request, fresh, status=409)), str(stale))
    asked["revision"] = str(fresh.revision)
    response = _ask(request, fresh, stage, asked, form, status=409, warning=str(stale))
    return trigger_client_event(response, "board:catch-up", {})


def _full(request: Request, lead: Lead, stage: Stage, asked: QueryDict, full: StageIsFull) -> HttpResponse:
    """Managers may go beyond the limit, when they say so; others hear what to do."""
    if request.user.role == Role.AGENT:
        return toast(_back(changed(request, lead, status=409)), str(full))
    context = {"lead": lead, "stage": stage, "full": full, "kept": _kept(asked, given=True)}
    return _dialog(render(request, "desk/lead/full.html", context))


def _ask_reason(request: Request, lead: Lead, stage: Stage, asked: QueryDict) -> HttpResponse:
    revision = asked.get("revision", "")
    context = {"lead": lead, "stage": stage, "revision": revision, "reasons": lost_reasons()}
    return _dialog(render(request, "desk/lead/lost.html", context))


def _dialog(response: HttpResponse) -> HttpResponse:
    response["HX-Retarget"], response["HX-Reswap"] = "#modal-body", "innerHTML"
    return response


def _back(response: HttpResponse) -> HttpResponse:
    """Lists of stages on the page show again where the lead is."""
    return trigger_client_event(response, "lead:refresh", {})


def _typed(form: WantsForm, name: str, asked: QueryDict) -> Any:
    several = isinstance(form.fields[name], MultipleChoiceField)
    return asked.getlist(name) if several else asked.get(name, "")


def _kept(asked: QueryDict, *, given: bool = False) -> list[tuple[str, str]]:
    """What was sent with the move and goes with it again."""
    return [
        (name, value)
        for name, values in asked.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and (given or not name.startswith(GIVEN))
    ]


def _reason(text: str) -> LostReason | None:
    return LostReason.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 10 else None


def _undo_url(before: Lead, moved: Lead) -> str:
    asked: dict[str, Any] = {"stage": before.stage.public_id, "revision": moved.revision}
    if before.next_step and not moved.next_step:
        asked |= undo_of(Step(before.next_step, before.next_step_at))
    if before.lost_reason_id:
        asked["reason"] = before.lost_reason_id
    return f"{reverse('desk:lead_move', args=[moved.public_id])}?{urlencode(asked)}"
