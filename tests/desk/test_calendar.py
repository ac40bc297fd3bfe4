"""The calendar: who sees which meetings, moving, booking by hand, marking (spec 9.4, 9.5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.appointments.models import Booking
from bookings.services.models import Service
from core.access.models import Membership, Team, User
from core.events.models import Event
from crm.contacts.models import Contact
from crm.pipeline.models import Lead, Pipeline
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.bookings import MONDAY, make_booking, make_hold, make_resource, make_service
from tests.factories.core import TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory

TEN = datetime(2026, 6, 2, 6, tzinfo=UTC)
WEEK = "/calendar/events/?from=2026-06-01T00:00&to=2026-06-08T00:00"
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _monday(pipeline: Pipeline) -> Any:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def boss(manager: User, sign_in: SignIn) -> Client:
    return sign_in(manager)


def meetings(client: Client, query: str = "") -> list[dict[str, Any]]:
    found = json.loads(client.get(WEEK + query).content)["events"]
    return [each for each in found if each.get("display") != "background"]


def panel(client: Client, booking: Booking) -> bytes:
    return client.get(f"/calendar/{booking.public_id}/").content


def test_a_week_in_wall_time_with_its_hours(boss: Client) -> None:
    booking = make_booking(contact=ContactFactory(name="Anahit"))
    (event,) = meetings(boss)

    anna = booking.resource
    assert event == {
        "id": str(booking.public_id),
        "resourceIds": [str(anna.public_id)],
        "start": "2026-06-02T10:00",
        "end": "2026-06-02T10:30",
        "title": "Anahit",
        "startEditable": True,
        "classNames": ["is-confirmed"],
        "extendedProps": {"about": "Showroom visit", "who": "Anna", "open": True, "state": "Confirmed"},
    }
    background = [e for e in json.loads(boss.get(WEEK).content)["events"] if e.get("display")]
    assert [(each["start"], each["end"]) for each in background][:2] == [
        ("2026-06-01T10:00", "2026-06-01T18:00"),
        ("2026-06-02T10:00", "2026-06-02T18:00"),
    ]
    assert len(background) == 5


def test_the_reader_s_zone_counts(manager: User, sign_in: SignIn) -> None:
    make_booking()
    manager.timezone = "Europe/Berlin"
    manager.save()
    (event,) = meetings(sign_in(manager))
    assert event["start"] == "2026-06-02T08:00"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?from=2026-06-01T00:00",
        "?from=x&to=y",
        "?from=2026-06-08T00:00&to=2026-06-01T00:00",
        "?from=2026-01-01T00:00&to=2026-12-31T00:00",
    ],
)
def test_a_span_that_makes_no_sense(boss: Client, query: str) -> None:
    assert boss.get(f"/calendar/events/{query}").status_code == 400


def test_a_held_time_shows_until_it_runs_out(boss: Client) -> None:
    make_hold(make_service(), TEN)
    assert [each["classNames"] for each in meetings(boss)] == [["is-held"]]
    with time_machine.travel(MONDAY + timedelta(minutes=16), tick=False):
        assert meetings(boss) == []


def test_agents_see_their_own_their_team_s_and_rooms(agent: User, sign_in: SignIn) -> None:
    mate, stranger = UserFactory(name="Mate"), UserFactory(name="Stranger")
    team: Team = TeamFactory(people=[agent, mate])
    people = [make_resource(user.name, user=user) for user in (agent, mate, stranger)]
    room = make_resource("Showroom", kind="room")
    lead = LeadFactory(owner=stranger)
    for each in (*people, room):
        make_booking(make_service(each), contact=lead.contact, lead=lead)
    client = sign_in(agent)

    shown = {event["extendedProps"]["who"]: event["title"] for event in meetings(client)}
    assert shown == {"Aram Agent": str(lead.contact), "Mate": "Taken", "Showroom": "Taken"}
    chooser = words(client.get("/calendar/").content, "#who")[0]
    assert "Stranger" not in chooser
    taken = Booking.objects.get(resource__name="Showroom")
    for address in ("", "move/", "cancel/", "mark/"):
        url = f"/calendar/{taken.public_id}/{address}"
        assert client.get(url).status_code in (404, 405)
        assert client.post(url, {"came": "yes"}).status_code in (404, 405)
    Membership.objects.filter(team=team, user=agent).delete()
    assert {event["extendedProps"]["who"] for event in meetings(client)} == {"Aram Agent", "Showroom"}


def test_one_person_s_calendar(boss: Client) -> None:
    anna, boris = make_resource("Anna"), make_resource("Boris")
    make_booking(make_service(anna))
    make_booking(make_service(boris))

    assert [each["extendedProps"]["who"] for each in meetings(boss, f"&who={boris.public_id}")] == ["Boris"]
    assert len(meetings(boss, "&who=nobody")) == 2


def test_the_day_as_a_list_for_phones(boss: Client) -> None:
    make_booking(contact=ContactFactory(name="Anahit"))
    page = boss.get("/calendar/?day=2026-06-02").content

    assert words(page, "#day-title") == ["Tue, 2 Jun"]
    assert words(page, "day-entry") == ["10:00 10:30 Anahit Showroom visit · Anna"]
    assert "Nothing on this day." in words(boss.get("/calendar/").content, "#day-list")[0]
    assert words(boss.get("/calendar/").content, "#day-title") == ["Today, Mon, 1 Jun"]


def test_an_empty_calendar_teaches(boss: Client) -> None:
    assert "Say first who can be booked" in words(boss.get("/calendar/").content, "empty-hint")[0]


def test_the_panel_leads_on(boss: Client) -> None:
    lead = LeadFactory(title="Kitchen")
    booking = make_booking(contact=lead.contact, lead=lead, purpose="Measuring")
    page = panel(boss, booking)

    text = words(page, "panel-body")[0]
    for part in (
        "Tue, 2 Jun, 10:00–10:30",
        "Confirmed",
        "Measuring",
        "Kitchen",
        "Move",
        "Cancel the meeting",
    ):
        assert part in text
    assert "Came" not in text


def test_a_drag_moves_and_can_be_taken_back(boss: Client) -> None:
    booking = make_booking()
    address = f"/calendar/{booking.public_id}/move/"
    asked = {"start": "2026-06-02T11:00", "resource": str(booking.resource.public_id)}
    answer = boss.post(address, asked, headers=htmx("calendar"))

    assert answer.status_code == 204
    told = json.loads(answer.headers["HX-Trigger"])
    assert told["toast"]["text"] == "Moved to 02.06, 11:00. The customer is told."
    assert "calendar:changed" in told
    booking.refresh_from_db()
    assert (booking.starts_at, booking.revision) == (TEN + timedelta(hours=1), 1)

    back = boss.post(told["toast"]["undo"], headers=htmx())
    booking.refresh_from_db()
    assert (back.status_code, booking.starts_at, booking.revision) == (204, TEN, 2)
    assert [each.actor_kind for each in Event.objects.filter(name="booking.moved")] == ["user", "user"]


def test_a_drag_onto_another_meeting_goes_back(boss: Client) -> None:
    service = make_service()
    booking = make_booking(service)
    make_booking(service, TEN + timedelta(hours=1))
    asked = {"start": "2026-06-02T11:00", "resource": str(booking.resource.public_id)}
    dragged = boss.post(f"/calendar/{booking.public_id}/move/", asked, headers=htmx("calendar"))

    assert dragged.status_code == 409
    assert toast_of(dragged) != ""
    assert "calendar:changed" in json.loads(dragged.headers["HX-Trigger"])
    in_dialog = boss.post(f"/calendar/{booking.public_id}/move/", asked, headers=htmx("modal-body"))
    assert in_dialog.status_code == 409
    assert len(attributes(in_dialog.content, "btn-sm", "data-take-time")) == 6
    booking.refresh_from_db()
    assert booking.starts_at == TEN


def test_to_another_person(boss: Client) -> None:
    anna, boris = make_resource("Anna"), make_resource("Boris")
    booking = make_booking(make_service(anna, boris), resource=anna)
    asked = {"start": "2026-06-02T10:00", "resource": str(boris.public_id)}
    boss.post(f"/calendar/{booking.public_id}/move/", asked, headers=htmx("calendar"))

    booking.refresh_from_db()
    assert (booking.resource, booking.starts_at) == (boris, TEN)


def test_cancelling_with_a_reason(boss: Client) -> None:
    booking = make_booking()
    assert "Cancel this meeting?" in words(
        boss.get(f"/calendar/{booking.public_id}/cancel/").content, "modal-title"
    )
    answer = boss.post(f"/calendar/{booking.public_id}/cancel/", {"reason": "Anna is ill"})

    assert toast_of(answer) == "Cancelled. The customer is told."
    booking.refresh_from_db()
    assert (booking.status, booking.cancel_reason) == ("cancelled", "Anna is ill")
    assert meetings(boss) == []


def test_marking_who_came_and_taking_it_back(boss: Client) -> None:
    booking = make_booking()
    address = f"/calendar/{booking.public_id}/mark/"
    early = boss.post(address, {"came": "yes"})
    assert (early.status_code, toast_of(early)) == (409, "The meeting has not begun yet.")
    assert boss.post(address, {"came": "maybe"}).status_code == 400

    with time_machine.travel(TEN + timedelta(minutes=5), tick=False):
        assert "Did not come" in words(panel(boss, booking), "panel-body")[0]
        states = []
        for came in ("no", "open", "yes"):
            assert boss.post(address, {"came": came}).status_code == 204
            booking.refresh_from_db()
            states.append(booking.status)
        assert states == ["no_show", "confirmed", "attended"]
        assert "Open again" in words(panel(boss, booking), "panel-body")[0]


def form(service: Service, **other: str) -> dict[str, str]:
    return {
        "service": str(service.public_id),
        "start": "2026-06-02T10:00",
        "resource": "",
        "key": "a-key-of-the-form",
        **other,
    }


def test_booking_by_hand_for_a_known_customer(boss: Client) -> None:
    service = make_service()
    anahit = ContactFactory(name="Anahit", language="hy", timezone="Europe/Berlin")
    PhoneFactory(contact=anahit, value="+37491234567")
    anna = service.resources.get()
    opened = boss.get(f"/calendar/new/?start=2026-06-02T10:00&resource={anna.public_id}").content
    assert attributes(opened, "#id_start", "value") == ["2026-06-02T10:00"]
    for text in ("anah", "234567"):
        found = boss.get("/calendar/contacts/", {"q": text}).content
        assert attributes(found, "form-check-input", "value") == [str(anahit.public_id)]

    sent = form(service, contact=str(anahit.public_id), resource=str(anna.public_id), purpose="Plans")
    answers = [boss.post("/calendar/new/", sent, headers=htmx("modal-body")) for _ in range(2)]
    booking = Booking.objects.get()
    assert [each.status_code for each in answers] == [204, 204]
    assert toast_of(answers[0]) == "Booked for Anahit."
    assert (booking.contact, booking.starts_at, booking.via, booking.purpose) == (
        anahit,
        TEN,
        "person",
        "Plans",
    )
    assert (booking.language, booking.timezone) == ("hy", "Europe/Berlin")
    assert booking.lead == Lead.objects.get()


def test_booking_by_hand_for_a_new_customer(boss: Client) -> None:
    service = make_service()
    nobody = boss.post("/calendar/new/", form(service), headers=htmx("modal-body"))
    assert nobody.status_code == 422
    assert words(nobody.content, "#id_reach_error") == [
        "Choose a customer, or give a phone or an email of a new one."
    ]
    boss.post("/calendar/new/", form(service, name="Anahit", reach="091 234567"), headers=htmx("modal-body"))

    contact = Contact.objects.get()
    assert contact.name == "Anahit"
    assert Booking.objects.get().lead == Lead.objects.get(contact=contact, source="manual")


def test_booking_by_hand_on_a_taken_time(boss: Client) -> None:
    booking = make_booking()
    sent = form(booking.service, name="Anahit", reach="091 234567")
    answer = boss.post("/calendar/new/", sent, headers=htmx("modal-body"))

    assert answer.status_code == 409
    assert len(attributes(answer.content, "btn-sm", "data-take-time")) == 6
    assert attributes(answer.content, "#id_reach", "value") == ["+37491234567"] or attributes(
        answer.content, "#id_reach", "value"
    ) == ["091 234567"]
    assert Booking.objects.count() == 1


def test_an_agent_books_only_with_people_in_sight(agent: User, sign_in: SignIn) -> None:
    far = make_resource("Far", user=UserFactory())
    service = make_service(far)
    hidden = ContactFactory(owner=UserFactory())
    client = sign_in(agent)

    with_far = form(service, resource=str(far.public_id), name="A", reach="091 234567")
    assert client.post("/calendar/new/", with_far, headers=htmx("modal-body")).status_code == 422
    for_hidden = form(service, contact=str(hidden.public_id))
    assert client.post("/calendar/new/", for_hidden, headers=htmx("modal-body")).status_code == 404
    assert not Booking.objects.exists()


def test_the_screens_cost_the_same_for_many(boss: Client, statements: Counting) -> None:
    service = make_service()
    booking = make_booking(service)
    addresses = ["/calendar/?day=2026-06-02", WEEK, f"/calendar/{booking.public_id}/"]
    for address in addresses:
        boss.get(address)

    def cost() -> list[int]:
        sizes = []
        for address in addresses:
            with statements() as sent:
                boss.get(address)
            sizes.append(len(sent))
        return sizes

    few = cost()
    for number in range(1, 5):
        make_booking(service, TEN + timedelta(hours=number))
        make_booking(make_service(make_resource()), TEN)
    assert cost() == few
    assert max(few) <= 12


def test_lead_and_chat_show_what_is_booked(boss: Client) -> None:
    lead = LeadFactory(title="Kitchen")
    booking = make_booking(contact=lead.contact, lead=lead)
    about = boss.get(f"/leads/{lead.public_id}/about/").content

    (section,) = words(about, "#part-bookings")
    assert section.startswith("Bookings 1 Tue, 2 Jun, 10:00 Showroom visit Anna · Confirmed")
    with time_machine.travel(TEN + timedelta(days=8), tick=False):
        later = boss.get(f"/leads/{lead.public_id}/about/").content
    assert "Nothing is booked." in words(later, "#part-bookings")[0]
    opened = boss.get(f"/calendar/new/?contact={lead.contact.public_id}").content
    assert attributes(opened, "form-check-input", "value") == [str(lead.contact.public_id)]
    assert boss.get(f"/calendar/?booking={booking.public_id}").status_code == 200


def test_the_timeline_tells_it_in_words(boss: Client) -> None:
    lead = LeadFactory(title="Kitchen")
    booking = make_booking(contact=lead.contact, lead=lead)
    asked = {"start": "2026-06-02T11:00", "resource": str(booking.resource.public_id)}
    boss.post(f"/calendar/{booking.public_id}/move/", asked)
    boss.post(f"/calendar/{booking.public_id}/cancel/", {"reason": "ill"})

    told = words(boss.get(f"/leads/{lead.public_id}/timeline/").content, "timeline-text")
    assert "Mariam Manager cancelled Showroom visit, 2 Jun 2026, 11:00 (ill)" in told
    assert "Mariam Manager moved Showroom visit to 2 Jun 2026, 11:00" in told
    assert "The customer booked Showroom visit, 2 Jun 2026, 10:00" in told
