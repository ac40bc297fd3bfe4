"""Where customers pay, and what a payment sets off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.secrets.signing import new_secret, rotated
from core.text import clean
from crm.payments.address import fault_of
from crm.payments.errors import BadProvider
from crm.payments.models import PaidStage, PaymentProvider, PaymentSettings
from crm.pipeline.models import Pipeline, Stage, StageKind


@transaction.atomic
def create_provider(*, name: str, url_template: str, is_default: bool = False) -> tuple[PaymentProvider, str]:
    """A new provider with its secret, which is shown this once. The first one is used unless another is chosen.

    Raises BadProvider.
    """
    secret = new_secret()
    provider = PaymentProvider(secret={"secret": secret})
    _take(provider, name=name, url_template=url_template)
    others = PaymentProvider.objects.select_for_update().filter(active=True)
    provider.is_default = is_default or not others.exists()
    _save(provider)
    return provider, secret


@transaction.atomic
def update_provider(
    *, provider_id: int, name: str, url_template: str, is_default: bool, active: bool
) -> PaymentProvider:
    """Requests that are there lead to the new address from now on. One that is switched off takes no new requests; those
    that were made are still paid there. Raises BadProvider, PaymentProvider.DoesNotExist.
    """
    provider = PaymentProvider.objects.select_for_update().get(pk=provider_id)
    _take(provider, name=name, url_template=url_template)
    if is_default and not active:
        raise BadProvider(
            _("What is switched off cannot be used by itself. Choose another provider for that first."),
            field="is_default",
        )
    provider.is_default, provider.active = is_default, active
    _save(provider)
    return provider


@transaction.atomic
def rotate_secret(*, provider_id: int, now: datetime) -> str:
    """A new secret, shown this once; the one before is good for one more day."""
    provider = PaymentProvider.objects.select_for_update().get(pk=provider_id)
    provider.secret = rotated(provider.secret, now)
    provider.save(update_fields=["secret"])
    return str(provider.secret["secret"])


@transaction.atomic
def update_payment_settings(*, thank: bool, remind: bool, stages: Mapping[int, int | None]) -> None:
    """`stages`: by pipeline the stage that a paid lead goes to, None for nowhere. Raises BadProvider for a stage that is
    another pipeline's or a lost one.
    """
    rules = PaymentSettings.objects.select_for_update().first() or PaymentSettings()
    rules.thank, rules.remind = thank, remind
    rules.save()
    for pipeline in Pipeline.objects.filter(pk__in=stages):
        stage_id = stages[pipeline.pk]
        if stage_id is None:
            PaidStage.objects.filter(pipeline=pipeline).delete()
            continue
        stage = Stage.objects.filter(pk=stage_id, pipeline=pipeline).exclude(kind=StageKind.LOST).first()
        if stage is None:
            raise BadProvider(
                _("Choose a stage of this pipeline that is not a lost one."), field=f"stage_{pipeline.pk}"
            )
        kept = PaidStage.objects.filter(pipeline=pipeline).first() or PaidStage(pipeline=pipeline)
        if kept.stage_id != stage.pk:
            kept.stage = stage
            kept.save()


def _take(provider: PaymentProvider, *, name: str, url_template: str) -> None:
    provider.name = " ".join(clean(name).split())[:100]
    if not provider.name:
        raise BadProvider(_("Give it a name, such as that of the bank."), field="name")
    if PaymentProvider.objects.filter(name__iexact=provider.name).exclude(pk=provider.pk).exists():
        raise BadProvider(_("There is a provider of this name already."), field="name")
    provider.url_template = url_template.strip()
    if fault := fault_of(provider.url_template):
        raise BadProvider(fault, field="url_template")


def _save(provider: PaymentProvider) -> None:
    """Before another one becomes the default, the one that was steps back."""
    if provider.is_default:
        before: Any = (
            PaymentProvider.objects.select_for_update().filter(is_default=True).exclude(pk=provider.pk)
        )
        for each in before:
            each.is_default = False
            each.save(update_fields=["is_default"])
    provider.save()
