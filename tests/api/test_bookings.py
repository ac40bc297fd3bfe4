from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from core.events.models import Event
from tests.api.program import Program, make_program
from tests.factories.bookings import MONDAY, make_resource, make_service
from tests.factories.conversations import make_user

TUESDAY_TEN = "2026-06-02T06:00:00Z"
ANNA = {"name": "Anna", "phones": ["077123456"], "timezone": "Europe/Paris", "language": "ru"}


@pytest.fixture
def program(company: None) -> Iterator[Program]:
    with time_machine.travel(MONDAY, tick=False):
        yield make_program()


def test_free_times_are_told_in_the_zone_that_was_asked_for(program: Program) -> None:
    anna, berta = make_resource("Anna"), make_resource("Berta")
    service = make_service(anna, berta)

    slots = program.get(
        f"services/{service.public_id}/slots/?from=2026-06-02T00:00:00Z&to=2026-06-02T07:00:00Z&timezone=Europe/Paris"
    )

    assert slots["timezone"] == "Europe/Paris"
    assert [(each["starts_at"], each["local"]) for each in slots["results"]] == [
        (TUESDAY_TEN, "2026-06-02T08:00:00+02:00"),
        ("2026-06-02T06:30:00Z", "2026-06-02T08:30:00+02:00"),
    ]
    assert slots["results"][0]["ends_at"] == "2026-06-02T06:30:00Z"
    assert set(slots["results"][0]["resources"]) == {str(anna.public_id), str(berta.public_id)}
    for query in (
        "timezone=Mars",
        "from=2026-06-01",
        "to=2027-06-01T00:00:00Z",
        "from=9999-12-30T00:00:00Z",
        "day=1",
    ):
        program.get(f"services/{service.public_id}/slots/?{query}", expect=400)


def test_a_meeting_is_booked_moved_and_cancelled(program: Program) -> None:
    service = make_service()
    booked = program.post(
        "bookings/?expand=service,resource,contact",
        {"service": str(service.public_id), "starts_at": TUESDAY_TEN, "contact": ANNA, "purpose": "Kitchen"},
    )

    assert (booked["status"], booked["starts_at"], booked["via"]) == ("confirmed", TUESDAY_TEN, "api")
    assert (booked["service"]["name"], booked["resource"]["name"]) == ("Showroom visit", "Anna")
    assert (booked["contact"]["name"], booked["timezone"], booked["language"]) == (
        "Anna",
        "Europe/Paris",
        "ru",
    )
    path = f"bookings/{booked['id']}/"
    seen = program.send("GET", path).headers["ETag"]
    moved = program.post(f"{path}move/", {"starts_at": "2026-06-02T07:00:00Z"}, expect=200, If_Match=seen)
    assert (moved["starts_at"], moved["revision"]) == ("2026-06-02T07:00:00Z", 1)
    program.post(f"{path}move/", {"starts_at": TUESDAY_TEN}, expect=412, If_Match=seen)
    cancelled = program.post(f"{path}cancel/", {"reason": "ill"}, expect=200)
    assert (cancelled["status"], cancelled["cancel_reason"]) == ("cancelled", "ill")
    assert program.get(f"bookings/?status=cancelled&service={service.public_id}")["results"] == [cancelled]
    names = Event.objects.filter(name__startswith="booking.").values_list("name", "actor_kind")
    assert list(names.order_by("pk"))[-3:] == [
        ("booking.confirmed", "api"),
        ("booking.moved", "api"),
        ("booking.cancelled", "api"),
    ]


def test_a_time_that_is_taken_comes_back_with_fresh_ones(program: Program) -> None:
    service = str(make_service().public_id)
    wanted = {"service": service, "starts_at": TUESDAY_TEN, "contact": ANNA}
    program.post("bookings/", wanted)

    problem = program.post("bookings/", wanted, expect=409)

    assert problem["code"] == "not_free"
    assert problem["fresh"][0] > "2026-06-01"
    assert TUESDAY_TEN not in problem["fresh"]
    night = program.post("bookings/", {**wanted, "starts_at": "2026-06-02T00:00:00Z"}, expect=409)
    assert night["detail"] == "This time is not among those that can be booked. Please choose another one."


def test_a_time_is_held_and_confirmed(program: Program) -> None:
    service = str(make_service().public_id)

    held = program.post("bookings/", {"service": service, "starts_at": TUESDAY_TEN, "hold": True})

    assert (held["status"], held["contact"], held["hold_expires_at"]) == (
        "held",
        None,
        "2026-06-01T05:15:00Z",
    )
    problem = program.post("bookings/", {"service": service, "starts_at": TUESDAY_TEN}, expect=400)
    assert problem["errors"][0]["path"] == "/contact"
    path = f"bookings/{held['id']}/confirm/"
    program.post(path, {}, expect=422)
    confirmed = program.post(path, {"contact": ANNA, "purpose": "Hall"}, expect=200)
    assert (confirmed["status"], confirmed["purpose"]) == ("confirmed", "Hall")


def test_whether_the_customer_came_is_marked_after_the_start(program: Program) -> None:
    service = str(make_service().public_id)
    booked = program.post("bookings/", {"service": service, "starts_at": TUESDAY_TEN, "contact": ANNA})
    path = f"bookings/{booked['id']}/mark/"

    program.post(path, {"came": True}, expect=422)
    with time_machine.travel(MONDAY + timedelta(days=1, hours=2), tick=False):
        later = make_program()
        assert later.post(path, {"came": False}, expect=200)["status"] == "no_show"
        assert later.post(path, {"came": None}, expect=200)["status"] == "confirmed"
        assert later.post(path, {"came": True}, expect=200)["status"] == "attended"


def test_what_is_not_there_is_named(program: Program) -> None:
    service = str(make_service().public_id)
    nobody = "01890000-0000-7000-8000-000000000000"
    wanted = {"service": service, "starts_at": TUESDAY_TEN, "contact": ANNA}
    for name in ("service", "resource", "lead", "conversation", "contact"):
        problem = program.post("bookings/", {**wanted, name: nobody}, expect=400)
        assert [(fault["path"], fault["code"]) for fault in problem["errors"]] == [(f"/{name}", "unknown")]


def test_services_and_people_are_listed(program: Program) -> None:
    anna = make_resource("Anna")
    service = make_service(anna, price="15000.00", currency="AMD")
    make_resource("Room", kind="room")

    listed = program.get("services/?active=true")["results"]

    assert [(row["name"], row["price"]) for row in listed] == [
        ("Showroom visit", {"amount": "15000.00", "currency": "AMD"})
    ]
    assert listed[0]["page"].endswith(f"/book/{service.token}/")
    assert program.get(f"services/{service.public_id}/") == listed[0]
    rows = program.get(f"resources/?service={service.public_id}")["results"]
    assert [(row["name"], row["kind"]) for row in rows] == [("Anna", "person")]


def test_a_key_of_a_person_sees_that_persons_meetings(program: Program) -> None:
    agent, other = make_user("Agent"), make_user("Other")
    service = str(make_service().public_id)
    lead = program.post("leads/", {"contact": ANNA, "owner": str(other.public_id)})
    wanted = {"service": service, "starts_at": TUESDAY_TEN, "contact": ANNA, "lead": lead["id"]}
    booked = program.post("bookings/", wanted)

    own = make_program(person=agent)

    assert own.get("bookings/")["results"] == []
    own.get(f"bookings/{booked['id']}/", expect=404)
    own.post(f"bookings/{booked['id']}/cancel/", {}, expect=404)
    assert make_program(person=other).get(f"bookings/{booked['id']}/")["id"] == booked["id"]
