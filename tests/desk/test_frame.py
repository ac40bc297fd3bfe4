from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from core.access.models import Role, User
from core.languages import Language
from crm.pipeline.models import Pipeline
from desk import formats
from desk.showcase.texts import site_texts
from tests.desk.reading import attributes, words
from tests.factories.conversations import make_conversation, make_user, make_web_chat
from tests.factories.core import AdminFactory
from tests.factories.crm import LeadFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ani Sargsyan", "AS"),
        ("Նարե", "Ն"),
        ("ольга ивановна смирнова", "ОС"),
        ("a@b.am", "AB"),
        ("", "?"),
        ("«»", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


@pytest.mark.parametrize(
    ("seconds", "words_", "colour"),
    [
        (-5, "now", "wait-fresh"),
        (59, "now", "wait-fresh"),
        (299, "4 min", "wait-fresh"),
        (300, "5 min", "wait-soon"),
        (900, "15 min", "wait-late"),
        (3600, "1 h", "wait-late"),
        (86400 * 9, "9 d", "wait-late"),
    ],
)
def test_ages_and_their_colours(seconds: int, words_: str, colour: str) -> None:
    span = timedelta(seconds=seconds)
    assert (formats.age(span), formats.waiting_class(span)) == (words_, colour)


def test_money_is_grouped_in_every_language() -> None:
    shown = {}
    for language in Language.values:
        with translation.override(language):
            shown[language] = formats.money(Decimal("1500000.5000"), "AMD")
    assert shown == {
        "en": "1,500,000.50\u00a0AMD",
        **dict.fromkeys(("ru", "hy", "az"), "1\u00a0500\u00a0000,50\u00a0AMD"),
    }
    assert formats.money(Decimal("70.0000"), "USD") == "70\u00a0USD"


def test_a_time_is_told_in_few_words() -> None:
    with timezone.override("Asia/Yerevan"):
        assert formats.when(NOW, NOW) == "13:00"
        assert formats.when(NOW + timedelta(hours=12), NOW) == "tomorrow 01:00"
        assert formats.when(NOW - timedelta(days=2), NOW) == "3 Mar"
        assert formats.when(NOW - timedelta(days=100), NOW) == "25 Nov 2025"


def test_the_rail_has_no_dead_links(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(agent)
    page = client.get(reverse("desk:inbox")).content

    assert words(page, "rail-label") == [
        "Inbox",
        "Today",
        "Pipeline",
        "Calendar",
        "Quotes",
        "Payments",
        "Contacts",
        "More",
    ]
    for address in attributes(page, "rail-item", "href"):
        assert client.get(address, follow=True).status_code == 200
    admin = sign_in(AdminFactory())
    page = admin.get(reverse("desk:inbox")).content
    assert words(page, "rail-label") == [
        *["Inbox", "Today", "Pipeline", "Calendar", "Quotes", "Payments", "Contacts", "Settings", "More"]
    ]


def test_a_phone_shows_four_entries_and_the_others_under_more(
    agent: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(AdminFactory()).get(reverse("desk:settings")).content

    assert words(page, "is-under-more") == ["Quotes", "Payments", "Contacts", "Settings"]
    assert words(page, "rail-more-menu") == ["Quotes Payments Contacts Settings"]
    assert words(page, "is-current") == ["More"]
    assert words(sign_in(agent).get(reverse("desk:today")).content, "rail-more") == [
        "More Quotes Payments Contacts"
    ]


def test_the_badge_counts_who_waits(agent: User, sign_in: Callable[[User], Client]) -> None:
    client = sign_in(agent)
    assert client.get(reverse("desk:waiting")).content.strip() == b""
    make_conversation(status="waiting_us")
    make_conversation(assignee=agent, unread=1)
    assert words(client.get(reverse("desk:waiting")).content, "rail-count") == ["2 waiting"]


def test_presence_and_language_are_kept(agent: User, sign_in: Callable[[User], Client]) -> None:
    client = sign_in(agent)

    assert attributes(
        client.post(reverse("desk:presence"), {"presence": "away"}).content, "icon-button", "title"
    ) == ["Away"]
    assert client.post(reverse("desk:presence"), {"presence": "asleep"}).status_code == 400
    moved = client.post(reverse("desk:language"), {"language": "ru", "next": "/contacts/"})
    away = client.post(reverse("desk:language"), {"language": "hy", "next": "https://elsewhere.example/"})
    assert client.post(reverse("desk:language"), {"language": "xx"}).status_code == 400

    agent.refresh_from_db()
    assert (agent.presence, agent.language) == ("away", "hy")
    assert (moved["Location"], away["Location"]) == ("/contacts/", "/")
    assert client.get(reverse("desk:contacts"))["Content-Language"] == "hy"


def test_the_palette_finds_screens_people_leads_and_numbers(
    manager: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation(name="Ольга Смирнова")
    lead = LeadFactory(title="Kitchen", contact=conversation.contact, stage=pipeline.stages.first())
    client = sign_in(manager)

    def found(text: str) -> list[str]:
        return attributes(client.get(reverse("desk:search"), {"q": text}).content, "palette-hit", "href")

    chat, person = f"/inbox/{conversation.public_id}/", f"/contacts/{conversation.contact.public_id}/"
    screens = [
        "/inbox/",
        "/today/",
        "/pipeline/",
        "/calendar/",
        "/quotes/",
        "/payments/",
        "/contacts/",
        "/settings/",
    ]
    assert found("") == [*screens, "/pipeline/", "/contacts/"]
    assert found("pipe") == ["/pipeline/", "/settings/pipelines/"]
    assert found("hours") == []
    assert found("smirnova") == [f"/leads/{lead.public_id}/", person, chat]
    assert found("kitch") == [f"/leads/{lead.public_id}/"]
    assert found(f"#{conversation.pk}") == [chat]


@pytest.mark.django_db
def test_an_admins_palette_finds_the_pages_of_the_settings(sign_in: Callable[[User], Client]) -> None:
    page = sign_in(AdminFactory(language="en")).get(reverse("desk:search"), {"q": "hours"}).content

    assert words(page, "palette-hit") == ["Business hours Company"]


def test_an_agents_palette_finds_nothing_of_others(
    agent: User, manager: User, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation(name="Olga", assignee=manager)
    conversation.contact.owner = manager
    conversation.contact.save()

    page = sign_in(agent).get(reverse("desk:search"), {"q": "olga"}).content

    assert words(page, "palette-hit") == []


@pytest.mark.django_db
def test_the_sign_in_page_names_the_demo_people_only_where_there_is_a_demo() -> None:
    address = reverse("account_login")
    assert words(Client().get(address).content, "demo-person") == []

    make_user("Ani Sargsyan", Role.ADMIN, email="ani@aregak.example")

    page = Client().get(address).content
    assert words(page, "demo-person") == ["AS Ani Sargsyan ani@aregak.example Admin"]
    assert attributes(page, "demo-person", "data-demo-password") == ["aregak-demo"]


@pytest.mark.django_db
def test_the_demo_site_exists_with_the_demo_alone_and_speaks_four_languages() -> None:
    assert Client().get(reverse("desk:demo")).status_code == 404
    account = make_web_chat(settings={"demo": True})

    for language, texts in site_texts().items():
        page = Client().get(reverse("desk:demo"), {"lang": language}).content.decode()
        assert texts["tagline"] in page
        assert f'data-account="{account.token}" data-language="{language}"' in page
    assert sorted(site_texts()) == sorted(Language.values)
    assert len({frozenset(texts) for texts in site_texts().values()}) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/nothing/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/login/"]
)
def test_front_pages_carry_the_theme_and_no_inline_script(address: str) -> None:
    page = Client().get(address).content.decode()

    assert "js/theme.js" in page
    assert "<style" not in page
    assert " style=" not in page
