"""Who is proposed as the same person, to whom, and on what evidence."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from conversations.accounts.models import ChannelAccount, ChannelIdentity
from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import Actor
from crm.contacts.models import Company, Contact, ContactPoint
from crm.duplicates.models import DuplicatePair
from crm.duplicates.operations import dismiss, find_duplicates, merge_contacts, propose_again
from crm.duplicates.queries import proposals, suspects_of
from tests.crm.conftest import AtMost
from tests.factories.core import ManagerFactory, UserFactory
from tests.factories.crm import ContactFactory, PhoneFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(company: CompanyProfile) -> User:
    return ManagerFactory()


def pairs(user: User) -> list[tuple[Contact, Contact, list[str]]]:
    find_duplicates()
    return [(each.one, each.other, each.because) for each in proposals(user).rows]


def telegram(name: str) -> ChannelAccount:
    return ChannelAccount.objects.create(kind="telegram", name=name)


def test_each_kind_of_evidence_is_told_in_words_the_strongest_first(manager: User) -> None:
    masis = Company.objects.create(name="Masis")
    anna = PhoneFactory(value="+37491234567", contact=ContactFactory(name="Anna", company=masis)).contact
    ann = PhoneFactory(value="+37491234567", contact=ContactFactory(name="Անна", company=masis)).contact
    ann.name_normal = anna.name_normal
    ann.save()
    for contact, bot in ((anna, "sales"), (ann, "support")):
        ContactPoint.objects.create(contact=contact, kind="email", value="anna@example.com")
        ChannelIdentity.objects.create(account=telegram(bot), external_id="77", contact=contact)
    ContactFactory(name="Anna")

    [suspect] = suspects_of(anna, manager)

    assert suspect.contact == ann
    assert suspect.because == [
        "The same Telegram account, seen by two bots",
        "The same phone: +374 91 234567",
        "The same email: anna@example.com",
        "The same name in the same company: Anna",
    ]
    assert [each.contact for each in suspects_of(ann, manager)] == [anna]
    assert pairs(manager) == [(anna, ann, suspect.because)]


def test_what_a_crowd_shares_says_nothing(manager: User) -> None:
    people = [PhoneFactory(value="+37491234567").contact for _ in range(5)]
    assert len(pairs(manager)) == 10
    assert len(suspects_of(people[0], manager)) == 4

    PhoneFactory(value="+37491234567")

    assert pairs(manager) == []
    assert suspects_of(people[0], manager) == []


def test_what_was_dismissed_is_remembered(manager: User) -> None:
    anna, ann = (PhoneFactory(value="+37491234567").contact for _ in range(2))

    dismiss(one=ann, other=anna, by=manager, now=timezone.now())

    assert (suspects_of(anna, manager), suspects_of(ann, manager), pairs(manager)) == ([], [], [])
    propose_again(one=anna, other=ann)
    assert [each.contact for each in suspects_of(anna, manager)] == [ann]
    assert [each[:2] for each in pairs(manager)] == [(anna, ann)]


def test_a_pair_goes_when_its_evidence_goes_or_it_is_merged(manager: User) -> None:
    anna, ann, annie = (PhoneFactory(value="+37491234567").contact for _ in range(3))
    assert len(pairs(manager)) == 3

    annie.points.all().delete()
    assert [each[:2] for each in pairs(manager)] == [(anna, ann)]

    merge_contacts(winner=anna, loser=ann, actor=Actor.of(manager), by=manager, now=timezone.now())
    assert proposals(manager).rows == []
    find_duplicates()
    assert not DuplicatePair.objects.exists()


def test_nobody_hears_of_a_contact_out_of_sight(manager: User) -> None:
    agent = UserFactory()
    mine, theirs = ContactFactory(owner=agent), ContactFactory(owner=manager)
    for contact in (mine, theirs):
        PhoneFactory(contact=contact, value="+37491234567")

    assert suspects_of(mine, agent) == []
    assert pairs(agent) == []
    assert len(pairs(manager)) == 1


def test_the_list_goes_on_by_pages_and_costs_the_same(manager: User, at_most: AtMost) -> None:
    for number in range(30):
        for _ in range(2):
            PhoneFactory(value=f"+3749100{number:04d}")
    find_duplicates()

    with at_most(3):
        first = proposals(manager)
    rest = proposals(manager, after=first.after)

    assert (len(first.rows), len(rest.rows), rest.after) == (25, 5, None)


def test_looking_again_changes_nothing(manager: User) -> None:
    for _ in range(2):
        PhoneFactory(value="+37491234567")
    find_duplicates()
    before: list[Any] = list(DuplicatePair.objects.values())

    find_duplicates()

    assert list(DuplicatePair.objects.values()) == before
