"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

    from conversations.accounts.models import ChannelAccount
    from tests.stack import RunningStack


@pytest.fixture(scope="package")
def product(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole product with its demo company, as `make run` starts it. Tests of it are of the group "stack"."""
    from tests.stack import RunningStack

    running = RunningStack(tmp_path_factory.mktemp("product") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, product: RunningStack) -> Any:
    """What a browser context of Ani, the demo's admin, starts with."""
    from tests.browser.desk import sign_in

    return sign_in(browser, product.url)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Playwright runs an event loop in this thread: Django would take that for asynchronous code, and a second
    Playwright of another module cannot start beside it."""
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def account(live_server: LiveServer) -> Iterator[ChannelAccount]:
    """The web chat of the demo site, answered by an echo, with everything behind it at work."""
    from django.core.cache import cache

    from conversations import responder
    from core.company.models import CompanyProfile
    from core.company.queries import company
    from crm.memory import forget_all
    from tests.browser.widget import Echo, working
    from tests.factories.conversations import make_pipeline, make_web_chat

    cache.clear()
    forget_all()
    CompanyProfile.objects.create(
        name="Ararat Interiors", color="#0f766e", timezone="Asia/Yerevan", country="AM"
    )
    make_pipeline()
    account = make_web_chat(settings={"demo": True})
    assert company().name == "Ararat Interiors"
    before = responder.replace(Echo())
    with working():
        yield account
    responder.replace(before)
    cache.clear()
    forget_all()


@pytest.fixture
def options() -> dict[str, Any]:
    """What a test wants to be otherwise in its browser, by indirect parameter or its own fixture."""
    return {}


@pytest.fixture
def context(browser: Browser, account: ChannelAccount, options: dict[str, Any]) -> Iterator[BrowserContext]:
    """A visitor of a wide screen without animations, unless `options` say otherwise."""
    usual = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}
    context = browser.new_context(**{**usual, **options})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script fails and nothing is refused by a security policy."""
    page = context.new_page()
    faults: list[Any] = []
    page.on("pageerror", lambda error: faults.append(error))
    page.on(
        "console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None
    )
    yield page
    assert faults == []
