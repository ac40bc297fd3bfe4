import pytest

from core.company.models import CompanyProfile
from crm.contacts.forms import ContactForm
from crm.contacts.models import Contact
from tests.factories.core import AdminFactory
from tests.factories.crm import ContactFactory, PhoneFactory

pytestmark = pytest.mark.django_db


def test_a_contact_is_added_with_points_company_and_tags(company: CompanyProfile) -> None:
    owner = AdminFactory()
    form = ContactForm(
        {
            "name": "Ani",
            "phones": "091234567\n+994 50 234 56 78\n",
            "emails": "ani@example.com",
            "language": "hy",
            "timezone": "Asia/Yerevan",
            "company": "Ararat",
            "owner": owner.pk,
            "tags": "vip,  press ,vip",
        }
    )
    assert form.is_valid(), form.errors

    contact = form.save(user=owner)

    contact = Contact.objects.select_related("company").get(pk=contact.pk)
    assert (contact.company.name, contact.owner, contact.tags) == ("Ararat", owner, ["vip", "press"])
    assert sorted(contact.points.values_list("value", flat=True)) == [
        "+37491234567",
        "+994502345678",
        "ani@example.com",
    ]


def test_each_bad_line_is_named(company: CompanyProfile) -> None:
    form = ContactForm({"name": "Ani", "phones": "091234567\n12\nabc", "timezone": "Mars/Base"})

    assert not form.is_valid()
    assert [message.split(":")[0] for message in form.errors["phones"]] == ["12", "abc"]
    assert form.errors["timezone"] == ["Write a time zone like Asia/Yerevan."]


def test_lines_taken_out_are_removed(company: CompanyProfile) -> None:
    contact = ContactFactory(name="Ani")
    PhoneFactory(contact=contact, value="+37491234567")
    form = ContactForm({"name": "Ani", "phones": "+37477123456"}, contact=contact)
    assert form.is_valid(), form.errors

    form.save(user=AdminFactory())

    assert list(contact.points.values_list("value", flat=True)) == ["+37477123456"]


def test_the_form_shows_what_is_stored(company: CompanyProfile) -> None:
    contact = ContactFactory(name="Ani", tags=["vip", "press"])
    PhoneFactory(contact=contact, value="+37491234567")

    form = ContactForm(contact=contact)

    assert form["phones"].value() == "+37491234567"
    assert form["tags"].value() == "vip, press"
