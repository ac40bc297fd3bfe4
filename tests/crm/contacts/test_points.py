import pytest

from crm.contacts import points
from crm.contacts.errors import BadContactPoint


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("091 23-45-67", "AM", "+37491234567"),
        ("+374 (91) 234567", "AM", "+37491234567"),
        ("00374 91 234567", "AM", "+37491234567"),
        ("050 234 56 78", "AZ", "+994502345678"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("+994502345678", "AM", "+994502345678"),
    ],
)
def test_phones_become_e164_of_the_company_country(typed: str, country: str, stored: str) -> None:
    assert points.phone(typed, country) == stored


@pytest.mark.parametrize("typed", ["", "12", "call me", "+374 91 23", "9" * 5000, "+999 123 456 789"])
def test_a_bad_phone_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadContactPoint) as refused:
        points.phone(typed, "AM")
    assert str(refused.value) == (
        "This is not a phone number that can be called. Write it with the country code, like +374 77 123456."
    )


def test_emails_become_lower_case() -> None:
    assert points.email("  Anna@Example.COM ") == "anna@example.com"


@pytest.mark.parametrize(
    "typed", ["", "anna", "anna@", "@example.com", "a b@example.com", "a" * 250 + "@example.com"]
)
def test_a_bad_email_is_refused(typed: str) -> None:
    with pytest.raises(BadContactPoint):
        points.email(typed)


def test_a_stored_phone_is_shown_as_people_read_it() -> None:
    assert points.shown_phone("+37491234567") == "+374 91 234567"
    assert points.shown_phone("nonsense") == "nonsense"
