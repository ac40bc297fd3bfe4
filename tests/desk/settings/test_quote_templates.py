"""Settings > Quotes > Templates: written like a quote, chosen for a new one, kept of a good one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.access.models import Role
from core.events.actor import Actor
from core.events.models import Event
from crm.quotes.models import QuoteSettings, QuoteTemplate, QuoteVersion
from crm.quotes.operations import TemplateDraft, save_template
from crm.quotes.operations.settings import update_quote_settings
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.factories.conversations import make_user
from tests.factories.core import CompanyFactory
from tests.factories.crm import LeadFactory
from tests.factories.quotes import NOW, line, make_draft

pytestmark = pytest.mark.django_db

ROWS = [{"title": "Measuring", "quantity": "2", "unit_price": "25", "unit": "piece"}]
GIVEN = {"name": "Kitchen", "currency": "usd", "active": "on", "terms_hy": "Կանխավճար", "valid_days": ""}


@pytest.fixture
def client(db: None) -> Client:
    CompanyFactory()
    client = Client()
    client.force_login(make_user("Boss", Role.MANAGER))
    return client


def post(client: Client, view: str, rows: list[dict[str, str]], *args: Any, **given: str) -> Any:
    posted = {**GIVEN, "lines": json.dumps(rows), **given}
    return client.post(reverse(f"desk:{view}", args=args), posted, headers={"HX-Request": "true"})


def kept(**more: Any) -> QuoteTemplate:
    draft = TemplateDraft(**{"name": "Kitchen", "currency": "USD", "lines": [line("Measuring", 25)], **more})
    return save_template(draft=draft, actor=Actor.of(None))


def test_written_saved_and_shown(client: Client) -> None:
    empty = client.get(reverse("desk:settings_quote_templates")).content.decode()
    assert "No template yet" in empty
    assert client.get(reverse("desk:settings_quote_template_new")).status_code == 200
    made = post(client, "settings_quote_template_new", ROWS)
    template = QuoteTemplate.objects.get()
    url = reverse("desk:settings_quote_template", args=[template.public_id])
    assert made["HX-Redirect"] == url
    assert (template.currency, template.terms, template.valid_days) == ("USD", {"hy": "Կանխավճար"}, None)

    page = client.get(url).content.decode()
    assert "Measuring" in page
    assert words(page.encode(), "is-strong") == ["Total 50 USD"]
    saved = post(
        client,
        "settings_quote_template",
        ROWS,
        template.public_id,
        revision="0",
        name="Kitchens",
        valid_days="7",
    )
    template.refresh_from_db()
    assert (saved.status_code, template.name, template.valid_days, template.revision) == (
        200,
        "Kitchens",
        7,
        1,
    )
    assert 'value="1"' in saved.content.decode()
    assert "Kitchens" in client.get(reverse("desk:settings_quote_templates")).content.decode()

    client.post(reverse("desk:settings_quote_template_delete", args=[template.public_id]))
    assert not QuoteTemplate.objects.exists()


@pytest.mark.parametrize(
    ("given", "rows", "says"),
    [
        ({"name": ""}, ROWS, "Write a name, at most 100 letters."),
        ({"currency": "dollars"}, ROWS, "A currency has three letters, such as AMD."),
        ({"valid_days": "many"}, ROWS, "Write the days as a whole number."),
        ({}, [{**ROWS[0], "quantity": "0"}], "The quantity is more than zero."),
    ],
)
def test_what_cannot_be_is_said_and_not_stored(
    client: Client, given: dict[str, str], rows: list[dict[str, str]], says: str
) -> None:
    refused = post(client, "settings_quote_template_new", rows, **given)
    assert (refused.status_code, says in refused.content.decode()) == (422, True)
    assert not QuoteTemplate.objects.exists()


def test_the_second_to_save_is_told(client: Client) -> None:
    template = kept()
    post(client, "settings_quote_template", ROWS, template.public_id, revision="0")
    late = post(client, "settings_quote_template", ROWS, template.public_id, revision="0", name="Mine")
    assert late.status_code == 409
    assert "Somebody else saved this template a moment ago." in late.content.decode()
    template.refresh_from_db()
    assert template.name == "Kitchen"


def test_totals_while_one_types(client: Client) -> None:
    answer = post(client, "settings_quote_template_totals", ROWS)
    assert words(answer.content, "is-strong") == ["Total 50 USD"]
    refused = post(client, "settings_quote_template_totals", ROWS, currency="U")
    assert refused.status_code == 422


def test_a_new_quote_begins_with_the_template_that_is_chosen(client: Client) -> None:
    template, lead = kept(), LeadFactory(title="Kitchen", currency="AMD")
    dialog = client.get(reverse("desk:quote_new"), {"lead": str(lead.public_id)}).content.decode()
    assert f'<option value="{template.public_id}">Kitchen</option>' in dialog
    assert f'name="lead" value="{lead.public_id}"' in dialog
    client.post(reverse("desk:quote_new"), {"lead": str(lead.public_id), "template": str(template.public_id)})
    version = QuoteVersion.objects.get()
    assert (version.currency, [row.title for row in version.lines.all()]) == ("USD", ["Measuring"])
    client.post(reverse("desk:quote_new"), {"lead": str(lead.public_id), "template": "gone"})
    assert QuoteVersion.objects.count() == 2


def test_a_good_quote_is_kept(client: Client) -> None:
    boss = make_user("Other", Role.MANAGER)
    draft = make_draft(LeadFactory(title="Kitchen"), boss, now=NOW)
    url = reverse("desk:quote_keep", args=[draft.quote.public_id])
    assert 'value="Kitchen"' in client.get(url).content.decode()
    made = client.post(url, {"name": "Kitchens"}, headers={"HX-Request": "true"})
    template = QuoteTemplate.objects.get()
    assert made["HX-Redirect"] == reverse("desk:settings_quote_template", args=[template.public_id])
    again = client.post(url, {"name": "Kitchens"})
    assert (again.status_code, words(again.content, "alert")) == (422, ["Another template has this name."])


def test_the_history_tells_of_templates_and_settings(client: Client) -> None:
    admin = make_user("Admin", Role.ADMIN)
    template = kept()
    save_template(
        draft=TemplateDraft(name="Kitchens", currency="USD", lines=None),
        actor=Actor.of(admin),
        template_id=template.pk,
    )
    update_quote_settings(actor=Actor.of(admin), valid_days=30, discount_limits={"agent": "5"})
    update_quote_settings(actor=Actor.of(admin), valid_days=30)
    assert [each.payload for each in Event.objects.filter(name="quote_settings.changed")] == [
        {"changes": ["discount_limits", "valid_days"]}
    ]
    assert QuoteSettings.objects.get().valid_days == 30
    seen = Client()
    seen.force_login(admin)
    told = seen.get(reverse("desk:settings_history")).content.decode()
    assert "Settings of quotes" in told
    assert "Kitchens" in told


def test_pages_keep_their_budget(client: Client, statements: Counting) -> None:
    template = kept(lines=[line(f"Line {number}") for number in range(50)])
    for name, args in (
        ("settings_quote_templates", []),
        ("settings_quote_template_new", []),
        ("settings_quote_template", [template.public_id]),
    ):
        with statements() as counted:
            client.get(reverse(f"desk:{name}", args=args))
        assert len(counted) <= 12, name
