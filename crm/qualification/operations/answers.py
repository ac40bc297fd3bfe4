"""Answers become facts on the lead: rows with their source, the lead's current values, its score."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.access.models import User
from core.conditions import FieldType, Moment, load
from core.conditions.canonical import Money
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from core.text import clean_words
from crm.chances.operations import refresh
from crm.pipeline.models import Lead
from crm.pipeline.queries import locked_lead
from crm.qualification.answers import NewAnswer, canonical, same
from crm.qualification.errors import StaleAnswer
from crm.qualification.models import AnswerSource, Criterion, LeadAnswer
from crm.qualification.queries import criterion
from crm.scoring.operations import assess
from crm.scoring.queries import moment

BUDGET = "budget"


@dataclass(frozen=True)
class Seen:
    """What somebody saw before writing: the canonical answer, None for none."""

    value: Any


@dataclass(frozen=True)
class _Change:
    """`value` None takes the answer away."""

    criterion: Criterion
    value: Any
    previous: Any
    answer: NewAnswer


def apply_answers(
    *,
    lead: Lead,
    answers: Sequence[NewAnswer],
    actor: Actor,
    at: Moment | None = None,
    changed: Collection[str] = (),
) -> list[str]:
    """Write the answers to a locked lead, score it, save it once; returns the keys that changed.

    An answer that says what is known already changes nothing. A money answer to the criterion "budget"
    becomes the lead's value unless a person has set another one. At most 7 statements, one more where win chances
    are learned. The lead's revision stays: it guards what people edit, and a card that is being dragged must not be
    refused because the customer wrote. `changed` are columns that the caller has set already; they are saved with
    the others.
    Raises UnknownCriterion or BadAnswer before anything is written.
    """
    changes = _changes(lead, answers)
    with transaction.atomic(savepoint=False):
        _write(lead, changes)
        names = _apply(lead, changes)
        assessment = assess(lead=lead, at=at or moment(), actor=actor)
        if names := {*names, *changed, *assessment.changed_fields}:
            lead.save(update_fields=sorted(names))
        record_all([*_drafts(lead, changes, actor), *assessment.drafts])
        refresh([lead])
    return [change.criterion.key for change in changes]


@transaction.atomic
def correct_answer(
    *, lead_id: int, key: str, value: Any, user: User, said: str = "", seen: Seen | None = None
) -> Lead:
    """A person's word replaces what was known; None takes it away. The old answer stays in the history.

    Raises StaleAnswer where the answer is no longer what was `seen`.
    """
    lead = locked_lead(lead_id)
    if seen is not None and lead.answers.get(key) != seen.value:
        raise StaleAnswer(_("This answer has changed in the meantime."), who="", when=None)
    answer = NewAnswer(key=key, value=value, said=said, source=AnswerSource.PERSON, user=user)
    apply_answers(lead=lead, answers=[answer], actor=Actor.of(user))
    return lead


def _changes(lead: Lead, answers: Sequence[NewAnswer]) -> list[_Change]:
    """What really changes, one per criterion: of several answers to one the last counts."""
    changes = []
    for answer in {each.key: each for each in answers}.values():
        asked = criterion(answer.key)
        previous = lead.answers.get(asked.key)
        value = None if answer.value is None else canonical(asked.kind, answer.value, asked.choices)
        known = asked.key in lead.answers
        if (value is None and known) or (value is not None and not (known and same(previous, value))):
            changes.append(_Change(asked, value, previous, answer))
    return changes


def _write(lead: Lead, changes: Sequence[_Change]) -> None:
    """Supersede the rows that held and add the new ones: two statements."""
    replaced = [change.criterion.pk for change in changes if change.previous is not None]
    if replaced:
        current = LeadAnswer.objects.filter(lead=lead, criterion__in=replaced, superseded_at__isnull=True)
        current.update(superseded_at=Now())
    rows = [_row(lead, change) for change in changes if change.value is not None]
    if rows:
        LeadAnswer.objects.bulk_create(rows)


def _row(lead: Lead, change: _Change) -> LeadAnswer:
    answer = change.answer
    return LeadAnswer(
        lead=lead,
        criterion=change.criterion,
        value=change.value,
        said=clean_words(answer.said),
        source=answer.source,
        message_id=answer.message_id,
        confidence=Decimal(str(answer.confidence)).quantize(Decimal("0.001")),
        user=answer.user,
    )


def _apply(lead: Lead, changes: Sequence[_Change]) -> set[str]:
    """Set the lead's current answers and, by the budget, its value; the names of the columns to save."""
    names = set()
    for change in changes:
        names.add("answers")
        if change.value is None:
            lead.answers.pop(change.criterion.key, None)
        else:
            lead.answers[change.criterion.key] = change.value
        if change.criterion.key == BUDGET and change.criterion.kind == "money":
            names |= _take_budget(lead, change)
    return names


def _take_budget(lead: Lead, change: _Change) -> set[str]:
    """A value that equals the budget of before came from there; any other was set by a person and stays."""
    before, now = load(FieldType.MONEY, change.previous), load(FieldType.MONEY, change.value)
    held = Money(lead.value, lead.currency) if lead.value is not None else None
    if held not in (None, before) or not isinstance(now, Money) or now.amount < 0:
        return set()
    lead.value, lead.currency = now
    return {"value", "currency"}


def _drafts(lead: Lead, changes: Sequence[_Change], actor: Actor) -> list[EventDraft]:
    return [
        EventDraft(
            name="lead.answer_recorded",
            subject=lead,
            actor=actor,
            payload={
                "key": change.criterion.key,
                "value": change.value,
                "previous": change.previous,
                "source": str(change.answer.source),
            },
        )
        for change in changes
    ]
