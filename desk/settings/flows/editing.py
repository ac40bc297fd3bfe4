"""Forms of steps and other parts, opened in their place in the outline; what they save is the draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automation.flows import operations
from automation.flows.editing import SECTIONS, free_id, kind_of, step_of
from automation.flows.errors import DocumentError
from automation.flows.models import FlowVersion
from automation.flows.operations import StaleDraft
from automation.flows.steps import STEP_KINDS
from core.access.models import Role
from core.errors import Refused
from core.http import Request, require, toast
from desk.settings.flows import cases, forms
from desk.settings.flows.context import acted, revision_of, script, shown_flow
from desk.settings.flows.facts import Facts, in_words
from desk.settings.flows.forms import ItemForm
from desk.settings.flows.kinds import KINDS, PARTS, kind_called
from desk.settings.flows.queries import Shown

FORM = "desk/settings/flows/item_form.html"
CHOOSER = "desk/settings/flows/chooser.html"
SETTINGS = "settings"
LONGEST_KEY = 60


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def step(request: Request, key: str, step_id: str) -> HttpResponse:
    """GET gives the form in the place below the step's line; POST writes the draft."""
    shown = shown_flow(key)
    found = step_of(shown.plain, step_id)
    if found is None:
        if request.method == "POST":
            return toast(script(request, key, status=409), _("This step is not there any more."))
        raise Http404
    facts, form_id = Facts(shown.plain, request.user.language), f"form-step-{step_id}"
    kind = kind_of(found)
    about = {"title": in_words(step_id), "url": reverse("desk:settings_flow_step", args=[key, step_id])}
    if request.method != "POST":
        return _shown(request, shown, forms.step_form(form_id, kind, found, facts), about)
    form = forms.posted_step(form_id, kind, request.POST, found, facts)
    place = [each["id"] for each in shown.plain["steps"]].index(step_id)

    def save() -> FlowVersion:
        return operations.edit_step(
            flow_id=shown.flow.pk,
            step_id=step_id,
            step=form.value,
            user=request.user,
            now=timezone.now(),
            revision=revision_of(request),
        )

    return _saved(request, shown, form, about, save, ("steps", place))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_step(request: Request, key: str) -> HttpResponse:
    """What kinds there are, then the form of the chosen one; POST adds the step below `after`."""
    shown = shown_flow(key)
    after, kind = request.GET.get("after", ""), request.GET.get("kind", "")
    if kind not in STEP_KINDS:
        kinds = [(each, kind_called(each)) for each in dict.fromkeys([*KINDS, *STEP_KINDS])]
        return render(request, CHOOSER, {"flow": shown.flow, "kinds": kinds, "after": after})
    facts, form_id = Facts(shown.plain, request.user.language), f"form-new-{after}"
    url = f"{reverse('desk:settings_flow_step_new', args=[key])}?after={after}&kind={kind}"
    about = {"title": kind_called(kind).label, "url": url, "is_new": True}
    about["wanted"] = free_id(shown.plain, kind)
    blank = kind_called(kind).new(kind)
    if request.method != "POST":
        return _shown(request, shown, forms.step_form(form_id, kind, blank, facts), about)
    form = forms.posted_step(form_id, kind, request.POST, blank, facts)
    about["wanted"] = name = request.POST.get("id", "").strip() or about["wanted"]
    form.value["id"] = name
    ids = [each["id"] for each in shown.plain["steps"]]

    def save() -> FlowVersion:
        return operations.add_step(
            flow_id=shown.flow.pk,
            step=form.value,
            after=after or None,
            user=request.user,
            now=timezone.now(),
            revision=revision_of(request),
        )

    place = ids.index(after) + 1 if after in ids else 0
    return _saved(request, shown, form, about, save, ("steps", place))


@require_POST
@require(role=Role.ADMIN)
def move_step(request: Request, key: str, step_id: str) -> HttpResponse:
    """Put a step above another one, at the end without one."""
    shown = shown_flow(key)
    before = request.POST.get("before", "")

    def move() -> FlowVersion:
        return operations.move_step(
            flow_id=shown.flow.pk,
            step_id=step_id,
            before=before or None,
            user=request.user,
            now=timezone.now(),
            revision=revision_of(request),
        )

    return _acted(request, key, move)


