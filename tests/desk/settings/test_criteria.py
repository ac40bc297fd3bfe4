from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from automation.flows.operations import install_shipped
from core.access.models import User
from core.jobs.models import Job
from crm.defaults import install_defaults
from crm.pipeline.models import Pipeline
from crm.qualification.models import Criterion, LeadAnswer
from crm.qualification.operations import CriterionDraft, save_criterion
from crm.qualification.queries import fingerprint
from desk.settings.criteria.values import as_key
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.core import CompanyFactory
from tests.factories.crm import CriterionFactory, LeadFactory

URL = "/settings/criteria/"
SIZE = {
    "name": "Չափը",
    "kind": "choice",
    "must_have": "on",
    "active": "on",
    "question_en": "How big is it?",
    "question_hy": "Որքա՞ն մեծ է։",
    "hint_en": "We build up to four metres.",
    "choice": ["n1", "n2", "n3"],
    "choice-n1-en": "Up to 2 m",
    "choice-n1-hy": "Մինչև 2 մ",
    "choice-n1-synonyms": "small, փոքր ,",
    "choice-n2-en": "Larger",
    "choice-n2-value": "large",
    "choice-n2-not_fit": "on",
    "choice-n3-en": "",
}


def form_of(criterion: Criterion, **changes: Any) -> dict[str, Any]:
    given = {
        "name": criterion.name,
        "kind": criterion.kind,
        "active": "on",
        "expected": fingerprint(criterion),
        **{f"question_{code}": text for code, text in criterion.question.items()},
    }
    for number, choice in enumerate(criterion.choices):
        given.setdefault("choice", []).append(f"s{number}")
        given |= {f"choice-s{number}-value": choice["value"], f"choice-s{number}-en": choice["label"]["en"]}
    return given | changes


def page_of(criterion: Criterion) -> str:
    return f"{URL}{criterion.public_id}/"


def test_the_list_says_order_type_and_what_is_needed(desk: Client) -> None:
    install_defaults()
    install_shipped("first_answer")
    extra = CriterionFactory(
        name="Colour", question={"en": "Which colour?"}, position=9, disqualifying=[{"norm": "x"}]
    )
    CriterionFactory(name="Old", active=False, position=10)

    rows = words(desk.get(URL).content, "sort-row")
    assert rows == [
        "Interest What would you like to have made? must have Choice",
        "Time to start When would you like to start? must have Within how many days",
        "Budget What budget do you have in mind? must have Money",
        "City Which city are you in? Place",
        f"Colour {extra.question['en']} can rule out no flow asks Text",
        "Old Old? not in use Text",
    ]


def test_the_list_costs_the_same_with_many_criteria(desk: Client, statements: Counting) -> None:
    install_shipped("first_answer")
    CriterionFactory()
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    for _number in range(12):
        CriterionFactory()
    with statements() as many:
        desk.get(URL)

    assert len(many) == len(few) <= 5


def test_the_order_is_the_one_that_was_dragged(desk: Client) -> None:
    first, second, third = (CriterionFactory(name=name) for name in ("One", "Two", "Three"))

    answer = desk.post(
        f"{URL}order/", {"order": [str(third.public_id), str(first.public_id)]}, headers=htmx("x")
    )

    assert toast_of(answer) == "The order is saved."
    assert [row.split()[0] for row in words(answer.content, "sort-row")] == ["Three", "One", "Two"]
    assert list(Criterion.objects.order_by("position")) == [third, first, second]


