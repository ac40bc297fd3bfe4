"""A merge keeps everything, and undoing it gives back exactly what came (spec 1.2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import CUSTOMER, SYSTEM, Actor
from core.events.models import Event
from crm.calls.models import Call
from crm.calls.operations import log_call
from crm.consent.models import ConsentRecord, Purpose
from crm.consent.operations import grant, withdraw
from crm.consent.queries import has_opted_out, may
from crm.contacts.models import Company, Contact, ContactPoint
from crm.contacts.operations import add_point, create_contact, find_or_create_contact
from crm.contacts.queries import contacts
from crm.duplicates.belongings import belongings
from crm.duplicates.errors import AlreadyMerged, CannotMerge, CannotUndo
from crm.duplicates.models import ContactMerge, DuplicatePair
from crm.duplicates.operations import merge_contacts, undo_merge
from crm.duplicates.queries import compared, merges_of, moving, undo_preview
from crm.pipeline.models import Lead
from crm.scoring.operations import rescore
from tests.factories.core import ManagerFactory
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory, RuleFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def manager(company: CompanyProfile) -> User:
    return ManagerFactory(name="Mariam")


def merge(winner: Contact, loser: Contact, by: User, **more: Any) -> ContactMerge:
    more.setdefault("now", timezone.now())
    return merge_contacts(winner=winner, loser=loser, actor=Actor.of(by), by=by, **more)


def undo(merge: ContactMerge, by: User, now: datetime | None = None) -> ContactMerge:
    return undo_merge(merge_id=merge.pk, actor=Actor.of(by), by=by, now=now or timezone.now())


def holdings() -> dict[str, list[tuple[Any, ...]]]:
    """Who has what: every row that belongs to a contact, and the contacts themselves."""
    columns = (
        "pk",
        "name",
        "name_normal",
        "language",
        "company_id",
        "owner_id",
        "tags",
        "custom",
        "merged_into_id",
    )
    held = {
        each.name: list(each.model._default_manager.order_by("pk").values_list("pk", "contact_id"))
        for each in belongings()
    }
    return {
        **held,
        "contacts": list(Contact.objects.order_by("pk").values_list(*columns)),
        "consent": list(
            ConsentRecord.objects.order_by("pk").values_list("pk", "purpose", "granted", "contact_id")
        ),
        "verified": list(ContactPoint.objects.order_by("pk").values_list("pk", "verified_at")),
    }


def test_every_model_that_belongs_to_a_contact_goes_with_it_and_never_to_a_tombstone() -> None:
    referring = {
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in {"core", "crm", "conversations", "bookings", "automation"}
        for field in model._meta.concrete_fields
        if field.related_model is Contact and field.name == "contact" and not hasattr(model, "pgh_obj")
        if not model._meta.object_name.endswith("Event")
    }

    assert referring == {each.model for each in belongings()}
    for model in referring:
        assert "never_to_a_tombstone" in {trigger.name for trigger in model._meta.triggers}, model


def test_the_winner_has_everything_and_undo_gives_it_back(manager: User) -> None:
    masis, ararat = Company.objects.create(name="Masis"), Company.objects.create(name="Ararat")
    anna = ContactFactory(name="Anna", company=masis, tags=["vip"], custom={"size": 42, "city": "Gyumri"})
    ann = ContactFactory(
        name="Ann", company=ararat, owner=manager, tags=["fair", "vip"], custom={"size": 44, "shoe": "left"}
    )
    PhoneFactory(contact=anna, value="+37491234567")
    PhoneFactory(contact=ann, value="+37491234567", verified_at=NOW)
    PhoneFactory(contact=ann, value="+37477123456")
    own, other = LeadFactory(contact=anna), LeadFactory(contact=ann)
    call = log_call(contact=ann, lead=other, outcome="busy", now=NOW, actor=SYSTEM)
    before = holdings()

    merged = merge(anna, ann, manager, taken={"company": "loser", "custom.size": "winner"})

    anna.refresh_from_db()
    assert (anna.name, anna.company, anna.owner) == ("Anna", ararat, manager)
    assert anna.tags == ["vip", "fair"]
    assert anna.custom == {"size": 42, "city": "Gyumri", "shoe": "left"}
    assert {lead.contact for lead in Lead.objects.all()} == {anna}
    assert Call.objects.get().contact == anna
    points = anna.points.order_by("value").values_list("value", "verified_at")
    assert list(points) == [("+37477123456", None), ("+37491234567", NOW)]
    assert list(contacts()) == [anna]
    assert [each.loser for each in merges_of(anna)] == [ann]
    event = Event.objects.get(name="contact.merged")
    assert (event.contact_id, event.actor_id, event.payload["merged_id"]) == (anna.pk, manager.pk, ann.pk)
    assert event.payload["moved"] == {"crm.lead": 1, "crm.call": 1, "crm.contactpoint": 1}

    undo(merged, manager)

    assert holdings() == before
    assert (Lead.objects.get(pk=own.pk).contact, Lead.objects.get(pk=other.pk).contact) == (anna, ann)
    assert Call.objects.get(pk=call.pk).contact == ann
    assert Event.objects.get(name="contact.merge_undone").payload["moved"] == event.payload["moved"]
    assert merges_of(anna) == []


def test_an_opt_out_of_either_survives_whatever_came_later(manager: User) -> None:
    anna, ann = ContactFactory(), ContactFactory()
    withdraw(contact=ann, source="chat")
    grant(contact=anna, source="form", purposes=[Purpose.FOLLOW_UP, Purpose.MARKETING])

    merged = merge(anna, ann, manager)

    assert has_opted_out(anna)
    assert not may(anna, Purpose.MARKETING)
    assert may(anna, Purpose.TRANSACTIONAL)

    undo(merged, manager)

    assert may(anna, Purpose.FOLLOW_UP)
    assert may(anna, Purpose.MARKETING)
    assert has_opted_out(ann)
    assert list(ConsentRecord.objects.filter(source="merge")) == []


def test_a_stop_said_after_the_merge_outlives_its_undo(manager: User) -> None:
    anna, ann = ContactFactory(), ContactFactory()
    withdraw(contact=ann, source="chat")
    grant(contact=anna, source="form")
    merged = merge(anna, ann, manager)

    assert withdraw(contact=anna, source="chat", actor=CUSTOMER)

    undo(merged, manager)
    assert has_opted_out(anna)


def test_what_came_since_stays_and_the_preview_says_so(manager: User) -> None:
    anna, ann = ContactFactory(name="Anna"), ContactFactory(name="Ann")
    old = LeadFactory(contact=ann)
    assert [(str(each.label), each.count) for each in moving(anna, ann)] == [("Leads", 1)]
    merged = merge(anna, ann, manager, now=timezone.now() - timedelta(hours=1))
    new = LeadFactory(contact=anna)
    Contact.objects.filter(pk=anna.pk).update(language="ru")

    preview = undo_preview(merged, timezone.now())
    undo(merged, manager)

    assert [(str(each.label), each.count) for each in preview.back] == [("Leads", 1)]
    assert [(str(each.label), each.count) for each in preview.stays] == [("Leads", 1)]
    assert preview.reason == ""
    assert (Lead.objects.get(pk=old.pk).contact, Lead.objects.get(pk=new.pk).contact) == (ann, anna)


def test_a_value_that_somebody_changed_since_stays(manager: User) -> None:
    anna, ann = (
        ContactFactory(name="", language="", tags=[]),
        ContactFactory(name="Ann", language="ru", tags=["a"]),
    )
    merged = merge(anna, ann, manager)
    Contact.objects.filter(pk=anna.pk).update(language="hy")

    undo(merged, manager)

    anna.refresh_from_db()
    assert (anna.name, anna.name_normal, anna.language, anna.tags) == ("", "", "hy", [])


def test_whatever_is_given_to_a_merged_contact_reaches_the_one_that_is_left(manager: User) -> None:
    anna, ann, annie = ContactFactory(), ContactFactory(), PhoneFactory(value="+37491234567").contact
    merge(ann, annie, manager)
    merge(anna, ann, manager)

    LeadFactory(contact=annie)
    log_call(contact=annie, outcome="busy", now=NOW, actor=SYSTEM)
    add_point(contact=ann, kind="email", value="ann@example.com", actor=SYSTEM)
    withdraw(contact=annie, source="chat")

    assert Lead.objects.get().contact == Call.objects.get().contact == anna
    assert sorted(anna.points.values_list("value", flat=True)) == ["+37491234567", "ann@example.com"]
    assert has_opted_out(anna)
    assert find_or_create_contact(actor=SYSTEM, phones=["+37491234567"]) == anna


def test_a_number_that_both_had_finds_the_one_that_is_left(manager: User) -> None:
    loser = PhoneFactory(value="+37491234567").contact
    winner = PhoneFactory(value="+37491234567").contact
    merge(winner, loser, manager)

    assert find_or_create_contact(actor=SYSTEM, phones=["+37491234567"]) == winner


def test_what_cannot_be_merged_or_undone_says_why(manager: User) -> None:
    anna, ann, annie = ContactFactory(name="Anna"), ContactFactory(name="Ann"), ContactFactory()
    with pytest.raises(CannotMerge):
        merge(anna, anna, manager)
    with pytest.raises(CannotMerge, match="timezone"):
        merge(anna, ann, manager, taken={"timezone": "loser"})
    first = merge(anna, ann, manager)
    with pytest.raises(AlreadyMerged):
        merge(annie, ann, manager)
    second = merge(annie, anna, manager)

    with pytest.raises(CannotUndo, match="Undo that first"):
        undo(first, manager)
    with pytest.raises(CannotUndo, match="30 days"):
        undo(second, manager, timezone.now() + timedelta(days=31))
    undo(second, manager)
    undo(first, manager)
    with pytest.raises(CannotUndo, match="already"):
        undo(first, manager)
    assert contacts().count() == 3


def test_leads_are_scored_anew_with_what_is_known_of_both(manager: User) -> None:
    RuleFactory(condition={"field": "contact.email", "op": "is_set"}, points=7)
    anna, ann = ContactFactory(), ContactFactory()
    lead = LeadFactory(contact=anna)
    rescore(lead=lead)
    create = create_contact(actor=SYSTEM, emails=["ann@example.com"])
    del ann

    merged = merge(anna, create, manager)
    lead.refresh_from_db()
    with_email = lead.score
    undo(merged, manager)
    lead.refresh_from_db()

    assert (with_email, lead.score) == (7, 0)


def test_names_of_both_stand_side_by_side(manager: User) -> None:
    anna = ContactFactory(name="Anna", language="en", owner=manager, custom={"size": 1})
    ann = ContactFactory(name="Ann", language="", custom={"size": 2})

    shown = [(each.name, each.winner, each.loser, each.is_conflict) for each in compared(anna, ann)]

    assert shown == [
        ("name", "Anna", "Ann", True),
        ("language", "English", "", False),
        ("owner", "Mariam", "", False),
        ("custom.size", "1", "2", True),
    ]
    assert not DuplicatePair.objects.exists()
