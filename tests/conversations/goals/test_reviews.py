"""Once a month an admin gets the task to look at what nothing understood (spec 4.4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from conversations.goals.models import Review, Unclear
from conversations.goals.operations import finish_review, plan_review, switch_reviews
from conversations.threads.models import Message
from core.due.models import DueRow
from core.due.operations import Runner
from core.events.models import Event
from core.notifications.models import Notification
from tests.factories.conversations import at, make_conversation, make_user
from tests.factories.core import CompanyFactory

pytestmark = pytest.mark.django_db

NOVEMBER = at("2026-11-20T10:00:00+04:00")
FIRST = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
"""Nine in the morning in Yerevan."""


@pytest.fixture
def company(db: None) -> None:
    CompanyFactory(timezone="Asia/Yerevan")


def unclear(*texts: str) -> list[Message]:
    conversation = make_conversation(name="Aram")
    found = []
    for number, text in enumerate(texts, start=1):
        values: dict[str, Any] = {"sequence": number, "direction": "in", "author_kind": "customer"}
        message = Message.objects.create(
            conversation=conversation,
            account=conversation.account,
            text=text,
            status="received",
            sent_at=NOVEMBER,
            **values,
        )
        Unclear.objects.create(message=message, key=text, language="en")
        found.append(message)
    return found


def work(now: datetime) -> None:
    runner = Runner()
    with time_machine.travel(now, tick=False):
        while runner.work_next(now=now):
            pass


def test_it_is_planned_once_for_the_first_morning_of_the_next_month(company: None) -> None:
    assert plan_review(now=NOVEMBER)
    assert not plan_review(now=NOVEMBER + timedelta(days=3))
    row = DueRow.objects.get(kind="goals.review")
    assert (row.key, row.due_at) == ("2026-11", FIRST)


def test_the_task_comes_once_with_sample_chats_and_is_told_to_admins(company: None) -> None:
    admin, agent = make_user("Anna", role="admin"), make_user("Bagrat")
    first, second, other = unclear("the blue thing", "the blue things", "moon on a stick")
    plan_review(now=NOVEMBER)
    work(FIRST - timedelta(minutes=1))
    assert not Review.objects.exists()
    work(FIRST)
    made = Review.objects.get()
    assert (made.month, made.assignee, made.groups, made.messages) == (date(2026, 11, 1), admin, 2, 3)
    assert set(made.samples.all()) == {second, other}
    assert list(Notification.objects.values_list("user", "kind", "params")) == [
        (admin.pk, "goals.review", {"count": 2, "month": "2026-11"})
    ]
    assert not Notification.objects.filter(user=agent).exists()
    DueRow.objects.filter(kind="goals.review").update(status="pending", attempts=0)
    work(FIRST)
    assert Review.objects.count() == Notification.objects.count() == 1
    assert not plan_review(now=NOVEMBER)
    assert first.pk not in made.samples.values_list("pk", flat=True)


def test_nothing_to_look_at_makes_no_task(company: None) -> None:
    make_user("Anna", role="admin")
    plan_review(now=NOVEMBER)
    work(FIRST)
    assert (Review.objects.count(), Notification.objects.count()) == (0, 0)
    assert plan_review(now=FIRST)


def test_switched_off_it_does_not_come_and_on_again_it_does(company: None) -> None:
    make_user("Anna", role="admin")
    unclear("the blue thing")
    plan_review(now=NOVEMBER)
    switch_reviews(active=False, now=NOVEMBER)
    assert not plan_review(now=NOVEMBER)
    work(FIRST)
    assert not Review.objects.exists()
    switch_reviews(active=True, now=NOVEMBER)
    work(FIRST)
    assert Review.objects.count() == 1


def test_it_is_done_once(company: None) -> None:
    anna, bagrat = make_user("Anna", role="admin"), make_user("Bagrat", role="admin")
    unclear("the blue thing")
    plan_review(now=NOVEMBER)
    work(FIRST)
    review = Review.objects.get()
    finish_review(public_id=review.public_id, user=anna)
    finish_review(public_id=review.public_id, user=bagrat)
    review.refresh_from_db()
    assert review.done_by == anna
    assert Event.objects.filter(name="goals.reviewed").count() == 1


def test_the_page_shows_the_task_with_links_and_takes_it_as_done(company: None, client: Client) -> None:
    anna = make_user("Anna", role="admin")
    (message,) = unclear("the blue thing")
    plan_review(now=NOVEMBER)
    work(FIRST)
    client.force_login(anna)
    page = client.get("/settings/goals/unclear/").content.decode()
    assert "Review of November 2026" in page
    assert f"/inbox/{message.conversation.public_id}/" in page
    done = client.post(
        f"/settings/goals/reviews/{Review.objects.get().public_id}/", headers={"hx-request": "true"}
    )
    assert "Review of November" not in done.content.decode()
    off = client.post("/settings/goals/reviews/", {"on": "0"}, headers={"hx-request": "true"})
    assert "Nobody is reminded to look here." in off.content.decode()
