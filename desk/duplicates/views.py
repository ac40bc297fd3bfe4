"""Contacts that may be the same person: proposed, compared, merged, and two again (spec 1.2)."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, Refused
from core.events.actor import Actor
from core.http import Request, render_page, signed_in, toast
from crm.consent.queries import consent_history
from crm.contacts.models import Contact
from crm.contacts.queries import contacts
from crm.duplicates import operations, queries
from crm.duplicates.fields import Side
from crm.duplicates.models import ContactMerge
from desk.contacts.queries import consent_lines, contact_for

TAKE = "take:"


@require_safe
@never_cache
@signed_in
def duplicates(request: Request) -> HttpResponse:
    """The pairs that nobody has decided on yet; with `after` the next of them."""
    asked = request.GET.get("after", "")
    after = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    page = queries.proposals(request.user, after=after)
    return render_page(request, "desk/duplicates.html", {"page": page}, partial="duplicates_more")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def merge(request: Request, public_id: UUID, other: UUID) -> HttpResponseBase:
    """Both side by side; what is posted makes `other` part of the first."""
    winner, loser = _both(request, public_id, other)
    refusal = ""
    if request.method == "POST":
        try:
            done = operations.merge_contacts(
                winner=winner,
                loser=loser,
                actor=Actor.of(request.user),
                by=request.user,
                now=timezone.now(),
                taken=_taken(request),
            )
        except Conflict:
            return redirect("desk:contact", public_id)
        except Refused as error:
            refusal = str(error)
        else:
            _tell(
                request,
                _("%(one)s and %(other)s are one contact now") % {"one": winner, "other": loser},
                done,
            )
            return redirect("desk:contact", winner.public_id)
    context = {
        "winner": winner,
        "loser": loser,
        "lines": queries.compared(winner, loser),
        "moving": queries.moving(winner, loser),
        "consent": [consent_lines(consent_history(each)) for each in (winner, loser)],
        "days": queries.UNDO_DAYS,
        "refusal": refusal,
    }
    return render(request, "desk/duplicates/compare.html", context, status=422 if refusal else 200)


@require_POST
@signed_in
def dismiss(request: Request, public_id: UUID, other: UUID) -> HttpResponse:
    """Somebody knows that they are two; `again` takes that back."""
    one, two = _both(request, public_id, other)
    if "again" in request.GET:
        operations.propose_again(one=one, other=two)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    operations.dismiss(one=one, other=two, by=request.user, now=timezone.now())
    undo = f"{reverse('desk:contact_dismiss', args=[public_id, other])}?again=yes"
    return toast(HttpResponse(), _("They are not proposed again"), undo)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def undo(request: Request, public_id: UUID) -> HttpResponse:
    """What goes back and what stays; what is posted makes them two again."""
    found = _merge_for(request, public_id)
    refusal = ""
    if request.method == "POST":
        try:
            operations.undo_merge(
                merge_id=found.pk, actor=Actor.of(request.user), by=request.user, now=timezone.now()
            )
        except Refused as error:
            refusal = str(error)
        else:
            _tell(
                request,
                _("%(one)s and %(other)s are two contacts again")
                % {"one": found.winner, "other": found.loser},
            )
            address = reverse("desk:contact", args=[found.winner.public_id])
            return HttpResponse(status=204, headers={"HX-Redirect": address})
    context = {"merge": found, "preview": queries.undo_preview(found, timezone.now())}
    response = render(request, "desk/duplicates/undo.html", context, status=409 if refusal else 200)
    return toast(response, refusal) if refusal else response


def _both(request: Request, one: UUID, other: UUID) -> tuple[Contact, Contact]:
    """Two contacts in sight. Http404, also where both are one by now."""
    first, second = contact_for(request.user, one), contact_for(request.user, other)
    if first.pk == second.pk:
        raise Http404
    return first, second


def _merge_for(request: Request, public_id: UUID) -> ContactMerge:
    seen = contacts().visible_to(request.user)
    rows = ContactMerge.objects.filter(winner__in=seen.values("pk")).select_related(
        "winner", "loser", "merged_by"
    )
    return get_object_or_404(rows, public_id=public_id)


def _taken(request: Request) -> dict[str, Side]:
    sides = {name.removeprefix(TAKE): side for name, side in request.POST.items() if name.startswith(TAKE)}
    return {name: cast(Side, side) for name, side in sides.items() if side in ("winner", "loser")}


def _tell(request: Request, text: str, undoable: ContactMerge | None = None) -> None:
    """The next page says it, with the address that takes it back."""
    address = reverse("desk:contact_merge_undo", args=[undoable.public_id]) if undoable else "/"
    messages.success(request, text, extra_tags=address)
