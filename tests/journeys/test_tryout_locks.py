"""A try-out books on the real calendar, and leaves real bookings alone."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from django.db import connection

from automation.tryout.actions import Action
from bookings.appointments.models import Booking
from conversations.accounts.models import ChannelAccount
from core.access.models import User
from tests.journeys.test_tryout import played, say, tapped

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_books_and_gives_way_to_who_books_for_real(shop: ChannelAccount, visits: Any, anna: User) -> None:
    goal = tapped(played(anna, say("Hello")), "Book a meeting")
    wish = tapped(played(anna, say("Hello"), goal), "Kitchen")
    offered = played(anna, say("Hello"), goal, wish)
    first = tapped(offered, offered.buttons[0].label)
    kept = played(anna, say("Hello"), goal, wish, first)
    assert "The kept time is let go" in [each.label for each in kept.coming]
    assert not Booking.objects.exists()
    with psycopg.connect(_dsn()) as other:
        other.execute("SELECT 1 FROM bookings_resource FOR UPDATE")
        begun = time.monotonic()
        refused = played(anna, say("Hello"), goal, wish, first, Action.of("wait", minutes=5))
        assert time.monotonic() - begun < 4
    assert [each.text for each in refused.findings] == [
        "Somebody is working on the same calendar or quote right now. Try again in a moment."
    ]
    assert refused.played == 3


def _dsn() -> str:
    known = connection.get_connection_params()
    names = {"dbname": "dbname", "user": "user", "password": "password", "host": "host", "port": "port"}
    return psycopg.conninfo.make_conninfo(
        **{to: known[name] for name, to in names.items() if known.get(name)}
    )
