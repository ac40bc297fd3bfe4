"""What customers want, and how Parley knows it (spec 4.1): the map with its gaps, each goal with its phrases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations.goals import operations
from conversations.goals.builtin import BUILT_IN
from conversations.goals.errors import BadGoal, StaleGoal
from conversations.goals.grouping import Group, waiting_groups
from conversations.goals.models import Goal, Phrase, Review
from conversations.goals.preview import SHOWN, flips
from conversations.goals.queries import goal_of, name_of, reviews_are_on, reviews_to_do
from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from core.languages import Language
from desk.settings.goals.forms import GoalForm, PhraseForm
from desk.settings.goals.queries import goals_to_choose, row_of, sections
from desk.settings.telling import say_next

MAP = "desk/settings/goals.html"
PAGE = "desk/settings/goal.html"
UNCLEAR = "desk/settings/unclear.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def goals(request: Request) -> HttpResponse:
    """The map of all goals with what is missing."""
    found = sections()
    gaps = sum(bool(row.gaps) for section in found for row in section.rows)
    return render_page(request, MAP, {"sections": found, "gaps": gaps, "unclear": len(waiting_groups())})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Add a goal of the company's own, with a first phrase where one is asked for."""
    form = GoalForm(request.POST if request.method == "POST" else None, own=True)
    phrase = (request.POST if request.method == "POST" else request.GET).get("phrase", "").strip()[:300]
    language = (request.POST if request.method == "POST" else request.GET).get("language", "")
    if request.method == "POST" and form.is_valid():
        try:
            key = form.new_key()
            operations.add_goal(key=key, draft=form.draft(), actor=Actor.of(request.user))
            if phrase and language in Language.values:
                _add_phrase(request, key, language, phrase)
            say_next(request, _("Added. Teach it a few phrases in each language."))
            return HttpResponse(
                status=204, headers={"HX-Redirect": reverse("desk:settings_goal", args=[key])}
            )
        except BadGoal as refusal:
            form.refuse(refusal.faults)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "phrase": phrase, "language": language}
    return render_page(request, PAGE, context, partial="goal_form", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit(request: Request, key: str) -> HttpResponse:
    """Change a goal; it counts from the next message on."""
    found = _found(key)
    own = key not in BUILT_IN
    if request.method != "POST":
        return render_page(request, PAGE, _context(found, GoalForm(known=found, own=own)))
    form = GoalForm(request.POST, known=found, own=own)
    if form.is_valid():
        try:
            saved = operations.save_goal(
                key=key,
                draft=form.draft(),
                actor=Actor.of(request.user),
                expected=form.cleaned_data["expected"],
            )
            fresh = GoalForm(known=saved, own=own)
            return toast(render_partial(request, PAGE, "goal_form", _context(saved, fresh)), _("Saved."))
        except StaleGoal as stale:
            form.add_error(None, str(stale))
        except BadGoal as refusal:
            form.refuse(refusal.faults)
    return render_partial(request, PAGE, "goal_form", _context(found, form), status=422)


@require_POST
@require(role=Role.ADMIN)
def preview(request: Request, key: str) -> HttpResponse:
    """Which known messages a phrase would turn, before it is saved."""
    _found(key)
    text = request.POST.get("text", "").strip()[:300]
    found = flips(goal=key, text=text, now=timezone.now()) if text else []
    context = {"flips": found[:SHOWN], "more": len(found) > SHOWN, "asked": text}
    return render_partial(request, PAGE, "flips", context)


@require_POST
@require(role=Role.ADMIN)
def add_phrase(request: Request, key: str) -> HttpResponse:
    """Teach a phrase; the next message that is like it has the goal."""
    found = _found(key)
    form = PhraseForm(request.POST)
    if form.is_valid():
        try:
            _add_phrase(request, key, form.cleaned_data["language"], form.cleaned_data["text"])
        except BadGoal as refusal:
            for name, sentence in refusal.faults.items():
                form.add_error(name if name in form.fields else None, sentence)
    if form.errors:
        return render_partial(request, PAGE, "phrases", _context(found, None, form), status=422)
    response = render_partial(request, PAGE, "phrases", _context(_found(key), None))
    return toast(response, _("Taught. It counts from the next message on."))


@require_POST
@require(role=Role.ADMIN)
def remove_phrase(request: Request, key: str, public_id: UUID) -> HttpResponse:
    """Forget a phrase."""
    phrase = get_object_or_404(Phrase, public_id=public_id, goal__key=key)
    operations.remove_phrase(phrase_id=phrase.pk, actor=Actor.of(request.user))
    return toast(render_partial(request, PAGE, "phrases", _context(_found(key), None)), _("Removed."))


@require_POST
@require(role=Role.ADMIN)
def act(request: Request, key: str) -> HttpResponse:
    """Switch a goal on or off, merge it into another, or let it count for itself again."""
    _found(key)
    actor = Actor.of(request.user)
    into = request.POST.get("into", "")
    try:
        match request.POST.get("act"):
            case "off" | "on" as act:
                operations.use_goal(key=key, active=act == "on", actor=actor)
            case "merge" if into and goal_of(into) is not None:
                operations.merge_goal(key=key, into=into, actor=actor)
            case "split":
                operations.split_goal(key=key, actor=actor)
            case _:
                raise BadGoal({"into": _("Choose the goal that counts in its place.")})
    except BadGoal as refusal:
        context = {**_context(_found(key), None), "refusal": str(refusal)}
        return render_partial(request, PAGE, "state", context, status=422)
    return toast(render_partial(request, PAGE, "state", _context(_found(key), None)), _("Saved."))


@require_safe
@never_cache
@require(role=Role.MANAGER)
def unclear(request: Request) -> HttpResponse:
    """What nothing understood, in groups of like words."""
    return render_page(request, UNCLEAR, {**_groups(), **_reviews()}, partial="groups")


@require_POST
@require(role=Role.ADMIN)
def decide(request: Request, group_id: int) -> HttpResponse:
    """Make a group a phrase of a goal, or dismiss it. A group that somebody has decided meanwhile is only gone."""
    group = next((each for each in waiting_groups() if each.id == group_id), None)
    if group is None:
        return render_partial(request, UNCLEAR, "groups", _groups())
    if request.POST.get("act") == "dismiss":
        operations.dismiss_group(group=group, user=request.user)
        return toast(render_partial(request, UNCLEAR, "groups", _groups()), _("Dismissed."))
    try:
        _teach(request, group)
    except BadGoal as refusal:
        context = {**_groups(), "refused": group.id, "refusal": str(refusal)}
        return render_partial(request, UNCLEAR, "groups", context, status=422)
    response = render_partial(request, UNCLEAR, "groups", _groups())
    return toast(response, _("Taught. It counts from the next message on."))


def _teach(request: Request, group: Group) -> None:
    goal = request.POST.get("goal", "")
    if goal_of(goal) is None:
        raise BadGoal({"goal": _("Choose a goal.")})
    operations.teach_group(
        group=group,
        goal=goal,
        language=request.POST.get("language", group.language),
        text=request.POST.get("text", group.text),
        user=request.user,
    )


@require_POST
@require(role=Role.ADMIN)
def review_done(request: Request, public_id: UUID) -> HttpResponse:
    """The task of a month is done."""
    found = get_object_or_404(Review, public_id=public_id)
    operations.finish_review(public_id=found.public_id, user=request.user)
    return toast(render_partial(request, UNCLEAR, "reviews", _reviews()), _("Done."))


@require_POST
@require(role=Role.ADMIN)
def review_switch(request: Request) -> HttpResponse:
    """Put it before an admin every month, or no more."""
    operations.switch_reviews(active=request.POST.get("on") == "1", now=timezone.now())
    return toast(render_partial(request, UNCLEAR, "reviews", _reviews()), _("Saved."))


def _reviews() -> dict[str, Any]:
    return {"reviews": reviews_to_do(), "monthly": reviews_are_on()}


def _groups() -> dict[str, Any]:
    return {"groups": waiting_groups()[:50], "choices": goals_to_choose(), "languages": Language.choices}


def _found(key: str) -> Goal:
    found = goal_of(key)
    if found is None:
        raise Http404
    return found


def _add_phrase(request: Request, key: str, language: str, text: str) -> None:
    operations.add_phrase(
        goal=key, language=language, text=text, actor=Actor.of(request.user), user=request.user
    )


def _context(goal: Goal, form: GoalForm | None, phrase: PhraseForm | None = None) -> dict[str, Any]:
    row = row_of(goal)
    into = goal.merged_into
    return {
        "row": row,
        "goal": goal,
        "name": row.line.name,
        "form": form,
        "phrase_form": phrase or PhraseForm(),
        "own_phrases": list(goal.phrases.all()) if goal.pk else [],
        "into": name_of(into.key, into.names) if into else "",
        "choices": goals_to_choose(but=goal.key),
    }
