from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.lists.models import ListPreference, SavedView
from crm.lists.operations import prefer_columns, save_view
from crm.memory import forget_all
from crm.pipeline.models import Pipeline, Stage
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.core import TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, CriterionFactory, LeadFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""Thursday, 13:00 in Yerevan; the factory's leads entered their stages three days before."""
SignIn = Callable[[User], Client]
EVERYTHING = [
    *(
        "title",
        "contact",
        "channel",
        "stage",
        "owner",
        "team",
        "value",
        "grade",
        "score",
        "fit",
        "engagement",
    ),
    *("win_chance", "next_step", "age", "last_message", "source", "campaign", "tags", "created"),
]


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def new(pipeline: Pipeline) -> Stage:
    return pipeline.stages.get(name="New")


def table(client: Client, **asked: str) -> bytes:
    response = client.get(reverse("desk:leads"), asked)
    assert response.status_code == 200
    return bytes(response.content)


def test_a_line_says_what_the_reader_chose(manager: User, new: Stage, sign_in: SignIn) -> None:
    CriterionFactory(key="garden", kind="yes_no", name="Garden")
    forget_all()
    prefer_columns(user=manager, columns=[*EVERYTHING, "answer.garden", "answer.gone"])
    LeadFactory(
        stage=new,
        title="Kitchen",
        contact=ContactFactory(name="Нарине"),
        value=Decimal(1_500_000),
        grade="B",
        fit=5,
        engagement=2,
        score=7,
        win_chance=35,
        owner=manager,
        team=TeamFactory(name="Sales"),
        next_step="Call",
        next_step_at=NOW - timedelta(hours=1),
        last_message_at=NOW - timedelta(minutes=5),
        customer_channel="telegram",
        source="form",
        campaign="Spring",
        tags=["hot", "b2b"],
        answers={"garden": True},
        created_at=NOW - timedelta(days=4),
    )
    page = table(sign_in(manager))
    heads = "Lead Contact Channel Stage Owner Team Value Grade Score Fit Engagement Win chance Next step In stage "
    assert words(page, "#leads-table")[0].startswith(
        f"Choose {heads}Last message Source Campaign Tags Created Garden Kitchen Нарине Telegram New MM Mariam Manager "
        "Sales 1,500,000 AMD B 7 5 2 35 % Call 12:00 overdue 3 d 5 min Form on a site Spring hot b2b 4 d yes"
    )


def test_a_head_turns_the_order_and_leads_without_a_value_come_last(
    manager: User, new: Stage, sign_in: SignIn
) -> None:
    for title, value in (("Cheap", 5), ("Unknown", None), ("Dear", 900)):
        LeadFactory(stage=new, title=title, value=value and Decimal(value))
    client = sign_in(manager)
    assert words(table(client), "cell-title") == ["Dear", "Unknown", "Cheap"]
    assert words(table(client, sort="-value"), "cell-title") == ["Dear", "Cheap", "Unknown"]
    page = table(client, sort="value")
    assert words(page, "cell-title") == ["Cheap", "Dear", "Unknown"]
    assert b'aria-sort="ascending"' in page
    assert "sort=-value" in page.decode()


def test_further_lines_are_fetched_behind_the_last(manager: User, new: Stage, sign_in: SignIn) -> None:
    contact = ContactFactory()
    for number in range(53):
        LeadFactory(stage=new, title=f"Lead {number:02}", contact=contact)
    client = sign_in(manager)
    page = table(client, sort="title")
    (more,) = (url for url in attributes(page, "btn-ghost-secondary", "href") if "after=" in url)
    lines = client.get(more, headers={"HX-Request": "true"}).content
    assert words(lines, "cell-title") == ["Lead 50", "Lead 51", "Lead 52"]
    assert b"<html" not in lines
    assert client.get(reverse("desk:leads"), {"after": "nonsense"}).status_code == 400


def test_an_agent_sees_what_is_the_agents(agent: User, new: Stage, sign_in: SignIn) -> None:
    LeadFactory(stage=new, title="Mine", owner=agent)
    LeadFactory(stage=new, title="Nobody's")
    LeadFactory(stage=new, title="Hidden", owner=UserFactory())
    assert words(table(sign_in(agent)), "cell-title") == ["Nobody's", "Mine"]


def test_a_filter_that_cannot_be_read_shows_nothing(manager: User, new: Stage, sign_in: SignIn) -> None:
    LeadFactory(stage=new, title="Kitchen")
    page = table(sign_in(manager), filter='{"all": [{"field": "lead.nothing", "op": "is"}]}')
    assert words(page, "cell-title") == []
    assert "There is no field" in words(page, "filter-error")[0]


