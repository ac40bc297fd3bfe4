from __future__ import annotations

from datetime import timedelta

import time_machine
from django.utils import timezone

from core.access.models import User
from core.events.actor import SYSTEM
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import withdraw
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user
from tests.factories.quotes import NOW, ProductFactory, make_draft, make_sent, sent

OVEN = {"title": "Oven", "quantity": "2", "unit_price": "1250.50", "taxes": ["20"], "cost": "1000"}
HOOD = {"title": "Hood", "unit_price": "90", "optional": True, "chosen": False}


def a_lead(program: Program) -> Lead:
    made = program.post(
        "leads/", {"contact": {"phones": ["077123456"], "name": "Anahit"}, "title": "Kitchen"}
    )
    return Lead.objects.get(public_id=made["id"])


def test_a_program_drafts_a_quote_and_changes_it(program: Program) -> None:
    lead, product = a_lead(program), ProductFactory()
    made = program.post(
        "quotes/",
        {
            "lead": str(lead.public_id),
            "currency": "USD",
            "lines": [{**OVEN, "product": str(product.public_id)}, HOOD],
        },
    )

    assert (made["state"], made["number"], made["title"], made["lead"]) == (
        "draft",
        None,
        "Kitchen",
        str(lead.public_id),
    )
    assert made["total"] == {"amount": "3001.20", "currency": "USD"}
    version = made["versions"][0]
    assert (version["net"], version["tax"], version["taxes"]) == (
        "2501.00",
        "500.20",
        [["20", "2501.00", "500.20"]],
    )
    oven, hood = version["lines"]
    assert (oven["product"], oven["quantity"], oven["unit_price"], oven["taxes"]) == (
        str(product.public_id),
        "2.00",
        "1250.50",
        ["20.00"],
    )
    assert (hood["chosen"], hood["net"]) == (False, "90.00")
    assert "cost" not in oven

    url = f"quotes/{made['id']}/"
    changed = program.patch(
        url, {"revision": 0, "discount_percent": "10", "title": "New kitchen", "note": "Ask"}
    )
    assert (changed["title"], changed["total"]["amount"]) == ("New kitchen", "2701.08")
    assert len(changed["versions"][0]["lines"]) == 2
    stale = program.patch(url, {"revision": 0, "lines": [HOOD]}, expect=409)
    assert (stale["code"], stale["revision"]) == ("stale", 1)
    assert program.get(url) == changed
    listed = program.get(f"quotes/?lead={lead.public_id}&state=draft")["results"]
    assert [each["id"] for each in listed] == [made["id"]]
    assert "versions" not in listed[0]


def test_what_cannot_be_is_told_at_its_place(program: Program) -> None:
    lead = str(a_lead(program).public_id)

    def path(**body: object) -> str:
        return str(program.post("quotes/", {"lead": lead, **body}, expect=400)["errors"][0]["path"])

    assert path(lines=[OVEN, {**OVEN, "quantity": "0"}]) == "/lines/1/quantity"
    assert path(lines=[{**OVEN, "unit_price": 12.5}]) == "/lines/0/unit_price"
    assert path(lines=[{**OVEN, "taxes": ["20", "101"]}]) == "/lines/0/taxes"
    assert path(lines=[{**OVEN, "product": lead}]) == "/lines/0/product"
    assert path(discount_percent="101") == "/discount_percent"
    assert path(lead=None) == "/contact"
    assert not QuoteVersion.objects.exists()


def test_versions_answers_and_withdrawal(company: None) -> None:
    person = make_user("Anna")
    program = make_program(person=person)
    lead = a_lead(program)
    lead.owner = person
    lead.save()
    first = make_sent(lead, person, now=timezone.now())
    url = f"quotes/{first.quote.public_id}/"

    assert [each["state"] for each in program.post(f"{url}next-version/", expect=200)["versions"]] == [
        "draft",
        "sent",
    ]
    assert program.post(f"{url}answer/", {"answer": "yes"}, expect=200)["state"] == "accepted"
    assert program.post(f"{url}withdraw/", expect=409)["code"] == "conflict"
    copied = program.post(f"{url}copy/")
    assert (copied["state"], copied["number"]) == ("draft", None)

    second = sent(QuoteVersion.objects.get(quote__public_id=copied["id"]), person, now=timezone.now())
    assert program.post(f"quotes/{copied['id']}/withdraw/", expect=200)["state"] == "withdrawn"
    renewed = program.post(f"quotes/{copied['id']}/renew/", expect=200)
    assert [each["version"] for each in renewed["versions"]] == [2, 1]
    third = sent(QuoteVersion.objects.get(quote=second.quote, version=2), person, now=timezone.now())
    declined = program.post(f"quotes/{copied['id']}/answer/", {"answer": "no", "reason": "price"}, expect=200)
    assert declined["state"] == "declined"
    assert third.quote.public_id == second.quote.public_id


def test_expired_is_told_and_a_yes_needs_a_person(program: Program) -> None:
    lead, person = a_lead(program), make_user("Anna")
    version = make_sent(lead, person, now=NOW)
    url = f"quotes/{version.quote.public_id}/"

    with time_machine.travel(NOW + timedelta(days=14), tick=False):
        assert (program.get(url)["state"], program.get(url)["expired"]) == ("sent", False)
    with time_machine.travel(NOW + timedelta(days=15), tick=False):
        assert program.get(url)["expired"] is True
    assert program.post(f"{url}answer/", {"answer": "yes"}, expect=403)["code"] == "person_missing"


def test_a_key_of_a_person_sees_what_the_person_sees(company: None) -> None:
    owner: User = make_user("Owner")
    lead = a_lead(make_program())
    lead.owner = owner
    lead.save()
    quote = make_draft(lead, owner, now=NOW).quote

    theirs, others = make_program(person=owner), make_program(person=make_user("Other"))

    assert len(theirs.get("quotes/")["results"]) == 1
    assert others.get("quotes/")["results"] == []
    others.get(f"quotes/{quote.public_id}/", expect=404)
    others.patch(f"quotes/{quote.public_id}/", {"revision": 0, "title": "Mine"}, expect=404)


def test_what_follows_a_quote_is_seen_done_and_called_off(program: Program) -> None:
    lead, person = a_lead(program), make_user("Anna")
    version = make_sent(lead, person, now=timezone.now())
    url = f"quotes/{version.quote.public_id}/follow-ups/"
    steps = program.get(url)["steps"]
    assert [(each["step"], each["stopped_by"]) for each in steps] == [("first", None), ("last_days", None)]
    left = program.post(url, {"step": "last_days", "act": "cancel"}, expect=200)
    assert [each["step"] for each in left["steps"]] == ["first"]
    after = program.post(url, {"step": "first", "act": "now"}, expect=200)
    assert [each["step"] for each in after["steps"]] == ["again"]
    lead.refresh_from_db()
    assert lead.next_step == f"Ask what they think of the offer {version.quote.number}"

    withdraw(version_id=version.pk, actor=SYSTEM, now=timezone.now())
    assert program.get(url) == {"steps": []}
    assert program.post(url, {"step": "again", "act": "now"}, expect=409)["code"] == "stopped"
    assert program.post(url, {"step": "never", "act": "now"}, expect=400)["code"] == "invalid"
