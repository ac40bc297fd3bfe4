"""Contacts: who writes to us, how they can be reached, what they allowed (spec 1)."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from conversations.threads.queries import of_contact
from core.events.actor import Actor
from core.http import Request, render_page, signed_in, toast
from crm.consent.operations import grant, withdraw
from crm.consent.queries import consent_history
from crm.contacts import operations
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact
from crm.duplicates.queries import merges_of, suspects_of
from desk.contacts import queries
from desk.contacts.forms import ContactForm, PointForm
from desk.history import fragments
from desk.orders.queries import orders_beside
from desk.payments.queries import beside as payments_beside

SOURCE = "desk"


@require_safe
@never_cache
@signed_in
def contacts(request: Request) -> HttpResponse:
    """The list, searched by name in any script, phone or email; with `after` the next lines of it."""
    text = request.GET.get("q", "").strip()[:100]
    asked = request.GET.get("after", "")
    after = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    context = {"page": queries.contact_page(request.user, text=text, after=after), "search": text}
    return render_page(request, "desk/contacts.html", context, partial=("contact_rows", "contact_more"))


@require_safe
@never_cache
@signed_in
def contact(request: Request, public_id: UUID) -> HttpResponse:
    """One person with leads, conversations, consent, and who may be the same."""
    found = queries.contact_for(request.user, public_id)
    if found.public_id != public_id:
        return redirect("desk:contact", found.public_id)
    context = {
        "suspects": suspects_of(found, request.user),
        "merges": merges_of(found),
        "leads": queries.leads_of(found, request.user),
        "conversations": of_contact(found.pk, request.user, limit=20),
        **_facts(found),
    }
    return render(request, "desk/contact.html", context)


@require_safe
@never_cache
@signed_in
def bought(request: Request, public_id: UUID) -> HttpResponse:
    """Payments and orders of the person, fetched after the page that they stand on; `lead`: that of the page."""
    found, now = queries.contact_for(request.user, public_id), timezone.now()
    about = {
        "payments": payments_beside(found, request.user, now=now),
        "orders": orders_beside(found, request.user, now=now),
    }
    context = {"contact": found, "about": about, "quoted": {"public_id": request.GET.get("lead", "")}}
    return render(request, "desk/contacts/bought.html", context)


@require_safe
@never_cache
@signed_in
def history(request: Request, public_id: UUID) -> HttpResponse:
    found = queries.contact_for(request.user, public_id)
    return render(request, fragments.TEMPLATE, fragments.context_of(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def details(request: Request, public_id: UUID) -> HttpResponse:
    """Name, language and company."""
    found = queries.contact_for(request.user, public_id)
    form = ContactForm(request.POST or None, instance=queries.contact_for(request.user, public_id))
    if request.method == "POST" and form.is_valid():
        operations.update_contact(contact=found, actor=Actor.of(request.user), **form.cleaned_data)
        return _saved(request, found)
    url, status = reverse("desk:contact_details", args=[public_id]), 422 if request.method == "POST" else 200
    context = {"form": form, "url": url, "headline": _("Name and language")}
    return render(request, "desk/lead/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def point(request: Request, public_id: UUID) -> HttpResponse:
    """Add a phone number or an email address."""
    found = queries.contact_for(request.user, public_id)
    form = PointForm(request.POST or request.GET if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_point(contact=found, actor=Actor.of(request.user), **form.cleaned_data)
        except BadContactPoint as refusal:
            form.add_error("value", str(refusal))
        else:
            return _saved(request, found)
    url, status = reverse("desk:contact_point", args=[public_id]), 422 if request.method == "POST" else 200
    context = {"form": form, "url": url, "headline": _("Add a phone or email")}
    return render(request, "desk/lead/form.html", context, status=status)


@require_POST
@signed_in
def remove_point(request: Request, public_id: UUID) -> HttpResponse:
    """Take away a phone or email that is wrong; it can be brought back at once."""
    found = queries.contact_for(request.user, public_id)
    form = PointForm(request.POST)
    if not form.is_valid():
        raise BadRequest("kind and value must be those of a point")
    operations.remove_point(contact=found, actor=Actor.of(request.user), **form.cleaned_data)
    undo = f"{reverse('desk:contact_point', args=[public_id])}?{urlencode(form.cleaned_data)}"
    return toast(_saved(request, found), _("Deleted"), undo)


@require_POST
@signed_in
def consent(request: Request, public_id: UUID) -> HttpResponse:
    """The person told a colleague to stop, or that we may write again."""
    found = queries.contact_for(request.user, public_id)
    decide = grant if request.POST.get("granted") == "yes" else withdraw
    decide(contact=found, source=SOURCE, recorded_by=request.user)
    return _saved(request, found)


def _facts(contact: Contact) -> dict[str, object]:
    lines = queries.consent_lines(consent_history(contact))
    follow_up = next(line for line in lines if line.purpose == "follow_up")
    return {
        "contact": contact,
        "points": contact.points.all(),
        "consent": lines,
        "may_follow_up": follow_up.granted,
    }


def _saved(request: Request, contact: Contact) -> HttpResponse:
    """The facts as they are now, in their place; the dialog closes."""
    fresh = queries.contact_for(request.user, contact.public_id)
    response = render(request, "desk/contacts/card.html", _facts(fresh))
    response["HX-Retarget"], response["HX-Reswap"] = "#contact-card", "outerHTML"
    return trigger_client_event(response, "modal:close", {})
