"""The sheet of a quote in a real browser: typed by keyboard alone, by two at once, with 500 lines, and sent."""

from __future__ import annotations

from decimal import Decimal
from statistics import median

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from core.access.models import User
from core.events.actor import Actor
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import start_quote
from tests.browser.desk import PHONE, context, settled
from tests.browser.quotes import SLOW, Sheet, let_in
from tests.browser.test_accessibility import grave
from tests.factories.core import UserFactory
from tests.factories.crm import LeadFactory, PhoneFactory
from tests.factories.quotes import ProductFactory, line, make_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TAX = (Decimal(20),)
QUICK_MS = 50
"""From the key to the next frame, in the median, on a machine with nothing else to do."""


@pytest.fixture
def anna(account: object) -> User:
    return UserFactory(name="Anna", role="manager")


@pytest.fixture
def lead(anna: User) -> Lead:
    return LeadFactory(owner=anna, title="Kitchen", currency="USD")


@pytest.fixture
def empty(lead: Lead, anna: User) -> QuoteVersion:
    now = timezone.now()
    return start_quote(contact=lead.contact, lead=lead, actor=Actor.of(anna), now=now, language="en")


@pytest.fixture
def sheet(context: BrowserContext, page: Page, live_server: LiveServer, anna: User) -> Sheet:
    let_in(context, live_server.url, anna)
    return Sheet(page)


def test_written_by_keyboard_alone(
    sheet: Sheet, live_server: LiveServer, empty: QuoteVersion, page: Page
) -> None:
    ProductFactory(name="Oak front", title={"en": "Oak front"}, unit_price=Decimal(120), cost=Decimal(80))
    sheet.open(live_server.url, empty)
    keys = page.keyboard
    sheet.field(0, "title").focus()
    keys.type("oak")
    expect(page.locator("#product-found [role=option]")).to_have_count(1, timeout=SLOW)
    keys.press("ArrowDown")
    assert grave(page.main_frame) == []
    keys.press("Enter")
    expect(sheet.field(0, "title")).to_have_value("Oak front")
    assert sheet.focused() == [0, "quantity"]
    keys.type("3")
    expect(sheet.total).to_have_text("360\u00a0USD", timeout=SLOW)
    expect(sheet.margin).to_contain_text("120")

    keys.press("Enter")
    expect(sheet.lines).to_have_count(2)
    assert sheet.focused() == [1, "title"]
    keys.type("Fitting")
    for name in ("description", "quantity", "unit", "unit_price"):
        keys.press("Tab")
        assert sheet.focused() == [1, name]
    keys.type("84,000")
    expect(sheet.total).to_have_text("84,360\u00a0USD", timeout=SLOW)
    expect(sheet.lines.nth(1).locator("[data-net]")).to_have_text("84,000")

    keys.press("Alt+ArrowUp")
    assert sheet.titles() == ["Fitting", "Oak front"]
    assert sheet.focused() == [0, "unit_price"]
    keys.press("Alt+ArrowDown")
    keys.press("Alt+Delete")
    assert sheet.titles() == ["Oak front"]
    assert sheet.focused() == [0, "title"]
    expect(sheet.total).to_have_text("360\u00a0USD", timeout=SLOW)
    expect(sheet.unsaved).to_be_visible()
    sheet.saved()
    assert grave(settled(page).main_frame) == []

    page.reload()
    settled(page)
    assert sheet.titles() == ["Oak front"]
    expect(sheet.total).to_have_text("360\u00a0USD")


def test_a_number_that_is_none_is_shown_where_it_stands(
    sheet: Sheet, live_server: LiveServer, empty: QuoteVersion, page: Page
) -> None:
    sheet.open(live_server.url, empty)
    sheet.field(0, "title").fill("Kitchen")
    sheet.field(0, "unit_price").fill("a lot")
    expect(sheet.lines.first.locator("[data-error]")).to_have_text("Write a number here.", timeout=SLOW)
    expect(sheet.field(0, "unit_price")).to_have_class("paper-input numeric is-invalid")
    assert grave(settled(page).main_frame) == []
    sheet.field(0, "unit_price").fill("500")
    expect(sheet.total).to_have_text("500\u00a0USD", timeout=SLOW)
    expect(sheet.lines.first.locator("[data-error]")).to_be_hidden()


