"""Leads found by their quotes, on the board and in the table, as a filter that the builder makes."""

from __future__ import annotations

import json
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.pipeline.models import Lead
from crm.quotes.operations import decline
from desk.conditions.builder import field_groups
from desk.filters.leads import LEADS
from tests.desk.reading import page_words
from tests.factories.crm import LeadFactory
from tests.factories.quotes import NOW, make_sent


def test_the_table_and_the_board_are_narrowed_by_quotes(client: Client, manager: User, lead: Lead) -> None:
    late, said_no = (
        LeadFactory(title=title, stage=lead.stage, owner=manager) for title in ("Wardrobe", "Bookcase")
    )
    make_sent(lead, manager, now=NOW)
    make_sent(late, manager, now=NOW - timedelta(days=40))
    decline(version_id=make_sent(said_no, manager, now=NOW).pk, reason="price", now=NOW)

    def shown(**condition: object) -> set[str]:
        asked = {"filter": json.dumps({"field": "quote.state", **condition})}
        found = [client.get(reverse("desk:leads"), asked), client.get(board, asked)]
        told = [
            {each for each in ("Kitchen", "Wardrobe", "Bookcase") if each in page_words(page)}
            for page in found
        ]
        assert told[0] == told[1]
        return told[0]

    board = str(client.get("/pipeline/", follow=True).request["PATH_INFO"])
    assert shown(op="is", value="expired") == {"Wardrobe"}
    assert shown(op="in", value=["sent", "declined"]) == {"Kitchen", "Bookcase"}
    assert shown(op="is_not_set") == set()


def test_the_builder_offers_them_under_their_own_heading(client: Client) -> None:
    offered = dict(field_groups(LEADS.fields()))["Quotes"]
    assert ("quote.state", "State of the newest quote") in offered
    assert len(offered) == 10
