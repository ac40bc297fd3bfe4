"""Settings > Playbooks: a gallery of ready ways to work, what each adds, how it stands with its figure (spec 5.6)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from automation.playbooks import operations
from automation.playbooks.errors import UnknownPlaybook
from automation.playbooks.manifest import Playbook
from automation.playbooks.queries.kpis import KPIS, MOST_ROWS
from automation.playbooks.reading import playbook as shipped
from conversations.accounts.models import ChannelAccount
from core.access.models import Role
from core.errors import Refused
from core.http import Request, render_page, render_partial, require
from core.languages import Language, in_active_language
from desk.settings.playbooks import context
from desk.settings.telling import say_next

LIST = "desk/settings/playbooks.html"
PAGE = "desk/settings/playbook.html"
ROWS = "desk/settings/playbooks/rows.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def playbooks(request: Request) -> HttpResponse:
    """All that come with Parley; the figure of each comes after the page."""
    found = context.cards()
    return render_page(request, LIST, {"cards": found, "none": all(card.install is None for card in found)})


@require_safe
@never_cache
@require(role=Role.MANAGER)
def playbook(request: Request, key: str) -> HttpResponse:
    """One playbook: who gets called when, what it says in a chosen language, what it adds beside what is there."""
    found = _found(key)
    asked = request.GET.get("language", "")
    language = asked if asked in Language.values else request.user.language
    shown = {**context.page(found, language), **context.figure(found, timezone.now())}
    return render_page(request, PAGE, shown, partial="words")


@require_safe
@never_cache
@require(role=Role.MANAGER)
def figure(request: Request, key: str) -> HttpResponse:
    """The figure of a card."""
    return render_partial(request, LIST, "figure", context.figure(_found(key), timezone.now()))


@require_safe
@never_cache
@require(role=Role.MANAGER)
def rows(request: Request, key: str) -> HttpResponse:
    """The list behind the figure."""
    found = _found(key)
    now = timezone.now()
    shown = {
        **context.figure(found, now),
        "lines": context.rows(KPIS[found.target.kpi], now),
        "most": MOST_ROWS,
        "title": in_active_language(found.title),
    }
    return render_page(request, ROWS, shown)


@require_POST
@require(role=Role.ADMIN)
def install(request: Request, key: str) -> HttpResponse:
    found = _found(key)
    done = operations.install(
        key=found.key, user=request.user, now=timezone.now(), follow_ups="follow_ups" in request.POST
    )
    if done.made:
        count = len(done.added)
        words = ngettext(
            "Installed, %(count)s part is new. Switch it on where it should answer.",
            "Installed, %(count)s parts are new. Switch it on where it should answer.",
            count,
        )
        say_next(request, words % {"count": count})
    else:
        say_next(request, _("It was installed already; nothing has changed."))
    return _back(request, key)


@require_POST
@require(role=Role.ADMIN)
def upgrade(request: Request, key: str) -> HttpResponse:
    found = _found(key)

    def work() -> str:
        done = operations.upgrade(key=found.key, user=request.user, now=timezone.now())
        counts = {"renewed": len(done.renewed), "kept": len(done.kept)}
        return _("Renewed: %(renewed)s. Yours that stayed: %(kept)s.") % counts

    return _told(request, key, work)


@require_POST
@require(role=Role.ADMIN)
def remove(request: Request, key: str) -> HttpResponse:
    """Take it away; `edited` = "remove" takes what was edited, too."""
    found = _found(key)

    def work() -> str:
        edited_too = request.POST.get("edited") == "remove"
        done = operations.remove(key=found.key, edited_too=edited_too, user=request.user, now=timezone.now())
        if not done.kept:
            return _("Removed. Chats that have begun finish with it.")
        names = ", ".join(f"{each.name} ({each.why})" for each in done.kept)
        return _("Removed. These stay: %(names)s.") % {"names": names}

    return _told(request, key, work)


@require_POST
@require(role=Role.ADMIN)
def switch(request: Request, key: str) -> HttpResponse:
    """Let it answer on an account, or give the account back."""
    found = _found(key)
    asked = request.POST.get("account", "")
    if not (asked.isdecimal() and len(asked) < 18):
        raise BadRequest("account must be the number of a channel account")
    account = get_object_or_404(ChannelAccount, pk=int(asked))

    def work() -> str:
        names: dict[str, Any] = {"account": account.name}
        if request.POST.get("on") == "1":
            operations.switch_on(key=found.key, account_id=account.pk, user=request.user, now=timezone.now())
            return _("New chats on %(account)s begin with it.") % names
        operations.switch_off(key=found.key, account_id=account.pk, user=request.user, now=timezone.now())
        return _("%(account)s is back to what it had before.") % names

    return _told(request, key, work)


def _found(key: str) -> Playbook:
    try:
        return shipped(key)
    except UnknownPlaybook as error:
        raise Http404 from error


def _told(request: Request, key: str, work: Any) -> HttpResponse:
    """Do it, and let the page say what came of it."""
    try:
        say_next(request, work())
    except Refused as refusal:
        say_next(request, str(refusal))
    return _back(request, key)


def _back(request: Request, key: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("desk:settings_playbook", key)
