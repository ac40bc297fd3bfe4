"""Every screen, light and dark: nothing serious for axe, no fault in the console, nothing refused by the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.browser.chat import Widget
from tests.browser.desk import PHONE, context, settled
from tests.stack import PROJECT, RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag22aa"]}
GRAVE = ("serious", "critical")
SCHEMES = ("light", "dark")
SETTINGS = (
    "company",
    "hours",
    "team",
    "pipelines",
    "criteria",
    "catalogue",
    "catalogue/taxes",
    "catalogue/rates",
    "scoring",
    "payments",
    "services",
    "resources",
    "channels",
    "assistant",
    "flows",
    "goals",
    "goals/unclear",
    "follow-ups",
    "history",
)
PAGES = {
    "inbox": "/inbox/",
    "conversation": "/inbox/{conversation}/",
    "today": "/today/",
    "board": "/pipeline/",
    "table": "/leads/",
    "calendar": "/calendar/",
    "lead": "/leads/{lead}/",
    "payments": "/payments/",
    "contacts": "/contacts/",
    "contact": "/contacts/{contact}/",
    "quotes": "/quotes/?discount=10-20&reason=price",
    "figures of quotes": "/quotes/figures/?days=365",
    "settings": "/settings/",
    **{f"settings: {name}": f"/settings/{name}/" for name in SETTINGS},
    "history of leads": "/settings/history/?what=lead",
    "a criterion": "/settings/criteria/{criterion}/",
    "a product": "/settings/catalogue/products/{product}/",
    "a product to be changed": "/settings/catalogue/products/{product}/edit/",
    "a new product": "/settings/catalogue/products/new/",
    "a new service": "/settings/services/new/",
    "a new person or room": "/settings/resources/new/",
    "a new criterion": "/settings/criteria/new/",
    "a flow": "/settings/flows/first_answer/",
    "a flow as text": "/settings/flows/first_answer/yaml/",
    "a flow to be imported": "/settings/flows/import/",
    "a goal": "/settings/goals/price/",
    "a sequence": "/settings/follow-ups/{sequence}/",
    "a channel": "/settings/channels/{account}/",
    "a colleague": "/settings/team/people/{person}/",
}
OPEN = {
    "sign-in": "/accounts/login/",
    "demo": "/demo/",
    "chat page": "/chat/{token}/",
    "booking page": "/book/",
}
NAMES = {
    "conversation": "SELECT public_id::text FROM conversations_conversation ORDER BY id DESC LIMIT 1",
    "lead": "SELECT public_id::text FROM crm_lead ORDER BY id LIMIT 1",
    "contact": "SELECT public_id::text FROM crm_contact ORDER BY id LIMIT 1",
    "criterion": "SELECT public_id::text FROM crm_criterion ORDER BY id LIMIT 1",
    "product": "SELECT public_id::text FROM crm_product ORDER BY id LIMIT 1",
    "account": "SELECT public_id::text FROM conversations_channelaccount ORDER BY id LIMIT 1",
    "token": "SELECT token FROM conversations_channelaccount ORDER BY id LIMIT 1",
    "sequence": "SELECT public_id::text FROM automation_sequence ORDER BY id LIMIT 1",
    "person": "SELECT public_id::text FROM core_user ORDER BY id LIMIT 1",
}


@pytest.fixture(scope="module")
def names(product: RunningStack) -> dict[str, str]:
    return {name: product.query(sql)[0][0] for name, sql in NAMES.items()}


@pytest.fixture(scope="module", params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def working(browser: Browser, signed_in: Any, scheme: str) -> Iterator[BrowserContext]:
    """A colleague who has all screens open one after the other."""
    working = context(browser, storage_state=signed_in, color_scheme=scheme)
    yield working
    working.close()


@pytest.fixture(scope="module")
def visiting(browser: Browser, scheme: str) -> Iterator[BrowserContext]:
    visiting = context(browser, color_scheme=scheme)
    yield visiting
    visiting.close()


@contextmanager
def opened(looking: BrowserContext, address: str, *, allowed: Sequence[str] = ()) -> Iterator[Page]:
    """A page that says nothing bad on its console: no fault, nothing that the policy refuses."""
    page = looking.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(address)
    yield settled(page)
    page.close()
    assert faults == list(allowed)


def grave(frame: Frame) -> list[str]:
    """What axe finds in the frame that keeps somebody from using it. It is evaluated, which no policy refuses."""
    frame.evaluate(AXE.read_text())
    options = {"runOnly": RULES, "resultTypes": ["violations"], "iframes": False}
    found = frame.evaluate("options => axe.run(document, options)", options)
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found["violations"]
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_screen_of_colleagues(
    product: RunningStack, working: BrowserContext, names: dict[str, str], name: str
) -> None:
    with opened(working, product.url + PAGES[name].format(**names)) as page:
        assert grave(page.main_frame) == []


@pytest.mark.parametrize("name", OPEN)
def test_a_page_for_everybody(
    product: RunningStack, visiting: BrowserContext, names: dict[str, str], name: str
) -> None:
    with opened(visiting, product.url + OPEN[name].format(**names)) as page:
        assert grave(page.main_frame) == []


def test_an_address_that_is_none(product: RunningStack, working: BrowserContext) -> None:
    refused = "Failed to load resource: the server responded with a status of 404 (Not Found)"
    address = f"{product.url}/leads/00000000-0000-7000-8000-000000000000/"
    with opened(working, address, allowed=[refused]) as page:
        assert grave(page.main_frame) == []


def test_what_opens_over_the_board(product: RunningStack, working: BrowserContext) -> None:
    with opened(working, f"{product.url}/pipeline/") as page:
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        assert grave(page.main_frame) == []
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        expect(page.locator("#palette-results a").first).to_be_visible()
        assert grave(page.main_frame) == []
        page.keyboard.press("Escape")
        page.locator(".card-lead h3 a").first.focus()
        page.keyboard.press("m")
        expect(page.locator("#stage-typed")).to_be_focused()
        assert grave(page.main_frame) == []
        page.keyboard.press("Escape")
        page.locator(".card-lead h3 a").first.click()
        expect(page.locator("#lead-panel .timeline, #lead-panel .facts").first).to_be_visible()
        settled(page)
        assert grave(page.main_frame) == []


def test_the_widget_with_a_conversation(product: RunningStack, visiting: BrowserContext) -> None:
    with opened(visiting, f"{product.url}/demo/?lang=en") as page:
        widget = Widget(page).open()
        assert grave(widget.frame) == []
        widget.say("hello, how much is it?")
        expect(widget.choices).to_have_text(["Kitchen", "Wardrobe", "Sofa", "Whole home"], timeout=15_000)
        assert grave(widget.frame) == []
        assert grave(page.main_frame) == []


@pytest.mark.parametrize("name", ["inbox", "conversation", "board", "calendar", "lead", "settings: scoring"])
def test_a_screen_on_a_phone(
    product: RunningStack, browser: Browser, signed_in: Any, names: dict[str, str], name: str
) -> None:
    looking = context(browser, storage_state=signed_in, viewport=PHONE, is_mobile=True, has_touch=True)
    with opened(looking, product.url + PAGES[name].format(**names)) as page:
        assert grave(page.main_frame) == []
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    looking.close()
