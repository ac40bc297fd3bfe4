"""Many leads changed from a list: the dialogs, the confirmation, the progress, the outcome, and back (spec 7.1)."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from core.access.models import User
from core.events.actor import Actor
from core.jobs import operations as jobs
from crm.bulk.actions import tag_with
from crm.bulk.models import LeadBulk
from crm.bulk.operations import start_bulk
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.operations import move_lead
from crm.pipeline.queries import leads
from tests.desk.conftest import Counting
from tests.factories.core import AdminFactory, CompanyFactory, TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory, LostReasonFactory, sales_pipeline

pytestmark = pytest.mark.django_db
URL = "/leads/bulk/"


@pytest.fixture
def pipeline(db: None) -> Pipeline:
    CompanyFactory()
    return sales_pipeline()


@pytest.fixture
def anna(pipeline: Pipeline) -> User:
    return AdminFactory(name="Anna")


@pytest.fixture
def desk(client: Client, anna: User) -> Client:
    client.force_login(anna)
    return client


def make(count: int, **values: Any) -> list[Lead]:
    contact = ContactFactory()
    return [LeadFactory(stage=stage("New"), contact=contact, **values) for _ in range(count)]


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name, pipeline__name="Sales")


def post(client: Client, url: str, **values: Any) -> Any:
    return client.post(url, values, headers={"HX-Request": "true"})


def triggers(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.headers.get("HX-Trigger", "{}"))
    return found


def work() -> None:
    while jobs.work_next(now=timezone.now()):
        pass


def test_a_few_are_changed_at_once_and_put_back_from_the_line_that_says_so(desk: Client) -> None:
    rows, davit = make(3), UserFactory(name="Davit")
    ids = [str(lead.public_id) for lead in rows[:2]]

    asked = post(desk, f"{URL}ask/", kind="assign", lead=ids)
    assert "Change 2 leads" in asked.text
    assert f'value="user:{davit.pk}"' in asked.text
    done = post(desk, URL, kind="assign", lead=ids, to=f"user:{davit.pk}")

    told = triggers(done)
    assert (done.status_code, told["toast"]["text"]) == (204, "2 leads changed")
    assert {"bulk:clear", "board:moved", "modal:close"} <= set(told)
    assert list(Lead.objects.order_by("pk").values_list("owner__name", flat=True)) == ["Davit", "Davit", None]

    undone = post(desk, told["toast"]["undo"])

    assert triggers(undone)["toast"]["text"] == "2 leads put back"
    assert not Lead.objects.filter(owner__isnull=False).exists()
    assert triggers(post(desk, told["toast"]["undo"]))["toast"]["text"] == "This was undone already."


def test_all_that_match_are_confirmed_in_words_and_changed_by_a_job(desk: Client, pipeline: Pipeline) -> None:
    make(60, grade="A")
    make(3, grade="D")
    spared = Lead.objects.filter(grade="A").first()
    assert spared is not None
    condition = json.dumps({"field": "lead.grade", "op": "is", "value": "A"})
    chosen = {
        "everything": "1",
        "on": f"?filter={condition}",
        "pipeline": str(pipeline.public_id),
        "excluded": [str(spared.public_id)],
    }

    counted = post(desk, f"{URL}count/", **{**chosen, "excluded": []})
    assert (counted.text.strip(), counted.headers["X-Count"]) == ("All 60 that match", "60")
    form = {"kind": "move", "stage": str(stage("Offer").public_id), **chosen}
    confirm = post(desk, URL, **form)
    assert "Change 59 leads?" in confirm.text
    assert "Move to “Offer”" in confirm.text
    assert "Grade" in confirm.text
    assert "within 24 hours" in confirm.text
    assert not LeadBulk.objects.exists()

    begun = post(desk, URL, confirmed="1", **form)
    bulk = LeadBulk.objects.get()
    assert (begun.headers["HX-Retarget"], bulk.total, bulk.changed) == ("#bulk-progress", 59, 0)
    assert f"live:job:{bulk.job_id}" in begun.text
    work()

    state = desk.get(f"{URL}{bulk.public_id}/state/")
    assert "59 leads changed" in state.text
    assert "bulk:ended" in triggers(state)
    assert Lead.objects.filter(stage=stage("Offer")).count() == 59
    spared.refresh_from_db()
    assert spared.stage.name == "New"

    undoing = post(desk, f"{URL}{bulk.public_id}/undo/")
    assert "Putting the leads back" in undoing.text
    work()
    assert "59 leads put back" in desk.get(f"{URL}{bulk.public_id}/").text
    assert Lead.objects.filter(stage=stage("New")).count() == 63


def test_what_was_left_is_told_with_its_reason_and_tried_again(desk: Client, anna: User) -> None:
    rows = make(2)
    davit = UserFactory(name="Davit")
    bulk = start_bulk(rows=leads(), action=("move", {"stage": stage("Offer").pk}), user=anna, at_once=0)
    move_lead(lead_id=rows[0].pk, to_stage_id=stage("Meeting").pk, actor=Actor.of(davit))
    work()

    page = desk.get(f"{URL}{bulk.public_id}/")
    assert "Davit moved it to “Meeting” meanwhile" in page.text
    assert rows[0].title in page.text
    assert rows[1].title not in page.text
    assert rows[1].title in desk.get(f"{URL}{bulk.public_id}/?outcome=changed").text

    again = post(desk, f"{URL}{bulk.public_id}/retry/")
    second = LeadBulk.objects.order_by("-pk").first()
    assert second is not None
    assert again.headers["HX-Redirect"] == f"{URL}{second.public_id}/"
    assert set(Lead.objects.values_list("stage__name", flat=True)) == {"Offer"}


def test_what_is_refused_of_a_few_is_shown_at_once(desk: Client) -> None:
    rows = make(2)
    Stage.objects.filter(name="Offer").update(required=["lead.value"])
    Lead.objects.filter(pk=rows[0].pk).update(value=5)
    ids = [str(lead.public_id) for lead in rows]

    done = post(desk, URL, kind="move", lead=ids, stage=str(stage("Offer").public_id))

    assert "1 lead was left as it was" in done.text
    assert "The stage asks for: Value" in done.text
    assert "modal:close" not in triggers(done)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "close", "outcome": "lost"}, "Say why the leads were lost."),
        ({"kind": "next_step", "next_step": "Call"}, "Say when."),
        ({"kind": "assign", "to": "user:0"}, "Select a valid choice"),
        ({"kind": "move", "stage": ""}, "This field is required"),
    ],
)
def test_a_dialog_that_is_not_complete_is_shown_again(desk: Client, form: dict[str, str], said: str) -> None:
    (lead,) = make(1)

    response = post(desk, URL, lead=[str(lead.public_id)], **form)

    assert response.status_code == 422
    assert said in response.text
    assert not LeadBulk.objects.exists()


def test_leads_are_closed_tagged_and_planned(desk: Client) -> None:
    rows, price = make(2), LostReasonFactory(name="Price")
    ids = [str(lead.public_id) for lead in rows]

    post(desk, URL, kind="tag", lead=ids, add="hot, spring ", remove="")
    post(desk, URL, kind="next_step", lead=ids, next_step="Call", due_at="2030-03-01T10:00")
    assert set(Lead.objects.values_list("next_step", flat=True)) == {"Call"}
    post(desk, URL, kind="close", lead=ids, outcome="lost", reason=str(price.pk))

    assert set(Lead.objects.values_list("stage__name", "lost_reason__name", "next_step")) == {
        ("Lost", "Price", "")
    }
    assert list(Lead.objects.values_list("tags", flat=True)) == [["hot", "spring"]] * 2
    listed = desk.get(URL).text
    for words in ("Add the tags: hot, spring", "Next: Call, ", "Close as lost: Price"):
        assert words in listed


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"lead": ["1 OR 1=1"]},
        {"everything": "1", "on": "?filter={broken"},
        {"everything": "1", "on": '?filter={"field":"lead.none","op":"is","value":1}'},
        {"everything": "1", "on": f"?view={uuid4()}"},
        {"everything": "1", "pipeline": str(uuid4())},
        {"everything": "1", "excluded": ["x"]},
    ],
)
def test_a_selection_that_cannot_be_read_changes_nothing(desk: Client, chosen: dict[str, Any]) -> None:
    make(2)

    response = post(desk, URL, kind="tag", add="hot", confirmed="1", **chosen)

    assert (response.status_code, LeadBulk.objects.count()) == (422, 0)
    assert triggers(response)["toast"]["text"]
    assert not Lead.objects.filter(tags__contains=["hot"]).exists()


def test_a_seller_changes_and_sees_what_is_in_sight_alone(client: Client, anna: User) -> None:
    seller = UserFactory()
    (own,) = make(1, owner=seller)
    (strange,) = make(1, owner=anna, team=TeamFactory())
    client.force_login(seller)

    post(client, URL, kind="tag", add="hot", lead=[str(own.public_id), str(strange.public_id)])
    post(client, URL, kind="tag", add="warm", everything="1", on="")

    own.refresh_from_db()
    strange.refresh_from_db()
    assert (own.tags, strange.tags) == (["hot", "warm"], [])
    bulk = start_bulk(rows=leads(), action=tag_with(add=["cold"]), user=anna)
    for place in ("", "state/"):
        assert client.get(f"{URL}{bulk.public_id}/{place}").status_code == 404
    for place in ("undo/", "retry/", "resume/"):
        assert client.post(f"{URL}{bulk.public_id}/{place}").status_code == 404
    assert "cold" not in client.get(URL).text


def test_the_pages_cost_the_same_whatever_is_shown(desk: Client, anna: User, statements: Counting) -> None:
    make(30)
    bulk = start_bulk(rows=leads(), action=tag_with(add=["cold"]), user=anna)
    desk.get(URL)

    for address in (URL, f"{URL}{bulk.public_id}/", f"{URL}{bulk.public_id}/state/"):
        with statements() as sent:
            assert desk.get(address).status_code == 200
        assert len(sent) <= 12, sent


def test_a_card_of_the_board_can_be_ticked(desk: Client, pipeline: Pipeline) -> None:
    (lead,) = make(1)

    page = desk.get(f"/pipeline/{pipeline.public_id}/").text

    assert f'name="lead" value="{lead.public_id}"' in page
    assert 'id="bulk-bar"' in page
    assert f'data-pipeline="{pipeline.public_id}"' in page


def test_a_line_of_the_table_can_be_ticked(desk: Client, pipeline: Pipeline) -> None:
    (lead,) = make(1)

    page = desk.get("/leads/").text

    assert f'name="lead" value="{lead.public_id}"' in page
    assert f'data-pipeline="{pipeline.public_id}"' in page
