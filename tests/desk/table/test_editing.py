from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access.models import User
from core.events.actor import Actor
from crm.memory import forget_all
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import update_lead
from crm.qualification.operations import correct_answer
from tests.desk.reading import attributes, words
from tests.factories.core import UserFactory
from tests.factories.crm import CriterionFactory, LeadFactory
from tests.factories.fields import make_field

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
COLUMNS = "title,value,owner,next_step,tags,answer.rooms,custom.floor"


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(pipeline: Any, manager: User) -> Lead:
    CriterionFactory(key="rooms", kind="number", name="Rooms")
    make_field("floor")
    forget_all()
    stage: Stage = pipeline.stages.get(name="New")
    return LeadFactory(stage=stage, title="Kitchen", value=Decimal(100), owner=manager)


class Editor:
    """A person before a cell: opens it, types, saves."""

    def __init__(self, client: Client, lead: Lead, column: str) -> None:
        self.client = client
        self.url = reverse("desk:lead_cell", args=[lead.public_id, column])
        self.opened = client.get(self.url)
        self.seen = attributes(self.opened.content, "cell-form", "hx-post")
        assert self.opened.status_code == 200

    def save(self, after: bytes | None = None, **typed: str) -> Any:
        page = self.opened.content if after is None else after
        data = {"seen": _seen(page), "columns": COLUMNS, **typed}
        return self.client.post(self.url, data, headers={"HX-Request": "true"})


def _seen(page: bytes) -> str:
    return page.decode().split('name="seen" value="')[1].split('"')[0]


@pytest.fixture
def client_of(sign_in: Callable[[User], Client], manager: User) -> Client:
    return sign_in(manager)


@pytest.mark.parametrize(
    ("column", "typed", "line"),
    [
        ("title", {"title": "  White \n kitchen "}, "White kitchen 100 AMD MM Mariam Manager No next step"),
        ("value", {"value": "250.5", "currency": "USD"}, "Kitchen 250.50 USD MM Mariam Manager No next step"),
        ("value", {"value": "", "currency": "AMD"}, "Kitchen MM Mariam Manager No next step"),
        ("owner", {"owner": ""}, "Kitchen 100 AMD No next step"),
        (
            "next_step",
            {"next_step": "Call", "due_at": "2026-03-06T10:00"},
            "Kitchen 100 AMD MM Mariam Manager Call tomorrow 10:00",
        ),
        ("tags", {"tags": "hot,  b2b , hot,"}, "Kitchen 100 AMD MM Mariam Manager No next step hot b2b"),
        ("answer.rooms", {"value": "3"}, "Kitchen 100 AMD MM Mariam Manager No next step 3"),
        ("custom.floor", {"value": "7"}, "Kitchen 100 AMD MM Mariam Manager No next step 7"),
    ],
)
def test_a_cell_is_saved_and_the_line_comes_back(
    column: str, typed: dict[str, str], line: str, lead: Lead, client_of: Client
) -> None:
    response = Editor(client_of, lead, column).save(**typed)
    assert response.status_code == 200, response.content.decode()
    assert words(response.content, f"#lead-{lead.public_id}") == [line]
    again = client_of.get(reverse("desk:lead_row", args=[lead.public_id]), {"columns": COLUMNS})
    assert words(again.content, f"#lead-{lead.public_id}") == [line]


@pytest.mark.parametrize(
    ("column", "typed", "error"),
    [
        ("title", {"title": " "}, "This field is required."),
        ("value", {"value": "-1", "currency": "AMD"}, "Ensure this value is greater than or equal to 0."),
        ("next_step", {"next_step": "Call", "due_at": ""}, "Say when."),
        ("tags", {"tags": "x" * 51}, "At most 50 tags of 50 letters."),
        ("answer.rooms", {"value": "many"}, "Write a number, like 250 or 2.5."),
    ],
)
def test_an_error_is_said_at_the_field_and_what_was_typed_stays(
    column: str, typed: dict[str, str], error: str, lead: Lead, client_of: Client
) -> None:
    response = Editor(client_of, lead, column).save(**typed)
    assert (response.status_code, response.headers["HX-Retarget"]) == (422, "closest td")
    assert words(response.content, "invalid-feedback") == [error]
    name = next(iter(typed))
    assert f'name="{name}"' in response.content.decode()
    assert typed[name] in response.content.decode()


def test_what_somebody_else_wrote_meanwhile_is_said_before_it_is_replaced(
    lead: Lead, client_of: Client
) -> None:
    editor = Editor(client_of, lead, "title")
    anna = UserFactory(name="Anna")
    update_lead(lead_id=lead.pk, actor=Actor.of(anna), title="Bathroom")

    refused = editor.save(title="Bedroom")
    assert refused.status_code == 409
    assert words(refused.content, "cell-now")[0].startswith("Anna changed this (")
    assert "Now: Bathroom." in words(refused.content, "cell-now")[0]
    assert attributes(refused.content, "form-control", "value") == ["Bedroom"]
    lead.refresh_from_db()
    assert lead.title == "Bathroom"

    assert editor.save(after=refused.content, title="Bedroom").status_code == 200
    lead.refresh_from_db()
    assert lead.title == "Bedroom"


def test_a_change_of_another_field_is_no_conflict(lead: Lead, client_of: Client) -> None:
    editor = Editor(client_of, lead, "value")
    update_lead(lead_id=lead.pk, actor=Actor.of(UserFactory()), title="Bathroom")
    assert editor.save(value="7", currency="AMD").status_code == 200
    lead.refresh_from_db()
    assert (lead.title, lead.value) == ("Bathroom", Decimal(7))


def test_an_answer_that_came_meanwhile_is_not_lost(lead: Lead, client_of: Client) -> None:
    editor = Editor(client_of, lead, "answer.rooms")
    correct_answer(lead_id=lead.pk, key="rooms", value=5, user=UserFactory(name="Anna"))
    refused = editor.save(value="3")
    assert refused.status_code == 409
    assert "Anna changed this" in words(refused.content, "cell-now")[0]
    lead.refresh_from_db()
    assert lead.answers["rooms"] == 5


def test_a_stage_is_changed_where_leads_are_moved(lead: Lead, client_of: Client) -> None:
    opened = client_of.get(reverse("desk:lead_cell", args=[lead.public_id, "stage"]))
    assert attributes(opened.content, "cell-form", "hx-post") == [
        reverse("desk:lead_move", args=[lead.public_id])
    ]
    assert client_of.post(opened.wsgi_request.path, {"stage": "x"}).status_code == 404


@pytest.mark.parametrize("column", ["score", "nothing", "answer.nothing", "grade"])
def test_what_cannot_be_edited_has_no_inputs(column: str, lead: Lead, client_of: Client) -> None:
    assert client_of.get(reverse("desk:lead_cell", args=[lead.public_id, column])).status_code == 404


def test_a_closed_lead_has_no_next_step(lead: Lead, client_of: Client) -> None:
    Lead.objects.update(stage=lead.pipeline.stages.get(name="Won"), stage_kind="won", closed_at=NOW)
    refused = Editor(client_of, lead, "next_step").save(next_step="Call", due_at="2026-03-06T10:00")
    assert refused.status_code == 422
    assert words(refused.content, "invalid-feedback") == [
        "The lead is closed. Move it to an open stage first."
    ]


def test_an_edit_asks_few_statements(lead: Lead, client_of: Client, statements: Any) -> None:
    Editor(client_of, lead, "title").save(title="Red kitchen")
    editor = Editor(client_of, lead, "title")
    with statements() as sent:
        editor.save(title="White kitchen")
    assert len(sent) <= 12, sent
