"""Settings > Flows: the script as an outline, edited step by step into a draft, compared, published (spec 5.4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from automation.flows.document import shipped_text
from automation.flows.editing import step_of, worded
from automation.flows.models import Flow, FlowRun, FlowVersion
from automation.flows.operations import edit_step, install_shipped, publish_draft
from automation.flows.source import read
from core.access.models import User
from crm.defaults import install_defaults
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, page_words, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import AdminFactory

URL = "/settings/flows/first_answer/"
GREET = {"f.say:en": "Good day!", "f.say:ru": "Добрый день!", "f.say:hy": "Բարի օր։", "f.say:az": "Xoş gün!"}


@pytest.fixture
def flow(db: None) -> Flow:
    install_defaults()
    return install_shipped("first_answer")


def revision(flow: Flow) -> str:
    return str(Flow.objects.get(pk=flow.pk).revision)


def draft(flow: Flow) -> FlowVersion:
    return flow.versions.get(status="draft")


def stored(flow: Flow, step_id: str) -> Any:
    version = draft(flow)
    return step_of(worded(version.document, version.texts), step_id)


def post(desk: Client, flow: Flow, path: str, **data: Any) -> Any:
    given = {"revision": revision(flow), **data}
    return desk.post(f"{URL}{path}", given, headers=htmx("script"))


def test_flows_say_what_state_they_are_in_and_where_they_speak(desk: Client, flow: Flow, admin: User) -> None:
    make_web_chat(name="Site", flow_key="first_answer")
    FlowRun.objects.create(conversation=make_conversation(), version=flow.versions.get(), state={})
    edit_step(flow_id=flow.pk, step_id="greet", step={"say": {"en": "Hi"}}, user=admin, now=timezone.now())

    (row,) = words(desk.get("/settings/flows/").content, "list-group-item")

    assert row == "First answer Speaks on: Site on Draft v2 Version 1 · now Begun in 30 days 1"


def test_the_outline_tells_each_step_under_its_goal(desk: Client, flow: Flow) -> None:
    page = desk.get(URL).content

    assert words(page, "card-title")[:6] == [
        *("At the beginning", "Price or new order", "Book a meeting", "Help with my order"),
        *("Payment or invoice", "Buttons of the menu"),
    ]
    steps = dict(zip(attributes(page, "flow-step", "data-step"), words(page, "flow-step"), strict=True))
    assert steps["greet"] == "Greet says Hello[, {name}]! This is {company|our company}."
    assert steps["ready"].startswith(
        "Ready branches Qualification is qualified → Meeting otherwise → Name"
    ) or steps["ready"].startswith("Ready branches")
    assert "→ Quoted" in steps["quote"]
    assert "for a specialist → To specialist" in steps["quote"]
    assert [each for each in steps if each][:3] == ["greet", "goal", "interest"]


def test_a_step_is_edited_in_its_place_into_a_draft(desk: Client, flow: Flow, admin: User) -> None:
    form = desk.get(f"{URL}steps/greet/edit/").content
    assert "Hello[, {name}]! This is {company|our company}." in words(form, "form-control")

    answer = post(desk, flow, "steps/greet/edit/", **GREET)

    assert answer.status_code == 200
    assert "flow-changed" in answer.headers["HX-Trigger"]
    assert words(answer.content, "flow-bar")[0].startswith("Draft v2 changed by Anna Admin now")
    assert stored(flow, "greet")["say"]["hy"] == "Բարի օր։"
    assert draft(flow).document == flow.versions.get(number=1).document


def test_a_fault_stands_at_its_field_and_what_was_typed_stays(desk: Client, flow: Flow) -> None:
    answer = post(desk, flow, "steps/goal/edit/", **{"f.menu:en": "What now?"})

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#form-step-goal")
    assert words(answer.content, "invalid-feedback") == ["Fill this in."]
    assert "What now?" in words(answer.content, "form-control")
    long = post(desk, flow, "steps/greet/edit/", **{**GREET, "f.say:en": "x" * 2001})
    assert words(long.content, "invalid-feedback") == ["en: expected a text of 1 to 2000 characters"]
    tries = {"f.ask": "city", "f.tries": "9", "f.on_miss": "next"}
    many = post(desk, flow, "steps/city/edit/", **tries)
    assert words(many.content, "invalid-feedback") == ["expected a whole number from 1 to 5"]
    assert not flow.versions.filter(status="draft").exists()


def test_somebody_else_was_quicker(desk: Client, flow: Flow) -> None:
    seen = revision(flow)
    other = AdminFactory(name="Other Admin")
    edit_step(
        flow_id=flow.pk, step_id="greet", step={"say": {"en": "Theirs"}}, user=other, now=timezone.now()
    )

    answer = desk.post(f"{URL}steps/greet/edit/", {"revision": seen, **GREET}, headers=htmx("script"))

    assert answer.status_code == 409
    assert "Other Admin has changed this flow" in words(answer.content, "alert-warning")[0]
    assert "Good day!" in words(answer.content, "form-control")
    assert attributes(answer.content, "#flow-revision", "value") == [revision(flow)]
    assert stored(flow, "greet")["say"] == {"en": "Theirs"}
    moved = desk.post(f"{URL}steps/city/move/", {"revision": seen, "before": "budget"})
    assert moved.status_code == 409
    assert "Other Admin" in toast_of(moved)
    assert post(desk, flow, "steps/greet/edit/", **GREET).status_code == 200


def test_steps_are_added_moved_and_taken_out(desk: Client, flow: Flow) -> None:
    kinds = words(desk.get(f"{URL}steps/new/?after=greet").content, "flow-kinds")[0]
    assert "Say something Let the customer choose a goal Ask a question" in kinds
    assert "say" in attributes(
        desk.get(f"{URL}steps/new/?after=greet&kind=say").content, "form-control", "value"
    )

    post(desk, flow, "steps/new/?after=greet&kind=say", **{**GREET, "id": "welcome"})
    post(desk, flow, "steps/city/move/", before="budget")
    gone = post(desk, flow, "steps/score/delete/")

    ids = [step["id"] for step in draft(flow).document["steps"]]
    assert ids[:3] == ["greet", "welcome", "goal"]
    assert ids[ids.index("city") + 1] == "budget"
    assert "score" not in ids
    assert toast_of(gone) == "The step is taken out of the draft."
    kept = post(desk, flow, "steps/to_sales/delete/")
    assert kept.status_code == 422
    assert toast_of(kept).startswith("Other steps lead here: ")
    assert post(desk, flow, "steps/welcome/edit/", **GREET).status_code == 200
    again = post(desk, flow, "steps/new/?after=greet&kind=say", **{**GREET, "id": "welcome"})
    assert "There is a step welcome already" in words(again.content, "alert-danger")[0]


def test_a_branch_is_written_with_the_condition_builder(desk: Client, flow: Flow) -> None:
    form = desk.get(f"{URL}steps/ready/edit/").content
    (token,) = [each for each in attributes(form, "flow-case", "class") if each] and [
        line.split('name="case" value="')[1].split('"')[0]
        for line in form.decode().splitlines()
        if 'name="case"' in line
    ]
    assert desk.get(f"{URL}cases/new/").status_code == 200
    case = {
        "case": [token, "second"],
        "node": ["root", f"row:r1:{token}", "row:r2:second"],
        "field-r1": "lead.score",
        "op-r1": "gte",
        "value-r1": "5",
        f"go-{token}": "meeting",
        "field-r2": "lead.score",
        "op-r2": "lt",
        "value-r2": "0",
        "go-second": "",
        "f.otherwise": "name",
    }

    refused = post(desk, flow, "steps/ready/edit/", **case)
    saved = post(desk, flow, "steps/ready/edit/", **{**case, "go-second": "to_sales"})

    assert words(refused.content, "invalid-feedback") == ["Choose where this leads."]
    assert saved.status_code == 200
    assert stored(flow, "ready") == {
        "id": "ready",
        "branch": [
            {"when": {"field": "lead.score", "op": "gte", "value": 5}, "go": "meeting"},
            {"when": {"field": "lead.score", "op": "lt", "value": 0}, "go": "to_sales"},
        ],
        "otherwise": "name",
    }


def test_guided_help_takes_several_texts(desk: Client, flow: Flow) -> None:
    blank = desk.get(f"{URL}steps/new/?after=order_told&kind=troubleshoot").content
    assert "f.troubleshoot.i0:en" in attributes(blank, "form-control", "name")
    tips = {f"f.troubleshoot.{token}:en": f"Try {token}." for token in ("i0", "n1")}
    given = {
        "f.troubleshoot.item": ["i0", "n1", "n2"],
        **tips,
        "f.next": "order_told",
        "f.otherwise": "to_sales",
    }

    post(desk, flow, "steps/new/?after=order_told&kind=troubleshoot", **given, id="help")

    assert stored(flow, "help") == {
        "id": "help",
        "troubleshoot": [{"try": {"en": "Try i0."}}, {"try": {"en": "Try n1."}}],
        "next": "order_told",
        "otherwise": "to_sales",
    }
    assert "helps Try i0." in page_words(desk.get(URL))


def test_an_unknown_kind_is_edited_as_text(desk: Client, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    from desk.settings.flows import kinds

    monkeypatch.delitem(kinds.KINDS, "end")
    form = desk.get(f"{URL}steps/order_told/edit/").content
    assert words(form, "flow-yaml")[0].startswith("end: solved text: en: ")

    bad = post(desk, flow, "steps/order_told/edit/", yaml="end: solved\n  text: x")
    good = post(desk, flow, "steps/order_told/edit/", yaml="end: thanked")

    assert bad.status_code == 422
    assert "line 2" in words(bad.content, "invalid-feedback")[0]
    assert good.status_code == 200
    assert stored(flow, "order_told") == {"id": "order_told", "end": "thanked"}


def test_goals_answers_rules_phrases_and_settings_are_parts_of_the_draft(desk: Client, flow: Flow) -> None:
    answer = {f"f.text:{code}": f"We are open, {code}." for code in ("en", "ru", "hy", "az")}
    assert post(desk, flow, "parts/answers/new/", key="usage", **answer).status_code == 200
    assert post(desk, flow, "parts/answers/warranty/delete/").status_code == 200
    post(desk, flow, "parts/phrases/retry/", **{"f.text:en": "Once more, please."})
    post(desk, flow, "parts/hand_offs/new/", key="fault", **{"f.urgency": "urgent"})
    goal = {f"f.label:{code}": "Tour" for code in ("en", "ru", "hy", "az")}
    post(desk, flow, "parts/goals/new/", key="tour", **goal, **{"f.go": "meeting"})
    settings = {"f.title": "First words", "f.languages": ["en", "ru", "hy", "az"], "f.reminder_after": "60"}
    post(desk, flow, "parts/settings/settings/", **settings, **{"f.limits.misses": "3"})

    document = worded(draft(flow).document, draft(flow).texts)
    assert document["answers"]["usage"]["ru"] == "We are open, ru."
    assert "warranty" not in document["answers"]
    assert document["phrases"]["retry"] == {"en": "Once more, please."}
    assert document["hand_offs"]["fault"] == {"urgency": "urgent"}
    assert document["goals"]["tour"]["go"] == "meeting"
    assert (document["title"], document["reminder_after"], document["limits"]) == (
        "First words",
        60,
        {"misses": 3},
    )
    taken = post(desk, flow, "parts/goals/new/", key="tour", **goal, **{"f.go": "meeting"})
    assert words(taken.content, "alert-danger") == ["Choose a name that is not taken."]
    wrong = post(desk, flow, "parts/goals/new/", key="Big Tour", **goal, **{"f.go": "meeting"})
    assert words(wrong.content, "alert-danger") == ["expected a name of small letters, digits, - and _"]
    assert post(desk, flow, "parts/phrases/nothing/", **answer).status_code == 404


def test_publishing_lets_the_draft_count(desk: Client, flow: Flow) -> None:
    post(desk, flow, "steps/greet/edit/", **GREET)

    answer = post(desk, flow, "publish/")

    assert toast_of(answer) == "Version 2 is published. Chats that have begun finish with theirs."
    assert flow.versions.get(status="published").number == 2
    assert words(answer.content, "flow-bar")[0].startswith("Version 2 is in use Anna Admin now")


def test_an_error_holds_up_publishing_and_is_marked_at_its_step(desk: Client, flow: Flow) -> None:
    page = post(desk, flow, "steps/greet/edit/", **{**GREET, "f.say:en": "Who? What?"})
    assert "Several questions at once (en)." in words(page.content, "is-bad")[0]
    assert "2 errors" in words(page.content, "flow-bar")[0]

    answer = post(desk, flow, "publish/")

    assert answer.status_code == 422
    (alert,) = words(answer.content, "alert-danger")
    assert alert.startswith("Not published, because it would break the flow: Several questions at once (en).")
    assert flow.versions.get(status="published").number == 1


def test_a_draft_is_thrown_away_and_an_earlier_version_published_again(desk: Client, flow: Flow) -> None:
    post(desk, flow, "steps/greet/edit/", **GREET)
    assert toast_of(post(desk, flow, "discard/")).startswith("The draft is thrown away")
    post(desk, flow, "steps/greet/edit/", **GREET)
    post(desk, flow, "publish/")

    answer = desk.post(f"{URL}roll-back/", {"to": "1"}, headers=htmx())

    assert answer.headers["HX-Refresh"] == "true"
    assert flow.versions.get(status="published").number == 3
    assert "Version 1 is published again, as version 3." in desk.get(URL).content.decode()
    assert desk.post(f"{URL}roll-back/", {"to": "9"}).status_code == 400


def test_two_versions_are_compared_word_by_word(desk: Client, flow: Flow) -> None:
    changed = {**GREET, "f.say:en": "Hello[, {name}]! This is {company|our shop}.", "f.next": "reach"}
    post(desk, flow, "steps/greet/edit/", **changed)
    post(desk, flow, "steps/city/move/", before="budget")
    post(desk, flow, "parts/answers/warranty/delete/")

    page = desk.get(f"{URL}compare/").content

    told = words(page, "flow-change")
    assert told[0].startswith("Greet says changed")
    assert "Then reach" in told[0]
    assert any(each.startswith("City asks moved, below “Quote”") for each in told)
    assert told[-1].startswith("Warranty Answers to side questions removed")
    assert b"<del>company</del>" in page or b"<ins>shop</ins>" in page
    assert desk.get(f"{URL}compare/?from=1&to=1").content.count(b"Nothing differs.") == 1
    assert desk.get(f"{URL}compare/?from=7").status_code == 404


def test_the_script_as_text_says_line_and_what_is_wrong(desk: Client, flow: Flow) -> None:
    page = desk.get(f"{URL}yaml/").content
    text = page.decode().split('wrap="off">')[1].split("</textarea>")[0]
    assert text.startswith("flow: first_answer\ntitle: First answer\n")
    yaml = shipped_text("first_answer")

    broken = post(desk, flow, "yaml/", yaml=yaml.replace("go: look_up\n", "go: nowhere\n"))
    good = post(
        desk,
        flow,
        "yaml/",
        yaml=yaml.replace("tries", "tries").replace("title: First answer", "title: First"),
    )

    assert broken.status_code == 422
    assert "Line 22" in words(broken.content, "flow-problems")[0]
    assert "goals.support.go there is no step nowhere" in words(broken.content, "flow-problems")[0]
    assert toast_of(good) == "Saved in the draft."
    assert draft(flow).document["title"] == "First"


def test_a_file_is_looked_at_before_it_becomes_a_draft(desk: Client, flow: Flow) -> None:
    exported = desk.get(f"{URL}export/")
    assert exported["Content-Disposition"] == 'attachment; filename="first_answer-v1.yaml"'
    text = exported.content.decode()
    assert read(text)[0] == flow.versions.get().document
    other = text.replace("title: First answer", "title: Night").replace("flow: first_answer", "flow: night")

    upload = SimpleUploadedFile("night.yaml", other.encode())
    looked = desk.post("/settings/flows/import/", {"file": upload})
    kept = desk.post("/settings/flows/import/", {"yaml": other, "keep": "1", "revision": "0"})
    same = desk.post("/settings/flows/import/", {"yaml": text.replace("title: First answer", "title: X")})
    bad = desk.post("/settings/flows/import/", {"yaml": "flow: [1"})
    coded = desk.post("/settings/flows/import/", {"file": SimpleUploadedFile("a.yaml", b"\xff\xfe\x00")})

    assert "It would be a new flow, “Night”. Nothing to mend." in page_words(looked)
    assert kept["Location"] == "/settings/flows/night/"
    assert Flow.objects.get(key="night").versions.get().status == "draft"
    assert "It would be a draft of “First answer”." in page_words(same)
    assert "What would differ (1)" in page_words(same)
    assert bad.status_code == 422
    assert "It cannot be read. Mend this first:" in page_words(bad)
    assert "Save it as UTF-8" in page_words(coded)


def test_a_new_flow_is_written_switched_on_a_channel_and_off(desk: Client, flow: Flow) -> None:
    account = make_web_chat(name="Site")
    made = desk.post("/settings/flows/new/", {"name": "After hours"})
    copied = desk.post("/settings/flows/new/", {"name": "Copy", "copy": "first_answer"})
    assert (made["Location"], copied["Location"]) == ("/settings/flows/after-hours/", "/settings/flows/copy/")
    page = desk.get("/settings/flows/after-hours/")
    assert "never published" in page_words(page)
    url = f"/settings/flows/after-hours/channels/{account.public_id}/"
    early = desk.post(url, {"on": "1"})
    assert toast_of(early) == "Publish the flow first, then let it answer on a channel."
    publish_draft(flow_id=Flow.objects.get(key="after-hours").pk, user=None, now=timezone.now())

    on = desk.post(url, {"on": "1"})
    kept = desk.post("/settings/flows/after-hours/delete/")
    desk.post(url, {})
    desk.post("/settings/flows/after-hours/switch/", {"on": "0"})
    gone = desk.post("/settings/flows/after-hours/delete/")

    assert toast_of(on) == "“After hours” answers first on Site."
    assert toast_of(kept) == "It answers on: Site. Take it off there first."
    assert gone.headers["HX-Redirect"] == "/settings/flows/"
    assert not Flow.objects.filter(key="after-hours").exists()


def test_a_manager_reads_and_changes_nothing(reader: Client, flow: Flow) -> None:
    page = reader.get(URL)

    assert page.status_code == 200
    assert attributes(page.content, "flow-open", "id") == []
    assert reader.get(f"{URL}yaml/").status_code == 200
    assert reader.post(f"{URL}yaml/", {"yaml": "x"}).status_code == 403
    assert reader.get(f"{URL}steps/greet/edit/").status_code == 403


def test_the_page_costs_the_same_with_many_versions(
    desk: Client, flow: Flow, admin: User, statements: Counting
) -> None:
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    for number in range(1, 6):
        step = {"say": {"en": f"Good day {number}!", "ru": "Да", "hy": "Այո", "az": "Bəli"}}
        edit_step(flow_id=flow.pk, step_id="greet", step=step, user=admin, now=timezone.now())
        publish_draft(flow_id=flow.pk, user=admin, now=timezone.now())
    for number in range(3):
        make_web_chat(name=f"Site {number}", flow_key="first_answer")
    desk.get(URL)
    with statements() as many:
        desk.get(URL)
    with statements() as form:
        desk.get(f"{URL}steps/quote/edit/")
    with statements() as flows:
        desk.get("/settings/flows/")

    assert len(many) <= len(few) + 1 <= 12
    assert len(form) <= 12
    assert len(flows) <= 12


def test_no_flow_teaches(desk: Client) -> None:
    assert words(desk.get("/settings/flows/").content, "empty-hint")[0].startswith("No flow is installed")
