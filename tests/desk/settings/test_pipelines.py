from __future__ import annotations

import pytest
from django.test import Client

from core.events.models import Event
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage, StageKind
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.crm import LeadFactory, LostReasonFactory, sales_pipeline

URL = "/settings/pipelines/"


@pytest.fixture
def stages(pipeline: Pipeline) -> dict[str, Stage]:
    return {stage.name: stage for stage in pipeline.stages.all()}


def names(pipeline: Pipeline) -> list[str]:
    return list(pipeline.stages.order_by("position").values_list("name", flat=True))


def test_stages_stand_in_order_with_what_they_are(
    desk: Client, pipeline: Pipeline, stages: dict[str, Stage]
) -> None:
    Stage.objects.filter(name="New").update(probability=10, rotting_days=2)
    LeadFactory(stage=stages["New"])
    LeadFactory(stage=stages["New"])

    rows = words(desk.get(URL).content, "sort-row")

    assert len(rows) == 5
    assert rows[0] == "New 2 leads · 10 % · rots after 2 days"
    assert [row.split()[0] for row in rows] == ["New", "Meeting", "Offer", "Won", "Lost"]
    assert rows[4] == "Lost Lost 0 leads · 10 %"


def test_the_page_costs_the_same_with_many_pipelines(
    desk: Client, pipeline: Pipeline, statements: Counting
) -> None:
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    for number in range(6):
        LeadFactory(stage=sales_pipeline(f"Pipeline {number}").stages.all()[0])
    with statements() as many:
        desk.get(URL)

    assert len(many) == len(few) <= 7


def test_stages_take_the_order_that_was_dragged(
    desk: Client, pipeline: Pipeline, stages: dict[str, Stage]
) -> None:
    wanted = ["Meeting", "New", "Offer", "Lost", "Won"]
    order = [str(stages[name].public_id) for name in wanted]

    answer = desk.post(
        f"{URL}{pipeline.public_id}/order/", {"order": [*order, "nonsense"]}, headers=htmx("pipelines")
    )

    assert toast_of(answer) == "Saved."
    assert names(pipeline) == wanted


def test_a_pipeline_is_added_renamed_and_put_first(desk: Client, pipeline: Pipeline) -> None:
    desk.post(f"{URL}new/", {"name": "Hotels", "currency": "USD"}, headers=htmx("modal-body"))

    hotels = Pipeline.objects.get(name="Hotels")
    assert (hotels.currency, names(hotels)) == ("USD", ["New", "Talking", "Offer", "Won", "Lost"])
    taken = desk.post(
        f"{URL}{hotels.public_id}/", {"name": "Sales", "currency": "USD"}, headers=htmx("modal-body")
    )
    assert taken.status_code == 422
    assert words(taken.content, "#id_name_error") == ["There is a pipeline “Sales” already."]
    desk.post(
        f"{URL}{hotels.public_id}/", {"name": "Big houses", "currency": "EUR"}, headers=htmx("modal-body")
    )
    desk.post(f"{URL}order/", {"order": [str(hotels.public_id)]}, headers=htmx("pipelines"))
    assert list(Pipeline.objects.order_by("position").values_list("name", flat=True)) == [
        "Big houses",
        "Sales",
    ]


def test_a_pipeline_with_leads_stays(desk: Client, pipeline: Pipeline, stages: dict[str, Stage]) -> None:
    LeadFactory(stage=stages["New"])
    sales_pipeline("Other")

    answer = desk.post(f"{URL}{pipeline.public_id}/delete/", headers=htmx("pipelines"))

    assert answer.status_code == 409
    assert toast_of(answer) == "Move the leads of this pipeline first."
    assert Pipeline.objects.count() == 2


def test_a_stage_is_added_before_the_closed_ones_and_changed(desk: Client, pipeline: Pipeline) -> None:
    given = {
        "name": "Samples",
        "kind": "open",
        "probability": "55",
        "rotting_days": "",
        "takes_qualified": "on",
    }
    answer = desk.post(f"{URL}{pipeline.public_id}/stages/new/", given, headers=htmx("modal-body"))

    assert answer.headers["HX-Retarget"] == "#pipelines"
    assert names(pipeline) == ["New", "Meeting", "Offer", "Samples", "Won", "Lost"]
    stage = Stage.objects.get(name="Samples")
    assert (stage.probability, stage.rotting_days, stage.takes_qualified) == (55, None, True)
    twice = desk.post(f"{URL}{pipeline.public_id}/stages/new/", given, headers=htmx("modal-body"))
    assert words(twice.content, "#id_name_error") == ["There is a stage “Samples” already."]
    wrong = {**given, "name": "Other", "probability": "140"}
    answer = desk.post(f"/settings/stages/{stage.public_id}/", wrong, headers=htmx("modal-body"))
    assert words(answer.content, "#id_probability_error") == [
        "Ensure this value is less than or equal to 100."
    ]
    desk.post(
        f"/settings/stages/{stage.public_id}/",
        {**given, "name": "Other", "rotting_days": "9"},
        headers=htmx("modal-body"),
    )
    stage.refresh_from_db()
    assert (stage.name, stage.rotting_days) == ("Other", 9)


