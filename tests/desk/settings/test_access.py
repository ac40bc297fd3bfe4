"""Who may open the settings: admins all of them, managers what is there to read, others nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from automation.flows.operations import install_shipped
from automation.sequences.operations import install_ready
from conversations.accounts.models import ChannelAccount
from conversations.assistant.models import AssistantCall
from conversations.goals.models import Phrase
from conversations.goals.operations import add_phrase
from core.access.models import User
from core.events.actor import SYSTEM
from core.http import required_role
from core.keys.operations import create_key
from crm.defaults import install_defaults
from crm.pipeline.models import LostReason, Pipeline, Stage
from crm.qualification.models import Criterion
from crm.quotes.models import QuoteTemplate
from crm.scoring.models import ScoringRule
from desk.settings.urls import urlpatterns
from tests.access_world import of_articles
from tests.desk.reading import words
from tests.desk.settings.htmx import htmx
from tests.factories.bookings import make_service
from tests.factories.catalogue import make_kitchen, make_vat
from tests.factories.conversations import make_web_chat
from tests.factories.core import CalendarFactory, CompanyFactory, TeamFactory, UserFactory
from tests.factories.fields import make_field
from tests.factories.payments import ProviderFactory

READ_BY_MANAGERS = {
    "settings",
    "settings_team",
    "settings_pipelines",
    "settings_criteria",
    "settings_scoring",
    "settings_scoring_counts",
    "settings_scoring_progress",
    "settings_scoring_compare",
    "settings_scoring_effect",
    "settings_scoring_test_lead",
    "settings_scoring_versions",
    "settings_channels",
    "settings_channel",
    "settings_channel_provider",
    "settings_flows",
    "settings_flow",
    "settings_flow_side",
    "settings_flow_yaml",
    "settings_flow_compare",
    "settings_flow_export",
    "settings_flow_dropoff",
    "settings_flow_dropoff_list",
    "settings_playbooks",
    "settings_playbook",
    "settings_playbook_figure",
    "settings_playbook_rows",
    "settings_articles",
    "settings_article_collections",
    "settings_article_qr",
    "settings_notices",
    "settings_goals",
    "settings_unclear",
    "settings_services",
    "settings_resources",
    "settings_fields",
    "settings_catalogue",
    "settings_product",
    "settings_price_leads",
    "settings_products_export",
    "settings_taxes",
    "settings_rates",
    "settings_quote_templates",
    "settings_chances",
    "settings_chances_progress",
    "settings_history",
    "settings_followups",
    "settings_followup",
}
WRITTEN_BY_MANAGERS = {f"settings_quote_template{part}" for part in ("", "_new", "_totals", "_delete")}
WRITTEN_BY_MANAGERS |= {"settings_flow_tryout"}
"""Who leads sellers prepares what they send, and tries out what a flow says, of which nothing is kept."""
NAMES = sorted(entry.name for entry in urlpatterns if entry.name)


@pytest.fixture
def addresses(db: None) -> dict[str, str]:
    """One address of each name, with one of everything behind it."""
    CompanyFactory()
    CalendarFactory()
    install_defaults()
    install_shipped("first_answer")
    things: dict[str, Any] = {
        "settings/team/people": UserFactory(),
        "settings/team/teams": TeamFactory(),
        "settings/pipelines": Pipeline.objects.first(),
        "settings/stages": Stage.objects.first(),
        "settings/criteria": Criterion.objects.first(),
        "settings/channels": make_web_chat(),
        "settings/keys": create_key(
            name="Site",
            scopes=["leads:read"],
            expires_at=timezone.now() + timedelta(days=1),
            created_by=None,
            now=timezone.now(),
        ).key,
        "settings/services": (service := make_service()),
        "settings/resources": service.resources.get(),
        "settings/fields": make_field(),
        "settings/catalogue/products": make_kitchen(rules={}),
        "settings/catalogue/taxes": make_vat(),
        "settings/payments": ProviderFactory(),
        "settings/follow-ups": install_ready(language="en", active=True, now=timezone.now())[0],
        "settings/quote-templates": QuoteTemplate.objects.create(name="Kitchen"),
    }
    told = of_articles()
    things |= {
        "settings/articles/collections": told["collection"],
        "settings/articles/problems": told["known_problem"],
        "settings/articles": told["article"],
        "settings/assistant/try": AssistantCall.objects.create(purpose="try"),
    }
    phrase = add_phrase(goal="price", language="en", text="what is the damage", actor=SYSTEM)
    found = {}
    for entry in urlpatterns:
        pattern = f"settings/{entry.pattern}"
        arguments: list[Any] = []
        if pattern.startswith("settings/flows/<slug"):
            arguments = _of_a_flow(pattern, things["settings/channels"])
        elif pattern.startswith("settings/goals/"):
            arguments = _of_a_goal(pattern, phrase)
        elif "<uuid:public_id>" in pattern:
            arguments = [
                next(
                    (thing.public_id for start, thing in things.items() if pattern.startswith(start)),
                    phrase.public_id,
                )
            ]
        elif ":code>" in pattern:
            arguments = [told["short_link"].code]
        elif "<uuid:key>" in pattern:
            arguments = [ScoringRule.objects.values_list("key", flat=True)[0]]
        elif "<slug:key>" in pattern:
            arguments = ["inbound" if "playbooks/" in pattern else "first_answer"]
        elif "<slug:kind>" in pattern:
            arguments = ["telegram"]
        elif "<int:" in pattern:
            arguments = [1 if "group_id" in pattern else LostReason.objects.values_list("pk", flat=True)[0]]
        found[str(entry.name)] = reverse(f"desk:{entry.name}", args=arguments)
    return found


def _of_a_goal(pattern: str, phrase: Phrase) -> list[Any]:
    parts = {"<slug:key>": phrase.goal.key, "<int:group_id>": 1, "<uuid:public_id>": phrase.public_id}
    return [value for part, value in parts.items() if part in pattern]


def _of_a_flow(pattern: str, account: ChannelAccount) -> list[Any]:
    slugs = {"key": "first_answer", "step_id": "greet", "section": "answers", "name": "price"}
    slugs |= {"step": "goal", "outcome": "silent"}
    named: list[Any] = [slugs[name] for name in re.findall(r"<slug:(\w+)>", pattern)]
    return [*named, account.public_id] if "<uuid" in pattern else named


def test_every_view_says_whom_it_is_for() -> None:
    roles = {entry.name: required_role(entry.callback) for entry in urlpatterns}

    assert {
        name for name, role in roles.items() if role == "manager"
    } == READ_BY_MANAGERS | WRITTEN_BY_MANAGERS
    assert {name for name, role in roles.items() if role == "admin"} == set(
        NAMES
    ) - READ_BY_MANAGERS - WRITTEN_BY_MANAGERS


@pytest.mark.parametrize("name", NAMES)
def test_outsiders_stay_outside(name: str, addresses: dict[str, str], agent: User, manager: User) -> None:
    url = addresses[name]
    stranger, colleague, reader = Client(), Client(), Client()
    colleague.force_login(agent)
    reader.force_login(manager)

    for method in ("get", "post"):
        asked = getattr(stranger, method)(url)
        assert asked.status_code in (302, 405)
        if asked.status_code == 302:
            assert asked.headers["Location"] == f"/accounts/login/?next={url}"
        assert getattr(colleague, method)(url).status_code in (403, 405)
        answer = getattr(reader, method)(url)
        if name in WRITTEN_BY_MANAGERS:
            assert answer.status_code in (200, 302, 405, 409, 422)
        elif name in READ_BY_MANAGERS:
            assert answer.status_code in ((200, 204) if method == "get" else (403, 405))
        else:
            assert answer.status_code in (403, 405)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_visit_breaks_nothing(name: str, addresses: dict[str, str], desk: Client) -> None:
    """Pages open; what only acts answers a request without its fields with a word, not with a fault."""
    desk.raise_request_exception = False
    opened = desk.get(addresses[name])
    acted = desk.post(addresses[name], headers=htmx())

    assert opened.status_code in (200, 204, 405)
    assert acted.status_code < 500
    assert {opened.status_code, acted.status_code} != {405}


def test_the_first_page_says_what_each_part_is_for(desk: Client, reader: Client) -> None:
    titles = [
        "Company",
        "Business hours",
        "Team",
        "API keys",
        "History",
        "Pipelines",
        "Criteria",
        "Fields",
        "Catalogue",
        "Scoring",
        "Win chance",
        "Quotes",
        "Quote templates",
        "Payments",
        "Services",
        "People and rooms",
        "Channels",
        "Playbooks",
        "Goals",
        "Flows",
        "Assistant",
        "Articles",
        "Follow-ups",
    ]

    cards = words(desk.get("/settings/").content, "settings-card")
    assert [card.startswith(title) for card, title in zip(cards, titles, strict=True)] == [True] * len(titles)
    assert all(len(card) > len(title) + 30 for card, title in zip(cards, titles, strict=True))
    readable = words(reader.get("/settings/").content, "settings-card")
    assert [card.split(" ")[0] for card in readable] == [
        "Team",
        "History",
        "Pipelines",
        "Criteria",
        "Fields",
        "Catalogue",
        "Scoring",
        "Win",
        "Quote",
        "Services",
        "People",
        "Channels",
        "Playbooks",
        "Goals",
        "Flows",
        "Articles",
        "Follow-ups",
    ]


@pytest.mark.parametrize(
    "name",
    sorted(
        {
            name
            for name in READ_BY_MANAGERS
            if not name.startswith(
                (
                    "settings_scoring_",
                    "settings_channel_p",
                    "settings_chances_p",
                    "settings_price_",
                    "settings_flow_",
                    "settings_article_q",
                    "settings_playbook_",
                    "settings_products_e",
                )
            )
        }
    ),
)
def test_managers_see_no_way_to_change(name: str, addresses: dict[str, str], reader: Client) -> None:
    content = reader.get(addresses[name]).content.decode().split('<main id="main"')[1].split("</main>")[0]

    assert "hx-post" not in content.replace('hx-post="/settings/scoring/thresholds/"', "")
    # A form that only asks is sent by GET.
    asking = re.sub(r'<form(?![^>]*method="post").*?</form>', "", content, flags=re.DOTALL)
    assert 'type="submit"' not in asking
