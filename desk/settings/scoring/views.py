"""Points for what is known about a lead (spec 7.3): every save publishes a version and scores all leads again."""

from __future__ import annotations

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
from crm.scoring.queries import last_recalculation, published
from desk.settings.scoring import queries
from desk.settings.scoring.builder import ConditionForm, blank_row, field_groups, fields, posted_row
from desk.settings.scoring.forms import RuleForm, ThresholdsForm
from desk.settings.telling import say_next

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
    """How far the recalculation is; the fragment asks again until it has come to its end."""
    return render_partial(request, PAGE, "progress", _progress())


@require_safe
@never_cache
@require(role=Role.ADMIN)
def condition_row(request: Request) -> HttpResponse:
    """A row of the builder: a new one, or the one named by `row` for the field and operator chosen in it."""
    known, currency = fields(), company().currency
    token = request.GET.get("row", "")
    named = token.isalnum() and len(token) <= 40
    row = posted_row(known, request.GET, token, currency) if named else blank_row(known, currency)
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
        page = queries.rule_page()
        return render_partial(
            request, PAGE, "rule_line", {"line": page.line(key), "rule": found, "page": page}
        )
    initial = {"name": found.name, "group": found.group, "points": found.points}
    return _rule_form(request, found, initial)


@require_POST
@require(role=Role.ADMIN)
def delete_rule(request: Request, key: UUID) -> HttpResponse:
    """Publish without the rule; the answer takes the place of its line."""
    try:
        saved = operations.delete_rule(key=key, user=request.user, expected_version=_expected(request))
    except (StaleRules, BadRule) as refusal:
        return _refused(request, refusal)
    return _told(
        render_partial(request, PAGE, "version_mark", {"version": saved.rule_set.version, "oob": True}), saved
    )


@require_POST
@require(role=Role.ADMIN)
def thresholds(request: Request) -> HttpResponse:
    """Publish the same rules with other thresholds."""
    form = ThresholdsForm(request.POST)
    if form.is_valid():
        try:
            saved = operations.save_thresholds(
                thresholds=form.thresholds(), user=request.user, expected_version=_expected(request)
            )
        except StaleRules as stale:
            context = {"limits": form, "stale": stale, "fresh_version": _version()}
            return render_partial(request, PAGE, "thresholds", context, status=409)
        except BadRule as refusal:
            form.add_error(None, str(refusal))
        else:
            context = {**_page(), "fresh_version": saved.rule_set.version}
            return _told(render_partial(request, PAGE, "thresholds", context), saved)
    return render_partial(request, PAGE, "thresholds", {"limits": form}, status=422)


@require_POST
@require(role=Role.ADMIN)
def roll_back(request: Request) -> HttpResponse:
    """Publish an earlier version once more, as a new one."""
    asked = request.POST.get("to", "")
    if not (asked.isdecimal() and len(asked) < 10 and RuleSet.objects.filter(version=int(asked)).exists()):
        raise BadRequest("to must be the number of a version")
    try:
        saved = operations.roll_back(
            version=int(asked), user=request.user, expected_version=_expected(request)
        )
    except (StaleRules, BadRule) as refusal:
        return _refused(request, refusal)
    say_next(request, _told_words(saved))
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def _rule_form(request: Request, found: ScoringRule | None, initial: dict[str, Any]) -> HttpResponse:
    known, currency = fields(), company().currency
    stored = found.condition if found else None
    if request.method != "POST":
        condition = ConditionForm(known, stored=stored, currency=currency)
        return _form_shown(request, found, RuleForm(initial=initial), condition)
    form = RuleForm(request.POST)
    condition = ConditionForm(known, data=request.POST, stored=stored, currency=currency)
    wanted = condition.condition()
    if not form.is_valid() or wanted is None:
        return _form_shown(request, found, form, condition, status=422)
    values = form.cleaned_data
    draft = RuleDraft(values["name"], values["group"], wanted, values["points"], found.key if found else None)
    try:
        saved = operations.save_rule(draft=draft, user=request.user, expected_version=_expected(request))
    except StaleRules as stale:
        return _form_shown(request, found, form, condition, stale=stale, status=409)
    except BadRule as refusal:
        form.add_error(None, str(refusal))
        return _form_shown(request, found, form, condition, status=422)
    return _told(_rule_shown(request, found, saved), saved)


def _form_shown(
    request: Request,
    found: ScoringRule | None,
    form: RuleForm,
    condition: ConditionForm,
    *,
    stale: StaleRules | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"rule": found, "form": form, "condition": condition, "stale": stale}
    if stale:
        context["fresh_version"] = _version()
    return render_partial(request, PAGE, "rule_form", context, status=status)


def _rule_shown(request: Request, before: ScoringRule | None, saved: Published) -> HttpResponse:
    """The sentence in the place of its form; all rules where it went to another group or is the first."""
    rows = list(saved.rule_set.rules.order_by("position", "id"))
    row = next(each for each in rows if each.key == before.key) if before else rows[-1]
    page = queries.rule_page()
    if page.size(row.group) > 1 and (before is None or before.group == row.group):
        context = {"line": page.line(row.key), "rule": row, "page": page, "fresh_version": page.version}
        return render_partial(request, PAGE, "rule_line", context)
    response = render_partial(request, PAGE, "rules", {"page": page})
    response["HX-Retarget"], response["HX-Reswap"] = "#rules", "outerHTML"
    return response


def _refused(request: Request, refusal: StaleRules | BadRule) -> HttpResponse:
    """The rules as they are now, and why it was not done."""
    response = render_partial(request, PAGE, "rules", {"page": queries.rule_page()}, status=409)
    response["HX-Retarget"], response["HX-Reswap"] = "#rules", "outerHTML"
    return toast(response, str(refusal))


def _told(response: HttpResponse, saved: Published) -> HttpResponse:
    trigger_client_event(response, "scoring:published", {})
    return toast(response, _told_words(saved))


def _told_words(saved: Published) -> str:
    words = _("Version %(version)s is published; all leads are being scored again.")
    return words % {"version": saved.rule_set.version}


def _expected(request: Request) -> int | None:
    asked = request.POST.get("version", "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else None


def _version() -> int:
    rule_set = published()
    return rule_set.version if rule_set else 0


def _page() -> dict[str, Any]:
    page = queries.rule_page()
    limits = page.thresholds
    initial = {
        "qualified": limits.qualified,
        "nurture": limits.nurture,
        "grade_a": limits.grade_a,
        "grade_b": limits.grade_b,
        "grade_c": limits.grade_c,
    }
    return {
        "page": page,
        "limits": ThresholdsForm(initial=initial),
        "versions": queries.versions(),
        **_progress(),
    }


def _progress() -> dict[str, Any]:
    job = last_recalculation()
    return {"job": job, "running": job is not None and job.status in (JobStatus.QUEUED, JobStatus.RUNNING)}
