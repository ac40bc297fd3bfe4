"""Services for the tests: ours when no address is given, started once for all xdist workers and stopped at the end."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PROJECT = Path(__file__).resolve().parent.parent
_SERVICES = pytest.StashKey[object]()


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
    config.stash[_SERVICES] = services
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
