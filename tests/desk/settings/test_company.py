from __future__ import annotations

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
