"""Who changed what in the settings and in the daily work (spec 12.2)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.access.models import Role
from core.history.queries import HistoryPage, open_to, page
from core.history.rows import Place
from core.http import Request, render_page, require
from desk.history.entries import entries
from desk.history.fragments import place_asked
from desk.settings.history.forms import HistoryForm

PAGE = "desk/settings/history.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def history(request: Request) -> HttpResponse:
    """Newest first, with `after` the lines behind a place. A filter that is wrong shows nothing, and why."""
    form = HistoryForm(request.GET, tracked=open_to(request.user))
    is_valid = form.is_valid()
    found = page(form.wanted, after=place_asked(request)) if is_valid else HistoryPage([], None)
    context = {
        "form": form,
        "entries": entries(found.changes, linked=True),
        "more": _more(request, found.after),
        "thing": _thing(form, found) if is_valid else "",
    }
    partials = ("history_more", "history_list")
    return render_page(request, PAGE, context, partial=partials, status=200 if is_valid else 422)


def _more(request: Request, after: Place | None) -> str:
    """The address of the lines behind these."""
    if after is None:
        return ""
    asked = {name: value for name, value in request.GET.items() if value and name != "after"}
    return f"{request.path}?{urlencode({**asked, 'after': after.encode()})}"


def _thing(form: HistoryForm, found: HistoryPage) -> str:
    """The name of the one thing that the list is narrowed to."""
    mark = form.cleaned_data.get("object")
    if not mark:
        return ""
    named = (each.thing for each in found.changes if each.mark == str(mark) and each.thing)
    return next(named, str(dict(form.fields["what"].choices).get(form.cleaned_data["what"], "")))  # type: ignore[attr-defined]
