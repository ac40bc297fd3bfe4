"""A customer looks at a quote on a phone, ticks an option and says yes, or asks and says no."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from conversations.quotes.operations import send_quote
from core.events.actor import Actor
from core.notifications.models import Notification
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import save_draft
from tests.browser.desk import PHONE, settled
from tests.browser.test_accessibility import grave
from tests.factories.core import UserFactory
from tests.factories.crm import LeadFactory
from tests.factories.quotes import line, make_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TAX = (Decimal(20),)


@pytest.fixture(params=["light", "dark"])
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"viewport": PHONE, "is_mobile": True, "has_touch": True, "color_scheme": request.param}


@pytest.fixture
def quote(account: object) -> QuoteVersion:
    anna, now = UserFactory(name="Anna"), timezone.now()
    draft = make_draft(
        LeadFactory(owner=anna, title="Kitchen", currency="USD"),
        anna,
        line("Kitchen of oak", 4000, description="Fronts of solid oak, 18 mm", taxes=TAX),
        line("Fitting", 35, quantity=Decimal(12), unit="hour", taxes=TAX, discount_percent=Decimal(10)),
        line("Lights under the shelves", 50, taxes=TAX, optional=True, chosen=False),
        now=now,
        language="en",
        intro="Thank you for your visit. This is what we talked about.",
        terms="Half is paid with the order, half after the fitting.\nWe keep the price until the last day.",
    )
    save_draft(
        version_id=draft.pk,
        revision=draft.revision,
        actor=Actor.of(anna),
        now=now,
        valid_until=(now + timedelta(days=2)).date(),
        next_step="We come to measure within three days.",
    )
    send_quote(version_id=draft.pk, actor=Actor.of(anna), now=now)
    draft.refresh_from_db()
    return draft


def test_ticked_and_accepted_on_a_phone(live_server: LiveServer, page: Page, quote: QuoteVersion) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/seen/")) as looked:
        page.goto(f"{live_server.url}/q/{quote.token}/")
    assert looked.value.status == 204
    assert grave(settled(page).main_frame) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    expect(page.locator("#total .is-strong dd")).to_have_text("5,253.60\u00a0USD")
    expect(page.get_by_role("button", name="Update the total")).to_have_count(0)

    page.get_by_label("Lights under the shelves").tap()
    expect(page.locator("#total .is-strong dd")).to_have_text("5,313.60\u00a0USD")
    expect(page.locator("#consent")).to_contain_text("for 5,313.60\u00a0USD and the terms above.")

    page.get_by_label("Your name").fill("Aram")
    page.get_by_label("Your name").press("Enter")
    expect(page.locator(".state")).to_contain_text("Accepted by Aram")
    expect(page.locator("#total .is-strong dd")).to_have_text("5,313.60\u00a0USD")
    assert grave(settled(page).main_frame) == []
    quote.refresh_from_db()
    assert (quote.state, quote.views, quote.acceptance.total) == ("accepted", 1, Decimal("5313.60"))


def test_asked_about_and_declined_with_a_reason(
    live_server: LiveServer, page: Page, quote: QuoteVersion
) -> None:
    page.goto(f"{live_server.url}/q/{quote.token}/")
    page.get_by_text("Ask a question").tap()
    page.get_by_label("Your question").fill("Is the delivery part of it?")
    assert grave(settled(page).main_frame) == []
    page.get_by_role("button", name="Send the question").tap()
    expect(page.get_by_role("status")).to_have_text("Your question has arrived. We will answer soon.")
    kinds = (
        Notification.objects.filter(kind__startswith="quote.").order_by("id").values_list("kind", flat=True)
    )
    assert "quote.asked" in kinds

    page.get_by_text("Decline", exact=True).tap()
    page.get_by_label("Too expensive").tap()
    page.get_by_label("In your words").fill("Another one is cheaper")
    assert grave(settled(page).main_frame) == []
    page.get_by_role("button", name="Decline the offer").tap()
    expect(page.locator(".state")).to_contain_text("Declined on")
    assert grave(settled(page).main_frame) == []
    quote.refresh_from_db()
    assert (quote.state, quote.decline_reason, quote.decline_words) == (
        "declined",
        "price",
        "Another one is cheaper",
    )
    page.get_by_role("button", name="Ask for a new one").tap()
    expect(page.get_by_role("status")).to_have_text("We have got it and will make you a new offer.")


def test_without_a_name_the_browser_asks_for_it(
    live_server: LiveServer, page: Page, quote: QuoteVersion
) -> None:
    page.goto(f"{live_server.url}/q/{quote.token}/")
    page.get_by_role("button", name="Accept").tap()
    assert page.evaluate("document.activeElement.id") == "name"
    quote.refresh_from_db()
    assert quote.state == "sent"
