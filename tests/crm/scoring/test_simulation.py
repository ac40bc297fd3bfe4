"""What a draft would do, over the real leads, before it counts."""

from typing import Any

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from core.jobs.models import Job
from crm.pipeline.models import Lead
from crm.scoring.effect import Effect, Mover
from crm.scoring.models import ScoreEntry
from crm.scoring.operations import RuleDraft, publish_rules, save_rule
from crm.scoring.operations.simulating import simulate_next
from crm.scoring.queries import book_of, draft, moment, published, standing
from crm.scoring.queries.simulation import SIMULATE, mover_lines, sampled_effect, simulation
from crm.scoring.scoring import Thresholds
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory, LeadFactory, LostReasonFactory, PhoneFactory, StageFactory
from tests.support import work_off

pytestmark = pytest.mark.django_db

SOON = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 2)
PHONE = RuleDraft("Phone", "engagement", {"field": "contact.phone", "op": "is_set"}, 3)


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    CriterionFactory(key="start", kind="duration", name="Start")
    anna: User = AdminFactory(name="Anna")
    publish_rules(rules=[SOON], thresholds=Thresholds(qualified=4, nurture=1), user=anna)
    return anna


@pytest.fixture
def made(anna: User) -> list[Lead]:
    stage = StageFactory()
    made = [LeadFactory(stage=stage, answers={"start": start}) for start in (5, 5, 40)]
    PhoneFactory(contact=made[0].contact)
    work_off(["jobs"])
    return made


def drafted() -> Effect:
    save_rule(draft=PHONE, user=User.objects.get())
    return sampled_effect(book_of(draft()), moment()).effect


def test_a_draft_shows_what_it_would_change_and_changes_nothing(made: list[Lead]) -> None:
    entries = ScoreEntry.objects.count()
    effect = drafted()

    assert effect.scores == {(2, 5): 1, (2, 2): 1, (0, 0): 1}
    assert effect.outcomes == {
        ("nurture", "qualified"): 1,
        ("nurture", "nurture"): 1,
        ("not_fit", "not_fit"): 1,
    }
    assert effect.movers == (Mover(made[0].pk, 2, 5),)
    assert ScoreEntry.objects.count() == entries
    assert list(Lead.objects.order_by("pk").values_list("score", flat=True)) == [2, 2, 0]


def test_the_greatest_movers_name_the_rules_that_turned(made: list[Lead]) -> None:
    effect = drafted()
    (line,) = mover_lines(effect.movers, book_of(published()), book_of(draft()), moment())
    assert line.lead == made[0]
    assert [(turn.name, turn.before, turn.after) for turn in line.turned] == [("Phone", 0, 3)]


def test_won_and_lost_leads_of_the_past_show_how_well_points_part_them(anna: User) -> None:
    won, lost = StageFactory(kind="won"), StageFactory(kind="lost")
    reason = LostReasonFactory()
    for number in range(20):
        PhoneFactory(contact=LeadFactory(stage=won, answers={"start": 5}).contact)
        LeadFactory(stage=lost, lost_reason=reason, answers={"start": 5 if number < 10 else 90})
    work_off(["jobs"])

    assert drafted().separation() == (0.75, 1.0)


def test_the_whole_is_looked_at_in_steps(made: list[Lead], monkeypatch: Any) -> None:
    monkeypatch.setattr("crm.scoring.tasks.simulate_next", lambda job: simulate_next(job, chunk=2))
    sampled = drafted()
    work_off(["jobs"])
    job = simulation(standing().mark)
    assert job is not None
    assert (job.status, job.done, job.total) == ("done", 3, 3)
    assert Effect.of_json(job.result) == sampled


def test_a_newer_edit_ends_an_older_look(made: list[Lead], anna: User) -> None:
    drafted()
    save_rule(draft=RuleDraft("Other", "fit", SOON.condition, 1), user=anna)
    work_off(["jobs"])
    first, second = Job.objects.filter(kind=SIMULATE).order_by("pk")
    assert first.result == {"superseded": True}
    assert Effect.of_json(second.result).leads == 3


def test_a_large_table_is_sampled_and_the_share_is_told(made: list[Lead]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_lead")
    sampled = sampled_effect(book_of(published()), moment(), size=1)
    assert sampled.share == pytest.approx(1 / 3)
    assert sampled.effect.leads in (0, 3)  # by pages of the table, and there is only one


def test_a_look_takes_two_statements_whatever_the_number_of_leads(made: list[Lead], at_most) -> None:
    save_rule(draft=PHONE, user=User.objects.get())
    book = book_of(draft())
    LeadFactory.create_batch(20, stage=made[0].stage)
    with at_most(2):
        sampled_effect(book, moment())
