"""Two workers, a colleague and the customer at the same instant: each message once, and none after an opt-out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from automation.sequences.errors import CannotEnrol, NotNow, NotUnderWay
from automation.sequences.models import Enrolment, FollowUp
from automation.sequences.operations import advance, enrol, install_ready, send_now
from conversations.threads.models import Message
from core.access.models import User
from core.company.models import CompanyProfile
from crm.consent.operations import withdraw
from crm.pipeline.models import Lead
from tests.factories.conversations import make_conversation, make_user
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


@pytest.fixture
def anna() -> User:
    CompanyProfile.objects.create(id=1, name="Ararat Interiors", quiet_from=None, quiet_until=None)
    install_ready(language="en", active=True, now=timezone.now())
    return make_user("Anna", role="admin")


def silent_lead() -> Lead:
    conversation = make_conversation()
    lead: Lead = LeadFactory(contact=conversation.contact)
    conversation.lead = lead
    conversation.save()
    return lead


def at_once(*works: Callable[[], object]) -> None:
    """Each in a thread of its own with a connection of its own, let go together."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=10)
            work()
        except (NotNow, NotUnderWay, CannotEnrol):
            return
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


def test_two_workers_and_a_colleague_send_a_message_once(anna: User) -> None:
    for _round in range(ROUNDS):
        lead, now = silent_lead(), timezone.now()
        begun = enrol(lead_id=lead.pk, sequence_key="no_show", user=anna, now=now)
        due = now + timedelta(minutes=2)

        def work(pk: int = begun.pk, at: object = due) -> object:
            return advance(enrolment_id=pk, step=0, now=at)  # type: ignore[arg-type]

        at_once(work, work, lambda pk=begun.pk, at=due: send_now(enrolment_id=pk, user=anna, now=at))  # type: ignore[misc]
        steps = list(FollowUp.objects.filter(enrolment=begun).values_list("step", flat=True))
        assert sorted(steps) in ([0], [0, 1]), "a worker's step, then perhaps the colleague's own"
        assert Message.objects.filter(conversation__lead=lead).count() == len(steps)


def test_an_opt_out_or_the_message_comes_first_and_nothing_after(anna: User) -> None:
    for _round in range(ROUNDS):
        lead, now = silent_lead(), timezone.now()
        begun = enrol(lead_id=lead.pk, sequence_key="no_show", user=anna, now=now)
        at_once(
            lambda pk=begun.pk, at=now: advance(enrolment_id=pk, step=0, now=at + timedelta(minutes=2)),  # type: ignore[misc]
            lambda contact=lead.contact: withdraw(contact=contact, source="webchat"),  # type: ignore[misc]
        )
        begun.refresh_from_db()
        assert (begun.state, begun.stop_reason) == ("stopped", "opt_out")
        assert advance(enrolment_id=begun.pk, step=1, now=now + timedelta(days=30)) is None


def test_two_colleagues_start_one_sequence_of_a_lead(anna: User) -> None:
    for _round in range(ROUNDS):
        lead, now = silent_lead(), timezone.now()
        at_once(
            *(
                lambda key=key, pk=lead.pk, at=now: enrol(lead_id=pk, sequence_key=key, user=anna, now=at)  # type: ignore[misc]
                for key in ("no_show", "no_show", "quote_not_accepted")
            )
        )
        assert Enrolment.objects.filter(lead=lead, state="active").count() == 1
