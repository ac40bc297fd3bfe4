from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.access.models import User
from core.events.actor import FLOW
from crm.orders.errors import NotAccepted
from crm.orders.models import Order
from crm.orders.operations import order_of_quote
from crm.orders.queries import orders, orders_of_contact, purchases_of
from crm.pipeline.models import Lead
from crm.quotes.operations import accept
from tests.factories.core import ManagerFactory, UserFactory
from tests.factories.crm import LeadFactory
from tests.factories.orders import NOW, make_order
from tests.factories.quotes import line, make_sent

D = Decimal


def test_a_yes_becomes_an_order_with_what_was_ticked(anna: User, lead: Lead) -> None:
    version = make_sent(
        lead, anna, line("Kitchen", 1000), line("Lamp", 50, optional=True, chosen=False), now=NOW
    )
    with pytest.raises(NotAccepted):
        order_of_quote(version=version, actor=FLOW, now=NOW)
    lamp = version.lines.get(title="Lamp")
    accept(version_id=version.pk, name="Ani", now=NOW, chosen=[lamp.public_id])
    order = order_of_quote(version=version, actor=FLOW, now=NOW)
    assert order_of_quote(version=version, actor=FLOW, now=NOW) == order
    assert (order.number, order.status, order.total, order.currency) == (
        version.quote.number,
        "confirmed",
        D(1050),
        "USD",
    )
    assert [each.title for each in order.items.all()] == ["Kitchen", "Lamp"]
    assert (order.contact, order.lead, order.quote) == (lead.contact, lead, version)


def test_a_shops_order_of_the_same_number_stays(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    accept(version_id=version.pk, name="Ani", now=NOW)
    shops = make_order(str(version.quote.number))
    order = order_of_quote(version=version, actor=FLOW, now=NOW)
    assert order.number == f"{shops.number}-Q"
    assert Order.objects.count() == 2


def test_what_a_contact_has_bought(anna: User, lead: Lead, django_assert_num_queries: object) -> None:
    for number, status, days in (("1", "delivered", 90), ("2", "new", 5), ("3", "cancelled", 200)):
        make_order(
            number, contact=lead.contact, status=status, ordered_at=NOW - timedelta(days=days), total=D(100)
        )
    make_order("4", contact=lead.contact, currency="AMD", total=D(5000), ordered_at=NOW - timedelta(days=40))
    bought = purchases_of(lead.contact)
    assert (bought.count, bought.sums) == (3, (("AMD", D(5000)), ("USD", D(200))))
    assert (bought.since, bought.last) == (NOW - timedelta(days=90), NOW - timedelta(days=5))
    assert [each.number for each in orders_of_contact(lead.contact)] == ["2", "4", "1", "3"]


def test_who_sees_which_orders(anna: User, lead: Lead) -> None:
    of_anna = make_order("1", contact=lead.contact, lead=lead)
    other = LeadFactory(owner=UserFactory(name="Other"))
    of_other = make_order("2", lead=other)
    nobodys = make_order("3")
    assert set(orders().visible_to(anna)) == {of_anna, nobodys}
    assert set(orders().visible_to(ManagerFactory())) == {of_anna, of_other, nobodys}
