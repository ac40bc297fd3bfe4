"""Orders of a file: tried without effect, taken in row by row, mended, taken back (spec 14.3)."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.access.models import User
from core.jobs.operations import work_next
from crm.contacts.models import Contact
from crm.imports.errors import BadFile, BadMapping, NotReady
from crm.imports.models import ImportRun
from crm.imports.operations import carry_out, take_back, try_out, upload
from crm.imports.reading import read
from crm.orders.models import Order, OrderNotice
from tests.factories.orders import make_order

FILE = (
    "Номер заказа;Клиент;Телефон;Статус;Дата заказа;Товар;Количество;Цена;Валюта\n"
    "A-1;Ани;091 234567;Доставлен;05.01.2026;Стул;2;1 500,50;AMD\n"
    "A-1;;;;;Лампа;1;900;\n"
    "A-2;Карен;+37499000001;Потерян;06.01.2026;Стол;1;100;AMD\n"
    "A-3;Лена;lena;;soon;Стол;1;100;AMD\n"
    "A-4;Гор;+37499000002;;2026-01-07;Диван;1;100;AMD\n"
).encode()


def uploaded(user: User, content: bytes = FILE) -> ImportRun:
    return upload(kind="orders", name="orders.csv", content=content, user=user)


def worked(run: ImportRun) -> ImportRun:
    while work_next(now=timezone.now()):
        pass
    run.refresh_from_db()
    return run


def tried(run: ImportRun, user: User, **options: object) -> ImportRun:
    try_out(run_id=run.pk, mapping=run.mapping, options=options, user=user)
    return worked(run)


def outcomes(run: ImportRun) -> list[tuple[int, str, str]]:
    return list(run.rows.order_by("row").values_list("row", "name", "outcome"))


def test_columns_are_guessed_and_a_trial_keeps_nothing(anna: User) -> None:
    run = uploaded(anna)
    assert (run.size, run.mapping["number"], run.mapping["title"], run.mapping["unit_price"]) == (5, 0, 5, 7)
    tried(run, anna)
    assert run.state == "tried"
    assert outcomes(run) == [
        (2, "A-1", "created"),
        (4, "A-2", "refused"),
        (5, "A-3", "refused"),
        (6, "A-4", "created"),
    ]
    messages = list(run.rows.filter(outcome="refused").order_by("row").values_list("message", flat=True))
    assert messages[0].startswith("Not a status: Потерян. Known are: Received, Confirmed")
    assert messages[1].startswith("Not a day: soon.") or "phone" in messages[1]
    assert (Order.objects.count(), Contact.objects.count()) == (0, 0)


def test_taken_in_once_and_again(anna: User) -> None:
    run = tried(uploaded(anna), anna)
    carry_out(run_id=run.pk, user=anna)
    assert worked(run).state == "done"
    order = Order.objects.get(number="A-1")
    assert (order.status, order.phone, order.total, order.source) == (
        "delivered",
        "+37491234567",
        Decimal(3901),
        "import",
    )
    assert [(row.title, row.quantity) for row in order.items.all()] == [("Стул", 2), ("Лампа", 1)]
    assert f"{timezone.localtime(order.ordered_at, timezone=timezone.get_default_timezone()):%Y}" == "2026"
    again = tried(uploaded(anna), anna)
    assert [outcome for _row, _name, outcome in outcomes(again)] == ["same", "refused", "refused", "same"]


def test_an_order_that_is_known_is_brought_up_to_date_quietly(anna: User) -> None:
    make_order("A-4", expected_on=timezone.now().date().replace(year=2030))
    content = b"number,expected\nA-4,2031-01-01\n"
    run = tried(uploaded(anna, content), anna)
    carry_out(run_id=run.pk, user=anna)
    worked(run)
    assert outcomes(run) == [(2, "A-4", "changed")]
    order = Order.objects.get()
    assert (str(order.expected_on), order.items.count()) == ("2031-01-01", 1)
    assert not OrderNotice.objects.exists()
    louder = tried(uploaded(anna, b"number,expected\nA-4,2032-01-01\n"), anna, tell=True)
    carry_out(run_id=louder.pk, user=anna)
    worked(louder)
    assert OrderNotice.objects.count() == 1


def test_what_nobody_has_changed_since_is_taken_back(anna: User) -> None:
    run = tried(uploaded(anna), anna)
    carry_out(run_id=run.pk, user=anna)
    worked(run)
    make_order("A-4", status="shipped")
    take_back(run_id=run.pk, user=anna)
    assert worked(run).state == "undone"
    assert [order.number for order in Order.objects.all()] == ["A-4"]
    assert outcomes(run)[0] == (2, "A-1", "undone")


def test_each_step_in_its_turn(anna: User) -> None:
    run = uploaded(anna)
    for act in (carry_out, take_back):
        with pytest.raises(NotReady):
            act(run_id=run.pk, user=anna)
    with pytest.raises(BadMapping) as refused:
        try_out(run_id=run.pk, mapping={"phone": 2}, options={}, user=anna)
    assert str(refused.value) == "Choose the column for: Number."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"  ", "The file is empty."),
        (b"number\n", "The first row names the columns"),
        (b"PK\x03\x04 no workbook", "This workbook cannot be read."),
        (b"a\n" + b"1\n" * 50_001, "At most 50000 rows at once."),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(content)
    assert str(refused.value).startswith(words)


def test_letters_separators_and_ragged_rows() -> None:
    assert read("имя;сумма\nАни;1,5\nБ\n".encode("cp1251")).rows == (("Ани", "1,5"), ("Б", ""))
    assert read("\ufeffa\tb\n1\t2\n".encode()).header == ("a", "b")
    assert read("a,b\n1,2\n".encode("utf-16")).rows == (("1", "2"),)


def sheet() -> bytes:
    """The smallest workbook: number and quantity."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships "
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": "<worksheet "
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>number</t></is></c><c r="B1" t="inlineStr"><is><t>qty</t></is></c></row>'
        '<row r="2"><c r="A2"><v>1042</v></c><c r="B2"><v>2.5</v></c></row></sheetData></worksheet>',
    }
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stored.getvalue()


def test_a_workbook_is_read() -> None:
    table = read(sheet())
    assert (table.header, table.rows) == (("number", "qty"), (("1042", "2.5"),))


def test_on_screen_from_file_to_orders(anna: User) -> None:
    client = Client()
    client.force_login(anna)
    page = client.post(reverse("desk:orders_imports"))
    assert (page.status_code, "Choose a file first." in page.content.decode()) == (422, True)
    file = io.BytesIO(FILE)
    file.name = "orders.csv"
    url = client.post(reverse("desk:orders_imports"), {"file": file})["Location"]
    run = ImportRun.objects.get()
    assert "Номер заказа" in client.get(url).content.decode()
    client.post(f"{url}columns/", {key: str(place) for key, place in run.mapping.items()})
    worked(run)
    page = client.get(url).content.decode()
    assert "What would happen" in page
    assert "Import now" in page
    client.post(f"{url}run/")
    worked(run)
    wrong = b"".join(client.get(f"{url}refused.csv")).decode()  # type: ignore[call-overload]
    assert [line.split(",")[0].strip('"') for line in wrong.splitlines()[1:]] == ["A-2", "A-3"]
    assert "Not a status: Потерян" in wrong
    assert client.post(f"{url}run/").status_code == 409
    client.post(f"{url}undo/")
    worked(run)
    assert Order.objects.count() == 0