def test_an_empty_stage_goes_without_a_question(
    desk: Client, pipeline: Pipeline, stages: dict[str, Stage]
) -> None:
    url = f"/settings/stages/{stages['Offer'].public_id}/delete/"
    assert "No lead stands in it." in desk.get(url).content.decode()
    desk.post(url, headers=htmx("modal-body"))

    assert names(pipeline) == ["New", "Meeting", "Won", "Lost"]


def test_a_stage_with_leads_asks_where_they_go(
    desk: Client, pipeline: Pipeline, stages: dict[str, Stage]
) -> None:
    leads = [LeadFactory(stage=stages["New"]) for _number in range(2)]
    url = f"/settings/stages/{stages['New'].public_id}/delete/"
    asked = desk.get(url).content.decode()
    assert "Leads in it: 2." in asked
    assert ">New</option>" not in asked

    lost = {"to": stages["Lost"].pk}
    refused = desk.post(url, lost, headers=htmx("modal-body"))
    assert refused.status_code == 422
    assert words(refused.content, "#id_reason_error") == ["Say why the leads were lost."]
    assert Lead.objects.filter(stage=stages["New"]).count() == 2

    reason = LostReasonFactory(name="Too expensive")
    desk.post(url, {**lost, "reason": reason.pk}, headers=htmx("modal-body"))
    found = Lead.objects.filter(pk__in=[lead.pk for lead in leads])
    assert {(lead.stage.name, lead.stage_kind, lead.lost_reason) for lead in found} == {
        ("Lost", StageKind.LOST, reason)
    }
    assert Event.objects.filter(name="lead.stage_changed").count() == 2
    assert names(pipeline) == ["Meeting", "Offer", "Won", "Lost"]


def test_the_last_open_stage_stays(desk: Client) -> None:
    pipeline = sales_pipeline("Small")
    pipeline.stages.filter(name__in=["Meeting", "Offer"]).delete()
    stage = pipeline.stages.get(name="New")

    answer = desk.post(f"/settings/stages/{stage.public_id}/delete/", headers=htmx("modal-body"))

    assert answer.status_code == 422
    assert words(answer.content, "alert-danger") == ["A pipeline needs at least one open stage."]


def test_reasons_are_added_and_taken_out_of_use(desk: Client, pipeline: Pipeline) -> None:
    desk.post(f"{URL}reasons/new/", {"name": "Moved away", "active": "on"}, headers=htmx("modal-body"))
    reason = LostReason.objects.get()
    twice = desk.post(f"{URL}reasons/new/", {"name": "Moved away"}, headers=htmx("modal-body"))
    assert words(twice.content, "#id_name_error") == ["There is a reason “Moved away” already."]

    answer = desk.post(f"{URL}reasons/{reason.pk}/", {"name": "Moved"}, headers=htmx("modal-body"))

    reason.refresh_from_db()
    assert (reason.name, reason.active) == ("Moved", False)
    assert "Moved not offered" in " ".join(words(answer.content, "list-group-item"))


def test_empty_screens_teach(desk: Client) -> None:
    page = desk.get(URL).content
    assert words(page, "empty-hint")[0].startswith("There is no pipeline yet")
    assert "No reasons yet." in " ".join(words(page, "list-group-item"))


def test_what_a_stage_asks_for_does_and_holds_is_edited_and_told(
    desk: Client, pipeline: Pipeline, stages: dict[str, Stage]
) -> None:
    url = f"/settings/stages/{stages['Offer'].public_id}/"
    given = {
        "name": "Offer",
        "kind": "open",
        "probability": "70",
        "wip_limit": "8",
        "required": ["lead.value", "lead.next_step"],
        "do-next_step": "on",
        "next_step-text": "Send the offer",
        "next_step-days": "1",
    }
    unfinished = desk.post(url, {**given, "next_step-text": " "}, headers=htmx("modal-body"))
    saved = desk.post(url, given, headers=htmx("modal-body"))

    assert unfinished.status_code == 422
    assert words(unfinished.content, "alert-danger") == ["Fill in “What to do”."]
    stage = Stage.objects.get(name="Offer")
    assert (stage.required, stage.wip_limit) == (["lead.value", "lead.next_step"], 8)
    assert stage.actions == [{"action": "next_step", "settings": {"text": "Send the offer", "days": "1"}}]
    assert words(saved.content, "stage-note") == [
        "asks for Value, Next step with a date",
        "plan the next step Send the offer, in 1 day",
    ]
    form = desk.get(url, headers=htmx("modal-body")).content.decode()
    assert 'value="Send the offer"' in form
    assert desk.post(url, {**given, "required": "lead.title"}, headers=htmx("modal-body")).status_code == 422


def test_a_stage_that_is_being_removed_says_so(
    desk: Client, pipeline: Pipeline, stages: dict[str, Stage]
) -> None:
    Stage.objects.filter(name="New").update(leaving_for=stages["Offer"])

    page = desk.get(URL).content

    assert words(page, "stage-note") == ["being removed; its leads go to Offer"]
    assert b"every 2s" in page
