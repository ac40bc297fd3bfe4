"""Points for what is known about a lead (spec 7.3): every save publishes a version and scores all leads again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.access.models import Role
from core.company.queries import company
from core.http import Request, render_page, render_partial, require, toast
from core.jobs.models import JobStatus
from crm.scoring import operations
from crm.scoring.errors import BadRule, StaleRules
from crm.scoring.models import RuleGroup, RuleSet, ScoringRule
from crm.scoring.operations import Published, RuleDraft
from crm.scoring.queries import last_recalculation
from desk.settings.scoring import queries
from desk.settings.scoring.builder import ConditionForm, blank_row, field_groups, fields, posted_row
from desk.settings.scoring.forms import RuleForm, ThresholdsForm

PAGE = "desk/settings/scoring.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def scoring(request: Request) -> HttpResponse:
    """The rules as sentences, thresholds, versions, and how far the recalculation is."""
    return render_page(request, PAGE, _page(), partial=("rules", "versions"))


@require_safe
@never_cache
@require(role=Role.MANAGER)
def counts(request: Request) -> HttpResponse:
    """For how many open leads each rule holds now, fetched after the page."""
    return render_partial(request, PAGE, "counts", {"counts": queries.counts().items()})


@require_safe
@never_cache
@require(role=Role.MANAGER)
def progress(request: Request) -> HttpResponse:
    """How far the recalculation is; when it has come to its end the counts are fetched anew."""
    context = _progress()
    response = render_partial(request, PAGE, "progress", context)
    return response if context["running"] else trigger_client_event(response, "scoring:done", {})


@require_safe
@never_cache
@require(role=Role.ADMIN)
def condition_row(request: Request) -> HttpResponse:
    """A row of the builder: a new one, or the one named by `row` for the field and operator chosen in it."""
    known = fields()
    token = request.GET.get("row", "")
    row = posted_row(known, request.GET, token) if token.isalnum() and len(token) <= 40 else blank_row(known)
    return render_partial(request, PAGE, "condition", {"row": row, "groups": field_groups(known)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_rule(request: Request) -> HttpResponse:
    """Add a rule at the end of its group."""
    asked = request.GET.get("group", "")
    group = asked if asked in RuleGroup.values else RuleGroup.FIT
    return _rule_form(request, None, {"group": group, "points": 1})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def rule(request: Request, key: UUID) -> HttpResponse:
    """GET gives the form in the place of the sentence, with `show` the list again; POST publishes."""
    found = queries.stored_rule(key)
    if found is None:
        raise Http404
    if request.GET.get("show"):
        return render_partial(request, PAGE, "rules", _page())
    initial = {"name": found.name, "group": found.group, "points": found.points}
    return _rule_form(request, found, initial)


@require_POST
@require(role=Role.ADMIN)
def delete_rule(request: Request, key: UUID) -> HttpResponse:
    """Publish without the rule."""
    expected = _expected(request)
    return _published(
        request, lambda: operations.delete_rule(key=key, user=request.user, expected_version=expected)
    )


@require_POST
@require(role=Role.ADMIN)
def thresholds(request: Request) -> HttpResponse:
    """Publish the same rules with other thresholds."""
    form = ThresholdsForm(request.POST)
    if form.is_valid():
        try:
            saved = operations.save_thresholds(
                thresholds=form.thresholds(), user=request.user, expected_version=form.cleaned_data["version"]
            )
        except StaleRules as stale:
            return _stale_thresholds(request, form, stale)
        except BadRule as refusal:
            form.add_error(None, str(refusal))
        else:
            return _told(render_partial(request, PAGE, "thresholds", _page()), saved)
    return render_partial(request, PAGE, "thresholds", {**_page(), "limits": form}, status=422)


@require_POST
@require(role=Role.ADMIN)
def roll_back(request: Request) -> HttpResponse:
    """Publish an earlier version once more, as a new one."""
    asked = request.POST.get("to", "")
    if not asked.isdecimal() or not RuleSet.objects.filter(version=int(asked)).exists():
        raise BadRequest("to must be the number of a version")
    expected = _expected(request)
    return _published(
        request,
        lambda: operations.roll_back(version=int(asked), user=request.user, expected_version=expected),
    )


def _rule_form(request: Request, found: ScoringRule | None, initial: dict[str, Any]) -> HttpResponse:
    page = queries.rule_page()
    known, currency = fields(), company().currency
    stored = found.condition if found else None
    if request.method != "POST":
        form = RuleForm(initial={**initial, "version": page.version})
        condition = ConditionForm(known, stored=stored, currency=currency)
        return _form_shown(request, found, form, condition)
    form = RuleForm(request.POST)
    condition = ConditionForm(known, data=request.POST, stored=stored, currency=currency)
    wanted = condition.condition()
    if not form.is_valid() or wanted is None:
        return _form_shown(request, found, form, condition, status=422)
    values = form.cleaned_data
    draft = RuleDraft(values["name"], values["group"], wanted, values["points"], found.key if found else None)
    try:
        saved = operations.save_rule(draft=draft, user=request.user, expected_version=values["version"])
    except StaleRules as stale:
        form.data = form.data.copy()
        form.data["version"] = str(page.version)
        return _form_shown(request, found, form, condition, stale=stale, status=409)
    except BadRule as refusal:
        form.add_error(None, str(refusal))
        return _form_shown(request, found, form, condition, status=422)
    return _rules_shown(request, saved)


def _form_shown(
    request: Request,
    found: ScoringRule | None,
    form: RuleForm,
    condition: ConditionForm,
    *,
    stale: StaleRules | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"rule": found, "form": form, "condition": condition, "stale": stale}
    return render_partial(request, PAGE, "rule_form", context, status=status)


def _published(request: Request, publish: Callable[[], Published]) -> HttpResponse:
    """Publish and show the rules; what does not go is said in a toast over the rules as they are now."""
    try:
        saved = publish()
    except (StaleRules, BadRule) as refusal:
        return toast(render_partial(request, PAGE, "rules", _page(), status=409), str(refusal))
    return _rules_shown(request, saved)


def _rules_shown(request: Request, saved: Published) -> HttpResponse:
    response = render_partial(request, PAGE, "rules", _page())
    response["HX-Retarget"], response["HX-Reswap"] = "#rules", "outerHTML"
    return _told(response, saved)


def _told(response: HttpResponse, saved: Published) -> HttpResponse:
    trigger_client_event(response, "scoring:published", {})
    words = _("Version %(version)s is published; all leads are being scored again.")
    return toast(response, words % {"version": saved.rule_set.version})


def _stale_thresholds(request: Request, form: ThresholdsForm, stale: StaleRules) -> HttpResponse:
    page = _page()
    form.data = form.data.copy()
    form.data["version"] = str(page["page"].version)
    return render_partial(request, PAGE, "thresholds", {**page, "limits": form, "stale": stale}, status=409)


def _expected(request: Request) -> int | None:
    asked = request.POST.get("version", "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else None


def _page() -> dict[str, Any]:
    page = queries.rule_page()
    limits = page.thresholds
    initial = {
        "qualified": limits.qualified,
        "nurture": limits.nurture,
        "grade_a": limits.grade_a,
        "grade_b": limits.grade_b,
        "grade_c": limits.grade_c,
        "version": page.version,
    }
    return {"page": page, "limits": ThresholdsForm(initial=initial), "versions": queries.versions(), **_progress()}


def _progress() -> dict[str, Any]:
    job = last_recalculation()
    return {"job": job, "running": job is not None and job.status in (JobStatus.QUEUED, JobStatus.RUNNING)}
