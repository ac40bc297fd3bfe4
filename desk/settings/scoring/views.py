"""Points for what is known about a lead (spec 7.3): a draft is written beside its effect, then published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.access.models import Role
from core.company.queries import company
from core.http import Request, render_page, render_partial, require, toast
from crm.scoring import operations
from crm.scoring.content import RuleDraft
from crm.scoring.errors import BadRule, StaleDraft, StaleRules
from crm.scoring.models import RuleGroup, RuleSet
from crm.scoring.operations import Published
from crm.scoring.queries import standing
from desk.conditions.builder import ConditionForm
from desk.settings.scoring import effects, queries
from desk.settings.scoring.context import (
    PAGE,
    SCORING,
    limits_context,
    mark_of,
    page_context,
    progress_context,
    work_context,
)
from desk.settings.scoring.forms import (
    RuleForm,
    TestLeadForm,
    ThresholdsForm,
    posted_consequence,
    posted_sections,
)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def scoring(request: Request) -> HttpResponse:
    """Left the rules as sentences, right what they do; above them what state they are in."""
    return render_page(request, PAGE, page_context(), partial="work")


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
    return render_partial(request, PAGE, "progress", progress_context())


@require_safe
@never_cache
@require(role=Role.MANAGER)
def compare(request: Request) -> HttpResponse:
    """The draft beside the version that counts."""
    return render_partial(
        request, PAGE, "comparison", {"compared": queries.comparison(), "standing": standing()}
    )


@require_safe
@never_cache
@require(role=Role.MANAGER)
def versions(request: Request) -> HttpResponse:
    """What was published before, each with a way back."""
    return render_partial(request, PAGE, "versions", {"versions": queries.versions(), "standing": standing()})


@require_safe
@never_cache
@require(role=Role.MANAGER)
def effect(request: Request) -> HttpResponse:
    """What the draft does to the real leads: a sample at once, then all of them."""
    return render(request, "desk/settings/scoring/effect.html", {"effect": effects.effect_page()})


@require_safe
@never_cache
@require(role=Role.MANAGER)
def test_lead(request: Request) -> HttpResponse:
    """The score of a lead typed in by hand; nothing is kept."""
    form = TestLeadForm(request.GET)
    tested = effects.test_score(form.cleaned_data) if form.is_valid() else None
    return render(request, "desk/settings/scoring/tested.html", {"tested": tested, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_rule(request: Request) -> HttpResponse:
    """Add a rule at the end of its group."""
    asked = request.GET.get("group", "")
    group = asked if asked in RuleGroup.values else RuleGroup.FIT
    section = request.GET.get("section", "")
    initial = {"group": group, "points": 1, "section": section, "decays_from": "lead.last_message_at"}
    return _rule_form(request, None, initial)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def rule(request: Request, key: UUID) -> HttpResponse:
    """GET gives the form in the place of the sentence, with `show` the sentence again; POST writes the draft."""
    found = queries.drafted_rule(key)
    if found is None:
        raise Http404
    if request.GET.get("show"):
        page = queries.rule_page()
        return render_partial(request, PAGE, "rule_line", {"line": page.line(key), "page": page})
    return _rule_form(request, found, queries.initial_of(found))


@require_POST
@require(role=Role.ADMIN)
def delete_rule(request: Request, key: UUID) -> HttpResponse:
    """Write a draft without the rule; the answer takes the place of its line."""
    try:
        operations.delete_rule(key=key, user=request.user, mark=mark_of(request))
    except StaleDraft as refusal:
        return refused(request, refusal)
    return edited(render_partial(request, PAGE, "bar", {"page": queries.rule_page(), "oob": True}))


@require_POST
@require(role=Role.ADMIN)
def order(request: Request) -> HttpResponse:
    """Put the rules in the order of the page."""
    try:
        keys = [UUID(key) for key in request.POST.getlist("order")]
    except ValueError as error:
        raise BadRequest("order must be keys of rules") from error
    try:
        operations.reorder_rules(keys=keys, user=request.user, mark=mark_of(request))
    except StaleDraft as refusal:
        return refused(request, refusal)
    return edited(render_partial(request, PAGE, "bar", {"page": queries.rule_page(), "oob": True}))


@require_POST
@require(role=Role.ADMIN)
def thresholds(request: Request) -> HttpResponse:
    """Write other thresholds into the draft."""
    form = ThresholdsForm(request.POST)
    if not form.is_valid():
        return render_partial(request, PAGE, "thresholds", limits_context(form), status=422)
    try:
        operations.save_thresholds(thresholds=form.thresholds(), user=request.user, mark=mark_of(request))
    except StaleDraft as stale:
        context = {**limits_context(form), "stale": stale, "fresh_mark": standing().mark}
        return render_partial(request, PAGE, "thresholds", context, status=409)
    except BadRule as refusal:
        form.add_error(None, str(refusal))
        return render_partial(request, PAGE, "thresholds", limits_context(form), status=422)
    return edited(render_partial(request, PAGE, "thresholds", {**work_context(), "with_bar": True}))


@require_POST
@require(role=Role.ADMIN)
def sections(request: Request) -> HttpResponse:
    """Write the groups with their caps into the draft."""
    return _edit(
        request,
        lambda mark: operations.save_sections(
            sections=posted_sections(request.POST), user=request.user, mark=mark
        ),
    )


@require_POST
@require(role=Role.ADMIN)
def consequence(request: Request) -> HttpResponse:
    """Add what happens by itself at a threshold; it counts with the draft."""
    draft = posted_consequence(request.POST, None)
    return _edit(request, lambda mark: operations.save_consequence(draft=draft, user=request.user, mark=mark))


@require_POST
@require(role=Role.ADMIN)
def delete_consequence(request: Request, key: UUID) -> HttpResponse:
    """Take it out of the draft."""
    return _edit(request, lambda mark: operations.delete_consequence(key=key, user=request.user, mark=mark))


def _edit(request: Request, save: Callable[[str | None], object]) -> HttpResponse:
    """The left side anew, also when it was refused, with the reason."""
    try:
        save(mark_of(request))
    except (StaleDraft, BadRule) as refusal:
        return refused(request, refusal)
    return edited(_work(request))


@require_POST
@require(role=Role.ADMIN)
def publish(request: Request) -> HttpResponse:
    """Let the draft count; with `act` leads that cross a threshold by it set off what stands there."""
    try:
        saved = operations.publish_draft(
            user=request.user, mark=mark_of(request), act=request.POST.get("act") == "on"
        )
    except (StaleDraft, BadRule) as refusal:
        return refused(request, refusal)
    return _counts_now(request, saved)


@require_POST
@require(role=Role.ADMIN)
def discard(request: Request) -> HttpResponse:
    """Throw the draft away."""
    try:
        operations.discard_draft(user=request.user, mark=mark_of(request))
    except StaleDraft as refusal:
        return refused(request, refusal)
    return toast(edited(_work(request)), _("The draft is thrown away; nothing has changed for the leads."))


@require_POST
@require(role=Role.ADMIN)
def roll_back(request: Request) -> HttpResponse:
    """Publish an earlier version once more, as a new one."""
    asked = request.POST.get("to", "")
    past = RuleSet.objects.exclude(status="draft")
    if not (asked.isdecimal() and len(asked) < 10 and past.filter(version=int(asked)).exists()):
        raise BadRequest("to must be the number of a published version")
    base = (mark_of(request) or "").partition(".")[0]
    try:
        saved = operations.roll_back(
            version=int(asked), user=request.user, expected_version=int(base) if base.isdecimal() else None
        )
    except (StaleRules, BadRule) as refusal:
        return refused(request, refusal)
    return _counts_now(request, saved)


def _counts_now(request: Request, saved: Published) -> HttpResponse:
    words = _("Version %(version)s is published; all leads are being scored again.")
    response = edited(_work(request))
    trigger_client_event(response, "scoring:published", {})
    return toast(response, words % {"version": saved.rule_set.version})


def _rule_form(request: Request, found: RuleDraft | None, initial: dict[str, Any]) -> HttpResponse:
    sections = queries.rule_page().sections
    stored = found.condition if found else None
    currency = company().currency
    if request.method != "POST":
        condition = ConditionForm(SCORING, stored=stored, currency=currency)
        return _form_shown(request, found, RuleForm(initial=initial, sections=sections), condition)
    form = RuleForm(request.POST, sections=sections)
    condition = ConditionForm(SCORING, data=request.POST, stored=stored, currency=currency)
    wanted = condition.condition()
    if not form.is_valid() or wanted is None:
        return _form_shown(request, found, form, condition, status=422)
    draft = RuleDraft(condition=wanted, key=found.key if found else None, **form.cleaned_data)
    try:
        operations.save_rule(draft=draft, user=request.user, mark=mark_of(request))
    except StaleDraft as stale:
        return _form_shown(request, found, form, condition, stale=stale, status=409)
    except BadRule as refusal:
        form.add_error(None, str(refusal))
        return _form_shown(request, found, form, condition, status=422)
    return edited(_rule_shown(request, found, draft))


def _form_shown(
    request: Request,
    found: RuleDraft | None,
    form: RuleForm,
    condition: ConditionForm,
    *,
    stale: StaleDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"rule": found, "form": form, "condition": condition, "stale": stale}
    if stale:
        context["fresh_mark"] = standing().mark
        now = queries.rule_page().line(found.key) if found and found.key else None
        context["now"] = now if now and now.rule.name in stale.changes else None
    return render_partial(request, PAGE, "rule_form", context, status=status)


def _rule_shown(request: Request, before: RuleDraft | None, draft: RuleDraft) -> HttpResponse:
    """The sentence in the place of its form; all rules where it went elsewhere."""
    stays = before is not None and (before.group, before.section) == (draft.group, draft.section)
    if before is None or before.key is None or not stays:
        return _work(request)
    page = queries.rule_page()
    context = {"line": page.line(before.key), "page": page, "with_bar": True}
    return render_partial(request, PAGE, "rule_line", context)


def _work(request: Request, status: int = 200) -> HttpResponse:
    response = render_partial(request, PAGE, "work", work_context(), status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#work", "outerHTML"
    return response


def refused(request: Request, refusal: StaleDraft | StaleRules | BadRule) -> HttpResponse:
    """The rules as they are now, and why it was not done."""
    changes = ", ".join(getattr(refusal, "changes", ()))
    return toast(_work(request, status=409), f"{refusal} {changes}".strip())


def edited(response: HttpResponse) -> HttpResponse:
    """Tell the page that its right side looks at an older draft."""
    trigger_client_event(response, "scoring:edited", {})
    return response
