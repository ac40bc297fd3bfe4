"""Services for the tests: ours when no address is given, started once for all xdist workers."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest

from tests import browsers

# How long an example takes says how busy the machine is, and nothing about what is tested.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("ci" if "CI" in os.environ else "unhurried")

PROJECT = Path(__file__).resolve().parent.parent
_DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Runs before pytest-django looks for settings, which read these addresses once."""
    os.environ["PARLEY_TESTING"] = "1"
    os.environ.setdefault("PARLEY_DATA_DIR", str(PROJECT / ".data" / "test" / "files"))
    os.environ.setdefault("SECRET_KEY", "a key for tests, long enough and of no value to anybody")
    if not hasattr(config, "workerinput"):
        _start_services(config)
    else:
        _separate_worker(str(config.workerinput["workerid"]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from django.conf import settings

    assert settings.TESTING  # loads the settings, so that pytest-django sees them
    # A worker of xdist that inherited the name would read the settings before it has addresses of its own.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = browsers.find_chromium() is None
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & _DATABASE_FIXTURES:
            item.add_marker("database")
        if "stack" in fixtures:
            item.add_marker("services")
        if missing and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "no Chromium" in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.section("BROWSER TESTS WERE LEFT OUT", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(left_out)} tests need Chromium: apt install chromium, or set CHROMIUM=/path/to/it."
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if browsers.is_required() and any("no Chromium" in str(report.longrepr) for report in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _start_services(config: pytest.Config) -> None:
    missing = {"postgres": "DATABASE_URL" not in os.environ, "valkey": "BROKER_URL" not in os.environ}
    if config.option.collectonly or not any(missing.values()):
        return
    from config.embedded import Services
    from config.processes import HelpfulError

    try:
        services = Services(PROJECT / ".data" / "test", **missing).start()
    except HelpfulError as error:
        raise pytest.UsageError(str(error)) from error
    config.add_cleanup(services.stop)
    if services.postgres:
        os.environ["DATABASE_URL"] = services.postgres.url
    if services.valkey:
        os.environ["BROKER_URL"] = services.valkey.url


def _separate_worker(worker: str) -> None:
    """Each worker gets two numbered databases of the broker; pytest-django separates PostgreSQL by name."""
    number = 2 * int(worker.removeprefix("gw")) + 2
    broker = urlsplit(os.environ["BROKER_URL"])
    os.environ["BROKER_URL"] = broker._replace(path=f"/{number}").geturl()
    os.environ["CACHE_URL"] = broker._replace(path=f"/{number + 1}").geturl()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; tests that ask for it carry the marker `browser`."""
    path = browsers.find_chromium()
    if path is None:
        pytest.skip("no Chromium")
    return path


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test has cached must not outlive its rolled back rows. What a process keeps for seconds lasts the whole
    test, however busy the machine is.
    """
    from django.core.cache import cache

    from core.keys.queries import forget_keys
    from crm import memory

    cache.clear()
    forget_keys()
    memory.forget_all()
    monkeypatch.setattr(memory, "SECONDS", 3600.0)
