from __future__ import annotations

import pytest
from django.test import Client

from automation.flows.models import Flow, FlowVersion
from automation.flows.operations import BadTexts, install_shipped, publish_texts
from automation.flows.queries import document_of
from core.access.models import User
from crm.defaults import install_defaults
from crm.qualification.models import Criterion
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.conversations import make_web_chat

URL = "/settings/flows/first_answer/"
GREETING = "Hello[, {name}]! This is {company|our company}."


@pytest.fixture
def flow(db: None) -> Flow:
    install_defaults()
    return install_shipped("first_answer")


def publish(desk: Client, **changes: str) -> object:
    given = {"based_on": "1", **changes}
    return desk.post(f"{URL}publish/", given, headers=htmx("flow-texts"))


def newest(flow: Flow) -> FlowVersion:
    version = flow.versions.order_by("-number").first()
    assert version is not None
    return version


def test_flows_say_where_they_speak(desk: Client, flow: Flow) -> None:
    make_web_chat(name="Site", flow_key="first_answer")

    (row,) = words(desk.get("/settings/flows/").content, "list-group-item")
    assert row == "First answer Speaks on: Site Version 1 · now"


def test_every_text_stands_in_the_order_of_the_script(desk: Client, flow: Flow) -> None:
    page = desk.get(URL).content

    ids = words(page, "flow-text")
    table = list(document_of(newest(flow)).table)
    assert len(ids) == len(table)
    assert [text.split("English")[0].split()[-1] for text in ids] == table
    titles = words(page, "card-header")
    assert titles[:4] == ["Greet says", "Goal menu", "Reach asks", "Name asks"]
    shipped = attributes(page, "form-control", "placeholder")
    assert GREETING in shipped
    assert attributes(page, "is-edited", "lang") == []


def test_only_what_was_changed_becomes_a_version(desk: Client, admin: User, flow: Flow) -> None:
    answer = publish(
        desk,
        **{
            "greet.text:en": "Good day[, {name}]!",
            "greet.text:ru": "",
            "goal.text:en": "What can we help you with?",
        },
    )

    assert toast_of(answer) == "Version 2 is published. Chats that have begun finish with theirs."
    version = newest(flow)
    assert (version.number, version.created_by, version.texts) == (
        2,
        admin,
        {"greet.text": {"en": "Good day[, {name}]!"}},
    )
    assert document_of(version).table["greet.text"]["en"] == "Good day[, {name}]!"
    page = desk.get(URL).content
    assert attributes(page, "is-edited", "lang") == ["en"]
    assert words(page, "versions") == ["Version 2 in use Anna Admin now Greet: Text Version 1 now Roll back"]


def test_an_emptied_text_brings_the_shipped_one_back(desk: Client, flow: Flow) -> None:
    publish(desk, **{"greet.text:en": "Good day!", "goal.text:en": "What now?"})
    publish(desk, **{"based_on": "2", "greet.text:en": GREETING, "goal.text:en": "What now?"})

    assert newest(flow).texts == {"goal.text": {"en": "What now?"}}
    nothing = publish(desk, **{"based_on": "3", "goal.text:en": "What now?"})
    assert toast_of(nothing) == "Nothing was changed."
    assert flow.versions.count() == 3


def test_somebody_else_published_in_between(desk: Client, flow: Flow) -> None:
    other = User.objects.create_user("other@example.com", name="Other Admin")
    theirs = {"greet.text": {"en": "Theirs"}, "goal.text": {"ru": "Чем помочь?"}}
    publish_texts(flow_id=flow.pk, based_on=1, texts=theirs, user=other)

    answer = publish(desk, **{"greet.text:en": "Mine"})

    assert answer.status_code == 409
    assert words(answer.content, "alert-warning") == [
        (
            "Version 2 was published in the meantime by Other Admin. Changed there: Greet: Text Goal: Text "
            "Your changes stand below over theirs. Publish again if they still hold."
        )
    ]
    shown = words(answer.content, "form-control")
    assert "Mine" in shown
    assert "Theirs" not in shown
    assert "Чем помочь?" in shown
    assert attributes(answer.content, "form-control", "data-always").count("") > 0
    publish(desk, **{"based_on": "2", "greet.text:en": "Mine"})
    assert newest(flow).texts == {"greet.text": {"en": "Mine"}, "goal.text": {"ru": "Чем помочь?"}}


