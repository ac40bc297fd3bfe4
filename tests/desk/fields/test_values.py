"""Values of custom fields on the pages of leads and contacts, corrected where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.access.models import User
from core.events.actor import SYSTEM
from crm.contacts.models import Contact
from crm.fields.operations import set_lead_values
from crm.pipeline.models import Lead, Pipeline
from tests.desk.conftest import Counting
from tests.desk.reading import page_words as words
from tests.factories.crm import ContactFactory, LeadFactory
from tests.factories.fields import make_field

SignIn = Callable[[User], Client]


@pytest.fixture
def lead(pipeline: Pipeline, agent: User) -> Lead:
    make_field("floor", required=True)
    make_field("offer", "money")
    make_field("likes", "choices")
    make_field("site", "link", subject="contact", labels={"en": "Site"})
    contact = ContactFactory(owner=agent, custom={"site": {"raw": "https://masis.am", "norm": "x"}})
    found: Lead = LeadFactory(
        contact=contact, owner=agent, stage=pipeline.stages.all()[0], custom={"likes": ["small"]}
    )
    return found


def test_both_pages_show_the_fields(lead: Lead, agent: User, sign_in: SignIn) -> None:
    client = sign_in(agent)
    page = words(client.get(f"/leads/{lead.public_id}/"))
    assert "Details Floor * not known Offer not known Likes Small" in page
    person = client.get(f"/contacts/{lead.contact.public_id}/")
    assert "Site https://masis.am" in words(person)
    assert 'href="https://masis.am" target="_blank" rel="noopener noreferrer"' in person.content.decode()
    assert "Details" in words(client.get(f"/leads/{lead.public_id}/side/"))


@pytest.mark.parametrize(
    ("key", "given", "shown"),
    [
        ("floor", "4", "4"),
        ("offer", "1 500 000 USD", "1,500,000 USD"),
        ("likes", ["large", "small"], "Large, Small"),
    ],
)
def test_a_value_is_corrected_where_it_stands(
    lead: Lead, agent: User, sign_in: SignIn, key: str, given: Any, shown: str
) -> None:
    client, url = sign_in(agent), f"/leads/{lead.public_id}/fields/{key}/"
    seen = '["small"]' if key == "likes" else "null"
    assert client.get(url).status_code == 200

    saved = client.post(url, {"value": given, "seen": seen})

    assert (saved.status_code, words(saved)) == (200, shown)
    assert words(client.get(f"{url}?show=1")) == shown
    lead.refresh_from_db()
    assert lead.revision == 1


def test_what_cannot_be_stored_is_said_at_the_field(lead: Lead, agent: User, sign_in: SignIn) -> None:
    client = sign_in(agent)
    for key, given, sentence in (
        ("floor", "high", "Write a number, like 250 or 2.5."),
        ("floor", "", "“Floor” needs a value."),
        ("likes", ["huge"], "huge is not one of the available choices."),
    ):
        seen = '["small"]' if key == "likes" else "null"
        refused = client.post(f"/leads/{lead.public_id}/fields/{key}/", {"value": given, "seen": seen})
        assert refused.status_code == 422
        assert sentence in words(refused)


def test_the_second_of_two_writers_sees_the_value_of_the_first(
    lead: Lead, agent: User, sign_in: SignIn
) -> None:
    set_lead_values(lead_id=lead.pk, values={"floor": 2}, actor=SYSTEM)
    client = sign_in(agent)
    refused = client.post(f"/leads/{lead.public_id}/fields/floor/", {"value": "5", "seen": "null"})
    assert refused.status_code == 409
    assert "it is now: 2" in words(refused)
    assert 'value="5"' in refused.content.decode()
    lead.refresh_from_db()
    assert lead.custom["floor"] == 2


def test_a_contact_likewise_and_outsiders_not_at_all(
    lead: Lead, agent: User, manager: User, sign_in: SignIn
) -> None:
    url = f"/contacts/{lead.contact.public_id}/fields/site/"
    assert words(
        sign_in(manager).post(url, {"value": "", "seen": '{"raw": "https://masis.am", "norm": "x"}'})
    )
    assert Contact.objects.get(pk=lead.contact_id).custom == {}

    from tests.factories.core import UserFactory

    outsider = sign_in(UserFactory(name="Gor"))
    assert outsider.post(url, {"value": "a.am"}).status_code == 404
    assert outsider.post(f"/leads/{lead.public_id}/fields/floor/", {"value": "1"}).status_code == 404
    assert sign_in(agent).get(f"/leads/{lead.public_id}/fields/site/").status_code == 404


def test_fields_cost_the_page_no_statement(
    lead: Lead, agent: User, sign_in: SignIn, statements: Counting
) -> None:
    client = sign_in(agent)
    client.get(f"/leads/{lead.public_id}/")
    with statements() as few:
        client.get(f"/leads/{lead.public_id}/")
    for number in range(20):
        make_field(f"f{number}")
    client.get(f"/leads/{lead.public_id}/")
    with statements() as many:
        client.get(f"/leads/{lead.public_id}/")
    assert len(many) <= len(few) <= 12
