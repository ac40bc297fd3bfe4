"""What a stage can ask of every lead: its value, its owner, the next step, how to reach the customer, the criteria."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.models import User
from core.conditions import FieldType, Money, load
from core.events.enums import ActorKind
from core.events.operations import EventDraft
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import ContactPointKind
from crm.contacts.operations import add_point
from crm.pipeline.entering import assigned
from crm.pipeline.errors import BadGiven
from crm.pipeline.models import Lead
from crm.pipeline.operations.steps import write_next_step
from crm.pipeline.steps import Step
from crm.pipeline.wants import By, Stored, Want, provide, register
from crm.qualification.answers import FIELD_TYPES, NewAnswer
from crm.qualification.models import AnswerSource, Criterion
from crm.qualification.queries import active_criteria, choice_labels
from crm.scoring.operations import POINT_FIELDS, lock_concerned, rescore_locked

VALUE, OWNER, STEP = "lead.value", "lead.owner", "lead.next_step"


def register_all() -> None:
    """Called at start."""
    register(
        Want(
            VALUE, gettext_lazy("Value"), FieldType.MONEY, lambda lead: lead.value is not None, _store_value
        ),
        Want(OWNER, gettext_lazy("Owner"), None, lambda lead: lead.owner_id is not None, _store_owner),
        Want(
            STEP,
            gettext_lazy("Next step with a date"),
            None,
            lambda lead: bool(lead.next_step and lead.next_step_at),
            _store_step,
            open_only=True,
        ),
        _point(ContactPointKind.PHONE, gettext_lazy("Phone")),
        _point(ContactPointKind.EMAIL, gettext_lazy("Email")),
    )
    provide(_criteria)


def _criteria() -> Iterable[Want]:
    return [_criterion(each) for each in active_criteria()]


def _criterion(asked: Criterion) -> Want:
    def store(lead: Lead, value: Any, by: By) -> Stored:
        source = AnswerSource.API if by.actor.kind == ActorKind.API else AnswerSource.PERSON
        return Stored(answers=[NewAnswer(asked.key, value, source=source, user=by.user)])

    def choices() -> list[tuple[str, Any]]:
        return list(choice_labels(asked))

    kind = FIELD_TYPES[asked.kind]
    offered = choices if kind is FieldType.CHOICE and asked.choices else None
    return Want(
        f"answer.{asked.key}", asked.name, kind, lambda lead: asked.key in lead.answers, store, offered
    )


def _store_value(lead: Lead, value: Any, by: By) -> Stored:
    money = load(FieldType.MONEY, value)
    if not isinstance(money, Money) or money.amount < 0:
        raise BadGiven(_("Write an amount, like 500,000 AMD."), VALUE)
    if (lead.value, lead.currency) == money:
        return Stored()
    lead.value, lead.currency = money
    draft = EventDraft(name="lead.updated", subject=lead, actor=by.actor, payload={"changes": ["value"]})
    return Stored(["value", "currency"], [draft])


def _store_owner(lead: Lead, value: Any, by: By) -> Stored:
    if not isinstance(value, User) or not value.is_active:
        raise BadGiven(_("Choose who takes care of the lead."), OWNER)
    if lead.owner_id == value.pk:
        return Stored()
    lead.owner = value
    draft = EventDraft(name="lead.assigned", subject=lead, actor=by.actor, payload=assigned(lead))
    return Stored(["owner"], [draft])


def _store_step(lead: Lead, value: Any, by: By) -> Stored:
    if not isinstance(value, Step) or not value.text or value.due_at is None:
        raise BadGiven(_("Say what happens next, and when."), STEP)
    payload = write_next_step(lead=lead, text=value.text, due_at=value.due_at, actor=by.actor)
    if payload is None:
        return Stored()
    draft = EventDraft(name="lead.next_step_set", subject=lead, actor=by.actor, payload=payload)
    return Stored(["next_step", "next_step_at"], [draft])


def _point(kind: ContactPointKind, label: Any) -> Want:
    def known(lead: Lead) -> bool:
        return lead.contact.points.filter(kind=kind).exists()

    return Want(
        f"contact.{kind.value}", label, FieldType(kind.value), known, _point_store(kind), of_contact=True
    )


def _point_store(kind: ContactPointKind) -> Callable[[Lead, Any, By], Stored]:
    def store(lead: Lead, value: Any, by: By) -> Stored:
        """The lead itself is scored with its move; the contact's others here. The mover has locked them all."""
        others = lock_concerned(contact=lead.contact, changed=POINT_FIELDS)
        raw = value.get("raw", "") if isinstance(value, dict) else value
        try:
            add_point(contact=lead.contact, kind=kind, value=str(raw), actor=by.actor, rescore=False)
        except BadContactPoint as error:
            raise BadGiven(str(error), f"contact.{kind.value}") from error
        rescore_locked(leads=[each for each in others if each.pk != lead.pk], actor=by.actor)
        return Stored()

    return store