def test_two_write_at_once_and_nothing_typed_is_lost(
    sheet: Sheet, browser: Browser, live_server: LiveServer, lead: Lead, anna: User
) -> None:
    draft = make_draft(lead, anna, line("Kitchen", 100), now=timezone.now(), language="en")
    second = let_in(context(browser), live_server.url, UserFactory(name="Boris", role="manager"))
    theirs = Sheet(second.new_page()).open(live_server.url, draft)
    sheet.open(live_server.url, draft)
    sheet.field(0, "unit_price").fill("110")
    sheet.saved()

    theirs.field(0, "title").fill("Kitchen of oak")
    theirs.page.keyboard.press("Control+s")
    alert = theirs.page.get_by_role("alert")
    expect(alert).to_contain_text("Somebody else saved this quote a moment ago.", timeout=SLOW)
    expect(alert).to_contain_text("Kitchen: 1 × 110")
    expect(theirs.field(0, "title")).to_have_value("Kitchen of oak")
    assert grave(settled(theirs.page).main_frame) == []
    theirs.page.get_by_role("button", name="Save mine").click()
    expect(theirs.unsaved).to_be_hidden(timeout=SLOW)
    stored = draft.lines.get()
    assert (stored.title, stored.unit_price) == ("Kitchen of oak", Decimal(100))

    sheet.field(0, "quantity").fill("2")
    sheet.page.keyboard.press("Control+s")
    expect(sheet.page.get_by_role("alert")).to_be_visible(timeout=SLOW)
    sheet.page.get_by_role("link", name="Take theirs").click()
    settled(sheet.page)
    assert sheet.titles() == ["Kitchen of oak"]
    expect(sheet.total).to_have_text("100\u00a0USD")
    second.close()


def test_what_is_typed_is_saved_before_it_is_sent(
    sheet: Sheet, live_server: LiveServer, empty: QuoteVersion, page: Page, lead: Lead
) -> None:
    PhoneFactory(contact=lead.contact, kind="email", value="anahit@example.com")
    sheet.open(live_server.url, empty)
    sheet.field(0, "title").fill("Kitchen")
    sheet.field(0, "unit_price").fill("250")
    page.get_by_role("button", name="Send…").click()
    dialog = page.locator("#modal")
    expect(dialog.get_by_label("By email to anahit@example.com")).to_be_checked(timeout=SLOW)
    assert grave(settled(page).main_frame) == []
    dialog.get_by_role("button", name="Send").click()
    expect(page.locator(".quote-side .chip").first).to_have_text("Sent", timeout=SLOW)
    expect(page.get_by_text("anahit@example.com:")).to_be_visible()
    assert grave(settled(page).main_frame) == []
    empty.refresh_from_db()
    assert (empty.state, empty.total) == ("sent", Decimal(250))


@pytest.fixture
def long(lead: Lead, anna: User) -> QuoteVersion:
    rows = [line(f"Line {n}", n, taxes=TAX, cost=Decimal(1)) for n in range(1, 501)]
    return make_draft(lead, anna, *rows, now=timezone.now(), language="en")


@pytest.fixture
def key_times(page: Page) -> None:
    """Milliseconds from each key to the next frame, as the page itself measures them."""
    page.add_init_script("""
        window.keyTimes = [];
        addEventListener("keydown", () => {
            const began = performance.now();
            requestAnimationFrame(() => setTimeout(() => keyTimes.push(performance.now() - began)));
        }, true);
    """)


def typed(sheet: Sheet, place: int) -> float:
    """The median of the keys of a sentence in that line."""
    sheet.page.evaluate("keyTimes.length = 0")
    sheet.field(place, "title").focus()
    sheet.page.keyboard.type(" with a long name that goes on", delay=40)
    found: list[float] = sheet.page.evaluate("keyTimes")
    return median(found)


@pytest.mark.usefixtures("key_times")
def test_with_500_lines_typing_is_as_quick_as_with_one(
    sheet: Sheet, live_server: LiveServer, long: QuoteVersion, lead: Lead, anna: User
) -> None:
    one = make_draft(lead, anna, line("Kitchen", 100), now=timezone.now(), language="en")
    floor = typed(sheet.open(live_server.url, one).saved(), 0)
    sheet.saved().open(live_server.url, long)
    expect(sheet.lines).to_have_count(500)
    assert typed(sheet, 498) < max(QUICK_MS, 3 * floor)
    expect(sheet.total).to_have_text("150,300\u00a0USD", timeout=SLOW)
    sheet.saved()
    assert long.lines.get(position=498).title == "Line 499 with a long name that goes on"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_sheet_fits_and_is_usable(
    browser: Browser, live_server: LiveServer, anna: User, lead: Lead, scheme: str
) -> None:
    draft = make_draft(
        lead, anna, line("Kitchen of oak with everything", 4000, taxes=TAX), now=timezone.now()
    )
    phone = context(browser, viewport=PHONE, is_mobile=True, has_touch=True, color_scheme=scheme)
    page = let_in(phone, live_server.url, anna).new_page()
    sheet = Sheet(page).open(live_server.url, draft)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert grave(page.main_frame) == []
    sheet.field(0, "quantity").tap()
    sheet.field(0, "quantity").fill("2")
    expect(sheet.total).to_have_text("9,600\u00a0USD", timeout=SLOW)
    phone.close()
