"""Run by `benchmarks.quotes` in the installation: `lines` measures, `fill N` adds quotes by COPY up to N; prints JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import django

django.setup()

from django.db import connection, models, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from core.access.models import User  # noqa: E402
from core.ids import public_token, uuid7  # noqa: E402
from crm.catalogue.models import Product  # noqa: E402
from crm.contacts.models import ContactPoint  # noqa: E402
from crm.pipeline.models import Lead  # noqa: E402
from crm.pricing import Line, quote_totals  # noqa: E402
from crm.quotes.document import draw  # noqa: E402
from crm.quotes.models import Quote, QuoteLine, QuoteVersion  # noqa: E402
from crm.quotes.sheet import Row, Sheet, SheetLine  # noqa: E402

LINES, ROUNDS = 500, 7
SPREAD = timedelta(days=700)
STATES = (
    "sent",
    "sent",
    "accepted",
    "accepted",
    "accepted",
    "declined",
    "declined",
    "withdrawn",
    "sent",
    "sent",
)
REASONS = ("price", "timing", "competitor", "scope", "other")
OFF = (0, 0, 0, 4, 9, 15, 25)
AMOUNT = 120


def lines() -> dict[str, float]:
    """Milliseconds of processor time."""
    given = [
        Line(Decimal(number % 7 + 1), Decimal("82.6446") + number, Decimal(number % 3), (Decimal(20),))
        for number in range(LINES)
    ]
    paper = [draw(_sheet(LINES), page="png")]
    return {
        "totals": _cpu(lambda: quote_totals(given, currency="AMD", discount_percent=Decimal("7.5"))),
        "multiplying": _cpu(lambda: [each.quantity * each.unit_price for each in given]),
        "pdf": _cpu(lambda: draw(_sheet(LINES))),
        "one_line": _cpu(lambda: draw(_sheet(1))),
        "pages": len(paper[0]),
    }


def _cpu(act: Callable[[], Any]) -> float:
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        act()
        found.append((time.process_time() - begun) * 1000)
    return median(found)


def _sheet(count: int) -> Sheet:
    rows = [
        SheetLine(
            id=uuid7(),
            place=place,
            title=f"Кухня «Арпи» {place}",
            description="",
            quantity="2",
            price="1 234,50",
            discount="",
            taxes="20 %",
            net="2 469",
            optional=False,
            chosen=False,
        )
        for place in range(1, count + 1)
    ]
    words = dict.fromkeys(("legal_name", "address", "phone", "intro", "terms", "next_step"), "")
    return Sheet(
        language="ru",
        currency="AMD",
        company="Aregak",
        color="#0b7285",
        customer="Мариам",
        title=f"Кухня {time.perf_counter_ns()}",
        number="2026-0001",
        version=1,
        issued="5 марта 2026 г.",
        valid_until="19 марта 2026 г.",
        lines=rows,
        options=[],
        rows=[Row("Итого", "1 234 500 AMD", strong=True)],
        included_tax=False,
        **words,
    )


def fill(until: int) -> dict[str, str]:
    """Quotes with one sent version of one line each, older ones first, over two years; returns what to ask the list for."""
    there, now = Quote.objects.count(), timezone.now()
    leads = list(Lead.objects.order_by("pk").values_list("pk", "contact_id"))
    people = list(User.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True))
    products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    first = (Quote.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    numbers = range(first, first + max(0, until - there))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        made = [_quote(number, until, now, leads, people) for number in numbers]
        _copy(cursor, Quote, iter(made))
        _copy(cursor, QuoteVersion, (_version(each, now) for each in made))
        _copy(cursor, QuoteLine, (_line(each, products) for each in made))
        for model in (Quote, QuoteVersion, QuoteLine):
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    with connection.cursor() as cursor:
        for model in (Quote, QuoteVersion, QuoteLine):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
    return _known(now)


def _quote(number: int, until: int, now: datetime, leads: list[Any], people: list[int]) -> dict[str, Any]:
    state, (lead, contact) = STATES[number % len(STATES)], leads[number % len(leads)]
    sent_at = now - SPREAD * max(0, until - number) / until
    declined = REASONS[number % len(REASONS)] if state == "declined" else ""
    return {
        "id": number,
        "number": f"2019-{number}",
        "title": f"Quote {number}",
        "contact_id": contact,
        "lead_id": lead,
        "owner_id": people[number % len(people)],
        "state": state,
        "total": AMOUNT + number % 1000,
        "off": OFF[number % len(OFF)],
        "valid_until": (sent_at + timedelta(days=14)).date(),
        "first_sent_at": sent_at,
        "sent_at": sent_at,
        "requested_at": sent_at - timedelta(minutes=number % 3000),
        "closed_at": sent_at if state not in ("sent", "draft") else None,
        "decline_reason": declined,
        "created_at": sent_at,
    }


def _version(quote: dict[str, Any], now: datetime) -> dict[str, Any]:
    same = (
        "id",
        "state",
        "total",
        "off",
        "valid_until",
        "sent_at",
        "closed_at",
        "decline_reason",
        "created_at",
    )
    return {
        **{name: quote[name] for name in same},
        "quote_id": quote["id"],
        "token": public_token(),
        "net": quote["total"],
    }


def _line(quote: dict[str, Any], products: list[int]) -> dict[str, Any]:
    product = products[quote["id"] % len(products)] if products else None
    return {
        "id": quote["id"],
        "version_id": quote["id"],
        "product_id": product,
        "title": "Kitchen",
        "unit_price": quote["total"],
        "net": quote["total"],
    }


def _copy(cursor: Any, model: type[models.Model], rows: Iterator[dict[str, Any]]) -> None:
    """Every column that is not given gets the model's default."""
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{each.column}"' for each in fields)
    usual = {each.column: _text(each, each.get_default()) for each in fields if each.name != "public_id"}
    places = [each.column for each in fields]
    with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            given = {name: _plain(value) for name, value in row.items()}
            given["public_id"] = str(uuid7())
            copy.write("\t".join(given[name] if name in given else usual[name] for name in places) + "\n")


def _text(field: models.Field[Any, Any], value: Any) -> str:
    if field.get_internal_type() == "JSONField":
        return json.dumps(value)
    if isinstance(value, list):
        return "{}"
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _known(now: datetime) -> dict[str, str]:
    ids = list(Quote.objects.order_by("-pk").values_list("pk", flat=True)[4000:4001])
    middle = Quote.objects.get(pk=ids[0])
    product: UUID | None = Product.objects.order_by("pk").values_list("public_id", flat=True).first()
    phone = ContactPoint.objects.filter(kind="phone", contact__quotes__isnull=False).first()
    week = {"sent_from": (now - timedelta(days=7)).date(), "sent_to": now.date()}
    return {
        "middle": str(middle.pk),
        "owner": str(User.objects.filter(is_active=True).order_by("pk")[0].public_id),
        "number": f"2019-{middle.pk}",
        "phone": phone.value if phone else "nobody",
        "product": str(product or uuid7()),
        "week": urlencode(week),
    }


if __name__ == "__main__":
    print(json.dumps(lines() if sys.argv[1] == "lines" else fill(int(sys.argv[2]))))
