import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact, ContactPoint
from crm.contacts.operations import add_point, create_contact, remove_point, update_contact
from crm.contacts.queries import contacts
from tests.factories.core import AdminFactory, ManagerFactory, TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return AdminFactory(name="Anna")


def test_a_contact_is_created_with_its_points_and_events(company: CompanyProfile, admin: User) -> None:
    contact = create_contact(
        actor=Actor.of(admin), name="  Անի   Սարգսյան\x00 ", phones=["091234567"], emails=["ANI@example.com"]
    )

    contact.refresh_from_db()
    assert (contact.name, contact.name_normal) == ("Անի Սարգսյան", "ani sargsyan")
    assert list(contact.points.order_by("id").values_list("kind", "value")) == [
        ("phone", "+37491234567"),
        ("email", "ani@example.com"),
    ]
    events = Event.objects.order_by("id").values_list("name", "contact_id", "actor_id")
    assert list(events) == [
        ("contact.created", contact.pk, admin.pk),
        ("contact.point_added", contact.pk, admin.pk),
        ("contact.point_added", contact.pk, admin.pk),
    ]


def test_a_bad_phone_creates_nothing(company: CompanyProfile) -> None:
    with pytest.raises(BadContactPoint):
        create_contact(actor=SYSTEM, name="Ani", phones=["123"])
    assert not Contact.objects.exists()


def test_creating_a_visitor_takes_two_statements(company: CompanyProfile, at_most) -> None:
    with at_most(2):
        create_contact(actor=SYSTEM)


def test_the_same_point_is_added_once(company: CompanyProfile) -> None:
    contact = ContactFactory()

    first = add_point(contact=contact, kind="phone", value="091 234567", actor=SYSTEM)
    second = add_point(contact=contact, kind="phone", value="+374 91 23 45 67", actor=SYSTEM)

    assert first == second
    assert ContactPoint.objects.count() == 1
    assert Event.objects.filter(name="contact.point_added").count() == 1


def test_a_removed_point_is_gone(company: CompanyProfile) -> None:
    contact = ContactFactory()
    add_point(contact=contact, kind="email", value="a@example.com", actor=SYSTEM)

    assert remove_point(contact=contact, kind="email", value="a@example.com", actor=SYSTEM) is True
    assert remove_point(contact=contact, kind="email", value="a@example.com", actor=SYSTEM) is False
    assert not contact.points.exists()


def test_only_what_differs_is_written_and_told(company: CompanyProfile) -> None:
    contact = ContactFactory(name="Davit", language="en")

    changed = update_contact(contact=contact, actor=SYSTEM, name="Դավիթ", language="en", tags=["vip"])

    assert changed == ["name", "tags"]
    contact.refresh_from_db()
    assert (contact.name, contact.name_normal, contact.tags) == ("Դավիթ", "davit", ["vip"])
    assert Event.objects.get().payload == {"changes": ["name", "tags"]}
    assert update_contact(contact=contact, actor=SYSTEM, name="Դավիթ") == []
    assert Event.objects.count() == 1


def test_a_company_is_found_by_its_name_in_any_script(company: CompanyProfile) -> None:
    first, second = ContactFactory(), ContactFactory()

    assert update_contact(contact=first, actor=SYSTEM, company_name="Արարատ") == ["company"]
    update_contact(contact=second, actor=SYSTEM, company_name="Ararat")
    assert second.company == first.company
    assert str(first.company) == "Արարատ"

    update_contact(contact=second, actor=SYSTEM, company_name="   ")
    second.refresh_from_db()
    assert second.company is None


def test_names_are_found_by_a_word_in_any_script() -> None:
    contact = ContactFactory(name="Անի Սարգսյան")
    ContactFactory(name="Davit")

    assert list(contacts().named_like("sarg")) == [contact]
    assert list(contacts().named_like("ани")) == [contact]
    assert list(contacts().named_like("argsyan")) == []


def test_agents_see_own_contacts_those_of_their_leads_and_unclaimed_ones() -> None:
    agent, other = UserFactory(), UserFactory()
    team = TeamFactory(people=[agent])
    own = ContactFactory(owner=agent)
    unclaimed = ContactFactory()
    of_team = LeadFactory(team=team, owner=other).contact
    of_other = LeadFactory(owner=other).contact
    owned_by_other = ContactFactory(owner=other)

    assert set(contacts().visible_to(agent)) == {own, unclaimed, of_team}
    assert set(contacts().visible_to(ManagerFactory())) == {own, unclaimed, of_team, of_other, owned_by_other}
    assert set(contacts().visible_to(UserFactory(is_active=False))) == set()
