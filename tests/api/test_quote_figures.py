"""The figures of quotes for programs: the same as on the screen."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from crm.quotes.operations import accept, decline
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user
from tests.factories.crm import LeadFactory
from tests.factories.quotes import NOW, ProductFactory, line, make_sent


@time_machine.travel(NOW, tick=False)
def test_what_became_of_the_quotes(program: Program) -> None:
    anna, oven = make_user("Anna"), ProductFactory(name="Oven")
    lead = LeadFactory(owner=anna, currency="USD")
    asked = NOW - timedelta(hours=2)
    sold = make_sent(lead, anna, line(price="99.90", product=oven), now=NOW, requested_at=asked)
    accept(version_id=sold.pk, name="Mariam", now=NOW)
    decline(version_id=make_sent(lead, anna, now=NOW).pk, reason="timing", now=NOW)

    found = program.get("quotes/figures/")

    counts = {
        "sent": 2,
        "waiting": 0,
        "accepted": 1,
        "declined": 1,
        "expired": 0,
        "withdrawn": 0,
        "draft": 0,
        "acceptance_percent": 50.0,
    }
    times = {"quotes": 1, "median_seconds": 7200, "average_seconds": 7200, "p90_seconds": 7200}
    assert (found["first"], found["last"]) == ("2026-02-04", "2026-03-05")
    assert (found["totals"], found["request_to_quote"]) == (counts, times)
    assert found["sellers"] == [
        {"owner": str(anna.public_id), "name": "Anna", **counts, "request_to_quote": times}
    ]
    one = {**counts, "sent": 1, "declined": 0, "acceptance_percent": 100.0}
    assert found["products"] == [{"product": str(oven.public_id), "name": "Oven", **one}]
    assert found["discounts"] == [{"band": "0", **counts}]
    assert found["currencies"] == [
        {
            "currency": "USD",
            **counts,
            "offered": "339.90",
            "accepted_amount": "99.90",
            "waiting_amount": "0.00",
        }
    ]
    assert found["reasons"] == [{"reason": "timing", "quotes": 1}]
    assert found["steps"][-1] == {"first": "2026-03-05", "last": "2026-03-05", **counts}
    assert len(found["steps"]) == 30
    assert found["waiting_now"] == []


@time_machine.travel(NOW, tick=False)
def test_days_that_cannot_be_are_refused(program: Program) -> None:
    def fault(query: str) -> str:
        return str(program.get(f"quotes/figures/?{query}", expect=400)["errors"][0]["path"])

    assert fault("from=yesterday") == "?from"
    assert fault("from=2026-03-05&to=2026-03-01") == "?from"
    assert fault("from=2020-01-01") == "?from"
    assert fault("to=0001-01-01") == "?from"
    assert fault("from=0001-01-01&to=0001-01-02") == "?from"
    assert fault("from=9999-12-30&to=9999-12-31") == "?from"
    assert fault("since=2026-03-01") == "?since"
    assert program.get("quotes/figures/?from=2026-03-05&to=2026-03-05")["totals"]["sent"] == 0


def test_a_persons_key_counts_what_the_person_sees(company: None) -> None:
    anna, aram = make_user("Anna"), make_user("Aram")
    make_sent(LeadFactory(owner=anna), anna, now=NOW)
    asked = "quotes/figures/?from=2026-03-05&to=2026-03-05"
    assert make_program(person=anna).get(asked)["totals"]["sent"] == 1
    assert make_program(person=aram).get(asked)["totals"]["sent"] == 0
