"""Somebody leaves: leads, contacts, chats, next steps and coming meetings go in one go (spec 15.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from bookings.appointments.models import Booking
from bookings.resources.models import Resource
from conversations.threads.models import Conversation, Handler
from core.access.errors import BadHeir
from core.access.leaving import Handed
from core.access.models import User
from core.access.operations import deactivate_user
from core.events.models import Event
from core.notifications.models import Notification
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from tests.factories.bookings import MONDAY, make_booking, make_resource, make_service
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import AdminFactory, CompanyFactory, TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory, sales_pipeline

TUESDAY_TEN = datetime.fromisoformat("2026-06-02T10:00:00+04:00")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def admin() -> User:
    CompanyFactory()
    return AdminFactory(name="Ani")


@pytest.fixture
def tigran(admin: User) -> User:
    """Somebody with two open leads, one won, a contact, two chats and two meetings tomorrow."""
    user: User = UserFactory(name="Tigran")
    stages = {stage.name: stage for stage in sales_pipeline().stages.all()}
    LeadFactory.create_batch(2, owner=user, stage=stages["New"], next_step="Call", next_step_at=MONDAY)
    LeadFactory(owner=user, stage=stages["Won"], title="Won")
    ContactFactory(owner=user)
    account = make_web_chat()
    make_conversation(account, assignee=user, handler=Handler.PERSON)
    make_conversation(account, assignee=user, status="solved", solved_at=MONDAY)
    return user


def figures(handed: list[Handed]) -> dict[str, tuple[int, int]]:
    return {str(each.label): (each.moved, each.left) for each in handed}


def test_a_colleague_takes_everything_over(tigran: User, admin: User) -> None:
    leyla = UserFactory(name="Leyla")
    his, hers = make_resource("Tigran", user=tigran), make_resource("Leyla", user=leyla)
    service = make_service(his, hers)
    free, clash = (
        make_booking(service, TUESDAY_TEN + timedelta(hours=hour), resource=his) for hour in (0, 1)
    )
    make_booking(service, clash.starts_at, resource=hers)

    gone = deactivate_user(user_id=tigran.pk, by=admin, to_user=leyla)

    assert figures(gone.handed) == {
        "Chats": (1, 0),
        "Leads": (2, 0),
        "Meetings": (1, 1),
        "Shared views": (0, 0),
    }
    assert [(lead.owner, lead.next_step) for lead in Lead.objects.filter(stage_kind="open")] == [
        (leyla, "Call")
    ] * 2
    assert Lead.objects.get(title="Won").owner == tigran
    assert Contact.objects.filter(owner=leyla).count() == 1
    assert list(Conversation.objects.order_by("id").values_list("assignee", flat=True)) == [
        leyla.pk,
        tigran.pk,
    ]
    free.refresh_from_db()
    clash.refresh_from_db()
    assert (free.resource, free.starts_at, clash.resource) == (hers, TUESDAY_TEN, his)
    assert Resource.objects.get(user=tigran).active is False
    assert list(
        Event.objects.filter(
            name__in=["lead.assigned", "conversation.assigned", "booking.moved"], actor=admin
        )
        .order_by("name")
        .values_list("name", flat=True)
    ) == ["booking.moved", "conversation.assigned", "lead.assigned", "lead.assigned"]
    assert Notification.objects.get(kind="work.handed_over").user == leyla
    assert User.objects.get(pk=tigran.pk).is_active is False


def test_a_team_takes_over_for_whoever_is_free(tigran: User, admin: User) -> None:
    leyla = UserFactory(name="Leyla")
    team = TeamFactory(name="Sales", people=[leyla])
    his, hers = make_resource("Tigran", user=tigran), make_resource("Leyla", user=leyla)
    booking = make_booking(make_service(his, hers), TUESDAY_TEN, resource=his)

    gone = deactivate_user(user_id=tigran.pk, by=admin, to_team=team)

    assert figures(gone.handed) == {
        "Chats": (1, 0),
        "Leads": (2, 0),
        "Meetings": (1, 0),
        "Shared views": (0, 0),
    }
    assert set(Lead.objects.filter(stage_kind="open").values_list("owner", "team")) == {(None, team.pk)}
    chat = Conversation.objects.get(status="open")
    assert (chat.assignee, chat.team, chat.handler) == (None, team, Handler.QUEUE)
    assert Booking.objects.get(pk=booking.pk).resource == hers


def test_without_an_heir_everything_stays_but_nobody_books_them_any_more(tigran: User, admin: User) -> None:
    resource = make_resource("Tigran", user=tigran)
    booking = make_booking(make_service(resource), TUESDAY_TEN)

    gone = deactivate_user(user_id=tigran.pk, by=admin)

    assert figures(gone.handed) == {
        "Chats": (0, 0),
        "Leads": (0, 0),
        "Meetings": (0, 0),
        "Shared views": (0, 0),
    }
    assert Lead.objects.filter(owner=tigran).count() == 3
    booking.refresh_from_db()
    resource.refresh_from_db()
    assert (booking.resource, resource.active) == (resource, False)


def test_nobody_who_leaves_takes_over(tigran: User, admin: User) -> None:
    for heir in (tigran, UserFactory(is_active=False)):
        with pytest.raises(BadHeir):
            deactivate_user(user_id=tigran.pk, by=admin, to_user=heir)

    tigran.refresh_from_db()
    assert tigran.is_active
    assert Lead.objects.filter(owner=tigran).count() == 3


def test_hundreds_of_leads_cost_no_more_statements(tigran: User, admin: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    stage, counts = Lead.objects.filter(stage_kind="open")[0].stage, []
    for number in (1, 60):
        leaver = UserFactory()
        LeadFactory.create_batch(number, owner=leaver, stage=stage)
        with CaptureQueriesContext(connection) as sent:
            deactivate_user(user_id=leaver.pk, by=admin, to_user=tigran)
        counts.append(len(sent))

    assert counts[1] <= counts[0]
