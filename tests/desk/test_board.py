from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access.models import User
from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from core.events.sequencer import sequence
from crm.memory import forget_all
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage
from crm.pipeline.operations import move_lead
from desk.filters.bar import quick_query
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory, LostReasonFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""Thursday, 13:00 in Yerevan; the factory's leads entered their stages three days before."""


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def stages(pipeline: Pipeline) -> dict[str, Stage]:
    return {stage.name: stage for stage in pipeline.stages.all()}


def on_board(pipeline: Pipeline) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Current-URL": f"http://testserver/pipeline/{pipeline.public_id}/"}


def test_a_card_says_all_that_matters_and_nothing_else(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    lead = LeadFactory(
        stage=stages["New"],
        title="Kitchen",
        contact=ContactFactory(name="Нарине"),
        value=Decimal(1_500_000),
        grade="B",
        fit=5,
        score=5,
        owner=manager,
        next_step="Call",
        next_step_at=NOW - timedelta(hours=1),
    )
    make_conversation(lead=lead, unread=3)

    page = sign_in(manager).get(reverse("desk:board", args=[pipeline.public_id])).content

    assert words(page, "card-lead") == ["Kitchen Нарине Unread B · 5 1,500,000 AMD 3 d Call 12:00 overdue"]
    assert words(page, "step-overdue") == ["Call 12:00 overdue"]
    assert words(page, "column-head") == ["New", "Meeting", "Offer", "Won", "Lost"]


def test_totals_count_sum_and_weigh_the_next_steps(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    LeadFactory(stage=stages["New"], value=Decimal(1000), next_step="x", next_step_at=NOW - timedelta(days=1))
    LeadFactory(stage=stages["New"], value=Decimal(500), next_step="x", next_step_at=NOW + timedelta(days=2))
    LeadFactory(stage=stages["New"], value=Decimal(70), currency="USD")
    LeadFactory(stage=stages["New"])

    answer = sign_in(manager).get(reverse("desk:board_totals", args=[pipeline.public_id])).content

    assert words(answer, "column-total")[0] == "4 leads 1,500 AMD +1"
    assert (
        attributes(answer, "health", "aria-label")[0] == "Next steps: 1 overdue, 0 today, 1 later, 2 without"
    )
    assert [attributes(answer, f"health-{part}", "width") for part in ("overdue", "later", "none")] == [
        ["25.00"],
        ["25.00"],
        ["50.00"],
    ]
    assert words(answer, "column-total")[1:] == ["0 leads"] * 4


def test_a_column_comes_in_pages_of_twenty(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    for number in range(45):
        LeadFactory(
            stage=stages["New"], title=f"Lead {number}", stage_entered_at=NOW - timedelta(hours=number)
        )
    client = sign_in(manager)

    page = client.get(reverse("desk:board", args=[pipeline.public_id])).content
    titles = [words(page, "card-lead")]
    while more := attributes(page, "cards-more", "hx-get"):
        page = client.get(more[0]).content
        titles.append(words(page, "card-lead"))

    assert [len(each) for each in titles] == [20, 20, 5]
    assert [each.split(" Customer")[0] for page_titles in titles for each in page_titles] == [
        f"Lead {number}" for number in range(45)
    ]


def test_a_moved_card_comes_back_alone_with_an_undo(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    lead = LeadFactory(stage=stages["New"], title="Kitchen")
    LeadFactory(stage=stages["New"], title="Sofa")
    client = sign_in(manager)
    address = reverse("desk:lead_move", args=[lead.public_id])

    answer = client.post(
        address, {"stage": stages["Offer"].public_id, "revision": 0}, headers=on_board(pipeline)
    )

    told = json.loads(answer["HX-Trigger"])
    assert attributes(answer.content, "card-lead", "data-stage") == [str(stages["Offer"].pk)]
    assert told["toast"]["text"] == "Kitchen is now in Offer"
    assert {"board:moved", "lead:refresh", "modal:close"} < set(told)
    assert client.post(told["toast"]["undo"], headers=on_board(pipeline)).status_code == 200
    lead.refresh_from_db()
    assert (lead.stage.name, lead.revision) == ("New", 2)


def test_a_stale_move_shows_where_the_card_is_and_who_moved_it(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    lead = LeadFactory(stage=stages["New"])
    colleague = UserFactory(name="Davit")
    move_lead(lead_id=lead.pk, to_stage_id=stages["Meeting"].pk, actor=Actor.of(colleague))
    Event.objects.update(created_at=NOW - timedelta(minutes=1))

    answer = sign_in(manager).post(
        reverse("desk:lead_move", args=[lead.public_id]),
        {"stage": stages["Offer"].public_id, "revision": 0},
        headers=on_board(pipeline),
    )

    lead.refresh_from_db()
    assert (answer.status_code, lead.stage.name) == (409, "Meeting")
    assert attributes(answer.content, "card-lead", "data-stage") == [str(stages["Meeting"].pk)]
    sentence = json.loads(answer["HX-Trigger"])["toast"]["text"]
    assert sentence.startswith("Davit moved this lead to “Meeting”")


def test_a_lead_is_lost_only_with_a_reason(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    lead = LeadFactory(stage=stages["New"], title="Kitchen")
    reason = LostReasonFactory(name="Too expensive")
    client = sign_in(manager)
    address = reverse("desk:lead_move", args=[lead.public_id])
    wanted = {"stage": stages["Lost"].public_id, "revision": 0}

    asked = client.post(address, wanted, headers=on_board(pipeline))
    assert (asked["HX-Retarget"], Lead.objects.get().stage.name) == ("#modal-body", "New")
    assert words(asked.content, "form-check-label") == ["Too expensive"]

    client.post(address, {**wanted, "reason": reason.pk}, headers=on_board(pipeline))
    lead.refresh_from_db()
    assert (lead.stage.name, lead.lost_reason) == ("Lost", reason)


def test_changes_bring_cards_that_moved_and_name_those_that_left(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    here = LeadFactory(stage=stages["New"], title="Here")
    owned = LeadFactory(stage=stages["New"], title="Owned", owner=manager)
    LeadFactory(stage=stages["New"], title="Untouched")
    for lead in (here, owned):
        move_lead(lead_id=lead.pk, to_stage_id=stages["Offer"].pk, actor=SYSTEM)
    sequence()
    client = sign_in(manager)
    address = reverse("desk:board_changes", args=[pipeline.public_id])

    unclaimed = json.dumps({"field": "lead.owner", "op": "is_not_set"})
    answer = client.get(address, {"since": 0, "filter": unclaimed}).content

    assert [each.split(" Customer")[0] for each in words(answer, "card-lead")] == ["Here"]
    assert f'data-gone="{owned.pk}"' in answer.decode()
    position = Event.objects.order_by("-position").values_list("position", flat=True)[0]
    assert f'data-position="{position}"' in answer.decode()
    assert words(client.get(address, {"since": position}).content, "card-lead") == []


def test_the_board_shows_what_its_address_asks_for_and_nothing_where_that_cannot_be_read(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    LeadFactory(stage=stages["New"], title="Mine", owner=manager, grade="A")
    LeadFactory(stage=stages["New"], title="Nobody's", grade="C", contact=ContactFactory(name="Սմիրնովա"))
    client = sign_in(manager)
    address = reverse("desk:board", args=[pipeline.public_id])

    def titles(**asked: str) -> list[str]:
        return [each.split(" ")[0] for each in words(client.get(address, asked).content, "card-lead")]

    grade = {"field": "lead.grade", "op": "is", "value": "C"}
    assert titles(mine="1") == ["Mine"]
    assert titles(filter=json.dumps(grade)) == ["Nobody's"]
    assert titles(search="Смирнова") == ["Nobody's"]
    assert titles(search="Смирнова", mine="1") == []
    assert titles(filter=json.dumps({**grade, "value": "no such grade"})) == []
    assert titles() == ["Nobody's", "Mine"]
    page = client.get(address, {"filter": "nonsense"}).content
    assert words(page, "filter-error")[0].startswith("This filter cannot be read, so nothing is shown:")


def test_every_part_of_the_board_is_fetched_with_its_filter(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    for number in range(25):
        LeadFactory(stage=stages["New"], grade="A", stage_entered_at=NOW - timedelta(hours=number))
        LeadFactory(stage=stages["New"], grade="B", stage_entered_at=NOW - timedelta(hours=number))
    client = sign_in(manager)
    asked = {"filter": json.dumps({"field": "lead.grade", "op": "is", "value": "A"})}
    address = reverse("desk:board", args=[pipeline.public_id])

    page = client.get(address, asked).content
    first = words(page, "card-lead")
    more = client.get(attributes(page, "cards-more", "hx-get")[0]).content
    totals = client.get(reverse("desk:board_totals", args=[pipeline.public_id]), asked).content

    assert (len(first), len(words(more, "card-lead"))) == (20, 5)
    assert all(" A · " in each for each in [*first, *words(more, "card-lead")])
    assert words(totals, "column-total")[0] == "25 leads"
    assert words(page, "is-part") == ["Grade is A"]


def test_a_card_that_was_moved_out_of_the_filter_leaves_the_board(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    lead = LeadFactory(stage=stages["New"])
    query = urlencode({"filter": json.dumps({"field": "lead.status", "op": "is", "value": "open"})})
    here = f"http://testserver/pipeline/{pipeline.public_id}/?{query}"

    answer = sign_in(manager).post(
        reverse("desk:lead_move", args=[lead.public_id]),
        {"stage": stages["Won"].public_id, "revision": 0},
        headers={"HX-Request": "true", "HX-Current-URL": here},
    )

    assert words(answer.content, "card-lead") == []
    assert f'data-gone="{lead.pk}"' in answer.content.decode()


def test_another_pipeline_keeps_what_of_the_filter_makes_sense_there(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    other = Pipeline.objects.create(name="Projects", position=32000)
    grade = {"field": "lead.grade", "op": "is", "value": "A"}
    stage = {"field": "lead.stage", "op": "is", "value": str(stages["New"].pk)}
    asked = {"filter": json.dumps({"all": [grade, stage]}), "mine": "1"}

    page = sign_in(manager).get(reverse("desk:board", args=[pipeline.public_id]), asked).content

    path, _mark, query = attributes(page, "nav-link", "href")[1].partition("?")
    assert path == reverse("desk:board", args=[other.public_id])
    assert {name: value for name, (value,) in parse_qs(query).items()} == {
        "filter": json.dumps(grade, separators=(",", ":")),
        "mine": "1",
    }


def test_an_agent_sees_only_own_leads_and_those_nobody_has(
    agent: User,
    manager: User,
    pipeline: Pipeline,
    stages: dict[str, Stage],
    sign_in: Callable[[User], Client],
) -> None:
    theirs = LeadFactory(stage=stages["New"], title="Theirs", owner=manager, team=TeamFactory())
    LeadFactory(stage=stages["New"], title="Free")
    client = sign_in(agent)

    page = client.get(reverse("desk:board", args=[pipeline.public_id])).content
    move = client.post(reverse("desk:lead_move", args=[theirs.public_id]), {"stage": stages["Won"].public_id})

    assert [each.split(" ")[0] for each in words(page, "card-lead")] == ["Free"]
    assert (
        words(client.get(reverse("desk:board_totals", args=[pipeline.public_id])).content, "column-total")[0]
        == "1 lead"
    )
    assert move.status_code == 404
    theirs.refresh_from_db()
    assert theirs.stage.name == "New"


def test_the_board_costs_the_same_with_ten_and_with_a_thousand_leads(
    manager: User,
    pipeline: Pipeline,
    stages: dict[str, Stage],
    sign_in: Callable[[User], Client],
    statements: Counting,
) -> None:
    account, contact = make_web_chat(), ContactFactory()
    make_conversation(account, lead=LeadFactory(stage=stages["New"]))
    client, counts = sign_in(manager), []
    parts = [
        {"field": "lead.stage", "op": "is_not", "value": str(stages["Won"].pk)},
        {"field": "lead.owner", "op": "is", "value": str(manager.pk)},
        {"field": "talk.waiting", "op": "is", "value": False},
    ]
    crowded = {"filter": json.dumps({"all": parts}), "mine": "1"}
    for size in (10, 1000):
        Lead.objects.bulk_create(
            LeadFactory.build(
                contact=contact,
                stage=stages["Meeting" if number % 2 else "New"],
                pipeline=pipeline,
                owner=manager,
            )
            for number in range(size - Lead.objects.count())
        )
        for name in ("board", "board_totals", "board_changes"):
            for asked in ({}, crowded):
                forget_all()
                with statements() as sent:
                    answer = client.get(reverse(f"desk:{name}", args=[pipeline.public_id]), asked)
                assert answer.status_code == 200
                counts.append((name, len(sent)))

    assert counts[:6] == counts[6:]
    assert max(count for _name, count in counts) <= 12


def test_a_full_board_stays_under_120_kilobytes(
    manager: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    account = make_web_chat()
    for stage in stages.values():
        for number in range(21):
            lead = LeadFactory(
                stage=stage,
                title=f"Kitchen with an island and a pantry {number}",
                owner=manager,
                value=Decimal(1_250_000),
                next_step="Call about the measurements",
                next_step_at=NOW + timedelta(days=1),
            )
            make_conversation(account, lead=lead, unread=1)

    page = sign_in(manager).get(reverse("desk:board", args=[pipeline.public_id])).content

    assert len(words(page, "card-lead")) == 100
    assert len(page) < 120_000


def test_without_a_pipeline_the_page_says_who_makes_one(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(manager).get(reverse("desk:pipeline")).content

    assert words(page, "empty-hint")[0].startswith("There is no pipeline yet")
    assert LostReason.objects.count() == 0


def test_quick_filters_narrow_the_board_and_count_what_stands_behind_them(
    agent: User, pipeline: Pipeline, stages: dict[str, Stage], sign_in: Callable[[User], Client]
) -> None:
    step = {"next_step": "Call"}
    LeadFactory(stage=stages["New"], title="Late", owner=agent, next_step_at=NOW - timedelta(hours=1), **step)
    LeadFactory(stage=stages["New"], title="Soon", next_step_at=NOW + timedelta(hours=1), **step)
    LeadFactory(stage=stages["Offer"], title="Far", next_step_at=NOW + timedelta(days=5), **step)
    LeadFactory(stage=stages["Offer"], title="Bare", owner=agent, grade="B")
    LeadFactory(stage=stages["Won"], title="Done", owner=agent)
    LeadFactory(stage=stages["New"], title="Another's", team=TeamFactory(), owner=UserFactory())
    client, address = sign_in(agent), reverse("desk:board", args=[pipeline.public_id])

    def titles(*keys: str) -> list[str]:
        page = client.get(f"{address}?{quick_query(agent, *keys)}").content
        return [words_.split(" Customer")[0] for words_ in words(page, "card-lead")]

    assert {keys: titles(*keys) for keys in ((), ("mine",), ("none",), ("overdue",), ("mine", "none"))} == {
        (): ["Soon", "Late", "Bare", "Far", "Done"],
        ("mine",): ["Late", "Bare", "Done"],
        ("none",): ["Bare"],
        ("overdue",): ["Late"],
        ("mine", "none"): ["Bare"],
    }
    for pressed in ((), ("overdue",)):
        totals = client.get(
            f"{reverse('desk:board_totals', args=[pipeline.public_id])}?{quick_query(agent, *pressed)}"
        ).content
        assert {
            key: words(totals, f"#count-{key}") for key in ("mine", "none", "overdue", "today", "good")
        } == {
            "mine": ["3"],
            "none": ["1"],
            "overdue": ["1"],
            "today": ["1"],
            "good": ["1"],
        }
    assert words(totals, "column-total") == ["1 lead", *["0 leads"] * 4]
    page = client.get(f"{address}?{quick_query(agent, 'none')}").content
    assert attributes(page, "filter-none", "aria-current") == ["true"]
    assert attributes(page, "filter-mine", "aria-current") == [""]


def test_the_way_to_the_first_pipeline_keeps_the_filter(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    answer = sign_in(agent).get(reverse("desk:pipeline"), {"mine": "1"})

    assert answer["Location"] == f"/pipeline/{pipeline.public_id}/?mine=1"
