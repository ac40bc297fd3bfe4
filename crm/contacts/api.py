"""Contacts by the API: who they are, how they can be reached, what they allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.http import Http404

from core.access.api import PersonShape, person_named
from core.api.conditions import condition_parameter
from core.api.drafts import Draft, List, OneOf, Reference, Tags, Words, YesNo, Zone, language
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, WORDS, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.problems import Problem
from core.api.shapes import Choice, Flag, Identifier, Instant, Made, Optional, Ref, Shape, Text, Texts
from core.history.api import ABOUT, PAGING, HistorySchema, history_of
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from core.languages import Language
from crm.consent.models import ConsentRecord, Purpose
from crm.consent.operations import grant, withdraw
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact, ContactPoint, ContactPointKind
from crm.contacts.operations import ContactChanges, add_point, create_contact, remove_point, update_contact
from crm.contacts.queries import ContactQuerySet, contacts, found_or_heir, stored_form
from crm.fields.api import VALUES, ValuesField, shown_values
from crm.fields.models import FieldSubject
from crm.scoring.operations import lock_leads
from crm.scoring.queries import moment


def points(kind: str) -> Callable[[str], Any]:
    """The phones or emails of the contact at the prefix, in the order in which they became known."""

    def column(prefix: str) -> Any:
        rows = ContactPoint.objects.filter(contact=OuterRef(f"{prefix}pk"), kind=kind)
        return ArraySubquery(rows.order_by("id").values("value"))

    return column


class CompanyShape(Shape):
    scope = Scope.CONTACTS_READ

    id = Identifier()
    name = Text()
    created_at = Instant()


class ContactShape(Shape):
    scope = Scope.CONTACTS_READ

    id = Identifier()
    name = Text(allow_blank=True)
    phones = Texts(points("phone"), help_text="E.164")
    emails = Texts(points("email"))
    language = Choice(choices=Language.choices, allow_null=True)
    timezone = Optional()
    company = Ref(CompanyShape, allow_null=True)
    owner = Ref(PersonShape, allow_null=True)
    tags = Texts()
    custom = Made(of=["custom"], write=shown_values, schema=VALUES)
    last_message_at = Instant(allow_null=True)
    created_at = Instant()


class PointShape(Shape):
    kind = Choice(choices=ContactPointKind.choices)
    value = Text(help_text="A phone in E.164 or an email in lower case.")
    verified_at = Instant(allow_null=True)
    created_at = Instant()


class ConsentShape(Shape):
    purpose = Choice(choices=Purpose.choices)
    channel = Optional(help_text="null: on every channel.")
    granted = Flag()
    source = Text(allow_blank=True)
    text = Text(allow_blank=True, help_text="The words that were shown or said.")
    created_at = Instant()


class ContactChangesDraft(Draft):
    name = Words(max_length=200, required=False, allow_blank=True)
    language = language(required=False, allow_blank=True)
    timezone = Zone(required=False)
    company = Words(
        max_length=200, required=False, allow_blank=True, help_text="By name; added when it is new."
    )
    owner = Reference(required=False, allow_null=True)
    tags = Tags(required=False)
    custom = ValuesField(FieldSubject.CONTACT, required=False)


class ContactDraft(ContactChangesDraft):
    phones = List(child=Words(max_length=100), max_length=20, required=False)
    emails = List(child=Words(max_length=254), max_length=20, required=False)


class PointDraft(Draft):
    kind = OneOf(choices=ContactPointKind.choices)
    value = Words(max_length=254)


class ConsentDraft(Draft):
    purpose = OneOf(choices=Purpose.choices)
    granted = YesNo()
    channel = Words(max_length=20, required=False, allow_blank=True, help_text="Empty: on every channel.")
    source = Words(max_length=40, required=False, help_text="Where it was said; api when left out.")
    text = Words(max_length=2000, required=False, allow_blank=True)


def _reached(kind: str) -> Callable[[str], Q]:
    def where(value: str) -> Q:
        try:
            stored = stored_form(kind, value)
        except BadContactPoint:
            return Q(pk__in=[])
        return Q(pk__in=ContactPoint.objects.filter(kind=kind, value=stored).values("contact"))

    return where


CONTACTS = Listing(
    ContactShape,
    (
        Filter("name", WORDS, "name_normal"),
        Filter("phone", TEXT, where=_reached("phone"), about="In any spelling."),
        Filter("email", TEXT, where=_reached("email")),
        Filter("language", TEXT, choices=tuple(Language.values)),
        Filter("company", IDS, "company__public_id", nullable=True),
        Filter("owner", IDS, "owner__public_id", nullable=True),
        Filter("tag", TEXT, where=lambda tag: Q(tags__contains=[tag])),
        Filter("created_at", TIME),
        Filter("last_message_at", TIME, nullable=True),
    ),
    (CREATED, Sort("last_message_at", "last_message_at", TIME, nullable=True)),
)
POINTS = Listing(
    PointShape, (Filter("kind", TEXT, choices=tuple(ContactPointKind.values)),), default="created"
)
CONSENTS = Listing(ConsentShape, (Filter("purpose", TEXT, choices=tuple(Purpose.values)),))


FILTERING = condition_parameter(
    "contact",
    example='A condition over contacts: {"field": "contact.language", "op": "is", "value": "hy"}.',
)


def contacts_of(key: KnownKey) -> ContactQuerySet:
    """The contacts in sight of the key."""
    return contacts().visible_to(key.person) if key.person else contacts()


@contextmanager
def leading_on(call: Call, public_id: UUID) -> Iterator[None]:
    """Tell whoever asks for a contact that became part of another one where it is now. Raises Problem 301, or 409
    where something was to be changed: that is for the caller to decide again.
    """
    try:
        yield
    except (Contact.DoesNotExist, Http404):
        heir = found_or_heir(contacts_of(call.key), public_id)
        if heir is None:
            raise
        here, there = str(public_id), str(heir.public_id)
        reads = call.request.method in ("GET", "HEAD")
        raise Problem(
            301 if reads else 409,
            "merged",
            "This contact became part of another one.",
            headers={"Location": call.request.build_absolute_uri().replace(here, there)} if reads else {},
            more={"merged_into": there},
        ) from None


def known_contact(call: Call, public_id: UUID) -> Contact:
    """Raises Contact.DoesNotExist, and Problem as `leading_on`."""
    with leading_on(call, public_id):
        return contacts_of(call.key).get(public_id=public_id)


class Contacts(Endpoint):
    tag = "Contacts"

    @operation(Scope.CONTACTS_READ, "Contacts", listing=CONTACTS, parameters=(FILTERING,))
    def get(self, call: Call) -> Any:
        asked, rows = call.asked.get("filter"), contacts_of(call.key)
        return call.page(rows if asked is None else rows.filter(asked.to_q(moment(call.now))))

    @operation(Scope.CONTACTS_WRITE, "Add a contact", into=ContactDraft, out=ContactShape, status=201)
    def post(self, call: Call) -> Any:
        contact = new_contact(call, call.data)
        return call.one(contacts().filter(pk=contact.pk))


class OneContact(Endpoint):
    tag = "Contacts"

    @operation(
        Scope.CONTACTS_READ,
        "A contact",
        about="The id of one that became part of another leads there.",
        out=ContactShape,
        refusals={301: "It became part of the contact `merged_into`, which Location leads to."},
    )
    def get(self, call: Call, public_id: UUID) -> Any:
        with leading_on(call, public_id):
            return call.one(contacts_of(call.key).filter(public_id=public_id))

    @operation(Scope.CONTACTS_WRITE, "Change a contact", into=ContactChangesDraft, out=ContactShape)
    def patch(self, call: Call, public_id: UUID) -> Any:
        contact = _locked(call, public_id, ContactShape)
        update_contact(contact=contact, actor=call.actor, **_changes(call, call.data))
        return call.one(contacts().filter(pk=contact.pk))


class History(Endpoint):
    tag = "Contacts"

    @operation(
        Scope.CONTACTS_READ,
        "Who changed a contact, its phones and emails, consent and calls",
        about=ABOUT,
        out=HistorySchema,
        parameters=PAGING,
    )
    def get(self, call: Call, public_id: UUID) -> Any:
        return history_of(call, contacts_of(call.key).get(public_id=public_id))


class Points(Endpoint):
    tag = "Contacts"

    @operation(Scope.CONTACTS_READ, "Phones and emails of a contact", listing=POINTS)
    def get(self, call: Call, public_id: UUID) -> Any:
        contact = known_contact(call, public_id)
        return call.page(ContactPoint.objects.filter(contact=contact))

    @operation(
        Scope.CONTACTS_WRITE,
        "Add a phone or email",
        about="One that the contact has already is given back as it is.",
        into=PointDraft,
        out=PointShape,
        status=201,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        contact = _locked(call, public_id)
        try:
            point = add_point(contact=contact, actor=call.actor, **call.data)
        except BadContactPoint as error:
            call.refuse("/value", "bad_point", str(error))
        return call.one(ContactPoint.objects.filter(pk=point.pk))


class OnePoint(Endpoint):
    tag = "Contacts"

    @operation(Scope.CONTACTS_WRITE, "Remove a phone or email")
    def delete(self, call: Call, public_id: UUID, kind: str, value: str) -> None:
        contact = _locked(call, public_id)
        if not remove_point(contact=contact, kind=kind, value=value, actor=call.actor):
            raise ContactPoint.DoesNotExist


class Consents(Endpoint):
    tag = "Contacts"

    @operation(Scope.CONTACTS_READ, "What a contact allowed and withdrew, newest first", listing=CONSENTS)
    def get(self, call: Call, public_id: UUID) -> Any:
        contact = known_contact(call, public_id)
        return call.page(ConsentRecord.objects.filter(contact=contact))

    @operation(
        Scope.CONTACTS_WRITE,
        "Record that a contact allows something or no longer does",
        about="What holds already is not recorded again; the answer is the record that holds.",
        into=ConsentDraft,
        out=ConsentShape,
        status=201,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        contact, data = _locked(call, public_id), call.data
        decide = grant if data["granted"] else withdraw
        decide(
            contact=contact,
            source=data.get("source", "api"),
            channel=data.get("channel", ""),
            text=data.get("text", ""),
            purposes=[Purpose(data["purpose"])],
            recorded_by=call.key.person,
            actor=call.actor,
        )
        records = ConsentRecord.objects.filter(contact=contact, purpose=data["purpose"])
        return call.one(records.filter(channel__in=["", data.get("channel", "")]).order_by("-id"))


def new_contact(call: Call, data: dict[str, Any], path: str = "") -> Contact:
    """Add a contact as a body describes it. Raises Problem 400 for a phone or email that cannot be read."""
    try:
        return create_contact(
            actor=call.actor,
            name=data.get("name", ""),
            language=data.get("language", ""),
            timezone=data.get("timezone", ""),
            company_name=data.get("company", ""),
            owner=person_named(call, data.get("owner"), f"{path}/owner"),
            tags=data.get("tags", ()),
            custom={key: value for key, value in data.get("custom", {}).items() if value is not None},
            phones=data.get("phones", ()),
            emails=data.get("emails", ()),
            source="api",
        )
    except BadContactPoint as error:
        refuse_points(call, data, path, error)
        raise


def refuse_points(call: Call, data: dict[str, Any], path: str, error: BadContactPoint) -> None:
    """Name the phone or email that cannot be read. Raises Problem 400."""
    for kind, name in ((ContactPointKind.PHONE, "phones"), (ContactPointKind.EMAIL, "emails")):
        for number, value in enumerate(data.get(name, ())):
            try:
                stored_form(kind, value)
            except BadContactPoint as fault:
                call.refuse(f"{path}/{name}/{number}", "bad_point", str(fault))
    call.refuse(path or "/", "bad_point", str(error))


def _locked(call: Call, public_id: UUID, shape: type[Shape] | None = None) -> Contact:
    """The contact; locked where If-Match is to be compared, and its leads before it (crm.pipeline.queries.locked_lead)."""
    rows = contacts_of(call.key).filter(public_id=public_id)
    contact = known_contact(call, public_id)
    if shape is not None and call.is_conditional:
        lock_leads(contact=contact)
        contact = Contact.objects.get(pk=call.lock(rows, shape))
    return contact


def _changes(call: Call, data: dict[str, Any]) -> ContactChanges:
    changes: dict[str, Any] = {
        name: value for name, value in data.items() if name not in ("company", "owner")
    }
    if "company" in data:
        changes["company_name"] = data["company"]
    if "owner" in data:
        changes["owner"] = person_named(call, data["owner"], "/owner")
    return cast(ContactChanges, changes)
