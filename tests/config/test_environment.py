import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment


def test_a_database_url_becomes_settings() -> None:
    settings = environment.database_settings("postgres://ann:p%40ss@db.example.com:5433/crm?sslmode=require")

    assert settings == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "crm",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example.com",
        "PORT": "5433",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "sslmode": "require"},
    }


@pytest.mark.parametrize("url", ["postgres://ann@%2Fvar%2Frun/crm", "postgresql://ann@/crm?host=/var/run"])
def test_a_socket_folder_is_a_host(url: str) -> None:
    settings = environment.database_settings(url)

    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("/var/run", "", "crm")
    assert settings["OPTIONS"] == {"connect_timeout": 5}


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://a@b/c", "must start with postgres://"),
        ("postgres://a@b", "must end with the name of a database"),
        ("postgres://a@b:port/c", "is not a number"),
    ],
)
def test_a_wrong_database_url_is_explained(url: str, says: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=says):
        environment.database_settings(url)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://crm.example.com/path", "https://crm.example.com"),
        ("https://crm.example.com:443", "https://crm.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_origin(address: str, origin: str) -> None:
    assert environment.origin(address) == origin


def test_origin_refuses_what_is_no_site() -> None:
    with pytest.raises(ImproperlyConfigured, match="not an address of a site"):
        environment.origin("crm.example.com")


@pytest.mark.parametrize(
    ("value", "default", "expected"),
    [("1", False, True), ("Yes", False, True), ("0", True, False), ("", True, True), ("maybe", True, False)],
)
def test_flag(monkeypatch: pytest.MonkeyPatch, value: str, default: bool, expected: bool) -> None:
    monkeypatch.setenv("SOME_FLAG", value)

    assert environment.flag("SOME_FLAG", default=default) is expected


def test_number_explains_what_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")

    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number, not 'eighty'"):
        environment.number("PORT", 8000)


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "data"

    first = environment.secret_key(data, {})

    assert len(first) == 86
    assert environment.secret_key(data, {}) == first
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in data.iterdir()] == ["secret_key"]


def test_an_empty_secret_key_file_is_filled(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()

    assert len(environment.secret_key(tmp_path, {})) == 86


def test_a_given_secret_key_is_taken_and_nothing_written(tmp_path: Path) -> None:
    assert environment.secret_key(tmp_path, {"SECRET_KEY": "given"}) == "given"
    assert list(tmp_path.iterdir()) == []


def _without_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_running_servers_are_found_by_their_state_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_addresses(monkeypatch)
    (tmp_path / "services.json").write_text(
        '{"database_url": "postgres://a@h/d", "broker_url": "redis://:p@h:1/0"}'
    )

    assert environment.service_urls(tmp_path) == {
        "database": "postgres://a@h/d",
        "broker": "redis://:p@h:1/0",
        "cache": "redis://:p@h:1/1",
    }


def test_the_environment_wins_over_the_state_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_addresses(monkeypatch)
    (tmp_path / "services.json").write_text("half a file, {")
    monkeypatch.setitem(os.environ, "BROKER_URL", "redis://mine/3")

    assert environment.service_urls(tmp_path) == {
        "database": "postgres://parley@127.0.0.1:1/parley",
        "broker": "redis://mine/3",
        "cache": "redis://mine/1",
    }


def test_email_settings() -> None:
    settings = environment.email_settings("smtp+tls://ann:p%3Aw@mail.example.com")

    assert settings["EMAIL_HOST"] == "mail.example.com"
    assert settings["EMAIL_PORT"] == 587
    assert settings["EMAIL_HOST_PASSWORD"] == "p:w"
    assert (settings["EMAIL_USE_TLS"], settings["EMAIL_USE_SSL"]) == (True, False)