@require_POST
@require(role=Role.ADMIN)
def delete_step(request: Request, key: str, step_id: str) -> HttpResponse:
    """Take a step out; what led to it leads on."""
    shown = shown_flow(key)

    def remove() -> FlowVersion:
        return operations.remove_step(
            flow_id=shown.flow.pk,
            step_id=step_id,
            user=request.user,
            now=timezone.now(),
            revision=revision_of(request),
        )

    return _acted(request, key, remove, _("The step is taken out of the draft."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def part(request: Request, key: str, section: str, name: str) -> HttpResponse:
    """A goal, side answer, handoff rule or phrase, or the settings of the whole; `new` for one that is to be added."""
    shown = shown_flow(key)
    if section not in (*SECTIONS, SETTINGS) or (section == SETTINGS) != (name == SETTINGS):
        raise Http404
    facts, form_id = Facts(shown.plain, request.user.language), f"form-{section}-{name}"
    stored = shown.plain if section == SETTINGS else (shown.plain.get(section) or {}).get(name)
    is_new = name == "new" and stored is None
    if stored is None and not is_new and f"{section}.{name}" not in shown.document.table:
        raise Http404
    url = reverse("desk:settings_flow_part", args=[key, section, name])
    about: dict[str, Any] = {"title": PARTS[section].label if is_new else in_words(name), "url": url}
    about |= {"is_new": is_new, "section": section, "part": name}
    if is_new:
        taken = shown.plain.get(section) or {}
        about["keys"] = [] if section == "goals" else [each for each in facts.intents if each[0] not in taken]
    if request.method != "POST":
        return _shown(request, shown, forms.part_form(form_id, section, PARTS[section], stored, facts), about)
    form = forms.posted_part(form_id, section, PARTS[section], request.POST, stored, facts)
    given = request.POST.get("key", "").strip()[:LONGEST_KEY] if is_new else name
    about["wanted"] = given
    start = () if section == SETTINGS else (section, given)
    if is_new and given in (shown.plain.get(section) or {"": None}):
        form.errors, form.is_faulty = [_("Choose a name that is not taken.")], True
    return _saved(request, shown, form, about, _saver(request, shown, section, given, form), start)


def _saver(
    request: Request, shown: Shown, section: str, name: str, form: ItemForm
) -> Callable[[], FlowVersion]:
    about: dict[str, Any] = {
        "flow_id": shown.flow.pk,
        "user": request.user,
        "now": timezone.now(),
        "revision": revision_of(request),
    }
    if section == SETTINGS:
        names = dict.fromkeys(spec.key.partition(".")[0] for spec in PARTS[SETTINGS].fields)
        settings = {each: form.value.get(each) for each in names}
        return lambda: operations.edit_settings(settings=settings, **about)
    return lambda: operations.edit_part(section=section, key=name, value=form.value, **about)


@require_POST
@require(role=Role.ADMIN)
def delete_part(request: Request, key: str, section: str, name: str) -> HttpResponse:
    """Take a goal, side answer or rule out; a phrase gets the words that ship with Parley."""
    shown = shown_flow(key)
    if section not in SECTIONS:
        raise Http404

    def remove() -> FlowVersion:
        return operations.edit_part(
            flow_id=shown.flow.pk,
            section=section,
            key=name,
            value=None,
            user=request.user,
            now=timezone.now(),
            revision=revision_of(request),
        )

    return _acted(request, key, remove, _("It is taken out of the draft."))


@require_safe
@never_cache
@require(role=Role.ADMIN)
def new_case(request: Request, key: str) -> HttpResponse:
    """One more case of a branch."""
    shown = shown_flow(key)
    row = cases.blank(Facts(shown.plain, request.user.language))
    return render(request, "desk/settings/flows/case.html", {"row": row, "flow": shown.flow})


def _acted(request: Request, key: str, act: Callable[[], object], words: str = "") -> HttpResponse:
    try:
        return acted(request, key, act, words)
    except DocumentError as error:
        said = error.problems[0].message
    except Refused as refusal:
        said = str(refusal)
    return toast(script(request, key, status=422, changed=False), said)


def _shown(
    request: Request, shown: Shown, form: ItemForm, about: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {"flow": shown.flow, "form": form, "facts": Facts(shown.plain, request.user.language), **about}
    response = render(request, FORM, context, status=status)
    if request.method == "POST":
        response["HX-Retarget"], response["HX-Reswap"] = f"#{form.id}", "outerHTML"
    return response


def _saved(
    request: Request,
    shown: Shown,
    form: ItemForm,
    about: dict[str, Any],
    save: Callable[[], FlowVersion],
    start: tuple[str | int, ...],
) -> HttpResponse:
    """Save what was typed and show the script; a fault leaves it in the form and says what to do."""
    if form.is_faulty:
        return _shown(request, shown, form, about, status=422)
    try:
        save()
    except StaleDraft as stale:
        about = {**about, "stale": stale, "fresh_revision": stale.revision}
        return _shown(request, shown, form, about, status=409)
    except DocumentError as error:
        form.take(error, start)
        return _shown(request, shown, form, about, status=422)
    except Refused as refusal:
        form.errors.append(str(refusal))
        return _shown(request, shown, form, about, status=422)
    return script(request, shown.flow.key)
