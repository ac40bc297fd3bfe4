from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.events.models import Event
from core.keys.errors import BadKey
from core.keys.models import ApiKey
from core.keys.operations import create_key, revoke_key
from core.keys.queries import SECONDS, forget_keys
from core.keys.scopes import Scope
from core.keys.tokens import hash_of, new_token, prefix_of
from tests.api.program import make_program
from tests.factories.conversations import make_user

pytestmark = pytest.mark.django_db


def test_a_key_says_what_it_may_do() -> None:
    anna = make_user("Anna")
    program = make_program([Scope.LEADS_READ, Scope.SETTINGS_READ], person=anna)

    me = program.get("me/?expand=person")

    assert (me["name"], me["scopes"], me["person"]["name"]) == (
        "Site",
        ["leads:read", "settings:read"],
        "Anna",
    )
    assert "secret" not in str(me)


def test_only_the_hash_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    program = make_program()

    program.get("me/")
    program.get("nothing/", expect=404)

    key = ApiKey.objects.get()
    assert key.secret_hash == hash_of(program.token)
    assert program.token not in caplog.text
    assert "secret_hash" not in {field.name for field in ApiKey.pgh_event_model._meta.get_fields()}  # type: ignore[attr-defined]
    assert program.token.startswith(f"parley_{key.prefix}_")


def test_a_token_has_256_bits_and_its_prefix() -> None:
    token = new_token()

    assert prefix_of(token.text) == token.prefix
    assert len(token.text) == len("parley_") + 8 + 1 + 43
    assert prefix_of("parley_short") is None
    assert prefix_of(token.text + "\n") is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expires_at"),
        ({"expires_at": timezone.now() + timedelta(days=800)}, "expires_at"),
    ],
)
def test_a_key_needs_a_name_scopes_and_an_end(changes: dict[str, object], field: str) -> None:
    now = timezone.now()
    values = {"name": "Site", "scopes": [Scope.LEADS_READ], "expires_at": now + timedelta(days=1), **changes}

    with pytest.raises(BadKey) as refused:
        create_key(created_by=None, now=now, **values)  # type: ignore[arg-type]

    assert refused.value.field == field


def test_making_and_revoking_is_recorded() -> None:
    admin = make_user("Admin", "admin")
    now = timezone.now()
    made = create_key(
        name="Site", scopes=[Scope.LEADS_READ], expires_at=now + timedelta(days=1), created_by=admin, now=now
    )
    assert made.token not in repr(made)

    for _ in range(2):
        revoke_key(key_id=made.key.pk, by=admin, now=now)

    events = Event.objects.filter(name__startswith="api_key.").order_by("pk")
    assert [(event.name, event.actor_id) for event in events] == [
        ("api_key.created", admin.pk),
        ("api_key.revoked", admin.pk),
    ]


def test_a_key_costs_no_statement_for_some_seconds_and_is_noted_once_a_minute() -> None:
    program = make_program()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        program.get("me/")
        first = ApiKey.objects.get().last_used_at
        with CaptureQueriesContext(connection) as captured:
            program.get("me/")
        assert len(captured) == 1
        clock.shift(59)
        program.get("me/")
        assert ApiKey.objects.get().last_used_at == first
        clock.shift(1)
        program.get("me/")
        assert first is not None
        assert ApiKey.objects.get().last_used_at == first + timedelta(minutes=1)


def test_a_key_that_another_process_revoked_is_refused_after_some_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = make_program()
    program.get("me/")
    ApiKey.objects.update(revoked_at=timezone.now())

    program.get("me/")

    import time

    later = time.monotonic() + SECONDS
    monkeypatch.setattr("core.keys.queries.time.monotonic", lambda: later)
    program.get("me/", expect=401)
    monkeypatch.undo()
    forget_keys()
    program.get("me/", expect=401)


def test_too_many_requests_are_told_when_to_come_again() -> None:
    with time_machine.travel("2026-03-02T09:00:20Z", tick=False):
        program = make_program(per_minute=2)
        answers = [program.send("GET", "me/") for _ in range(3)]
        other = make_program().send("GET", "me/")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"2"}
    assert answers[2].headers["RateLimit-Reset"] == answers[2].headers["Retry-After"] == "40"
    assert answers[2].json()["code"] == "too_many_requests"
    assert other.status_code == 200


def test_nobody_is_refused_while_valkey_is_away(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    program = make_program(per_minute=1)
    settings.CACHE_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]

    answers = [program.send("GET", "me/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[2].headers["RateLimit-Remaining"] == "1"
