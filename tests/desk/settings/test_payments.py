"""Settings > Payments."""

from __future__ import annotations

import re

from django.test import Client

from crm.payments.models import PaidStage, PaymentProvider, PaymentSettings
from crm.payments.operations import Told, take_message
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.factories.crm import LeadFactory, sales_pipeline
from tests.factories.payments import ADDRESS, NOW, ProviderFactory, make_payment

URL = "/settings/payments/"


def test_a_provider_is_added_and_its_secret_shown_once(desk: Client) -> None:
    made = desk.post(f"{URL}new/", {"name": "Bank", "url_template": ADDRESS})
    provider = PaymentProvider.objects.get()
    found = re.search(r"whsec_[\w+/=]+", made.content.decode())
    assert found is not None
    assert found[0] == provider.secret["secret"]
    assert f"/hooks/payments/{provider.public_id}/" in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    for url in (URL, f"{URL}{provider.public_id}/"):
        assert "whsec_" not in desk.get(url).content.decode()

    again = desk.post(f"{URL}{provider.public_id}/secret/").content.decode()
    provider.refresh_from_db()
    assert provider.secret["secret"] in again
    assert provider.secret["secret"] != found[0]
    assert "The secret before is good until" in desk.get(f"{URL}{provider.public_id}/").content.decode()


def test_what_is_wrong_with_the_address_stands_at_it(desk: Client) -> None:
    refused = desk.post(f"{URL}new/", {"name": "Bank", "url_template": "http://pay.example.com/{reference}"})
    assert refused.status_code == 422
    assert words(refused.content, "invalid-feedback") == ["The address must begin with https://."]
    assert not PaymentProvider.objects.exists()


def test_the_preview_shows_where_a_payment_would_lead(desk: Client) -> None:
    page = desk.get(f"{URL}preview/", {"url_template": ADDRESS}).content.decode()
    assert "https://pay.example.com/go?sum=50000.00&amp;cur=" in page
    page = desk.get(f"{URL}preview/", {"url_template": "https://pay.example.com/?x={card}"}).content.decode()
    assert "Nobody knows what {card} is." in page


def test_a_provider_is_changed_and_switched_off(desk: Client) -> None:
    provider = ProviderFactory(name="Bank", is_default=True)
    url = f"{URL}{provider.public_id}/"
    desk.post(url, {"name": "Wallet", "url_template": ADDRESS})
    provider.refresh_from_db()
    assert (provider.name, provider.is_default, provider.active) == ("Wallet", False, False)


def test_the_rules(desk: Client) -> None:
    pipeline = sales_pipeline()
    meeting = pipeline.stages.get(name="Meeting")
    desk.post(URL, {"remind": "on", f"stage_{pipeline.pk}": str(meeting.pk)})
    rules = PaymentSettings.objects.get()
    assert (rules.thank, rules.remind) == (False, True)
    assert PaidStage.objects.get().stage == meeting
    lost = pipeline.stages.get(name="Lost")
    assert desk.post(URL, {f"stage_{pipeline.pk}": str(lost.pk)}).status_code == 422
    desk.post(URL, {f"stage_{pipeline.pk}": ""})
    assert not PaidStage.objects.exists()


def test_what_could_not_be_taken_is_shown(desk: Client, statements: Counting) -> None:
    provider = ProviderFactory(name="Bank", is_default=True)
    payment = make_payment(LeadFactory())
    told = Told(message_id="m", reference=payment.reference, state="refunded")
    take_message(provider=provider, told=told, now=NOW)
    page = desk.get(f"{URL}{provider.public_id}/").content.decode()
    assert "is not paid yet, so it cannot become" in page
    with statements() as sent:
        assert "1 message not taken" in desk.get(URL).content.decode()
    assert len(sent) <= 12