def test_wording_that_breaks_the_flow_is_refused_and_kept_in_the_form(desk: Client, flow: Flow) -> None:
    answer = publish(desk, **{"greet.text:en": "Who are you? What do you want?"})

    assert answer.status_code == 422
    (alert,) = words(answer.content, "alert-danger")
    assert alert.startswith("Not published, because it would break the flow:")
    assert "Several questions at once (en). greet.text" in alert
    assert "Who are you? What do you want?" in words(answer.content, "form-control")
    assert flow.versions.count() == 1
    with pytest.raises(BadTexts) as refused:
        publish_texts(
            flow_id=flow.pk,
            based_on=1,
            texts={"greet.text": {"en": "A? B?"}},
            user=User.objects.get(name="Anna Admin"),
        )
    assert [each.code for each in refused.value.findings] == ["several_questions", "second_question"]


def test_the_right_side_checks_what_is_not_saved_yet(desk: Client, flow: Flow) -> None:
    assert "Nothing to mend" in words(desk.get(URL).content, "#findings")[0]
    given = {
        "based_on": "1",
        "greet.text:en": "Hello {nmae}",
        "goals.sales:en": "A label that is far too long",
    }

    answer = desk.post(f"{URL}check/", given, headers=htmx("findings"))

    assert words(answer.content, "finding") == [
        "Unknown variable {nmae} (en). Greet: Text Warning",
        "Too long for a button (en). Buttons of the menu: Sales Warning",
    ]
    assert flow.versions.count() == 1
    Criterion.objects.filter(key="city").update(question={"en": "Where?"})
    from crm.memory import forget_all

    forget_all()
    answer = desk.post(f"{URL}check/", {"based_on": "1"}, headers=htmx("findings"))
    assert words(answer.content, "finding") == ["The criterion has no question in: ru, hy, az. city Error"]


def test_an_error_that_was_there_does_not_hold_up_a_correction(desk: Client, flow: Flow, admin: User) -> None:
    version = newest(flow)
    FlowVersion.objects.filter(pk=version.pk).update(texts={"goal.text": {"en": "One? Two?"}})

    answer = publish(desk, **{"greet.text:en": "Good day!"})

    assert toast_of(answer).startswith("Version 2 is published.")


def test_an_earlier_version_is_published_again(desk: Client, flow: Flow) -> None:
    publish(desk, **{"greet.text:en": "Good day!"})
    answer = desk.post(f"{URL}roll-back/", {"to": "1"}, headers=htmx())

    assert answer.headers["HX-Refresh"] == "true"
    assert (newest(flow).number, newest(flow).texts) == (3, {})
    assert "Version 1 is published again, as version 3." in desk.get(URL).content.decode()
    assert desk.post(f"{URL}roll-back/", {"to": "9"}).status_code == 400
    assert desk.post(f"{URL}publish/", {"based_on": "9"}).status_code == 400


def test_the_page_costs_the_same_with_many_versions(
    desk: Client, flow: Flow, admin: User, statements: Counting
) -> None:
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    for number in range(1, 9):
        texts = {"greet.text": {"en": f"Good day {number}!"}}
        publish_texts(flow_id=flow.pk, based_on=number, texts=texts, user=admin)
    with statements() as many:
        desk.get(URL)

    assert len(many) <= len(few) + 1 <= 9


def test_no_flow_teaches(desk: Client) -> None:
    assert words(desk.get("/settings/flows/").content, "empty-hint")[0].startswith("No flow is installed")
