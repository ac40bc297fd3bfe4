"""The measured time to a person's answer (spec 2.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conversations.threads.queries import usual_wait
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import TeamFactory

pytestmark = pytest.mark.django_db

BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)


def answered_after(minutes: list[int], **fields: object) -> None:
    account = make_web_chat()
    for wait in minutes:
        make_conversation(
            account, created_at=BEGUN, first_person_response_at=BEGUN + timedelta(minutes=wait), **fields
        )


def test_it_is_the_median() -> None:
    answered_after([1, 2, 3, 60, 90])
    assert usual_wait(None) == timedelta(minutes=3)


def test_with_few_answers_nothing_is_promised() -> None:
    answered_after([1, 2, 3, 4])
    assert usual_wait(None) is None


def test_a_team_has_its_own() -> None:
    team = TeamFactory.create()
    answered_after([10, 10, 10, 10, 10], team=team)
    answered_after([1, 1, 1, 1, 1])
    assert usual_wait(team.pk) == timedelta(minutes=10)
