"""What is done with an order: moved on, noted as incomplete, an answer of the customer noted down."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, signed_in, toast
from crm.orders.errors import BadOrder
from crm.orders.items import ItemDraft
from crm.orders.models import Order
from crm.orders.operations import answer_notice, set_status, upsert_order
from desk.orders import queries
from desk.orders.page import page_context


@require_POST
@signed_in
def status(request: Request, public_id: UUID) -> HttpResponse:
    """How far it is, why, and until when: the customer hears of a later day unless it is kept quiet."""
    found = queries.order_for(request.user, public_id)
    posted, revision = request.POST, request.POST.get("revision", "")
    try:
        set_status(
            order_id=found.pk,
            status=posted.get("status", ""),
            reason=posted.get("reason", ""),
            expected_on=_day(posted.get("expected_on", "")),
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else -1,
            tell="tell" in posted,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except Refused as refusal:
        return _refused(request, public_id, refusal)
    return _done(request, found)


@require_POST
@signed_in
def missing(request: Request, public_id: UUID) -> HttpResponse:
    """Which items cannot be delivered with the rest: the customer hears of those that were not missing before."""
    found = queries.order_for(request.user, public_id)
    ticked = set(request.POST.getlist("missing"))
    items = [
        ItemDraft(
            title=item.title,
            code=item.code,
            quantity=item.quantity,
            unit_price=item.unit_price,
            product=item.product,
            missing=str(item.position) in ticked,
        )
        for item in found.items.select_related("product").order_by("position", "id")
    ]
    revision = request.POST.get("revision", "")
    try:
        upsert_order(
            number=found.number,
            items=items,
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else -1,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except Refused as refusal:
        return _refused(request, public_id, refusal)
    return _done(request, found)


@require_POST
@signed_in
def answer(request: Request, public_id: UUID, notice: UUID) -> HttpResponse:
    """What the customer said on the telephone or elsewhere."""
    found = queries.order_for(request.user, public_id)
    if not any(each.public_id == notice for each in found.notices.all()):
        raise Http404
    try:
        answer_notice(
            notice_id=notice,
            answer=request.POST.get("answer", ""),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except Refused as refusal:
        return _refused(request, public_id, refusal)
    return _done(request, found)


def _day(text: str) -> date | None:
    """Raises BadOrder for what is no day."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadOrder(_("Choose a day."), field="expected_on") from None


def _done(request: Request, order: Order) -> HttpResponse:
    url = reverse("desk:order", args=[order.public_id])
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)


def _refused(request: Request, public_id: UUID, refusal: Refused) -> HttpResponse:
    """The sentence in a toast; without a script on the page, with what was typed."""
    if request.htmx:
        return toast(HttpResponse(status=409, headers={"HX-Reswap": "none"}), str(refusal))
    found = queries.order_for(request.user, public_id)
    typed = {name: request.POST.get(name, "") for name in ("status", "reason", "expected_on")}
    context = page_context(found, request.user, timezone.now(), refusal=str(refusal), typed=typed)
    return render(request, "desk/order.html", context, status=422)