def test_a_criterion_is_added_with_its_choices(desk: Client) -> None:
    answer = desk.post(f"{URL}new/", SIZE, headers=htmx("criterion-page"))

    made = Criterion.objects.get()
    assert answer.headers["HX-Redirect"] == page_of(made)
    assert (made.key, made.name, made.must_have, made.active) == (as_key("Չափը"), "Չափը", True, True)
    assert made.key.isidentifier()
    assert made.key.isascii()
    assert made.question == {"en": "How big is it?", "hy": "Որքա՞ն մեծ է։"}
    assert made.hint == {"en": "We build up to four metres."}
    assert made.choices == [
        {
            "value": "up_to_2_m",
            "label": {"en": "Up to 2 m", "hy": "Մինչև 2 մ"},
            "synonyms": ["small", "փոքր"],
        },
        {"value": "large", "label": {"en": "Larger"}, "synonyms": []},
    ]
    assert made.disqualifying == ["large"]
    page = desk.get(page_of(made)).content
    assert attributes(page, "choice-value", "class") == ["choice-value"] * 3  # two, and the one to copy
    assert "Saved. Add it to a flow, or let people fill it in." in page.decode()


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"name": ""}, "#id_name_error", "This field is required."),
        (
            {"question_en": "", "question_hy": " "},
            "#id_question_en_error",
            "Write the question in at least one language.",
        ),
        ({"choice": []}, "alert-danger", "Add at least one choice."),
        ({"choice-n2-value": "up_to_2_m"}, "alert-danger", "Two choices have the same value."),
    ],
)
def test_faults_stand_where_they_belong(
    desk: Client, changes: dict[str, Any], place: str, sentence: str
) -> None:
    answer = desk.post(f"{URL}new/", {**SIZE, **changes}, headers=htmx("criterion-page"))

    assert answer.status_code == 422
    assert words(answer.content, place) == [sentence]
    assert attributes(answer.content, "#id_hint_en", "name") == ["hint_en"]
    assert "We build up to four metres." in answer.content.decode()
    assert not Criterion.objects.exists()


def test_money_choices_are_typed_as_people_write_them(desk: Client) -> None:
    CompanyFactory(currency="AMD")
    given = {
        "name": "Budget",
        "kind": "money",
        "active": "on",
        "question_en": "How much?",
        "choice": ["a", "b"],
        "choice-a-en": "Half a million",
        "choice-a-value": "500 000",
        "choice-b-en": "Much",
        "choice-b-value": "2,000,000 eur",
    }
    desk.post(f"{URL}new/", given, headers=htmx("criterion-page"))

    made = Criterion.objects.get()
    assert [each["value"] for each in made.choices] == [
        {"amount": "500000.0000", "currency": "AMD"},
        {"amount": "2000000.0000", "currency": "EUR"},
    ]
    shown = attributes(desk.get(page_of(made)).content, "form-control-sm", "value")
    assert [shown[0], shown[2]] == ["500000 AMD", "2000000 EUR"]
    wrong = desk.post(f"{URL}new/", {**given, "name": "Other", "choice-a-value": "much"}, headers=htmx("x"))
    assert words(wrong.content, "invalid-feedback") == [
        "Write an amount with its currency, such as 500000 AMD."
    ]


def test_a_yes_or_no_can_rule_somebody_out(desk: Client) -> None:
    given = {
        "name": "Owner",
        "kind": "yes_no",
        "active": "on",
        "question_en": "Do you own it?",
        "not_fit_yes_no": "no",
    }
    desk.post(f"{URL}new/", given, headers=htmx("criterion-page"))

    made = Criterion.objects.get()
    assert (made.key, made.disqualifying, made.choices) == ("owner", [False], [])
    page = desk.get(page_of(made)).content.decode()
    assert 'name="not_fit_yes_no" value="no" checked' in page


def test_places_that_rule_somebody_out_are_words(desk: Client) -> None:
    given = {
        "name": "City",
        "kind": "place",
        "active": "on",
        "question_en": "Where?",
        "not_fit_words": "Moscow, Բաքու",
    }
    desk.post(f"{URL}new/", given, headers=htmx("criterion-page"))

    made = Criterion.objects.get()
    assert [each["raw"] for each in made.disqualifying] == ["Moscow", "Բաքու"]
    assert attributes(desk.get(page_of(made)).content, "#id_not_fit_words", "value") == ["Moscow, Բաքու"]


