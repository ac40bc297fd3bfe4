"""Leads and contacts that a colleague adds by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.access.models import User
from core.events.models import Event
from crm.contacts.models import Contact, ContactPoint
from crm.pipeline.models import Lead, Pipeline, Stage
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory, sales_pipeline
from tests.factories.fields import make_field

SignIn = Callable[[User], Client]


def stage(pipeline: Pipeline, name: str) -> Stage:
    return pipeline.stages.get(name=name)


def add(client: Client, pipeline: Pipeline, page: str = "", **values: Any) -> HttpResponse:
    sent = {
        "stage": str(stage(pipeline, "New").public_id),
        "source": "manual",
        "currency": "AMD",
        "owner": "",
        **values,
    }
    address = page or reverse("desk:board", args=[pipeline.public_id])
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{address}"}
    return client.post(reverse("desk:lead_new"), sent, headers=headers)


def events(response: HttpResponse) -> dict[str, Any]:
    return dict(json.loads(response.headers["HX-Trigger"]))


def test_a_lead_of_somebody_new_stands_on_the_board(
    manager: User, agent: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    client = sign_in(manager)

    response = add(
        client,
        pipeline,
        name="Anna",
        phone="077 12 34 56",
        email="Anna@example.com",
        title="Kitchen",
        value="1200000",
        owner=str(agent.public_id),
        source="referral",
        stage=str(stage(pipeline, "Meeting").public_id),
    )

    assert response.status_code == 204
    told = events(response)
    assert told["toast"]["text"] == "“Kitchen” is added, in Meeting."
    assert {"modal:close", "board:catch-up", "lead:added"} <= told.keys()
    lead = Lead.objects.get()
    assert (lead.title, lead.value, lead.currency) == ("Kitchen", Decimal(1200000), "AMD")
    assert (lead.owner, lead.source, lead.stage.name) == (agent, "referral", "Meeting")
    assert str(lead.contact) == "Anna"
    assert set(lead.contact.points.values_list("value", flat=True)) == {"+37477123456", "anna@example.com"}
    assert Event.objects.get(name="lead.created").actor == manager
    board = client.get(reverse("desk:board", args=[pipeline.public_id])).content
    assert [line for line in words(board, "card-lead") if "Kitchen" in line]


def test_a_known_phone_takes_the_contact_that_is_there_and_says_so(
    manager: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    known = ContactFactory(name="Anna Petrosyan")
    PhoneFactory(contact=known, value="+37477123456")

    response = add(sign_in(manager), pipeline, name="Anya", phone="077123456", email="anna@example.com")

    assert events(response)["toast"]["text"] == (
        "Anna Petrosyan was here already: “Anna Petrosyan” is one more lead of theirs, in New."
    )
    assert Contact.objects.count() == 1
    assert Lead.objects.get().contact == known
    assert known.points.count() == 2


def test_a_chosen_contact_is_taken_whatever_was_typed_before(
    manager: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    known, client = ContactFactory(name="Anna Petrosyan"), sign_in(manager)
    PhoneFactory(contact=known, value="+37477123456")

    found = client.get(reverse("desk:person_known"), {"name": "petros", "phone": ""}).content
    response = add(
        client, pipeline, name="petros", phone="0", contact=attributes(found, "form-check-input", "value")[0]
    )

    assert attributes(found, "form-check-input", "value") == [str(known.public_id), ""]
    assert response.status_code == 204
    assert Lead.objects.get().contact == known
    assert known.points.count() == 1


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({}, "name", "Write a name, a phone or an email."),
        ({"name": "Anna", "phone": "12"}, "phone", "This is not a phone number that can be called."),
        ({"name": "Anna", "email": "anna@"}, "email", "This does not look like an email address."),
        ({"name": "Anna", "value": "-5"}, "value", "Ensure this value is greater than or equal to 0."),
        ({"name": "Anna", "custom-floor": ""}, "custom-floor", "This field is required."),
        ({"name": "Anna", "custom-floor": "high"}, "custom-floor", ""),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_written(
    manager: User, pipeline: Pipeline, sign_in: SignIn, sent: dict[str, str], field: str, sentence: str
) -> None:
    make_field("floor", required=True)

    response = add(sign_in(manager), pipeline, **{"custom-floor": "3", **sent})

    assert response.status_code == 422
    assert words(response.content, f"#id_{field}_error")[0].startswith(sentence)
    assert Contact.objects.count() == Lead.objects.count() == 0


def test_what_the_stage_asks_for_is_said_at_the_stage_and_nothing_is_written(
    manager: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    asking = stage(pipeline, "Meeting")
    Stage.objects.filter(pk=asking.pk).update(required=["lead.value", "contact.phone"])
    client, chosen = sign_in(manager), str(asking.public_id)

    refused = add(client, pipeline, name="Anna", value="5", stage=chosen)
    assert words(refused.content, "#id_stage_error") == ["“Meeting” needs of a lead: Phone."]
    assert Contact.objects.count() == Lead.objects.count() == 0

    assert add(client, pipeline, name="Anna", phone="077123456", value="5", stage=chosen).status_code == 204


def test_a_full_stage_takes_no_more(manager: User, pipeline: Pipeline, sign_in: SignIn) -> None:
    full = stage(pipeline, "New")
    Stage.objects.filter(pk=full.pk).update(wip_limit=1)
    LeadFactory(stage=full)

    response = add(sign_in(manager), pipeline, name="Anna")

    assert words(response.content, "#id_stage_error")[0].startswith("“New” is full: it takes 1 lead.")
    assert Lead.objects.count() == 1


def test_required_fields_are_those_of_the_pipeline_and_of_somebody_new(
    manager: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    rent = sales_pipeline(name="Rent")
    make_field("floor", required=True, pipelines=[pipeline.pk])
    make_field("sizes", "choices", required=True, pipelines=[rent.pk])
    make_field("birthday", "date", required=True, subject="contact")
    client, known = sign_in(manager), ContactFactory(name="Anna")
    address = reverse("desk:lead_new")

    def asked(**query: object) -> list[str]:
        page = client.get(address, query).content
        return [name for name in attributes(page, "form-control", "name") if name.startswith("custom-")]

    assert asked() == ["custom-birthday", "custom-floor"]
    assert asked(contact=known.public_id) == ["custom-floor"]
    assert asked(pipeline=rent.public_id) == ["custom-birthday"]
    page = client.get(address, {"pipeline": rent.public_id}).content
    assert attributes(page, "form-check-input", "value") == ["small", "large"]

    sent = {"name": "Olga", "custom-birthday": "1990-05-01", "custom-sizes": ["small", "large"]}
    response = add(client, rent, **sent)

    assert response.status_code == 204
    lead = Lead.objects.get()
    assert (lead.custom, lead.contact.custom) == (
        {"sizes": ["small", "large"]},
        {"birthday": "1990-05-01"},
    )


def test_somebody_whom_a_colleague_takes_care_of_is_not_given_away(
    manager: User, agent: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    theirs = ContactFactory(name="Secret Customer", owner=manager)
    PhoneFactory(contact=theirs, value="+37477123456")
    client = sign_in(agent)

    lead = add(client, pipeline, phone="077123456", owner=str(agent.public_id))
    contact = client.post(reverse("desk:contact_new"), {"name": "Me", "phone": "077123456"})
    known = client.get(reverse("desk:person_known"), {"phone": "077123456"})

    for page in (lead, contact):
        assert page.status_code == 422
        assert words(page.content, "#id_phone_error")[0].startswith("A colleague takes care")
    assert b"Secret" not in lead.content + contact.content + known.content
    assert Lead.objects.count() == 0


def test_on_another_screen_the_page_of_the_lead_opens(
    manager: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    client = sign_in(manager)

    response = add(client, pipeline, page=reverse("desk:inbox"), name="Anna", title="Kitchen")

    address = reverse("desk:lead", args=[Lead.objects.get().public_id])
    assert response.headers["HX-Redirect"] == address
    assert b"is added, in New." in client.get(address).content


def test_a_contact_is_added_and_its_page_opens(manager: User, pipeline: Pipeline, sign_in: SignIn) -> None:
    make_field("birthday", "date", required=True, subject="contact")
    client = sign_in(manager)
    sent = {"name": "Anna", "email": "Anna@example.com", "company_name": "Alfa", "language": "ru"}

    refused = client.post(reverse("desk:contact_new"), sent)
    made = client.post(reverse("desk:contact_new"), {**sent, "custom-birthday": "1990-05-01"})

    assert words(refused.content, "#id_custom-birthday_error") == ["This field is required."]
    contact = Contact.objects.get()
    assert made.headers["HX-Redirect"] == reverse("desk:contact", args=[contact.public_id])
    assert (contact.name, str(contact.company), contact.language) == ("Anna", "Alfa", "ru")
    assert contact.custom == {"birthday": "1990-05-01"}


def test_a_contact_with_a_known_email_is_the_one_that_is_there(
    manager: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    known = ContactFactory(name="Anna")
    ContactPoint.objects.create(contact=known, kind="email", value="anna@example.com")
    client = sign_in(manager)

    response = client.post(reverse("desk:contact_new"), {"name": "A.", "email": "ANNA@example.com"})

    address = reverse("desk:contact", args=[known.public_id])
    assert response.headers["HX-Redirect"] == address
    assert attributes(client.get(address).content, "#main", "id") == ["main"]
    assert Contact.objects.count() == 1


def test_the_dialog_costs_few_statements(
    manager: User, pipeline: Pipeline, sign_in: SignIn, statements: Counting
) -> None:
    client = sign_in(manager)
    with statements() as sent:
        client.get(reverse("desk:lead_new"))
    assert len(sent) <= 12


def test_the_palette_offers_both(manager: User, pipeline: Pipeline, sign_in: SignIn) -> None:
    page = sign_in(manager).get(reverse("desk:search"), {"q": "new"}).content
    assert attributes(page, "palette-hit", "hx-get") == [
        reverse("desk:lead_new"),
        reverse("desk:contact_new"),
    ]
