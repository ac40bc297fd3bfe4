"""Services that can be booked (spec 9.1): left what is set, right the free times that it makes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.appointments.links import service_url
from bookings.services import operations
from bookings.services.models import Service
from core.access.models import Role
from core.company.queries import company
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from desk.settings.order import asked_order
from desk.settings.services import queries
from desk.settings.services.forms import ServiceForm
from desk.settings.telling import say_next

LIST = "desk/settings/services.html"
PAGE = "desk/settings/service.html"
COUNTED = ("duration", "step", "buffer_before", "buffer_after", "min_notice", "horizon_days", "capacity")
"""Fields on which the free times depend."""


@require_safe
@never_cache
@require(role=Role.MANAGER)
def services(request: Request) -> HttpResponse:
    """All services in order."""
    return render_page(request, LIST, _list(request), partial="services_list")


@require_POST
@require(role=Role.ADMIN)
def order(request: Request) -> HttpResponse:
    """Put the services into the order of the posted ids; customers see them so."""
    ids = asked_order(request, Service.objects.only("pk", "public_id"))
    operations.order_services(service_ids=ids)
    return toast(render_partial(request, LIST, "services_list", _list(request)), _("The order is saved."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Add a service."""
    service = Service(currency=company().currency)
    form = _form(request, service)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form, None)
        say_next(request, _("Saved. Its link stands on the right."))
        address = reverse("desk:settings_service", args=[saved.public_id])
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return _shown(request, service, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit(request: Request, public_id: UUID) -> HttpResponse:
    """Change a service."""
    found = get_object_or_404(Service, public_id=public_id)
    form = _form(request, found)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form, found.pk)
        fresh = ServiceForm(service=saved, resources=queries.all_resources(), goals=queries.goal_choices())
        return toast(_shown(request, saved, fresh, status=200), _("Saved."))
    return _shown(request, found, form)


@require_POST
@require(role=Role.ADMIN)
def preview(request: Request) -> HttpResponse:
    """Free times of the next two weeks with what stands in the form, saved or not."""
    asked = request.POST.get("service", "")
    known = next((each for each in Service.objects.all() if str(each.public_id) == asked), Service())
    form = _form(request, known)
    form.is_valid()
    if set(COUNTED) & set(form.errors):
        return HttpResponse(status=204)
    return render_partial(request, PAGE, "times", {"coming": _coming(known, form)})


def _form(request: Request, service: Service) -> ServiceForm:
    data = request.POST if request.method == "POST" else None
    return ServiceForm(data, service=service, resources=queries.all_resources(), goals=queries.goal_choices())


def _save(request: Request, form: ServiceForm, key: int | None) -> Service:
    wanted = set(form.cleaned_data["resources"])
    return operations.save_service(
        values=form.values(),
        resource_ids=[each.pk for each in queries.all_resources() if str(each.public_id) in wanted],
        actor=Actor.of(request.user),
        service_id=key,
    )


def _list(request: Request) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("bookings:book"))
    return {"lines": queries.service_lines(), "public_url": address}


def _shown(
    request: Request, service: Service, form: ServiceForm, *, status: int | None = None
) -> HttpResponse:
    is_new = service.pk is None
    context = {
        "service": None if is_new else service,
        "url": "" if is_new else service_url(service),
        "form": form,
        "coming": _coming(service, form),
    }
    code = status or (422 if request.method == "POST" else 200)
    return render_page(request, PAGE, context, partial="service_page", status=code)


def _coming(service: Service, form: ServiceForm) -> queries.Coming:
    """By what stands in the form; by what is stored where that cannot be read."""
    asked = Service(pk=service.pk, **{name: getattr(service, name) for name in COUNTED})
    for name in COUNTED if form.is_bound else ():
        setattr(asked, name, form.cleaned_data.get(name, getattr(service, name)))
    wanted = set(form["resources"].value() or ())
    givers = [each for each in queries.all_resources() if str(each.public_id) in wanted]
    return queries.coming_times(service=asked, givers=givers, now=timezone.now(), zone=company().timezone)
