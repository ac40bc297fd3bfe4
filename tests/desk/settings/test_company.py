from __future__ import annotations

from datetime import time

from django.test import Client

from core.access.models import User
from core.company.models import CompanyProfile
from core.company.queries import company
from core.events.models import Event
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.core import CompanyFactory

URL = "/settings/company/"
FORM = {
    "name": "Aregak",
    "legal_name": "Aregak LLC",
    "color": "#1D4ED8",
    "currency": "EUR",
    "country": "DE",
    "timezone": "Europe/Berlin",
    "language": "ru",
}


def test_the_profile_is_saved(desk: Client, admin: User) -> None:
    CompanyFactory(name="Masis Furniture")
    assert company().name == "Masis Furniture"

    response = desk.post(URL, FORM, headers=htmx("company-form"))

    assert response.status_code == 200
    assert toast_of(response) == "Saved."
    saved = CompanyProfile.objects.values(*FORM).get()
    assert saved == {**FORM, "color": "#1d4ed8"}
    assert Event.objects.filter(name="company.updated", actor=admin).count() == 1


def test_a_new_installation_has_no_profile_yet(desk: Client) -> None:
    assert desk.get(URL).status_code == 200
    assert desk.post(URL, FORM, headers=htmx("company-form")).status_code == 200
    assert CompanyProfile.objects.get().name == "Aregak"


def test_faults_stand_at_their_fields(desk: Client) -> None:
    CompanyFactory(name="Masis Furniture")
    wrong = {**FORM, "name": "", "color": "blue", "currency": "XYZ", "timezone": "Mars/Olympus"}

    response = desk.post(URL, wrong, headers=htmx("company-form"))

    assert response.status_code == 422
    assert words(response.content, "#id_name_error") == ["This field is required."]
    assert words(response.content, "#id_color_error") == [
        "Give the colour as # and six digits, such as #0f766e."
    ]
    assert len(words(response.content, "#id_currency_error")) == 1
    assert len(words(response.content, "#id_timezone_error")) == 1
    assert attributes(response.content, "#id_legal_name", "value") == ["Aregak LLC"]
    assert CompanyProfile.objects.get().name == "Masis Furniture"


SENDING = "/settings/company/sending/"


def test_quiet_hours_and_the_time_to_undo_are_saved(desk: Client, admin: User) -> None:
    CompanyFactory()
    page = desk.get(URL).content
    assert attributes(page, "#id_quiet_from", "value") == ["21:00"]
    assert attributes(page, "#id_undo_seconds", "value") == ["10"]

    form = {"quiet_from": "22:30", "quiet_until": "08:00", "quiet_days": ["5", "6"], "undo_seconds": "0"}
    response = desk.post(SENDING, form, headers=htmx("sending-form"))

    assert (response.status_code, toast_of(response)) == (200, "Saved.")
    saved = company()
    assert (saved.quiet_from, saved.quiet_until, saved.quiet_days) == (time(22, 30), time(8), [5, 6])
    assert saved.undo_seconds == 0
    assert Event.objects.filter(name="company.updated", actor=admin).count() == 1


def test_no_quiet_hours_are_possible_but_no_half_ones_and_no_quiet_week(desk: Client) -> None:
    CompanyFactory()
    none = {"quiet_from": "", "quiet_until": "", "undo_seconds": "5"}
    assert desk.post(SENDING, none, headers=htmx("sending-form")).status_code == 200
    assert company().quiet_from is None

    wrong = {**none, "quiet_from": "21:00", "quiet_days": list(range(7)), "undo_seconds": "31"}
    response = desk.post(SENDING, wrong, headers=htmx("sending-form"))

    assert response.status_code == 422
    assert words(response.content, "#id_quiet_until_error") == [
        "Give both times, or none for no quiet hours."
    ]
    assert words(response.content, "#id_quiet_days_error") == [
        "Leave at least one day on which something can be sent."
    ]
    assert words(response.content, "#id_undo_seconds_error") == [
        "At most 30 seconds: a customer waits meanwhile."
    ]
    assert company().undo_seconds == 5
