"""What a stage asks of a lead that enters it holds for each of many."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from crm.bulk import actions
from crm.bulk.enums import Outcome, Reason
from crm.bulk.errors import BadBulk
from crm.bulk.models import BulkItem, LeadBulk
from crm.bulk.operations import start_bulk
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.queries import leads
from tests.factories.core import AdminFactory
from tests.factories.crm import LeadFactory, PhoneFactory, sales_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def anna(pipeline: Pipeline) -> User:
    return AdminFactory(name="Anna")


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def move(user: User, to: str) -> LeadBulk:
    return start_bulk(rows=leads().visible_to(user), action=actions.move_to(stage(to)), user=user)


def test_a_lead_that_lacks_what_the_stage_needs_stays(anna: User) -> None:
    Stage.objects.filter(name="Offer").update(required=["lead.value", "contact.phone"])
    ready, poor, dumb = LeadFactory.create_batch(3, stage=stage("New"), value=Decimal(5))
    Lead.objects.filter(pk=poor.pk).update(value=None)
    for lead in (ready, poor):
        PhoneFactory(contact=lead.contact)

    bulk = move(anna, "Offer")

    assert (bulk.changed, bulk.refused) == (1, 2)
    assert list(Lead.objects.filter(stage=stage("Offer"))) == [ready]
    missing = BulkItem.objects.filter(reason=Reason.MISSING).order_by("pk").values_list("lead", "told")
    assert list(missing) == [(poor.pk, {"fields": ["lead.value"]}), (dumb.pk, {"fields": ["contact.phone"]})]


def test_no_more_enter_than_the_stage_takes(anna: User) -> None:
    Stage.objects.filter(name="Offer").update(wip_limit=3)
    LeadFactory(stage=stage("Offer"))
    LeadFactory.create_batch(4, stage=stage("New"))

    bulk = move(anna, "Offer")

    assert (bulk.changed, bulk.already, bulk.refused) == (2, 1, 2)
    assert Lead.objects.filter(stage=stage("Offer")).count() == 3
    assert set(BulkItem.objects.filter(outcome=Outcome.REFUSED).values_list("reason")) == {(Reason.FULL,)}


def test_nothing_enters_a_stage_that_is_being_removed(anna: User) -> None:
    LeadFactory(stage=stage("New"))
    Stage.objects.filter(name="Offer").update(leaving_for=stage("New"))

    with pytest.raises(BadBulk):
        move(anna, "Offer")
