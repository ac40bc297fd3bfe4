from __future__ import annotations

import pytest
import time_machine
from django.test import RequestFactory, override_settings

from conversations.channels.limits import LocalLimit, allow, client_address
from tests.factories.conversations import at


def test_a_limit_holds_for_its_window() -> None:
    local = LocalLimit(seconds=60)
    with time_machine.travel(at("2026-11-23T12:00:00+00:00"), tick=False):
        assert [local.allow("a", limit=2) for _ in range(3)] == [True, True, False]
        assert [allow("a", limit=2, seconds=60) for _ in range(3)] == [True, True, False]
        assert local.allow("b", limit=2)
        assert allow("b", limit=2, seconds=60)
        assert all(allow("c", limit=0, seconds=60) and local.allow("c", limit=0) for _ in range(5))
    with time_machine.travel(at("2026-11-23T12:01:00+00:00"), tick=False):
        assert local.allow("a", limit=2)
        assert allow("a", limit=2, seconds=60)


def test_nobody_is_stopped_while_the_cache_is_away() -> None:
    away = {
        "default": {
            "BACKEND": "config.cache.ForgivingRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 0.2},
        }
    }
    with override_settings(CACHES=away):
        assert [allow("a", limit=1, seconds=60) for _ in range(3)] == [True, True, True]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [(0, "9.9.9.9", "10.0.0.1"), (1, "9.9.9.9, 8.8.8.8", "8.8.8.8"), (2, "8.8.8.8", "10.0.0.1")],
)
def test_the_address_is_what_our_own_proxy_saw(
    settings: pytest.FixtureRequest, proxies: int, forwarded: str, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies  # type: ignore[attr-defined]
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.1")
    assert client_address(request) == address
