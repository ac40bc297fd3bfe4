"""Programs that push the same order at the same moment make one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from core.events.models import Event
from crm.contacts.models import Contact
from crm.orders.models import Order, OrderNotice
from tests.factories.core import CompanyFactory
from tests.factories.orders import item, make_order


def pushed(status: str) -> int:
    try:
        return make_order("A-1042", item("Chair", missing=True), phone="+37491234567", status=status).pk
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_same_number_at_once_is_one_order_of_one_contact() -> None:
    CompanyFactory()
    statuses = ["new", "confirmed", "in_work", "ready", "shipped", "new"]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(pushed, statuses))
    assert len(set(made)) == 1
    assert (Order.objects.count(), Contact.objects.count(), OrderNotice.objects.count()) == (1, 1, 1)
    assert Event.objects.filter(name="order.created").count() == 1
    order = Order.objects.get()
    assert order.items.count() == 1
    assert order.revision == Event.objects.filter(name="order.updated").count()
