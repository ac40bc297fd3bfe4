"""The salesperson's day on one page, where most of it can be done in place (spec 7.7, 7.8)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.http import Request, render_page, signed_in
from desk.filters.bar import quick_query
from desk.steps.dialogs import moments
from desk.today.queries import day_of

PAGE = "desk/today.html"


@require_safe
@never_cache
@signed_in
def today(request: Request) -> HttpResponse:
    """The whole page, or its lists anew."""
    now = timezone.now()
    mine = {key: quick_query(request.user, "mine", key) for key in ("overdue", "today", "none")}
    context = {"day": day_of(request.user, now), "now": now, "offers": moments(now), "mine": mine}
    return render_page(request, PAGE, context, partial="today_lists")
