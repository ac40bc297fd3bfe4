from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.access.models import Role
from core.events.actor import Actor
from crm.quotes.operations import start_quote
from crm.quotes.queries import discount_limit, quote_settings
from tests.desk.reading import words
from tests.factories.conversations import make_user
from tests.factories.core import CompanyFactory
from tests.factories.crm import ContactFactory
from tests.factories.quotes import NOW, line

GIVEN = {
    "valid_days": "30",
    "rounding": "line",
    "prices_include_tax": "on",
    "payable_step": "0.05",
    "address": "Abovyan 1, Yerevan",
    "terms_hy": "Կանխավճար 50 %",
    "next_step_en": "We call you",
    "limit_agent": "5",
    "limit_manager": "12.5",
}
PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.fixture
def admin(db: None) -> Client:
    CompanyFactory()
    client = Client()
    client.force_login(make_user("Admin", Role.ADMIN))
    return client


def save(client: Client, **given: object) -> object:
    return client.post(
        reverse("desk:settings_quotes"),
        {**GIVEN, **given},
        headers={"HX-Request": "true", "HX-Target": "quotes-form"},
    )


def test_new_quotes_begin_as_the_settings_say(admin: Client) -> None:
    before = admin.get(reverse("desk:settings_quotes")).content.decode()
    assert 'value="10"' in before
    assert 'value="30"' in before
    save(admin, logo=SimpleUploadedFile("logo.png", PNG))

    rules = quote_settings()
    assert (rules.valid_days, rules.rounding, rules.prices_include_tax) == (30, "line", True)
    assert rules.terms == {"hy": "Կանխավճար 50 %"}
    assert rules.logo.read() == PNG
    assert discount_limit(Role.MANAGER) == Decimal("12.5")
    contact = ContactFactory(language="hy")
    made = start_quote(
        contact=contact, actor=Actor.of(None), now=NOW, currency="CHF", lines=[line(price="9.99")]
    )
    assert (made.terms, made.rounding) == ("Կանխավճար 50 %", "line")
    assert (made.total, made.payable_difference) == (Decimal("9.99"), Decimal("0.01"))
    save(admin)
    assert quote_settings().logo.read() == PNG


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"valid_days": "4000"}, "At most ten years."),
        ({"payable_step": "0"}, "More than zero, or leave it empty."),
        ({"limit_agent": "101"}, "Ensure this value is less than or equal to 100."),
        ({"logo": SimpleUploadedFile("logo.png", b"MZ")}, "This is no PNG, JPEG or SVG picture."),
        ({"logo": SimpleUploadedFile("logo.png", PNG + b" " * 1024 * 1024)}, "The file is larger than 1 MB."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(admin: Client, given: dict[str, object], says: str) -> None:
    response = save(admin, **given)

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert words(response.content, "invalid-feedback") == [says]  # type: ignore[attr-defined]
    assert quote_settings().valid_days == 14