def test_a_view_brings_its_filter_order_and_columns(manager: User, new: Stage, sign_in: SignIn) -> None:
    for title, grade in (("Good", "A"), ("Poor", "D"), ("Better", "A")):
        LeadFactory(stage=new, title=title, grade=grade)
    view = save_view(
        user=manager,
        name="Best",
        filter={"field": "lead.grade", "op": "is", "value": "A"},
        columns=["title", "grade"],
        sort="title",
    )
    client = sign_in(manager)
    page = table(client, view=str(view.public_id))
    assert words(page, "#leads-table") == ["Choose Lead Grade Better A Good A"]
    assert words(page, "list-views") == ["All leads Best"]
    page = table(client, view=str(view.public_id), sort="-title")
    assert words(page, "#leads-table") == ["Choose Lead Grade Good A Better A"]
    assert words(page, "list-views") == ["All leads Best Changed since it was saved"]
    page = table(client, view=str(view.public_id), filter='{"all":[]}')
    assert len(words(page, "cell-title")) == 3


def test_somebody_elses_own_view_is_not_there(manager: User, new: Stage, sign_in: SignIn) -> None:
    LeadFactory(stage=new)
    view = save_view(user=UserFactory(), name="Private")
    page = table(sign_in(manager), view=str(view.public_id))
    assert (words(page, "cell-title"), "not there any more" in words(page, "filter-error")[0]) == ([], True)


def test_statements_stay_the_same_with_ten_and_a_thousand_lines(
    manager: User, new: Stage, sign_in: SignIn, statements: Counting
) -> None:
    prefer_columns(user=manager, columns=EVERYTHING)
    client, contact, sizes = sign_in(manager), ContactFactory(), []
    for count in (10, 990):
        LeadFactory.create_batch(count, stage=new, contact=contact, team=None)
        forget_all()
        with statements() as sent:
            table(client, sort="-value")
        sizes.append(len(sent))
    assert sizes[0] == sizes[1] <= 12, sent


def ask_columns(client: Client, data: dict[str, Any]) -> Any:
    return client.post(f"{reverse('desk:lead_columns')}?on=/leads/", data)


def test_columns_are_ticked_and_moved(manager: User, pipeline: Pipeline, sign_in: SignIn) -> None:
    client = sign_in(manager)
    names = ["title", "value", "stage"]
    moved = ask_columns(client, {"column": names, "shown": ["title", "stage"], "up": "stage"})
    assert words(moved.content, "form-check-label") == ["Lead", "Stage", "Value"]
    assert ListPreference.objects.filter(user=manager, columns__len__gt=0).count() == 0
    saved = ask_columns(client, {"column": ["title", "stage", "value"], "shown": ["stage", "title"]})
    assert saved.status_code == 204
    assert ListPreference.objects.get(user=manager).columns == ["title", "stage"]


def test_a_list_is_saved_changed_and_deleted_as_a_view(
    manager: User, pipeline: Pipeline, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    on = f"?on=/leads/%3Fpipeline={pipeline.public_id}%26mine=1%26sort=-value"
    created = client.post(f"{reverse('desk:view_new')}{on}", {"name": "Mine", "shared": "on"})
    view = SavedView.objects.get()
    assert (created.status_code, view.sort, view.shared, view.layout) == (204, "-value", True, "table")
    assert view.filter == {"all": [{"field": "lead.owner", "op": "is", "value": str(manager.pk)}]}
    assert view.pipeline == pipeline

    url = f"{reverse('desk:view', args=[view.public_id])}{on}"
    client.post(url, {"name": "Ours", "revision": "0"})
    stale = client.post(url, {"name": "Theirs", "revision": "0"})
    assert stale.status_code == 409
    assert "has changed “Ours” in the meantime" in words(stale.content, "alert-warning")[0]
    assert attributes(stale.content, "form-control", "value") == ["Theirs"]
    view.refresh_from_db()
    assert (view.name, view.shared, view.revision) == ("Ours", False, 1)

    client.post(
        reverse("desk:view_save", args=[view.public_id]) + "?on=/leads/%3Fsort=title", {"revision": "1"}
    )
    view.refresh_from_db()
    assert (view.filter, view.sort, view.revision) == ({}, "title", 2)
    client.post(url, {"delete": "1", "revision": "2"})
    assert not SavedView.objects.exists()


def test_a_tab_is_pinned_and_taken_away(manager: User, pipeline: Pipeline, sign_in: SignIn) -> None:
    view = save_view(user=manager, name="Best")
    client, url = sign_in(manager), reverse("desk:view_pin", args=[view.public_id]) + "?on=/leads/"
    client.post(url)
    assert words(table(client), "list-views") == ["All leads"]
    client.post(url, {"pinned": "1"})
    assert words(table(client), "list-views") == ["All leads Best"]


@pytest.mark.parametrize(
    "on", ["https://elsewhere.example/leads/", "//elsewhere.example/leads/", "/settings/", ""]
)
def test_only_lists_can_be_saved(on: str, manager: User, pipeline: Pipeline, sign_in: SignIn) -> None:
    assert sign_in(manager).get(reverse("desk:view_new"), {"on": on}).status_code == 400
