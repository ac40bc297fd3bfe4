from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.consent.models import ConsentRecord
from crm.contacts.models import Contact, ContactPoint
from crm.pipeline.models import Pipeline
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.conversations import make_conversation
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory


def names(page: bytes) -> list[str]:
    return attributes(page, "initials-row", "title")


def test_contacts_are_found_by_name_in_any_script_phone_and_email(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    anahit, olga = ContactFactory(name="Անահիտ Դավթյան"), ContactFactory(name="Ольга Смирнова")
    PhoneFactory(contact=anahit, value="+37491234567")
    ContactPoint.objects.create(contact=olga, kind="email", value="olga@example.com")
    client = sign_in(manager)

    def found(text: str) -> list[str]:
        return names(client.get(reverse("desk:contacts"), {"q": text}).content)

    assert found("") == ["Ольга Смирнова", "Անահիտ Դավթյան"]
    assert found("anahit") == found("Давтян") == found("091234567") == ["Անահիտ Դավթյան"]
    assert found("smirn") == found("OLGA@example") == ["Ольга Смирнова"]
    assert found("nobody") == []


def test_the_list_goes_on_by_pages(manager: User, sign_in: Callable[[User], Client]) -> None:
    Contact.objects.bulk_create(Contact(name=f"Person {number}") for number in range(120))
    client = sign_in(manager)

    page = client.get(reverse("desk:contacts")).content
    sizes = [len(names(page))]
    while more := attributes(page, "#contact-more", "hx-get"):
        page = client.get(more[0], headers={"HX-Request": "true", "HX-Target": "contact-more"}).content
        assert words(page, "rail") == []
        sizes.append(len(names(page)))

    assert sizes == [50, 50, 20]


def test_the_page_shows_leads_chats_and_what_was_allowed(
    manager: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation(name="Olga", last_text="Thank you")
    lead = LeadFactory(contact=conversation.contact, stage=pipeline.stages.first(), title="Kitchen")
    address = reverse("desk:contact", args=[conversation.contact.public_id])

    page = sign_in(manager).get(address).content

    assert words(page, "list-group-item")[0] == "D · 0 Kitchen Sales: New No next step, set one"
    assert words(page, "list-group-item")[1].startswith(f"#{conversation.pk} Thank you Open")
    assert words(page, "is-good") == ["Replies", "Follow-ups"]
    assert words(page, "chip")[-1] == "Not allowed: Marketing"
    assert lead.contact == conversation.contact


def test_a_wish_to_stop_is_kept_and_can_be_taken_back(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    contact = ContactFactory(name="Olga")
    client = sign_in(manager)
    address = reverse("desk:contact_consent", args=[contact.public_id])

    stopped = client.post(address, {"granted": "no"}).content
    again = client.post(address, {"granted": "yes"}).content

    assert words(stopped, "is-bad") == ["Not allowed: Follow-ups", "Not allowed: Marketing"]
    assert words(again, "is-bad") == []
    assert list(ConsentRecord.objects.order_by("id").values_list("purpose", "granted", "recorded_by")) == [
        ("follow_up", False, manager.pk),
        ("marketing", False, manager.pk),
        ("follow_up", True, manager.pk),
        ("marketing", True, manager.pk),
    ]


def test_name_and_points_are_changed(manager: User, sign_in: Callable[[User], Client]) -> None:
    contact = ContactFactory(name="Olga")
    client = sign_in(manager)

    details = client.post(
        reverse("desk:contact_details", args=[contact.public_id]),
        {"name": "Ольга", "language": "ru", "company_name": "Арарат"},
    )
    point = reverse("desk:contact_point", args=[contact.public_id])
    wrong = client.post(point, {"kind": "phone", "value": "12"})
    client.post(point, {"kind": "phone", "value": "091 23 45 67"})

    contact.refresh_from_db()
    assert details["HX-Retarget"] == "#contact-card"
    assert (contact.name, contact.name_normal, contact.language) == ("Ольга", "olga", "ru")
    assert str(contact.company) == "Арарат"
    assert (wrong.status_code, len(words(wrong.content, "invalid-feedback"))) == (422, 1)
    assert [each.value for each in contact.points.all()] == ["+37491234567"]


def test_a_wrong_number_is_removed_and_brought_back(manager: User, sign_in: Callable[[User], Client]) -> None:
    contact = PhoneFactory(value="+37491234567").contact
    client = sign_in(manager)
    address = reverse("desk:contact_point_remove", args=[contact.public_id])

    removed = client.post(address, {"kind": "phone", "value": "+37491234567"})
    left = contact.points.count()
    undo = json.loads(removed["HX-Trigger"])["toast"]["undo"]
    client.post(undo)

    assert (removed["HX-Retarget"], left) == ("#contact-card", 0)
    assert [str(point) for point in contact.points.all()] == ["+374 91 234567"]
    assert client.post(address, {"kind": "pager", "value": "1"}).status_code == 400


@pytest.mark.parametrize("part", ["contact", "contact_history", "contact_details", "contact_point"])
def test_an_outsider_is_refused(
    part: str, agent: User, manager: User, sign_in: Callable[[User], Client]
) -> None:
    contact = ContactFactory(owner=manager)
    address = reverse(f"desk:{part}", args=[contact.public_id])

    assert sign_in(agent).get(address).status_code == 404
    assert sign_in(agent).post(reverse("desk:contact_consent", args=[contact.public_id])).status_code == 404
    assert sign_in(manager).get(address).status_code == 200
    assert names(sign_in(agent).get(reverse("desk:contacts")).content) == []


def test_the_list_costs_the_same_with_ten_and_with_a_thousand(
    manager: User, sign_in: Callable[[User], Client], statements: Counting
) -> None:
    client, counts = sign_in(manager), []
    for size in (10, 1000):
        Contact.objects.bulk_create(Contact(name="Person") for _ in range(size - Contact.objects.count()))
        with statements() as sent:
            client.get(reverse("desk:contacts"))
        counts.append(len(sent))

    assert counts[0] == counts[1] <= 12
