"""Orders: the list and the page of one (spec 8.5)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.http import Request, render_page, signed_in
from desk.orders import queries
from desk.orders.page import page_context, state_label


@require_safe
@never_cache
@signed_in
def orders(request: Request) -> HttpResponse:
    """The list by status, number or customer; with `after` the next lines of it."""
    chosen = {name: request.GET.get(name, "").strip()[:100] for name in ("state", "q")}
    if chosen["state"] not in queries.STATES:
        chosen["state"] = ""
    page = queries.order_page(
        request.user,
        now=timezone.now(),
        state=chosen["state"],
        text=chosen["q"],
        after=request.GET.get("after", "")[:80],
    )
    context = {
        "page": page,
        "chosen": chosen,
        "states": [(state, state_label(state)) for state in queries.STATES],
        "is_filtered": any(chosen.values()),
        "may_import": request.user.sees_everything,
    }
    return render_page(request, "desk/orders.html", context, partial=("order_rows", "order_more"))


@require_safe
@never_cache
@signed_in
def order(request: Request, public_id: UUID) -> HttpResponse:
    """What was ordered, by whom, how far it is, and what the customer was told."""
    found = queries.order_for(request.user, public_id)
    return render(request, "desk/order.html", page_context(found, request.user, timezone.now()))
