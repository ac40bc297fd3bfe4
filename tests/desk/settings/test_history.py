from __future__ import annotations

from datetime import timedelta

import pghistory
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.access.models import Role, Team, User
from core.keys.models import ApiKey
from core.keys.scopes import Scope
from crm.pipeline.models import Pipeline
from crm.scoring.models import RuleSet, ScoringRule
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.crm import ContactFactory

URL = "/settings/history/"


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("ani@example.com", name="Ani", role=Role.ADMIN, timezone="Asia/Yerevan")


@pytest.fixture
def client_of_admin(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def lines(page: bytes) -> list[str]:
    return words(page, "history-line")


def test_the_address_is_where_the_menu_leads() -> None:
    assert reverse("desk:settings_history") == URL


def test_a_stage_that_was_changed_on_its_screen(
    client_of_admin: Client, admin: User, pipeline: Pipeline
) -> None:
    stage = pipeline.stages.get(name="Meeting")
    with pghistory.context(user=admin.pk, url="/settings/stages/"):
        stage.probability, stage.rotting_days = 45, 7
        stage.save()

    page = client_of_admin.get(URL, {"what": "stage", "object": str(stage.public_id)}).content
    assert words(page, "history-head")[0].startswith("Ani")
    assert lines(page)[0].startswith("Changed Stage Meeting · ")
    assert "Probability" in lines(page)[0]
    assert "45 %" in lines(page)[0]
    assert "Days until rotting 7 days" in lines(page)[0]
    assert len(words(page, "history-entry")) == 2


def test_a_rule_is_told_in_words_over_its_versions(
    client_of_admin: Client, admin: User, pipeline: Pipeline
) -> None:
    condition = {"field": "lead.title", "op": "known"}
    first = RuleSet.objects.create(version=1, status="published")
    rule = ScoringRule.objects.create(rule_set=first, name="Budget", condition=condition, points=2)
    draft = RuleSet.objects.create(version=2)
    with pghistory.context(user=admin.pk, url="/settings/scoring/"):
        copy = ScoringRule.objects.create(
            rule_set=draft, key=rule.key, name="Budget", condition=condition, points=2
        )
        copy.points = 3
        copy.save()

    page = client_of_admin.get(URL, {"what": "scoringrule", "object": str(rule.key)}).content
    assert "Changed Scoring rule Budget · version 2" in lines(page)[0]
    assert "Points +2 +3" in lines(page)[0]
    assert "{" not in " ".join(lines(page))


def test_somebody_elses_changes_and_other_days_are_left_out(
    client_of_admin: Client, admin: User, manager: User
) -> None:
    for user, name in ((admin, "By Ani"), (manager, "By Mariam")):
        with pghistory.context(user=user.pk, url="/settings/team/"):
            Team.objects.create(name=name)

    def found(**asked: str) -> str:
        return " ".join(lines(client_of_admin.get(URL, {"what": "team", **asked}).content))

    today = timezone.localdate()
    assert "By Ani" in found(who=str(admin.public_id))
    assert "By Mariam" not in found(who=str(admin.public_id))
    assert "By Mariam" in found(since=str(today - timedelta(days=1)), until=str(today + timedelta(days=1)))
    assert found(until=str(today - timedelta(days=2))) == ""
    assert found(who="programs") == ""


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"what": "everything"}, "Select a valid choice"),
        ({"who": "00000000-0000-0000-0000-000000000000"}, "Select a valid choice"),
        ({"since": "2026-02-30"}, "Enter a valid date"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "This day lies before the first one."),
        ({"object": "00000000-0000-0000-0000-000000000000"}, "Say what kind of thing it is."),
        ({"what": "team", "object": "x"}, "Enter a valid UUID"),
    ],
)
def test_a_wrong_filter_shows_nothing_and_says_why(
    client_of_admin: Client, asked: dict[str, str], says: str
) -> None:
    Team.objects.create(name="Somebody")
    response = client_of_admin.get(URL, asked)
    assert response.status_code == 422
    assert lines(response.content) == []
    assert says in " ".join(words(response.content, "alert"))


@pytest.mark.parametrize("place", ["x", "2026-03-02~team~1", "2026-03-02T00:00:00+00:00~te;am~1", "~~"])
def test_a_place_that_no_page_gave_is_refused(client_of_admin: Client, place: str) -> None:
    assert client_of_admin.get(URL, {"after": place}).status_code == 400


def test_older_lines_come_behind_the_newest(client_of_admin: Client) -> None:
    for number in range(60):
        Team.objects.create(name=f"Team {number:02}")
    first = client_of_admin.get(URL, {"what": "team"}).content
    more = attributes(first, "history-more", "hx-get")[0]
    second = client_of_admin.get(more, headers={"HX-Request": "true", "HX-Target": "history-more"}).content
    assert len(lines(first)) == 50
    assert len(lines(second)) == 10
    assert not set(lines(first)) & set(lines(second))
    assert b"<html" not in second


def test_what_is_gone_is_still_named_and_not_linked(client_of_admin: Client) -> None:
    Team.objects.create(name="Short-lived").delete()
    page = client_of_admin.get(URL, {"what": "team"}).content.decode()
    assert page.count("Short-lived") >= 2
    assert ">Short-lived</a>" not in page


def test_managers_do_not_see_what_only_admins_set(client: Client, manager: User) -> None:
    ApiKey.objects.create(
        name="Site", prefix="pk_1", secret_hash="x", scopes=[Scope.LEADS_READ], expires_at=timezone.now()
    )
    Team.objects.create(name="Sales")
    client.force_login(manager)
    page = client.get(URL).content
    assert "Site" not in " ".join(lines(page))
    assert "Sales" in " ".join(lines(page))
    assert client.get(URL, {"what": "apikey"}).status_code == 422


def test_the_work_of_the_day_can_be_asked_for(client_of_admin: Client) -> None:
    contact = ContactFactory(name="Gor")
    page = client_of_admin.get(URL, {"what": "contact"}).content
    assert "Created Contact Gor" in lines(page)[0]
    assert f"/contacts/{contact.public_id}/" in page.decode()
    assert "Gor" not in " ".join(lines(client_of_admin.get(URL).content))


def test_the_page_asks_little_whatever_there_is(
    client_of_admin: Client, admin: User, pipeline: Pipeline, statements: Counting
) -> None:
    with statements() as few:
        client_of_admin.get(URL)
    with pghistory.context(user=admin.pk, url="/"):
        for number in range(30):
            team = Team.objects.create(name=str(number))
            team.memberships.create(user=admin)
    with statements() as many:
        client_of_admin.get(URL)
    assert len(many) <= 10
    assert len(many) <= len(few) + 1


@pytest.mark.parametrize(
    "name", ["pipelines", "criteria", "scoring", "services", "team", "company", "keys", "hours"]
)
def test_pages_of_the_settings_lead_to_their_history(
    client_of_admin: Client, pipeline: Pipeline, name: str
) -> None:
    page = client_of_admin.get(reverse(f"desk:settings_{name}")).content
    (address,) = attributes(page, "settings-history", "href")
    assert client_of_admin.get(address).status_code == 200


def test_a_stage_leads_to_its_own(client_of_admin: Client, pipeline: Pipeline) -> None:
    page = client_of_admin.get(reverse("desk:settings_pipelines")).content.decode()
    for stage in pipeline.stages.all():
        assert f"{URL}?what=stage&amp;object={stage.public_id}" in page
