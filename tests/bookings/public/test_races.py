"""Two tabs and two customers at the same instant, over HTTP and in real transactions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from bookings.appointments.models import Booking
from conversations.public_pages import form_key
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from tests.factories.bookings import MONDAY, make_service
from tests.factories.core import CompanyFactory
from tests.factories.crm import sales_pipeline

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


@pytest.fixture(autouse=True)
def _monday(transactional_db: None) -> Any:
    CompanyFactory()
    sales_pipeline()
    with time_machine.travel(MONDAY, tick=False):
        yield


def post_all(address: str, forms: list[dict[str, str]]) -> list[int]:
    """Statuses of all forms, sent at once."""

    def send(sent: dict[str, str]) -> int:
        try:
            return Client().post(address, sent).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(forms)) as pool:
        return list(pool.map(send, forms))


def form(key: str, number: int = 0) -> dict[str, str]:
    return {
        "name": f"Customer {number}",
        "reach": f"customer{number}@example.com",
        "start": "2026-06-02T06:00Z",
        "key": key,
    }


def test_the_same_form_sent_from_many_tabs_is_one_booking() -> None:
    service = make_service()
    key = form_key(service.token)
    statuses = post_all(f"/book/{service.token}/", [form(key)] * AT_ONCE)

    assert statuses == [302] * AT_ONCE
    assert (Booking.objects.count(), Contact.objects.count(), Lead.objects.count()) == (1, 1, 1)


def test_many_customers_for_one_time_and_one_gets_it() -> None:
    service = make_service()
    forms = [form(form_key(service.token), number) for number in range(AT_ONCE)]
    statuses = post_all(f"/book/{service.token}/", forms)

    assert sorted(statuses) == [302] + [409] * (AT_ONCE - 1)
    assert Booking.objects.get().status == "confirmed"
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)
