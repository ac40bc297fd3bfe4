"""The pictures of products on the customer's page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from conversations.quotes.operations import send_quote
from core.access.models import User
from core.events.actor import SYSTEM, Actor
from crm.catalogue.operations import delete_product, set_picture
from crm.pipeline.models import Lead
from crm.quotes.operations import decline
from tests.factories.catalogue import PNG
from tests.factories.quotes import NOW, ProductFactory, line, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thursday(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_line_shows_the_picture_of_its_product_and_no_other_quotes_do(lead: Lead, anna: User) -> None:
    product, plain = ProductFactory(name="Kitchen"), ProductFactory(name="Lights")
    set_picture(product_id=product.pk, content=PNG, actor=SYSTEM)
    lines = (line("Kitchen", 1000, product=product), line("Lights", 50, product=plain), line("Fitting", 5))
    version = make_draft(lead, anna, *lines, now=NOW, language="en")
    other = make_draft(lead, anna, line("Stool", 5), now=NOW, language="en")
    for each in (version, other):
        send_quote(version_id=each.pk, actor=Actor.of(anna), now=NOW)
        each.refresh_from_db()
    kitchen, lights, _fitting = version.lines.all()
    aram, address = Client(), reverse("quotes:picture", args=[version.token, kitchen.public_id])

    page = aram.get(reverse("quotes:page", args=[version.token])).content.decode()
    assert page.count('class="picture"') == 1
    assert f'src="{address}"' in page
    served = aram.get(address)
    assert (served["Content-Type"], served["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"".join(served.streaming_content) == PNG  # type: ignore[attr-defined]
    assert aram.get(reverse("quotes:picture", args=[version.token, lights.public_id])).status_code == 404
    assert aram.get(reverse("quotes:picture", args=[other.token, kitchen.public_id])).status_code == 404

    decline(version_id=version.pk, reason="price", words="", now=NOW)
    delete_product(product_id=product.pk, actor=SYSTEM)
    assert aram.get(address).status_code == 404
    assert "<img" not in aram.get(reverse("quotes:page", args=[version.token])).content.decode()
