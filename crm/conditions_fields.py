"""What conditions may ask about a lead (spec 7.4): its own columns, its contact, its answers, the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, Case, F, OuterRef, Subquery, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.conditions import Field, FieldType, Moment, Money, MoneyOrm, registry
from core.languages import Language
from crm.calls.enums import CallOutcome
from crm.contacts.models import ContactPoint
from crm.contacts.queries import points_of_contact
from crm.fields.models import FieldSubject
from crm.fields.queries import condition_fields
from crm.orders import conditions as orders
from crm.payments import fields as payments
from crm.pipeline.enums import LeadSource, NextStepHealth
from crm.pipeline.models import Grade, Qualification, Stage, StageKind
from crm.pipeline.queries import Today
from crm.pipeline.queries.leads import next_step_is
from crm.qualification.queries import all_criteria, field_of
from crm.quotes import conditions_fields as quotes
from crm.scoring.queries import SUBJECT, points_of

LEAD = (SUBJECT,)
CONTACT = "contact"
_WRITTEN_ON = {
    "webchat",
    "whatsapp",
    "messenger",
    "instagram",
    "telegram",
    "x",
    "wechat",
    "viber",
    "email",
    "api",
}
CHANNELS = [choice for choice in LeadSource.choices if choice[0] in _WRITTEN_ON]


def register() -> None:
    registry.register(
        *_own_fields(),
        *_talk_fields(),
        *_call_fields(),
        *_score_fields(),
        *_contact_fields(),
        *_fields_of_contacts(),
        *_time_fields(),
        *payments.condition_fields(LEAD),
        *orders.fields(SUBJECT, path="contact", contact=lambda lead: lead.contact_id),
        *orders.fields(CONTACT, path="pk", contact=lambda contact: contact.pk),
    )
    quotes.register()
    registry.provide(SUBJECT, lambda: [field_of(criterion) for criterion in all_criteria()])
    registry.provide(SUBJECT, lambda: condition_fields(FieldSubject.LEAD))
    registry.provide(CONTACT, lambda: condition_fields(FieldSubject.CONTACT))


def _stages() -> list[tuple[str, str]]:
    stages = Stage.objects.select_related("pipeline").order_by(
        "pipeline__position", "pipeline", "position", "id"
    )
    return [(str(stage.pk), f"{stage.pipeline.name}: {stage.name}") for stage in stages]


def _people() -> list[tuple[str, str]]:
    return [(str(user.pk), str(user)) for user in User.objects.filter(is_active=True).order_by("name", "id")]


def _attribute(name: str) -> Callable[[Any, Moment], object]:
    def read(lead: Any, at: Moment) -> object:
        return getattr(lead, name)

    return read


def _column(name: str, kind: FieldType, label: Any, choices: Any = None, key: str = "") -> Field:
    return Field(
        key=f"lead.{key or name}",
        type=kind,
        label=label,
        subjects=LEAD,
        getter=_attribute(name),
        orm=name,
        choices=choices,
    )


def _own_fields() -> list[Field]:
    return [
        _column("source", FieldType.CHOICE, _("Source"), LeadSource.choices),
        _column("campaign", FieldType.CHOICE, _("Campaign")),
        _column("goal", FieldType.CHOICE, _("Goal")),
        _column("tags", FieldType.MULTICHOICE, _("Tags of the lead")),
        _column("stage_kind", FieldType.CHOICE, _("Outcome"), StageKind.choices, key="status"),
        _column("stage_entered_at", FieldType.DATETIME, _("In its stage since")),
        _column("created_at", FieldType.DATETIME, _("Lead created")),
        _column("next_step_at", FieldType.DATETIME, _("Next step due")),
        _column("last_message_at", FieldType.DATETIME, _("Last message")),
        Field(
            key="lead.stage",
            type=FieldType.CHOICE,
            label=_("Stage"),
            subjects=LEAD,
            getter=lambda lead, at: str(lead.stage_id),
            orm=lambda at: Cast("stage_id", TextField()),
            choices=_stages,
        ),
        Field(
            key="lead.value",
            type=FieldType.MONEY,
            label=_("Value"),
            subjects=LEAD,
            getter=lambda lead, at: None if lead.value is None else Money(lead.value, lead.currency),
            orm=MoneyOrm("value", _currency_of_value),
        ),
        Field(
            key="lead.step",
            type=FieldType.CHOICE,
            label=_("State of the next step"),
            subjects=LEAD,
            getter=_step,
            orm=_step_case,
            choices=NextStepHealth.choices,
            fleeting=True,
        ),
        Field(
            key="lead.owner",
            type=FieldType.CHOICE,
            label=_("Owner"),
            subjects=LEAD,
            getter=lambda lead, at: str(lead.owner_id) if lead.owner_id else None,
            orm=lambda at: Cast("owner_id", TextField()),
            choices=_people,
        ),
    ]


def _step(lead: Any, at: Moment) -> str | None:
    if lead.stage_kind != StageKind.OPEN:
        return None
    return Today.in_zone(at.zone, at.now).health(lead).value


def _step_case(at: Moment) -> Case:
    today = Today.in_zone(at.zone, at.now)
    states = [
        When(next_step_is(each, today), stage_kind=StageKind.OPEN, then=Value(each.value))
        for each in NextStepHealth
    ]
    return Case(*states, output_field=TextField())


def _call_fields() -> list[Field]:
    """How often and with what result we talked on the telephone (spec 7.7)."""
    return [
        _column("call_count", FieldType.NUMBER, _("Number of calls"), key="calls"),
        _column("last_call_outcome", FieldType.CHOICE, _("Outcome of the last call"), CallOutcome.choices),
        _column("last_call_at", FieldType.DATETIME, _("Last call")),
    ]


def _talk_fields() -> list[Field]:
    """How the customer talks, over all conversations of the lead."""

    def column(name: str, kind: FieldType, label: Any, key: str, choices: Any = None) -> Field:
        return Field(
            key=f"talk.{key}",
            type=kind,
            label=label,
            subjects=LEAD,
            getter=_attribute(name),
            orm=name,
            choices=choices,
        )

    return [
        column("customer_messages", FieldType.NUMBER, _("Messages of the customer"), "messages"),
        column("customer_words", FieldType.NUMBER, _("Words of the customer"), "words"),
        column("customer_wrote_at", FieldType.DATETIME, _("The customer wrote last"), "wrote_at"),
        column("customer_channel", FieldType.CHOICE, _("Channel of the last message"), "channel", CHANNELS),
        Field(
            key="talk.reply_minutes",
            type=FieldType.NUMBER,
            label=_("Minutes in which the customer answers"),
            subjects=LEAD,
            getter=lambda lead, at: (
                lead.customer_reply_seconds // (60 * lead.customer_replies) if lead.customer_replies else None
            ),
            orm=lambda at: Case(
                When(customer_replies__gt=0, then=F("customer_reply_seconds") / (F("customer_replies") * 60)),
                output_field=BigIntegerField(),
            ),
        ),
    ]


def _score_fields() -> list[Field]:
    """Not for scoring rules, which would turn in a circle."""
    return [
        _column("score", FieldType.NUMBER, _("Score")),
        _column("fit", FieldType.NUMBER, _("Fit points")),
        _column("engagement", FieldType.NUMBER, _("Engagement points")),
        _column("grade", FieldType.CHOICE, _("Grade"), Grade.choices),
        _column("qualification", FieldType.CHOICE, _("Qualification"), Qualification.choices),
        _column("win_chance", FieldType.NUMBER, _("Win chance, %")),
    ]


def _contact_fields() -> list[Field]:
    return [
        _point("phone", FieldType.PHONE, _("Phone")),
        _point("email", FieldType.EMAIL, _("Email")),
        Field(
            key="contact.name",
            type=FieldType.TEXT,
            label=_("Name of the contact"),
            subjects=LEAD,
            getter=lambda lead, at: lead.contact.name_normal,
            orm="contact__name_normal",
        ),
        Field(
            key="contact.language",
            type=FieldType.CHOICE,
            label=_("Language of the contact"),
            subjects=LEAD,
            getter=lambda lead, at: lead.contact.language,
            orm="contact__language",
            choices=Language.choices,
        ),
        Field(
            key="contact.tags",
            type=FieldType.MULTICHOICE,
            label=_("Tags of the contact"),
            subjects=LEAD,
            getter=lambda lead, at: lead.contact.tags,
            orm="contact__tags",
        ),
        Field(
            key="contact.company",
            type=FieldType.TEXT,
            label=_("Company of the contact"),
            subjects=LEAD,
            getter=lambda lead, at: lead.contact.company.name_normal if lead.contact.company_id else None,
            orm="contact__company__name_normal",
        ),
    ]


def _fields_of_contacts() -> list[Field]:
    """The same of contacts themselves, where conditions are about them."""

    def column(name: str, kind: FieldType, label: Any, read: Callable[[Any], object], **more: Any) -> Field:
        values = {"orm": name, **more}
        return Field(
            key=f"contact.{more.pop('key', name)}",
            type=kind,
            label=label,
            subjects=(CONTACT,),
            getter=lambda contact, at: read(contact),
            **{key: value for key, value in values.items() if key != "key"},
        )

    return [
        column("name_normal", FieldType.TEXT, _("Name"), lambda each: each.name_normal, key="name"),
        column(
            "language", FieldType.CHOICE, _("Language"), lambda each: each.language, choices=Language.choices
        ),
        column("tags", FieldType.MULTICHOICE, _("Tags"), lambda each: each.tags),
        column(
            "company__name_normal",
            FieldType.TEXT,
            _("Company"),
            lambda each: each.company.name_normal if each.company_id else None,
            key="company",
        ),
        column(
            "owner",
            FieldType.CHOICE,
            _("Owner"),
            lambda each: str(each.owner_id) if each.owner_id else None,
            orm=lambda at: Cast("owner_id", TextField()),
            choices=_people,
        ),
        column("created_at", FieldType.DATETIME, _("Since"), lambda each: each.created_at),
        column("last_message_at", FieldType.DATETIME, _("Last message"), lambda each: each.last_message_at),
        *_contact_points(),
        *_time_fields((CONTACT,)),
    ]


def _contact_points() -> list[Field]:
    def point(kind: str, field_type: FieldType, label: Any) -> Field:
        points = ContactPoint.objects.filter(contact=OuterRef("pk"), kind=kind).order_by("id")
        return Field(
            key=f"contact.{kind}",
            type=field_type,
            label=label,
            subjects=(CONTACT,),
            getter=lambda contact, at: points_of_contact(contact).get(kind),
            orm=lambda at: Subquery(points.values("value")[:1], output_field=TextField()),
        )

    return [point("phone", FieldType.PHONE, _("Phone")), point("email", FieldType.EMAIL, _("Email"))]


def _time_fields(subjects: tuple[str, ...] = LEAD) -> list[Field]:
    return [
        Field(
            key="time.now",
            type=FieldType.DATETIME,
            label=_("The time now"),
            subjects=subjects,
            getter=lambda lead, at: at.now,
            of_moment=True,
        )
    ]


def _currency_of_value(at: Moment) -> Case:
    return Case(When(value__isnull=False, then=F("currency")), output_field=TextField())


def _point(kind: str, field_type: FieldType, label: Any) -> Field:
    """The contact's first point of the kind; further ones are not asked."""
    points = ContactPoint.objects.filter(contact=OuterRef("contact"), kind=kind).order_by("id")
    return Field(
        key=f"contact.{kind}",
        type=field_type,
        label=label,
        subjects=LEAD,
        getter=lambda lead, at: points_of(lead).get(kind),
        orm=lambda at: Subquery(points.values("value")[:1], output_field=TextField()),
    )
