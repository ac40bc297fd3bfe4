from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from crm.pipeline.enums import NextStepHealth
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.queries import (
    ColumnTotals,
    Narrow,
    Today,
    board,
    board_cards,
    column_totals,
    leads,
)
from tests.factories.core import ManagerFactory, TeamFactory, UserFactory
from tests.factories.crm import DAY, ContactFactory, LeadFactory, PhoneFactory, sales_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def manager() -> User:
    return ManagerFactory()


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def titles(cards: list[Lead]) -> list[str]:
    return [lead.title for lead in cards]


@pytest.mark.parametrize("count", [1, 30])
def test_the_first_pages_of_all_stages_take_two_queries(
    pipeline: Pipeline, manager: User, at_most, count: int
) -> None:
    for name in ("New", "Meeting", "Offer"):
        LeadFactory.create_batch(count, stage=stage(name), owner=manager)

    with at_most(2):
        for column in board(pipeline, manager):
            for lead in column.cards:
                assert lead.contact.name
                assert (lead.owner, lead.stage) == (manager, column.stage)
                assert lead.rotting is False


def test_columns_follow_one_another_by_keyset_without_gap_or_repeat(
    pipeline: Pipeline, manager: User, at_most
) -> None:
    new = stage("New")
    made = [
        LeadFactory(stage=new, stage_entered_at=DAY + timedelta(minutes=number // 3)) for number in range(12)
    ]
    expected = [
        lead.pk for lead in sorted(made, key=lambda lead: (lead.stage_entered_at, lead.pk), reverse=True)
    ]

    column = board(pipeline, manager, limit=5)[0]
    seen, pages = [lead.pk for lead in column.cards], 1
    while column.after:
        with at_most(1):
            column = board_cards(pipeline, manager, new, after=column.after, limit=5)
        seen += [lead.pk for lead in column.cards]
        pages += 1

    assert seen == expected
    assert pages == 3


def test_a_full_page_that_is_the_last_has_no_next(pipeline: Pipeline, manager: User) -> None:
    LeadFactory.create_batch(5, stage=stage("New"))
    assert board(pipeline, manager, limit=5)[0].after is None


def test_every_stage_is_there_in_order_also_when_empty(pipeline: Pipeline, manager: User) -> None:
    assert [(column.stage.name, column.cards) for column in board(pipeline, manager)] == [
        ("New", []),
        ("Meeting", []),
        ("Offer", []),
        ("Won", []),
        ("Lost", []),
    ]


def test_agents_see_own_leads_those_of_their_team_and_unclaimed_ones(pipeline: Pipeline) -> None:
    agent, other = UserFactory(), UserFactory()
    team = TeamFactory(people=[agent])
    LeadFactory(stage=stage("New"), title="own", owner=agent)
    LeadFactory(stage=stage("New"), title="team", owner=other, team=team)
    LeadFactory(stage=stage("New"), title="free")
    LeadFactory(stage=stage("New"), title="foreign", owner=other)

    assert sorted(titles(board(pipeline, agent)[0].cards)) == ["free", "own", "team"]
    assert column_totals(pipeline, agent).stages[stage("New").pk].count == 3


def test_a_lead_rots_after_the_days_of_its_open_stage(pipeline: Pipeline, manager: User) -> None:
    Stage.objects.filter(name__in=["New", "Won"]).update(rotting_days=2)
    day, now = timedelta(days=1), DAY + timedelta(days=10)
    LeadFactory(stage=stage("New"), title="long", stage_entered_at=now - 2 * day - timedelta(seconds=1))
    LeadFactory(stage=stage("New"), title="just", stage_entered_at=now - 2 * day)
    LeadFactory(stage=stage("Offer"), title="never", stage_entered_at=now - 100 * day)
    LeadFactory(stage=stage("Won"), title="won", stage_entered_at=now - 100 * day)

    assert {lead.title: lead.rotting for lead in leads().with_rotting(now)} == {
        "long": True,
        "just": False,
        "never": False,
        "won": False,
    }


def test_totals_come_with_sums_and_next_step_health(pipeline: Pipeline, manager: User, at_most) -> None:
    now = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 19:00 in Yerevan, where the day ends at 20:00 UTC
    new, offer = stage("New"), stage("Offer")
    LeadFactory(stage=new, value=Decimal("100.50"), next_step_at=now - timedelta(seconds=1))
    LeadFactory(stage=new, value=Decimal("200"), next_step_at=datetime(2026, 3, 2, 19, 59, tzinfo=UTC))
    LeadFactory(
        stage=new, value=Decimal("300"), currency="USD", next_step_at=datetime(2026, 3, 2, 20, tzinfo=UTC)
    )
    LeadFactory(stage=offer)

    with at_most(2):
        totals = column_totals(pipeline, manager, today=Today.of(manager, now)).stages

    assert totals == {
        new.pk: ColumnTotals(3, Decimal("300.5000"), other_currencies=1, overdue=1, today=1, later=1, none=0),
        offer.pk: ColumnTotals(1, Decimal(0), other_currencies=0, overdue=0, today=0, later=0, none=1),
    }


def test_the_health_of_one_card_agrees_with_the_totals(manager: User) -> None:
    now = datetime(2026, 3, 2, 15, tzinfo=UTC)
    today = Today.of(manager, now)
    times = {
        None: NextStepHealth.NONE,
        now - timedelta(seconds=1): NextStepHealth.OVERDUE,
        now: NextStepHealth.TODAY,
        today.ends: NextStepHealth.LATER,
    }
    for at, health in times.items():
        lead = LeadFactory(next_step_at=at)
        assert today.health(lead) == health
        totals = column_totals(lead.pipeline, manager, today=today).stages[lead.stage_id]
        assert (totals.count, getattr(totals, health)) == (1, 1)
        lead.delete()


def test_a_text_is_found_in_any_script_in_cards_and_totals_alike(pipeline: Pipeline, manager: User) -> None:
    ani = ContactFactory(name="Անի Սարգսյան")
    PhoneFactory(contact=ani, value="+37491234567")
    new = stage("New")
    LeadFactory(stage=new, title="Խոհանոց", contact=ani)
    LeadFactory(stage=new, title="Sofa")

    def found(text: str) -> list[str]:
        narrow = Narrow(lambda rows: rows.matching(text))
        cards = titles(board(pipeline, manager, narrow=narrow)[0].cards)
        totals = column_totals(pipeline, manager, narrow=narrow).stages
        assert totals.get(new.pk, ColumnTotals()).count == len(cards)
        return cards

    assert found("") == ["Sofa", "Խոհանոց"]
    for text in ("khohanots", "sargsyan", "Саргсян", "Սարգ", "091 234-567", "234567"):
        assert found(text) == ["Խոհանոց"]
    assert found("%") == []


def test_what_few_match_is_looked_for_a_stretch_at_a_time_and_found_to_the_last(
    pipeline: Pipeline, manager: User, at_most
) -> None:
    new = stage("New")
    made = [
        LeadFactory(
            stage=new,
            stage_entered_at=DAY + timedelta(minutes=number // 3),
            grade="A" if number % 10 == 4 else "D",
        )
        for number in range(50)
    ]
    wanted = [lead.pk for lead in reversed(made) if lead.grade == "A"]
    narrow = Narrow(lambda rows: rows.graded("A"))

    with at_most(3):
        column = board(pipeline, manager, narrow=narrow, limit=2, look=7)[0]
    seen, pages, unfilled = [lead.pk for lead in column.cards], 1, int(column.searching)
    while column.after:
        with at_most(2):
            column = board_cards(pipeline, manager, new, narrow=narrow, after=column.after, limit=2, look=7)
        seen += [lead.pk for lead in column.cards]
        pages, unfilled = pages + 1, unfilled + int(column.searching)

    assert seen == wanted
    assert (pages, unfilled) == (7, 6)


def test_an_agent_with_few_leads_does_not_walk_through_those_of_everybody(pipeline: Pipeline) -> None:
    agent, other = UserFactory(), UserFactory()
    LeadFactory.create_batch(9, stage=stage("New"), owner=other)
    own = LeadFactory(stage=stage("New"), owner=agent, stage_entered_at=DAY - timedelta(days=9))

    column = board(pipeline, agent, look=4)[0]
    assert (column.cards, column.searching) == ([], True)
    found = []
    while column.after:
        column = board_cards(pipeline, agent, stage("New"), after=column.after, look=4)
        found += column.cards

    assert found == [own]


def test_where_only_open_leads_are_asked_for_closed_stages_are_not_looked_through(
    pipeline: Pipeline, manager: User
) -> None:
    LeadFactory(stage=stage("Won"))

    columns = board(pipeline, manager, narrow=Narrow(lambda rows: rows.open(), only_open=True), look=0)
    assert [(column.stage.name, column.cards, column.after) for column in columns[3:]] == [
        ("Won", [], None),
        ("Lost", [], None),
    ]
