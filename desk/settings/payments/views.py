"""Settings > Payments (spec 8.6): where customers pay, and what a payment sets off."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from conversations.payments.links import hook_url
from core.access.models import Role
from core.company.queries import company
from core.http import Request, render_page, render_partial, require, toast
from crm.payments import operations
from crm.payments.address import fault_of, filled_for
from crm.payments.errors import BadProvider
from crm.payments.models import PaymentMessage, PaymentProvider, PaymentState
from crm.payments.queries import payment_settings, providers
from crm.pipeline.queries import pipelines
from desk.settings.payments.forms import ProviderForm, RulesForm

PAGE = "desk/settings/payments.html"
MESSAGES = 10
SAMPLE: dict[str, Any] = {"amount": Decimal(50_000), "reference": "PAY-7K3F-9Q2M"}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def payments(request: Request) -> HttpResponse:
    """Providers, and what a payment sets off: GET shows it, POST saves the rules."""
    if request.method != "POST":
        return render_page(request, PAGE, {"lines": _lines(), "rules": _rules(None)}, partial="provider_list")
    form = _rules(request.POST)
    if form.is_valid():
        try:
            operations.update_payment_settings(
                thank=form.cleaned_data["thank"], remind=form.cleaned_data["remind"], stages=form.stages()
            )
        except BadProvider as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            answer = render_partial(request, PAGE, "rules_form", {"rules": _rules(None)})
            return toast(answer, _("Saved."))
    return render_partial(request, PAGE, "rules_form", {"rules": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """A new provider; the answer shows its secret, this one time."""
    form = ProviderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            provider, secret = operations.create_provider(
                name=given["name"], url_template=given["url_template"], is_default=given["is_default"]
            )
        except BadProvider as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _secret_shown(request, provider, secret)
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def provider(request: Request, public_id: UUID) -> HttpResponse:
    """GET shows a provider with the newest that its program has told; POST saves it."""
    found = get_object_or_404(PaymentProvider, public_id=public_id)
    initial = ProviderForm.initial_of(found)
    form = ProviderForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.update_provider(provider_id=found.pk, **form.cleaned_data)
        except BadProvider as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            answer = toast(HttpResponse(status=204), _("Saved."))
            return trigger_client_event(
                trigger_client_event(answer, "settings:refresh", {}), "modal:close", {}
            )
    return _form(request, form, found)


@require_POST
@never_cache
@require(role=Role.ADMIN)
def secret(request: Request, public_id: UUID) -> HttpResponse:
    """Make a new secret and show it, this once; the one before is good for a day."""
    found = get_object_or_404(PaymentProvider, public_id=public_id)
    made = operations.rotate_secret(provider_id=found.pk, now=timezone.now())
    return _secret_shown(request, found, made)


@require_safe
@never_cache
@require(role=Role.ADMIN)
def preview(request: Request) -> HttpResponse:
    """Where a sample payment would lead, or what is wrong with the address."""
    template = request.GET.get("url_template", "").strip()
    fault = fault_of(template) if template else ""
    return render_partial(
        request,
        PAGE,
        "address",
        {"fault": fault, "sample": "" if fault or not template else _sample(template)},
    )


def _form(request: Request, form: ProviderForm, found: PaymentProvider | None) -> HttpResponse:
    template = str(form["url_template"].value() or "")
    fault = fault_of(template) if template else ""
    context: dict[str, Any] = {
        "form": form,
        "provider": found,
        "sample": "" if fault or not template else _sample(template),
    }
    if found is not None:
        until = parse_datetime(str(found.secret.get("previous_until") or ""))
        context |= {
            "hook_url": hook_url(found),
            "messages_told": PaymentMessage.objects.filter(provider=found)
            .select_related("payment")
            .order_by("-id")[:MESSAGES],
            "previous_until": until if until and until > timezone.now() else None,
        }
    status = 422 if request.method == "POST" else 200
    return render_partial(request, PAGE, "provider_form", context, status=status)


def _secret_shown(request: Request, found: PaymentProvider, secret: str) -> HttpResponse:
    context = {"provider": found, "secret": secret, "hook_url": hook_url(found)}
    answer = render_partial(request, PAGE, "secret", context)
    return trigger_client_event(answer, "settings:refresh", {})


def _sample(template: str) -> str:
    return filled_for(
        template,
        currency=company().currency,
        purpose=_("Deposit for the kitchen"),
        return_url=f"{settings.BASE_URL}/pay/…/?back=1",
        **SAMPLE,
    )


def _lines() -> Any:
    """With how much is awaited at each, and how many messages could not be taken."""
    awaited = Count("requests", Q(requests__state=PaymentState.REQUESTED), distinct=True)
    problems = Count("messages", ~Q(messages__problem=""), distinct=True)
    return providers().annotate(awaited=awaited, problems=problems)


def _rules(data: Any) -> RulesForm:
    return RulesForm(data, rules=payment_settings(), pipelines=list(pipelines()))
