"""A history whose truth is known: what is learned from it, how well it foretells, and when nothing is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from core.company.models import CompanyProfile
from core.events.actor import CUSTOMER
from crm.chances.models import ChanceModel
from crm.chances.operations import learn
from crm.chances.queries import chance_of, closed, in_use
from crm.chances.queries.standing import Learned
from crm.pipeline.models import Lead
from crm.pipeline.operations import move_lead
from crm.qualification.models import AnswerSource, Criterion, LeadAnswer
from tests.factories.closed import history, truth
from tests.factories.crm import LostReasonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _company(company: CompanyProfile) -> None: ...


def learned() -> Learned:
    models = learn(now=timezone.now())
    return Learned(next(model for model in models if model.pipeline_id is None))


def test_too_few_closed_leads_say_nothing() -> None:
    history(40)
    now = timezone.now()

    assert learn(now=now) == []
    found = closed(now)
    assert found.won + found.lost == 40
    assert (found.enough, found.won_missing) == (False, 30 - found.won)
    assert not in_use().by_pipeline


def test_the_budget_is_found_to_matter_most() -> None:
    history(3000)

    model = learned()

    spans = {each.key: max(each.weights) - min(each.weights) for each in model.features}
    ordered = sorted(spans, key=lambda key: -spans[key])
    assert ordered[:2] == ["answer.budget", "lead.source"]
    assert spans["answer.budget"] > 1.5 * spans["lead.source"]
    assert spans["answer.colour"] < 0.15
    budget = next(each for each in model.features if each.key == "answer.budget")
    rising = budget.weights[: len(budget.binning.edges) + 1]  # type: ignore[union-attr]
    assert list(rising) == sorted(rising)


def test_the_foretold_comes_true() -> None:
    """Every tenth within 8 of a hundred, and closer to the truth than the bare share."""
    history(3000)

    row = learned().row

    assert row.won + row.lost == 3000
    assert sum(tenth["leads"] for tenth in row.calibration) == 3000
    for tenth in row.calibration:
        assert abs(tenth["expected"] - tenth["won"] / tenth["leads"]) < 0.08
    assert row.brier < 0.9 * row.brier_base
    assert row.log_loss < 0.9 * row.log_loss_base
    assert 0.7 < row.slope < 1.2


def test_open_leads_get_chances_near_the_truth() -> None:
    leads = history(3000, open_leads=300)[3000:]
    learn(now=timezone.now())
    from crm.chances.operations import write

    write([lead.pk for lead in leads])

    wrong = []
    for lead in Lead.objects.filter(pk__in=[lead.pk for lead in leads]):
        budget = lead.answers.get("budget")
        true = truth(float(budget["amount"]) if budget else None, lead.answers.get("start"), lead.source)  # type: ignore[arg-type]
        wrong.append(abs(lead.win_chance / 100 - true))  # type: ignore[operator]
    assert sum(wrong) / len(wrong) < 0.08


def test_a_new_version_counts_and_the_old_one_is_kept() -> None:
    history(200)
    first, second = learn(now=timezone.now()), learn(now=timezone.now())

    assert [model.version for model in (*first, *second)] == [1, 2, 3, 4]
    assert list(ChanceModel.objects.filter(current=True).order_by("version")) == second


def test_a_pipeline_with_enough_leads_has_its_own() -> None:
    mine, few = history(200), history(20, seed=8, name="Second")

    models = learn(now=timezone.now())

    assert [(model.pipeline_id, model.won + model.lost) for model in models] == [
        (None, 220),
        (mine[0].pipeline_id, 200),
    ]
    using = in_use()
    own, other = (using.of(lead.pipeline_id) for lead in (mine[0], few[0]))
    assert own is not None
    assert other is not None
    assert (own.row.pipeline_id, other.row.pipeline_id) == (mine[0].pipeline_id, None)


def test_leads_closed_long_ago_do_not_count() -> None:
    history(200, now=timezone.now() - timedelta(days=740))

    assert learn(now=timezone.now()) == []


def test_an_answer_that_came_after_closing_is_not_known() -> None:
    """Everybody who was won is asked for the colour afterwards; that must not foretell anything."""
    leads = history(400)
    colour = Criterion.objects.get(key="colour")
    rows = []
    for lead in leads:
        assert lead.closed_at is not None
        after = lead.closed_at + timedelta(days=1)
        if lead.stage_kind == "won":
            lead.answers["colour"] = "red"
            rows.append(
                LeadAnswer(
                    lead=lead, criterion=colour, value="red", source=AnswerSource.PERSON, created_at=after
                )
            )
        else:
            del lead.answers["colour"]
    # What the others said in time has rows as well.
    for lead in leads:
        for key in ("budget", "start"):
            if key in lead.answers:
                rows.append(
                    LeadAnswer(
                        lead=lead,
                        criterion=Criterion.objects.get(key=key),
                        value=lead.answers[key],
                        source=AnswerSource.FLOW,
                        created_at=lead.closed_at,
                    )
                )
    LeadAnswer.objects.bulk_create(rows)
    Lead.objects.bulk_update(leads, ["answers"])

    model = learned()

    by_key = {each.key: each for each in model.features}
    assert by_key["answer.colour"].counts[-1] == (model.row.won, model.row.lost)
    assert by_key["answer.budget"].counts[-1] != (model.row.won, model.row.lost)


def test_messages_after_closing_are_not_counted() -> None:
    lead = history(0, open_leads=1)[0]
    lost = lead.pipeline.stages.get(name="Lost")
    reason = LostReasonFactory()

    closed_lead = move_lead(lead_id=lead.pk, to_stage_id=lost.pk, actor=CUSTOMER, lost_reason=reason)

    assert closed_lead.known_at_close == {
        "customer_messages": lead.customer_messages,
        "customer_words": 0,
        "customer_channel": "",
        "customer_replies": 0,
        "customer_reply_seconds": 0,
        "call_count": 0,
    }
    again = move_lead(lead_id=lead.pk, to_stage_id=lead.stage_id, actor=CUSTOMER)
    assert again.known_at_close is None


def test_reasons_read_in_four_languages() -> None:
    lead = history(1000, open_leads=1)[1000]
    Lead.objects.filter(pk=lead.pk).update(
        answers={"budget": {"amount": "1100000.0000", "currency": "AMD"}}, source="instagram"
    )
    learn(now=timezone.now())
    from crm.chances.operations import write

    write([lead.pk])
    lead = Lead.objects.get(pk=lead.pk)

    chance = chance_of(lead, "en")

    assert chance is not None
    assert chance.percent == lead.win_chance
    assert chance.leads == 1000
    first = chance.reasons[0]
    assert (first.field, first.raises) == ("answer.budget", True)
    assert first.sentence.startswith("Budget at least ")
    assert first.sentence.endswith(" AMD: raises it")
    source = next(each for each in chance.reasons if each.field == "lead.source")
    assert source.sentence == "Source Instagram: lowers it"
    assert source.evidence == f"{source.won} of {source.leads} such leads were won"
    for language in ("ru", "hy", "az"):
        told = chance_of(lead, language)
        assert told is not None
        assert told.reasons[0].words != first.words


def test_closed_leads_have_no_chance() -> None:
    lead = history(200)[0]
    learn(now=timezone.now())

    assert chance_of(lead) is None
