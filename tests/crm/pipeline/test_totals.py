from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection

from core.access.models import User
from core.company.models import CompanyProfile
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.queries import ColumnTotals, Narrow, column_totals, leads, quick_counts, totals
from crm.pipeline.queries.totals import leads_about, rounded, sampled
from tests.factories.core import ManagerFactory
from tests.factories.crm import ContactFactory, LeadFactory, sales_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def manager() -> User:
    return ManagerFactory()


@pytest.fixture
def many(pipeline: Pipeline) -> int:
    """6,000 leads, every third worth 1,000, in New and Meeting by turns."""
    contact, stages = ContactFactory(), list(Stage.objects.filter(name__in=["New", "Meeting"]))
    count = 6000
    Lead.objects.bulk_create(
        LeadFactory.build(
            contact=contact,
            pipeline=pipeline,
            stage=stages[number % 2],
            value=None if number % 3 else Decimal(1000),
        )
        for number in range(count)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_lead")
    leads_about.drop()
    return count


def test_figures_of_an_estimate_have_two_digits() -> None:
    assert [rounded(number) for number in (0, 7, 42, 101, 12_345, 99_600, 1_260_000.4)] == [
        0,
        7,
        42,
        100,
        12_000,
        100_000,
        1_300_000,
    ]
    found = ColumnTotals(count=21, value=Decimal("1234.5"), overdue=3, none=18).times(10)
    assert found == ColumnTotals(count=210, value=Decimal(12_000), overdue=30, none=180)


def test_few_leads_are_counted_to_the_last(pipeline: Pipeline, manager: User, many: int) -> None:
    found = column_totals(pipeline, manager)

    assert (found.sampled, [each.count for each in found.stages.values()]) == (0, [3000, 3000])


def test_many_leads_are_estimated_from_a_sample_that_is_stated(
    pipeline: Pipeline, manager: User, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "MANY", 1000)
    monkeypatch.setattr(totals, "MOST_COST", 10)
    monkeypatch.setattr(totals, "SAMPLE", 3000)
    valued = {"valued": Narrow(lambda rows: rows.filter(value__isnull=False))}

    found = column_totals(pipeline, manager)
    again = column_totals(pipeline, manager)

    assert found == again, "the figures dance"
    assert (found.sampled, found.of) == (3000, many)
    assert found.least == 6
    for each in found.stages.values():
        assert 2000 < each.count < 4000
        assert 600_000 < each.value < 1_400_000
        assert each.count == rounded(each.count)
    rich = column_totals(pipeline, manager, narrow=valued["valued"])
    assert 1200 < sum(each.count for each in rich.stages.values()) < 2800


def test_a_count_that_an_index_answers_is_exact_among_many_leads(
    pipeline: Pipeline, manager: User, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "MANY", 1000)
    monkeypatch.setattr(totals, "MOST_COST", 60)
    few = list(Lead.objects.values_list("pk", flat=True)[:3])

    found = column_totals(pipeline, manager, narrow=Narrow(lambda rows: rows.filter(pk__in=few)))
    nothing = column_totals(pipeline, manager, narrow=Narrow(lambda rows: rows.none()))

    assert (found.sampled, sum(each.count for each in found.stages.values())) == (0, 3)
    assert nothing.stages == {}


def test_a_sample_keeps_every_condition_of_the_query(many: int) -> None:
    rows = leads().filter(value__isnull=False).order_by("pk")
    part = sampled(rows, 0.5)

    assert 500 < part.count() < 1500
    assert set(part.values_list("pk", flat=True)) < set(rows.values_list("pk", flat=True))
    assert sampled(rows, 1).count() == rows.count() == 2000


def test_quick_filters_are_counted_over_all_stages(pipeline: Pipeline, manager: User, many: int) -> None:
    from django.db.models import Q

    quick = {"valued": Q(value__isnull=False), "new": Q(stage__name="New"), "none": Q(pk__in=[])}
    everything = Narrow(lambda rows: rows)

    assert column_totals(pipeline, manager, quick=quick).behind == {"valued": 2000, "new": 3000, "none": 0}
    assert quick_counts(pipeline, manager, narrow=everything, quick=quick) == {
        "valued": 2000,
        "new": 3000,
        "none": 0,
    }
