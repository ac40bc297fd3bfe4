"""Contacts, pipelines, leads, criteria and rules for tests: rows as the operations would leave them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import factory
from django.utils import timezone

from core.access.models import User
from core.events.actor import Actor
from core.text import normalise
from crm.contacts.models import Contact, ContactPoint, ContactPointKind
from crm.duplicates.models import ContactMerge
from crm.duplicates.operations import merge_contacts
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage, StageKind
from crm.qualification.models import Criterion, CriterionKind
from crm.scoring.models import RuleGroup, RuleSet, RuleSetStatus, ScoringRule

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday, 13:00 in Yerevan."""


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    name = factory.Sequence(lambda number: f"Customer {number}")
    name_normal = factory.LazyAttribute(lambda contact: normalise(contact.name))
    language = "en"


def merged_into(winner: Contact, by: User) -> ContactMerge:
    """Another contact became part of this one just now."""
    return merge_contacts(
        winner=winner, loser=ContactFactory(), actor=Actor.of(by), by=by, now=timezone.now()
    )


class PhoneFactory(factory.django.DjangoModelFactory[ContactPoint]):
    class Meta:
        model = ContactPoint

    contact = factory.SubFactory(ContactFactory)
    kind = ContactPointKind.PHONE
    value = factory.Sequence(lambda number: f"+3749{number:07d}")


class PipelineFactory(factory.django.DjangoModelFactory[Pipeline]):
    class Meta:
        model = Pipeline

    name = factory.Sequence(lambda number: f"Pipeline {number}")
    position = factory.Sequence(int)
    currency = "AMD"


class StageFactory(factory.django.DjangoModelFactory[Stage]):
    class Meta:
        model = Stage

    pipeline = factory.SubFactory(PipelineFactory)
    name = factory.Sequence(lambda number: f"Stage {number}")
    position = factory.Sequence(int)
    kind = StageKind.OPEN


def sales_pipeline(name: str = "Sales") -> Pipeline:
    """New, Meeting, Offer, Won and Lost, in this order."""
    pipeline: Pipeline = PipelineFactory(name=name)
    stages = {"New": "open", "Meeting": "open", "Offer": "open", "Won": "won", "Lost": "lost"}
    for position, (stage, kind) in enumerate(stages.items()):
        StageFactory(pipeline=pipeline, name=stage, kind=kind, position=position)
    return pipeline


class LostReasonFactory(factory.django.DjangoModelFactory[LostReason]):
    class Meta:
        model = LostReason

    name = factory.Sequence(lambda number: f"Reason {number}")


class LeadFactory(factory.django.DjangoModelFactory[Lead]):
    class Meta:
        model = Lead

    title = factory.Sequence(lambda number: f"Lead {number}")
    title_normal = factory.LazyAttribute(lambda lead: normalise(lead.title))
    contact = factory.SubFactory(ContactFactory)
    stage = factory.SubFactory(StageFactory)
    pipeline = factory.SelfAttribute("stage.pipeline")
    stage_kind = factory.SelfAttribute("stage.kind")
    stage_entered_at = DAY
    closed_at = factory.LazyAttribute(lambda lead: None if lead.stage_kind == StageKind.OPEN else DAY)


class CriterionFactory(factory.django.DjangoModelFactory[Criterion]):
    """`CriterionFactory(key="interest", kind="choice", values=["kitchen", "sofa"])`."""

    class Meta:
        model = Criterion

    class Params:
        values: list[Any] = []

    key = factory.Sequence(lambda number: f"criterion_{number}")
    kind = CriterionKind.TEXT
    name = factory.LazyAttribute(lambda criterion: criterion.key.capitalize())
    question = factory.LazyAttribute(lambda criterion: {"en": f"{criterion.name}?"})
    choices = factory.LazyAttribute(
        lambda criterion: [{"value": value, "label": {"en": str(value)}} for value in criterion.values]
    )
    position = factory.Sequence(int)


class RuleSetFactory(factory.django.DjangoModelFactory[RuleSet]):
    class Meta:
        model = RuleSet

    version = factory.Sequence(lambda number: number + 1)
    status = RuleSetStatus.PUBLISHED


class RuleFactory(factory.django.DjangoModelFactory[ScoringRule]):
    class Meta:
        model = ScoringRule

    rule_set = factory.SubFactory(RuleSetFactory)
    name = factory.Sequence(lambda number: f"Rule {number}")
    group = RuleGroup.FIT
    condition: dict[str, Any] = {"all": []}
    points = 1
    position = factory.Sequence(int)