def test_the_preview_asks_as_the_chat_does(desk: Client) -> None:
    answer = desk.post(f"{URL}preview/", SIZE, headers=htmx("asked"))

    english, russian, armenian, _azerbaijani = words(answer.content, "preview-language")
    assert english == "English We build up to four metres. How big is it? Up to 2 m Larger"
    assert russian == (
        "Russian no question in this language yet We build up to four metres. How big is it? Up to 2 m Larger"
    )
    assert armenian == "Armenian We build up to four metres. Որքա՞ն մեծ է։ Մինչև 2 մ Larger"
    assert not Criterion.objects.exists()


def test_a_second_save_shows_what_changed_and_keeps_what_was_typed(desk: Client) -> None:
    criterion = CriterionFactory(key="city", name="City", question={"en": "Where?"})
    mine = form_of(criterion, name="Place", question_en="Where to?")
    other = User.objects.create_user("other@example.com", name="Other Admin")
    save_criterion(
        draft=CriterionDraft(key="city", kind="text", name="Town", question={"en": "Where?"}, must_have=True),
        user=other,
        criterion_id=criterion.pk,
    )

    answer = desk.post(page_of(criterion), mine, headers=htmx("criterion-page"))

    assert answer.status_code == 409
    (alert,) = words(answer.content, "alert-warning")
    assert "has changed “Town” in the meantime. Look at it again before you save." in alert
    assert "Name: Town Must have: True" in alert
    assert attributes(answer.content, "#id_name", "value") == ["Place"]
    criterion.refresh_from_db()
    assert criterion.name == "Town"

    (mark,) = attributes(answer.content, "#id_expected", "value")
    again = desk.post(page_of(criterion), {**mine, "expected": mark}, headers=htmx("criterion-page"))
    assert toast_of(again) == "Saved."
    criterion.refresh_from_db()
    assert (criterion.name, criterion.question, criterion.must_have) == ("Place", {"en": "Where to?"}, False)


def test_a_change_that_judges_leads_scores_them_again(desk: Client, pipeline: Pipeline) -> None:
    LeadFactory(stage=pipeline.stages.all()[0])
    criterion = CriterionFactory()

    desk.post(page_of(criterion), form_of(criterion, name="Only the name"), headers=htmx("criterion-page"))
    assert not Job.objects.exists()
    criterion.refresh_from_db()
    desk.post(page_of(criterion), form_of(criterion, must_have="on"), headers=htmx("criterion-page"))
    assert Job.objects.count() == 1


def test_what_is_used_is_not_deleted_and_says_by_whom(desk: Client, pipeline: Pipeline) -> None:
    install_defaults()
    install_shipped("first_answer")
    budget = Criterion.objects.get(key="budget")
    LeadAnswer.objects.create(
        lead=LeadFactory(stage=pipeline.stages.all()[0]), criterion=budget, value=1, source="person"
    )

    answer = desk.post(f"{page_of(budget)}delete/", headers=htmx("in-use"))

    assert answer.status_code == 409
    assert words(answer.content, "#in-use") == [
        (
            "“Budget” is still used. Change these first, or stop asking it. "
            "Scoring rule: Budget of a million or more Scoring rule: Budget of 300,000 or more "
            "Scoring rule: Answered all that we must know Flow: First answer Answers: 1 lead"
        )
    ]
    unused = CriterionFactory(name="Colour")
    gone = desk.post(f"{page_of(unused)}delete/", headers=htmx("in-use"))
    assert gone.headers["HX-Redirect"] == URL
    assert not Criterion.objects.filter(pk=unused.pk).exists()


def test_a_choice_that_a_rule_names_stays(desk: Client) -> None:
    install_defaults()
    interest = Criterion.objects.get(key="interest")
    given = form_of(interest, must_have="on")
    given["choice"] = given["choice"][1:]

    answer = desk.post(page_of(interest), given, headers=htmx("criterion-page"))

    assert answer.status_code == 422
    assert words(answer.content, "alert-danger") == [
        "A choice of “Interest” is still used. Change these first. Scoring rule: Kitchen or a whole home"
    ]
    interest.refresh_from_db()
    assert len(interest.choices) == 4


def test_an_empty_list_teaches(desk: Client) -> None:
    assert words(desk.get(URL).content, "empty-hint")[0].startswith("Nothing is asked yet")
