from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.access.models import User
from crm.fields.models import CustomField
from crm.fields.queries import fields_of
from tests.desk.conftest import Counting
from tests.desk.reading import page_words as words
from tests.factories.core import AdminFactory, CompanyFactory
from tests.factories.crm import LeadFactory, PipelineFactory, RuleFactory, RuleSetFactory
from tests.factories.fields import make_field

pytestmark = pytest.mark.django_db
URL = "/settings/fields/"
SIZE = {
    "kind": "choice",
    "active": "on",
    "required": "on",
    "label_en": "Size",
    "label_hy": "Չափ",
    "help_en": "Of the kitchen",
    "option": ["n1", "n2", "n3"],
    "option-n1-en": "Up to 2 m",
    "option-n1-hy": "Մինչև 2 մ",
    "option-n2-en": "Larger",
    "option-n3-en": "",
}


@pytest.fixture
def admin(db: None) -> User:
    CompanyFactory()
    return AdminFactory(name="Anna Admin", language="en")


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def form_of(field: CustomField, **changes: Any) -> dict[str, Any]:
    labels = {f"label_{code}": text for code, text in field.labels.items()}
    given = {"kind": field.kind, "active": "on", "expected": field.revision, **labels}
    return given | changes


def test_an_admin_adds_a_field_and_reads_it_in_the_list(client: Client) -> None:
    empty = words(client.get(URL))
    assert empty.count("No fields of your own yet") == 2
    assert "the number of the contract" in empty

    added = client.post(f"{URL}new/?subject=lead", SIZE)
    assert (added.status_code, added.headers["HX-Redirect"]) == (204, URL)

    field = CustomField.objects.get()
    assert (field.key, field.subject, field.required, field.labels) == (
        "size",
        "lead",
        True,
        {"en": "Size", "hy": "Չափ"},
    )
    assert [each["value"] for each in field.choices] == ["up_to_2_m", "larger"]
    shown = words(client.get(URL))
    assert "Size Of the kitchen required Choice" in shown


def test_a_field_without_a_name_or_choices_is_refused_where_it_is_wrong(client: Client) -> None:
    refused = client.post(f"{URL}new/?subject=contact", {"kind": "choices", "active": "on"})
    text = words(refused)
    assert refused.status_code == 422
    assert "Write the name in at least one language." in text
    assert "Add 1 to 100 choices." in text
    assert not CustomField.objects.exists()


def test_a_second_field_of_the_same_name_gets_a_key_of_its_own(client: Client) -> None:
    for _each in range(2):
        client.post(f"{URL}new/?subject=lead", {"kind": "text", "active": "on", "label_hy": "Հարկ 2"})
    assert [field.key for field in CustomField.objects.all()] == ["hark_2", "hark_2_2"]


def test_what_is_in_use_is_said_and_kept(client: Client) -> None:
    field = make_field("floor")
    condition = {"field": "custom.floor", "op": "gte", "value": 3}
    RuleFactory(rule_set=RuleSetFactory(), name="High up", condition=condition)
    LeadFactory(custom={"floor": 4})

    changed = client.post(f"{URL}{field.public_id}/", form_of(field, kind="text"))
    assert changed.status_code == 422
    assert "Add a new field of the other type" in words(changed)

    gone = client.post(f"{URL}{field.public_id}/delete/")
    assert gone.status_code == 409
    assert "Scoring rule: High up Values: 1 lead" in words(gone)
    field.refresh_from_db()
    assert field.kind == "number"


def test_the_second_editor_sees_that_there_was_a_first(client: Client) -> None:
    field = make_field("floor")
    page = f"{URL}{field.public_id}/"
    assert client.post(page, form_of(field, label_en="Storey")).status_code == 200

    second = client.post(page, form_of(field, label_en="Level"))
    assert second.status_code == 409
    assert "Somebody has changed “Storey” in the meantime." in words(second)

    assert client.post(page, form_of(field, label_en="Level", expected=1)).status_code == 200
    assert str(CustomField.objects.get()) == "Level"


def test_fields_are_put_in_order_and_limited_to_pipelines(client: Client) -> None:
    flats, first, second = PipelineFactory(name="Flats"), make_field("rooms"), make_field("floor")
    client.post(f"{URL}order/", {"order": [str(second.public_id), str(first.public_id)]})
    assert [each.key for each in fields_of("lead")] == ["floor", "rooms"]

    client.post(f"{URL}{first.public_id}/", form_of(first, pipelines=[flats.pk]))
    first.refresh_from_db()
    assert first.pipelines == [flats.pk]
    assert "Flats" in words(client.get(URL))


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_costs_the_same_whatever_is_in_it(client: Client, statements: Counting, count: int) -> None:
    for number in range(count):
        make_field(f"f{number}", "choice")
    with statements() as sent:
        client.get(URL)
    assert len(sent) <= 6
