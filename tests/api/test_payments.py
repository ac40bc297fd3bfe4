from __future__ import annotations

from typing import Any

import time_machine
from django.utils import timezone

from crm.payments.models import PaymentRequest
from tests.api.program import Program, make_program
from tests.api.test_quotes import a_lead
from tests.factories.conversations import make_user
from tests.factories.payments import NOW, ProviderFactory
from tests.factories.quotes import line, make_draft, sent

AMOUNT = {"amount": "50000.00", "currency": "AMD"}
ASKED = {"amount": AMOUNT, "purpose": "Deposit", "due_on": "2026-03-12"}


def test_a_program_asks_and_tells_what_became_of_it(program: Program) -> None:
    lead, provider = a_lead(program), ProviderFactory(name="Bank", is_default=True)
    with time_machine.travel(NOW, tick=False):
        made = program.post("payments/", {**ASKED, "lead": str(lead.public_id)})
        url = f"payments/{made['id']}/"
        payment = PaymentRequest.objects.get(public_id=made["id"])
        assert (made["state"], made["amount"], made["provider"], made["overdue"]) == (
            "requested",
            AMOUNT,
            provider.name,
            False,
        )
        assert made["url"].endswith(f"/pay/{payment.token}/")
        assert (made["lead"], made["due_on"]) == (str(lead.public_id), "2026-03-12")
        assert program.get(url) == made

        told = {"state": "paid", "external_id": "TX-1", "amount": AMOUNT, "note": "By card"}
        paid = program.post(f"{url}state/", told, expect=200)
        assert (paid["state"], paid["external_id"], paid["paid_at"]) == (
            "paid",
            "TX-1",
            "2026-03-05T09:00:00Z",
        )
        assert program.post(f"{url}state/", {"state": "paid"}, expect=200) == paid
        refused = program.post(f"{url}state/", {"state": "failed"}, expect=409)
        assert refused["detail"] == (
            f"{payment.reference} is paid already, so it cannot become “Failed”. It can only be refunded."
        )
    listed = program.get(f"payments/?lead={lead.public_id}&state=paid")["results"]
    assert [each["id"] for each in listed] == [made["id"]]
    assert program.get("payments/?state=failed")["results"] == []


def test_what_cannot_be_is_told_at_its_place(program: Program) -> None:
    lead = str(a_lead(program).public_id)

    def path(**body: Any) -> str:
        values = {"lead": lead, "amount": AMOUNT, "purpose": "Deposit", **body}
        return str(program.post("payments/", values, expect=400)["errors"][0]["path"])

    nobody = "01890000-0000-7000-8000-000000000000"
    assert path(amount={"amount": "0", "currency": "AMD"}) == "/amount"
    assert path(amount={"amount": "1000000000000000000", "currency": "AMD"}) == "/amount"
    assert path(amount={"amount": "1.005", "currency": "USD"}) == "/amount"
    assert path(amount=5) == "/amount"
    assert path(due_on="2020-01-01") == "/due_on"
    assert path(provider="Nobody") == "/provider"
    assert path(lead=nobody) == "/lead"
    assert path(quote=nobody) == "/quote"
    assert path(lead=None) == "/contact"

    made = program.post("payments/", {"lead": lead, "amount": AMOUNT, "purpose": "Deposit"})
    less = {"state": "paid", "amount": {"amount": "5000", "currency": "AMD"}}
    refused = program.post(f"payments/{made['id']}/state/", less, expect=400)
    assert refused["errors"][0]["path"] == "/amount"
    assert program.get(f"payments/{made['id']}/")["state"] == "requested"


def test_asked_twice_with_one_key_is_asked_once(program: Program) -> None:
    body = {"lead": str(a_lead(program).public_id), "amount": AMOUNT, "purpose": "Deposit"}
    first = program.post("payments/", body, Idempotency_Key="order-7")
    assert program.post("payments/", body, Idempotency_Key="order-7") == first
    assert PaymentRequest.objects.count() == 1


def test_for_a_quote_that_was_sent(program: Program) -> None:
    lead, person, now = a_lead(program), make_user(), timezone.now()
    draft = make_draft(lead, person, line(price=1000), now=now)
    body = {"quote": str(draft.quote.public_id), "amount": AMOUNT, "purpose": "Deposit"}
    assert program.post("payments/", body, expect=400)["errors"][0]["code"] == "not_sent"
    sent(draft, person, now=now)
    made = program.post("payments/", body)
    assert (made["quote"], made["lead"]) == (str(draft.quote.public_id), str(lead.public_id))


def test_a_person_sees_and_settles_only_what_is_theirs(program: Program) -> None:
    lead = a_lead(program)
    lead.owner = make_user("Owner")
    lead.save(update_fields=["owner"])
    made = program.post("payments/", {"lead": str(lead.public_id), "amount": AMOUNT, "purpose": "Deposit"})
    stranger = make_program(person=make_user("Stranger"))
    stranger.get(f"payments/{made['id']}/", expect=404)
    stranger.post(f"payments/{made['id']}/state/", {"state": "paid"}, expect=404)
    assert stranger.get("payments/")["results"] == []
