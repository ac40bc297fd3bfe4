from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.access.models import User
from core.events.actor import Actor
from crm.contacts.models import Company, Contact
from crm.duplicates.models import ContactMerge
from crm.duplicates.operations import find_duplicates, merge_contacts
from crm.memory import forget_all
from crm.pipeline.models import Pipeline
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.factories.conversations import make_conversation
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def anna(pipeline: Pipeline) -> Contact:
    contact = ContactFactory(
        name="Anna Petrosyan", company=Company.objects.create(name="Masis"), tags=["vip"]
    )
    PhoneFactory(contact=contact, value="+37491234567")
    return contact


@pytest.fixture
def ann(pipeline: Pipeline, anna: Contact) -> Contact:
    conversation = make_conversation(name="Ann P.")
    PhoneFactory(contact=conversation.contact, value="+37491234567")
    LeadFactory(contact=conversation.contact, stage=pipeline.stages.first(), title="Kitchen")
    return conversation.contact


def page_of(client: Client, contact: Contact) -> bytes:
    return client.get(reverse("desk:contact", args=[contact.public_id])).content


def test_two_become_one_with_everything_and_two_again(
    manager: User, anna: Contact, ann: Contact, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(manager)
    page = page_of(client, anna)
    assert words(page, "#contact-suspects") == [
        "Perhaps the same person Ann P. The same phone: +374 91 234567 Compare Not the same"
    ]
    compare = reverse("desk:contact_merge", args=[anna.public_id, ann.public_id])
    assert compare in page.decode()
    preview = client.get(compare).content
    assert words(preview, "is-conflict") == ["Name Anna Petrosyan Ann P."]
    assert "Conversations 1, Channel accounts 1, Leads 1." in " ".join(words(preview, "card-body"))

    answer = client.post(compare, {"take:name": "loser"}, follow=True)

    assert answer.redirect_chain == [(reverse("desk:contact", args=[anna.public_id]), 302)]
    assert 'data-say="Anna Petrosyan and Ann P. are one contact now"' in answer.content.decode()
    assert words(answer.content, "#contact-merges")[0].startswith("Merged from Ann P.")
    anna.refresh_from_db()
    assert (anna.name, anna.leads.count(), anna.conversations.count()) == ("Ann P.", 1, 1)
    assert client.get(reverse("desk:contact", args=[ann.public_id])).headers["Location"] == reverse(
        "desk:contact", args=[anna.public_id]
    )

    undo = reverse("desk:contact_merge_undo", args=[ContactMerge.objects.get().public_id])
    told = " ".join(words(client.get(undo).content, "modal-body"))
    assert "Back to Ann P. Conversations: 1 Channel accounts: 1 Leads: 1" in told
    done = client.post(undo, headers=HTMX)

    assert done.headers["HX-Redirect"] == reverse("desk:contact", args=[anna.public_id])
    anna.refresh_from_db()
    assert (anna.name, anna.leads.count(), ann.leads.count()) == ("Anna Petrosyan", 0, 1)
    assert words(page_of(client, anna), "#contact-merges") == []


def test_pairs_are_listed_and_dismissed(
    manager: User, anna: Contact, ann: Contact, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(manager)
    find_duplicates()
    address = reverse("desk:duplicates")
    assert len(words(client.get(address).content, "pair-row")) == 1

    dismissed = client.post(
        reverse("desk:contact_dismiss", args=[ann.public_id, anna.public_id]), headers=HTMX
    )

    assert words(client.get(address).content, "pair-row") == []
    assert words(page_of(client, anna), "#contact-suspects") == []
    toast = json.loads(dismissed.headers["HX-Trigger"])["toast"]
    assert client.post(toast["undo"], headers=HTMX).headers["HX-Refresh"] == "true"
    assert len(words(client.get(address).content, "pair-row")) == 1


def test_what_is_too_late_to_undo_says_so(
    manager: User, anna: Contact, ann: Contact, sign_in: Callable[[User], Client]
) -> None:
    merge = merge_contacts(
        winner=anna, loser=ann, actor=Actor.of(manager), by=manager, now=timezone.now() - timedelta(days=31)
    )
    client = sign_in(manager)
    undo = reverse("desk:contact_merge_undo", args=[merge.public_id])

    assert words(client.get(undo).content, "modal-body") == ["A merge can be undone for 30 days."]
    refused = client.post(undo, headers=HTMX)

    assert refused.status_code == 409
    assert json.loads(refused.headers["HX-Trigger"])["toast"]["text"] == "A merge can be undone for 30 days."


def test_a_page_that_was_open_acts_on_the_one_that_is_left(
    manager: User, anna: Contact, ann: Contact, sign_in: Callable[[User], Client]
) -> None:
    merge_contacts(winner=anna, loser=ann, actor=Actor.of(manager), by=manager, now=timezone.now())
    client = sign_in(manager)

    client.post(reverse("desk:contact_details", args=[ann.public_id]), {"name": "Anna Ann", "language": "hy"})

    anna.refresh_from_db()
    assert (anna.name, anna.language) == ("Anna Ann", "hy")
    assert client.get(reverse("desk:contact_merge", args=[anna.public_id, ann.public_id])).status_code == 404


def test_an_outsider_sees_and_merges_nothing(
    agent: User, manager: User, anna: Contact, ann: Contact, sign_in: Callable[[User], Client]
) -> None:
    for contact, owner in ((anna, agent), (ann, manager)):
        contact.owner = owner
        contact.save()
    ann.leads.update(owner=manager)
    find_duplicates()
    client = sign_in(agent)
    compare = reverse("desk:contact_merge", args=[anna.public_id, ann.public_id])

    assert words(page_of(client, anna), "#contact-suspects") == []
    assert words(client.get(reverse("desk:duplicates")).content, "pair-row") == []
    assert (client.get(compare).status_code, client.post(compare).status_code) == (404, 404)
    dismiss = reverse("desk:contact_dismiss", args=[anna.public_id, ann.public_id])
    assert client.post(dismiss).status_code == 404
    assert not ContactMerge.objects.exists()


def test_the_screens_cost_the_same_with_many(
    manager: User, anna: Contact, ann: Contact, sign_in: Callable[[User], Client], statements: Counting
) -> None:
    client = sign_in(manager)
    counts: list[tuple[int, ...]] = []
    for size in (1, 3):
        for number in range(size):
            for _ in range(2):
                PhoneFactory(value=f"+37477{size}{number:05d}")
            PhoneFactory(value="+37491234567") if number < size - 1 else None
        find_duplicates()
        sent: list[int] = []
        addresses: list[Any] = [
            reverse("desk:duplicates"),
            reverse("desk:contact", args=[anna.public_id]),
            reverse("desk:contact_merge", args=[anna.public_id, ann.public_id]),
        ]
        for address in addresses:
            forget_all()
            with statements() as found:
                client.get(address)
            sent.append(len(found))
        counts.append(tuple(sent))

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 12
