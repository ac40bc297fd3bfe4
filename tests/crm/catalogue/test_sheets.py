"""Products as a file: what is written is read again, and a bad row keeps all of them out."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from core.events.actor import SYSTEM
from core.events.models import Event
from crm.catalogue.models import Product
from crm.catalogue.operations.sheets import BadRows, Imported, import_products
from crm.catalogue.sheets import COLUMNS, BadSheet, read, written
from tests.factories.catalogue import KITCHEN_RULES, make_criteria, make_kitchen, make_vat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _criteria(db: None) -> None:
    make_criteria()


def take(text: str) -> Imported:
    return import_products(rows=read(text.encode()), actor=SYSTEM)


def test_what_is_written_is_read_again_and_changes_nothing() -> None:
    vat = make_vat()
    make_kitchen(taxes=(vat.pk,), active_until=date(2030, 1, 1), complex=True, description={"hy": 'Ա;Բ\n"Գ"'})
    make_kitchen(code="SOFA", name="=SUM(A1)", rules={}, cost=None, goals=())
    text = written(Product.objects.prefetch_related("taxes").order_by("position"))

    (kitchen, sofa) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert tuple(kitchen) == COLUMNS
    assert (kitchen["unit_price"], kitchen["taxes"], kitchen["goals"]) == ("200000", "VAT 20 %", "kitchen")
    assert (sofa["name"], sofa["cost"], sofa["rules"]) == ("'=SUM(A1)", "", "")
    before = list(Product.objects.values_list("revision", "rules", "name", "description"))
    events = Event.objects.count()
    assert take(text) == Imported(added=0, changed=0, same=2)
    assert list(Product.objects.values_list("revision", "rules", "name", "description")) == before
    assert Event.objects.count() == events
    Product.objects.all().delete()
    assert take(text) == Imported(added=2, changed=0, same=0)
    made = Product.objects.get(code="KITCHEN")
    assert (made.rules, made.complex, made.active_until) == (KITCHEN_RULES, True, date(2030, 1, 1))
    assert (list(made.taxes.all()), made.description) == ([vat], {"hy": 'Ա;Բ\n"Գ"'})


def test_columns_that_are_not_there_stay_and_new_products_take_what_is_usual() -> None:
    vat, kitchen = make_vat(), make_kitchen()
    done = take(
        "code;unit_price;title_az;name;currency\nKITCHEN;210 000,5;Mətbəx;Kitchen;AMD\nSOFA;5;;Sofa;USD\n"
    )
    assert done == Imported(added=1, changed=1, same=0)
    kitchen.refresh_from_db()
    assert (kitchen.unit_price, kitchen.rules) == (Decimal("210000.5"), KITCHEN_RULES)
    assert kitchen.title == {"en": "Kitchen", "ru": "Кухня", "az": "Mətbəx"}
    sofa = Product.objects.get(code="SOFA")
    assert (sofa.unit, sofa.kind, sofa.active, list(sofa.taxes.all())) == ("piece", "goods", True, [vat])


def test_one_bad_row_keeps_all_out_and_every_fault_is_told() -> None:
    make_kitchen()
    rows = (
        "code,name,unit_price,currency,active,active_from,taxes,rules\n"
        "CHAIR,Chair,5,USD,yes,,,\n"
        "CHAIR,Chair,5,USD,yes,,,\n"
        "A B,Stool,dear,USD,perhaps,soon,None,{\n"
        ",,,,,,,\n"
        "BED,,,dollar,yes,,,\n"
        'KITCHEN,Kitchen,1,AMD,yes,,,"{""minimum"": ""-1""}"\n'
        "D E,Desk,5,USD,yes,,,\n"
    )
    with pytest.raises(BadRows, match="Nothing was imported") as refusal:
        take(rows)
    assert [(fault.row, fault.column) for fault in refusal.value.faults] == [
        (3, "code"),
        (4, "unit_price"),
        (4, "active"),
        (4, "active_from"),
        (4, "taxes"),
        (4, "rules"),
        (6, "name"),
        (6, "unit_price"),
        (7, "rules"),
        (8, "code"),
    ]
    assert list(Product.objects.values_list("code", "name")) == [("KITCHEN", "Kitchen to measure")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "one of them is"),
        (b"name\nSofa", "one of them is"),
        (b"code,colour\nA,red", "There is no column"),
        (b"code\n\xff\xfe", "UTF-8"),
        (b'code\n"A', "quotation mark"),
        (b"code\n" + b"A\n" * 501, "At most 500"),
        (b"code\n" + b"x" * (2 * 1024 * 1024), "larger than 2 MB"),
    ],
)
def test_what_is_no_table_of_products_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(BadSheet, match=says):
        read(content)
