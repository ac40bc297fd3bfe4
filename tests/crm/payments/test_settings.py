"""Providers, and what a payment sets off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.access.models import User
from core.events.actor import SYSTEM
from core.events.models import Event
from core.secrets.signing import good_secrets
from crm.orders.models import Order
from crm.payments.errors import BadProvider
from crm.payments.models import PaidStage, PaymentProvider, PaymentRequest
from crm.payments.operations import (
    Told,
    create_provider,
    rotate_secret,
    set_state,
    take_message,
    update_payment_settings,
    update_provider,
)
from crm.payments.queries import default_provider
from crm.pipeline.models import Lead, Stage
from crm.scoring.queries import forget_rules
from tests.factories.core import CompanyFactory, UserFactory
from tests.factories.crm import LeadFactory, RuleFactory, sales_pipeline
from tests.factories.orders import make_order
from tests.factories.payments import ADDRESS, NOW, ProviderFactory, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> User:
    CompanyFactory()
    return UserFactory(name="Anna")


@pytest.fixture
def lead(anna: User) -> Lead:
    pipeline = sales_pipeline()
    return LeadFactory(owner=anna, pipeline=pipeline, stage=stages(pipeline)[0])


def stages(pipeline: Any) -> list[Stage]:
    return list(pipeline.stages.order_by("position", "id"))


def paid(payment: PaymentRequest) -> PaymentRequest:
    return set_state(payment_id=payment.pk, state="paid", actor=SYSTEM, now=NOW)


def test_the_first_provider_is_used_by_itself_and_its_secret_is_told_once() -> None:
    first, secret = create_provider(name=" Bank ", url_template=ADDRESS)
    assert (first.name, first.is_default, secret.startswith("whsec_")) == ("Bank", True, True)
    second, _secret = create_provider(name="Wallet", url_template=ADDRESS)
    assert not second.is_default
    assert default_provider() == first
    update_provider(provider_id=second.pk, name="Wallet", url_template=ADDRESS, is_default=True, active=True)
    assert default_provider() == second
    assert PaymentProvider.objects.filter(is_default=True).count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "bank"}, "name"),
        ({"name": "New", "url_template": "http://x.am/{reference}"}, "url_template"),
    ],
)
def test_what_is_no_provider(values: dict[str, Any], field: str) -> None:
    create_provider(name="Bank", url_template=ADDRESS)
    with pytest.raises(BadProvider) as refused:
        create_provider(**{"url_template": ADDRESS, **values})
    assert refused.value.field == field


def test_what_is_off_is_not_used_by_itself() -> None:
    provider = ProviderFactory(is_default=True)
    values = {"name": provider.name, "url_template": ADDRESS, "active": False}
    with pytest.raises(BadProvider):
        update_provider(provider_id=provider.pk, is_default=True, **values)
    update_provider(provider_id=provider.pk, is_default=False, **values)
    assert default_provider() is None


def test_the_secret_before_is_good_for_a_day() -> None:
    provider = ProviderFactory()
    old = provider.secret["secret"]
    new = rotate_secret(provider_id=provider.pk, now=NOW)
    provider.refresh_from_db()
    assert good_secrets(provider.secret, NOW) == [new, old]
    assert good_secrets(provider.secret, NOW + timedelta(days=1)) == [new]


def test_paid_moves_the_lead_on(lead: Lead) -> None:
    new, talking, *_rest = stages(lead.pipeline)
    update_payment_settings(thank=True, remind=True, stages={lead.pipeline_id: talking.pk})
    paid(make_payment(lead))
    lead.refresh_from_db()
    assert lead.stage == talking
    moved = Event.objects.get(name="lead.stage_changed")
    assert (moved.payload["from"], moved.payload["to"]) == (new.name, talking.name)


def test_never_backwards_and_never_what_is_closed(lead: Lead) -> None:
    new, talking, *_rest = stages(lead.pipeline)
    won = next(each for each in stages(lead.pipeline) if each.kind == "won")
    update_payment_settings(thank=True, remind=True, stages={lead.pipeline_id: new.pk})
    Lead.objects.filter(pk=lead.pk).update(stage=talking)
    paid(make_payment(lead))
    lead.refresh_from_db()
    assert lead.stage == talking

    update_payment_settings(thank=True, remind=True, stages={lead.pipeline_id: won.pk})
    paid(make_payment(lead))
    lead.refresh_from_db()
    assert (lead.stage, lead.stage_kind) == (won, "won")
    assert lead.closed_at is not None

    update_payment_settings(thank=True, remind=True, stages={lead.pipeline_id: talking.pk})
    paid(make_payment(lead))
    lead.refresh_from_db()
    assert lead.stage == won


def test_where_the_stage_asks_for_something_the_lead_waits_and_the_money_counts(lead: Lead) -> None:
    talking = stages(lead.pipeline)[1]
    Stage.objects.filter(pk=talking.pk).update(required=["lead.value"])
    update_payment_settings(thank=True, remind=True, stages={lead.pipeline_id: talking.pk})
    payment = paid(make_payment(lead))
    lead.refresh_from_db()
    assert (payment.state, lead.held_before, lead.stage != talking) == ("paid", talking, True)
    assert "Value" in lead.next_step


def test_a_stage_of_another_pipeline_or_a_lost_one_is_refused(lead: Lead) -> None:
    lost = next(each for each in stages(lead.pipeline) if each.kind == "lost")
    foreign = stages(sales_pipeline("Other"))[0]
    for stage in (lost, foreign):
        with pytest.raises(BadProvider):
            update_payment_settings(thank=True, remind=True, stages={lead.pipeline_id: stage.pk})
    update_payment_settings(thank=False, remind=True, stages={lead.pipeline_id: None})
    assert not PaidStage.objects.exists()


def test_what_is_paid_scores_the_lead(lead: Lead) -> None:
    RuleFactory(points=40, condition={"all": [{"field": "lead.payment_state", "op": "is", "value": "paid"}]})
    forget_rules()
    payment = make_payment(lead)
    lead.refresh_from_db()
    assert lead.score == 0
    paid(payment)
    lead.refresh_from_db()
    assert lead.score == 40


@pytest.mark.parametrize(("before", "after"), [("new", "confirmed"), ("shipped", "shipped")])
def test_paid_confirms_an_order_that_was_only_received(lead: Lead, before: str, after: str) -> None:
    order = make_order(currency="AMD")
    Order.objects.filter(pk=order.pk).update(contact=lead.contact, lead=lead, status=before)
    order.refresh_from_db()
    paid(make_payment(lead, lead=None, order=order))
    order.refresh_from_db()
    lead.refresh_from_db()
    assert order.status == after
    assert Event.objects.get(name="payment.paid").lead_id == lead.pk


def told(payment: PaymentRequest, **changes: Any) -> Told:
    return Told(**{"message_id": "m-1", "reference": payment.reference, "state": "paid", **changes})


def test_a_provider_is_heard_once_and_only_about_its_own(lead: Lead) -> None:
    provider, other = ProviderFactory(is_default=True), ProviderFactory()
    payment = make_payment(lead)
    foreign = take_message(provider=other, told=told(payment), now=NOW)
    assert (foreign.status, foreign.payment) == (404, None)

    first = take_message(provider=provider, told=told(payment, external_id="TX-1"), now=NOW)
    again = take_message(provider=provider, told=told(payment, state="failed"), now=NOW)
    assert (first.status, again.status, again.pk, again.state) == (200, 200, first.pk, "paid")
    payment.refresh_from_db()
    assert (payment.state, payment.external_id) == ("paid", "TX-1")
    assert Event.objects.filter(name__startswith="payment.").count() == 2


@pytest.mark.parametrize(
    ("changes", "status", "begins"),
    [
        ({"amount": Decimal(5)}, 409, "50000 AMD was asked for, but 5 AMD was paid."),
        ({"state": "refunded"}, 409, ""),
        ({"state": "stolen"}, 422, "state is one of"),
        ({"reference": "PAY-XXXX-XXXX"}, 404, "There is no such payment."),
    ],
)
def test_what_cannot_be_is_kept_with_the_reason(
    lead: Lead, changes: dict[str, Any], status: int, begins: str
) -> None:
    provider = ProviderFactory(is_default=True)
    payment = make_payment(lead)
    message = take_message(provider=provider, told=told(payment, **changes), now=NOW)
    assert message.status == status
    assert message.problem.startswith(begins)
    assert message.problem
    payment.refresh_from_db()
    assert payment.state == "requested"
