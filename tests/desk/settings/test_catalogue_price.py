"""The parts of a price changed on screen: each in words, beside what it comes to, and never over somebody else's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.events.actor import SYSTEM
from crm.catalogue.models import Product
from crm.catalogue.operations import use_product
from tests.desk.conftest import Counting
from tests.desk.reading import attributes
from tests.desk.reading import page_words as words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.catalogue import KITCHEN_RULES, RUSH, make_criteria, make_kitchen

pytestmark = pytest.mark.django_db
RUSHED = {
    "node": ["root", "row:r1:root"],
    "joint-root": "all",
    "field-r1": "answer.rush",
    "op-r1": "is",
    "value-r1": "yes",
}


@pytest.fixture
def kitchen(db: None) -> Product:
    make_criteria()
    return make_kitchen()


def address(product: Product, part: str = "price/") -> str:
    return f"/settings/catalogue/products/{product.public_id}/{part}"


def save(client: Client, product: Product, part: str, *, revision: int = 0, **typed: Any) -> Any:
    body = {"part": part, "expected": str(revision), **typed}
    return client.post(address(product), body, headers=htmx(f"part-{part}"))


def rules(product: Product) -> dict[str, Any]:
    return Product.objects.values_list("rules", flat=True).get(pk=product.pk)


def test_every_part_stands_in_words_and_managers_only_read(
    desk: Client, reader: Client, kitchen: Product
) -> None:
    for client in (desk, reader):
        page = words(client.get(address(kitchen, "")))
        for said in (
            "200,000 AMD for one metre.",
            "From 6 on: 180,000 AMD.",
            "At least 500,000 AMD.",
            "Delivery",
        ):
            assert said in page
    assert "Add a surcharge" in words(desk.get(address(kitchen, "")))
    assert "Add a surcharge" not in words(reader.get(address(kitchen, "")))


def test_what_a_unit_costs_and_how_many_there_are(desk: Client, kitchen: Product) -> None:
    form = words(desk.get(address(kitchen), {"part": "base"}))
    assert "Price of a unit" in form
    answer = save(
        desk,
        kitchen,
        "base",
        unit_price="210 000",
        unit="square_metre",
        currency="AMD",
        cost="",
        minimum="400,000",
        how="number",
        of_1="answer.length",
        usual_low="2",
        usual_high="8",
        step="0.5",
    )
    assert answer["HX-Retarget"] == "#price-rules"
    assert toast_of(answer) == "Saved."
    assert "210,000 AMD for one square metre." in words(answer)
    kitchen.refresh_from_db()
    assert (kitchen.unit_price, kitchen.unit, kitchen.cost, kitchen.revision) == (
        210000,
        "square_metre",
        None,
        1,
    )
    assert kitchen.rules["quantity"] == {"of": ["answer.length"], "usual": ["2", "8"], "step": "0.5"}
    assert (kitchen.rules["minimum"], kitchen.rules["options"]) == ("400000", KITCHEN_RULES["options"])


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"unit_price": "much"}, "Write a number, like 250 or 2.5."),
        ({"unit_price": "-1"}, "not below zero"),
        ({"of_1": ""}, "Choose an answer that is a number."),
        ({"usual_high": ""}, "Give both ends, or none."),
        ({"usual_low": "9"}, "The first number is the smaller one."),
        ({"step": "0"}, "Write a number above zero."),
        ({"minimum": "-5"}, "Write a number that is not below 0."),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    desk: Client, kitchen: Product, typed: dict[str, str], says: str
) -> None:
    whole = {"unit_price": "5", "unit": "metre", "currency": "AMD", "how": "number", "of_1": "answer.length"}
    answer = save(desk, kitchen, "base", **{**whole, "usual_low": "2", "usual_high": "8", **typed})
    assert answer.status_code == 422
    assert says in words(answer)
    assert rules(kitchen) == KITCHEN_RULES


def test_steps_are_rows(desk: Client, kitchen: Product) -> None:
    rows = {"row": ["a", "b", "c"], "from-a": "10", "price-a": "150,000", "from-b": "6", "price-b": "180000"}
    assert save(desk, kitchen, "tiers", **rows).status_code == 200
    assert rules(kitchen)["tiers"] == [
        {"from": "6", "unit_price": "180000"},
        {"from": "10", "unit_price": "150000"},
    ]
    twice = save(desk, kitchen, "tiers", revision=1, **{**rows, "from-b": "10"})
    assert twice.status_code == 422
    assert "Another tier begins at this quantity." in words(twice)
    assert attributes(twice.content, "is-invalid", "name") == ["from-b"]
    assert save(desk, kitchen, "tiers", revision=1).status_code == 200
    assert "tiers" not in rules(kitchen)


def test_a_surcharge_is_added_under_a_condition_then_changed_and_deleted(
    desk: Client, kitchen: Product
) -> None:
    typed = {"title_en": "Upper floor", "kind": "amount", "figure": "25 000", "counts": "when", **RUSHED}
    answer = save(desk, kitchen, "surcharges", **typed)
    assert "Upper floor: 25,000 AMD, if In a hurry is yes" in words(answer)
    made = rules(kitchen)["surcharges"][-1]
    assert made == {"key": "upper_floor", "title": {"en": "Upper floor"}, "amount": "25000", "when": RUSH}

    typed = {"title_en": "Upper floor", "kind": "percent", "figure": "-5", "counts": "always"}
    assert save(desk, kitchen, "surcharges", revision=1, key="upper_floor", **typed).status_code == 200
    assert rules(kitchen)["surcharges"][-1] == {
        "key": "upper_floor",
        "title": {"en": "Upper floor"},
        "percent": "-5",
    }
    gone = desk.post(
        address(kitchen, "price/delete/"), {"part": "surcharges", "key": "upper_floor", "expected": "2"}
    )
    assert toast_of(gone) == "Taken out of the price."
    assert [each["key"] for each in rules(kitchen)["surcharges"]] == ["rush"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"title_en": ""}, "Write the title in at least one language."),
        ({"figure": ""}, "This field is required."),
        ({"figure": "-101"}, "not below -100"),
        ({"field-r1": "answer.gone"}, "one of the conditions is not complete"),
    ],
)
def test_what_a_surcharge_lacks_is_told(
    desk: Client, kitchen: Product, typed: dict[str, str], says: str
) -> None:
    whole = {"title_en": "Rush", "kind": "percent", "figure": "5", "counts": "when", **RUSHED}
    answer = save(desk, kitchen, "surcharges", **{**whole, **typed})
    assert answer.status_code == 422
    assert says in words(answer)


def test_an_option_is_ticked_or_comes_by_itself(desk: Client, kitchen: Product) -> None:
    typed = {"title_en": "Stone", "title_ru": "Камень", "price": "65000", "per": "unit", "counts": "wish"}
    assert save(desk, kitchen, "options", **typed).status_code == 200
    assert rules(kitchen)["options"][-1] == {
        "key": "stone",
        "title": {"en": "Stone", "ru": "Камень"},
        "price": "65000",
        "per": "unit",
    }
    assert save(desk, kitchen, "options", revision=1, key="stone", **typed | {"counts": "when"} | RUSHED)
    assert rules(kitchen)["options"][-1]["when"] == RUSH


def test_what_is_included_is_a_list_in_four_languages(desk: Client, kitchen: Product) -> None:
    rows = {"row": ["a", "b"], "title-a-en": "Measuring", "title-b-en": "Delivery", "title-b-hy": "Առաքում"}
    assert save(desk, kitchen, "includes", **rows).status_code == 200
    assert rules(kitchen)["includes"] == [
        {"title": {"en": "Measuring"}},
        {"title": {"en": "Delivery", "hy": "Առաքում"}},
    ]


def test_entries_are_put_into_order(desk: Client, kitchen: Product) -> None:
    typed = {"title_en": "Stone", "price": "65000", "per": "unit", "counts": "wish"}
    save(desk, kitchen, "options", **typed)
    answer = desk.post(
        address(kitchen, "price/order/"),
        {"part": "options", "order": ["stone", "oven"], "expected": "1"},
        headers=htmx(),
    )
    assert toast_of(answer) == "The order is saved."
    assert attributes(answer.content, "#price-mark", "value") == ["2"]
    assert [each["key"] for each in rules(kitchen)["options"]] == ["stone", "oven"]


def test_the_second_of_two_is_refused_with_what_stands_now(desk: Client, kitchen: Product) -> None:
    tier = {"row": "a", "from-a": "9", "price-a": "1000"}
    save(desk, kitchen, "tiers", **tier)

    late = save(desk, kitchen, "tiers", **{**tier, "price-a": "2000"})

    assert late.status_code == 409
    told = words(late)
    assert "Anna Admin has changed “Kitchen to measure” in the meantime." in told
    assert "This part now reads there: From 9 on: 1,000 AMD." in told
    assert attributes(late.content, "#price-mark", "value") == ["1"]
    assert attributes(late.content, "form-control", "value")[:2] == ["9", "2000"]
    assert rules(kitchen)["tiers"] == [{"from": "9", "unit_price": "1000"}]
    assert save(desk, kitchen, "tiers", revision=1, **{**tier, "price-a": "2000"}).status_code == 200
    for part in ("price/delete/", "price/order/"):
        refused = desk.post(address(kitchen, part), {"part": "options", "key": "oven", "expected": "1"})
        assert (refused.status_code, refused["HX-Retarget"]) == (409, "#price-rules")


def test_what_is_typed_is_said_and_tried_before_it_is_saved(desk: Client, kitchen: Product) -> None:
    facts = {"answer.length": "4", "answer.rush": "true"}
    typed = {"part": "surcharges", "key": "rush", "title_en": "At once", "kind": "percent", "figure": "25"}
    said = desk.post(address(kitchen, "price/preview/"), {**typed, "counts": "when", **RUSHED, **facts})
    told = words(said)
    assert "At once: 25 %, if In a hurry is yes" in told
    assert "with what is not saved yet" in told
    assert "1,000,000 AMD" in told
    assert attributes(said.content, "#try-out", "hx-swap-oob") == ["true"]
    assert attributes(said.content, "#try-more", "hx-swap-oob") == []
    interest = {"field-r1": "answer.interest", "value-r1": "kitchen", "counts": "when"}
    asks_more = desk.post(address(kitchen, "price/preview/"), {**typed, **RUSHED, **interest, **facts})
    assert attributes(asks_more.content, "#fact-answer-interest", "name") == ["answer.interest"]
    facts["answer.interest"] = "sofa"
    left_alone = desk.post(address(kitchen, "price/preview/"), {**typed, **RUSHED, **interest, **facts})
    assert attributes(left_alone.content, "#try-more", "hx-swap-oob") == []
    assert "Not complete yet:" in words(
        desk.post(address(kitchen, "price/preview/"), {**typed, "figure": "", "counts": "always"})
    )
    assert rules(kitchen) == KITCHEN_RULES


def test_a_form_gives_way_to_its_words(desk: Client, kitchen: Product) -> None:
    shown = desk.get(address(kitchen), {"part": "options", "key": "oven", "show": "1"})
    assert "Oven: 90,000 AMD, if the customer wants it" in words(shown)
    assert desk.get(address(kitchen), {"part": "nothing"}).status_code == 400


def test_another_part_that_cannot_be_read_is_named(desk: Client, kitchen: Product) -> None:
    broken = {**KITCHEN_RULES, "quantity": {"of": ["answer.gone"]}}
    Product.objects.filter(pk=kitchen.pk).update(rules=broken)
    page = words(desk.get(address(kitchen, "")))
    assert "Oven: 90,000 AMD, if the customer wants it" in page
    assert "“answer.gone” is no question or field whose answer is a number." in page
    answer = save(desk, kitchen, "tiers", row="a", **{"from-a": "9", "price-a": "1000"})
    assert answer.status_code == 422
    assert "Another part of the price has to be put right first: quantity.of[0]" in words(answer)


def test_the_tree_says_what_is_asked_in_order(reader: Client, kitchen: Product) -> None:
    page = words(reader.get(address(kitchen, "")))
    assert "For a range Nothing: it is named at once, from what is usual." in page
    assert "For the exact price Length (Quantity) In a hurry (In a week)" in page
    Product.objects.filter(pk=kitchen.pk).update(rules={"quantity": {"of": ["answer.length"]}}, complex=True)
    page = words(reader.get(address(kitchen, "")))
    assert "For a range Length (Quantity)" in page
    assert "a specialist gets it" in page


def test_screens_and_previews_keep_their_budget(desk: Client, kitchen: Product, statements: Counting) -> None:
    use_product(product_id=kitchen.pk, active=True, actor=SYSTEM)
    typed = {"part": "tiers", "row": "a", "from-a": "9", "price-a": str(Decimal(1000))}
    with statements() as sent:
        desk.post(address(kitchen, "price/preview/"), typed)
    assert len(sent) <= 12, sent
    with statements() as sent:
        desk.get(address(kitchen), {"part": "surcharges"})
    assert len(sent) <= 12, sent
