import pytest

from core.events.models import Event
from crm.consent.models import ConsentRecord, Purpose
from crm.consent.operations import grant, withdraw
from crm.consent.queries import consent_history, has_opted_out, may
from crm.contacts.models import Contact
from tests.factories.core import AdminFactory
from tests.factories.crm import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact() -> Contact:
    return ContactFactory()


def test_without_a_word_we_may_reply_and_follow_up_but_not_advertise(contact: Contact) -> None:
    assert may(contact, Purpose.REPLY, "webchat") is True
    assert may(contact, Purpose.FOLLOW_UP, "webchat") is True
    assert may(contact, Purpose.MARKETING, "webchat") is False


def test_stop_counts_on_every_channel_and_replies_go_on(contact: Contact) -> None:
    assert withdraw(contact=contact, source="webchat", text="не пишите мне") is True

    assert may(contact, Purpose.FOLLOW_UP, "whatsapp") is False
    assert may(contact, Purpose.MARKETING, "email") is False
    assert may(contact, Purpose.REPLY, "webchat") is True
    assert has_opted_out(contact) is True
    event = Event.objects.get()
    assert (event.name, event.contact_id, event.actor_kind) == ("contact.opted_out", contact.pk, "customer")
    assert event.payload == {"source": "webchat", "purposes": ["follow_up", "marketing"], "channel": ""}


def test_stop_is_news_only_once(contact: Contact) -> None:
    withdraw(contact=contact, source="webchat", text="stop")

    assert withdraw(contact=contact, source="webchat", text="stop!!!") is False
    assert withdraw(contact=contact, source="email", channel="email", text="stop") is False
    assert ConsentRecord.objects.count() == 2
    assert Event.objects.count() == 1


def test_opting_back_in_is_possible(contact: Contact) -> None:
    user = AdminFactory()
    withdraw(contact=contact, source="webchat", text="stop")

    assert grant(contact=contact, source="phone call", text="asked for offers", recorded_by=user) is True

    assert may(contact, Purpose.FOLLOW_UP, "webchat") is True
    assert may(contact, Purpose.MARKETING, "email") is True
    assert has_opted_out(contact) is False
    newest = consent_history(contact)[0]
    assert (newest.text, newest.recorded_by, newest.granted) == ("asked for offers", user, True)
    assert Event.objects.order_by("-id")[0].actor_id == user.pk


def test_a_word_for_one_channel_leaves_the_others(contact: Contact) -> None:
    withdraw(contact=contact, source="email link", channel="email", purposes=[Purpose.FOLLOW_UP])

    assert may(contact, Purpose.FOLLOW_UP, "email") is False
    assert may(contact, Purpose.FOLLOW_UP, "webchat") is True
    assert has_opted_out(contact) is False
