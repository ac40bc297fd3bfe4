from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import connection, transaction

from core.access.models import User
from core.events.actor import Actor
from core.events.operations import EventDraft, record, record_all
from core.text import clean_words, normalise
from crm.contacts.models import Company, Contact, ContactPoint, ContactPointKind
from crm.contacts.queries import stored_form
from crm.fields.values import differing, merged
from crm.scoring.operations import POINT_FIELDS, lock_concerned, rescore_locked

NAME_LENGTH = 200
NORMAL_LENGTH = 400


class ContactChanges(TypedDict, total=False):
    """What `update_contact` may change."""

    name: str
    language: str
    timezone: str
    company_name: str
    owner: User | None
    tags: list[str]
    custom: dict[str, Any]


def storable_name(name: str) -> tuple[str, str]:
    """The name as it is kept and its form for comparing (architecture 3)."""
    kept = " ".join(clean_words(name).split())[:NAME_LENGTH]
    return kept, normalise(kept)[:NORMAL_LENGTH]


def create_contact(
    *,
    actor: Actor,
    name: str = "",
    language: str = "",
    timezone: str = "",
    company: Company | None = None,
    company_name: str = "",
    owner: User | None = None,
    tags: Sequence[str] = (),
    custom: dict[str, Any] | None = None,
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    source: str = "",
    last_message_at: datetime | None = None,
) -> Contact:
    """A contact with its phones and emails. Raises BadContactPoint for one that cannot be read.

    `company_name` as in `update_contact`.
    """
    wanted = _points(phones, emails)
    with transaction.atomic(savepoint=False):
        return _create_contact(
            wanted,
            actor,
            name,
            source,
            language=language,
            timezone=timezone,
            company=company or _company_named(company_name),
            owner=owner,
            tags=list(tags),
            custom=custom or {},
            last_message_at=last_message_at,
        )


def _create_contact(
    wanted: Sequence[tuple[str, str]], actor: Actor, name: str, source: str, **values: Any
) -> Contact:
    kept, normal = storable_name(name)
    contact = Contact.objects.create(name=kept, name_normal=normal, **values)
    contact.known_points = tuple(wanted)
    drafts = [_draft("contact.created", contact, actor, {"name": kept, "source": source})]
    if wanted:
        ContactPoint.objects.bulk_create(
            ContactPoint(contact=contact, kind=kind, value=value) for kind, value in wanted
        )
        drafts += [
            _draft("contact.point_added", contact, actor, {"kind": kind, "value": value})
            for kind, value in wanted
        ]
    record_all(drafts)
    return contact


def find_or_create_contact(
    *,
    actor: Actor,
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    name: str = "",
    language: str = "",
    timezone: str = "",
    company_name: str = "",
    tags: Sequence[str] = (),
    source: str = "",
) -> Contact:
    """The contact known by one of these phones, else by one of the emails, else a new one; the oldest of several.

    What is new of phones and emails is added, and the name where none is known; the rest is for a new contact (see
    `create_contact`). Two callers with the same phone find the same contact. Raises BadContactPoint.
    """
    wanted = _points(phones, emails)
    with transaction.atomic(savepoint=False):
        found = _known_by(wanted)
        if found is None:
            return _create_contact(
                wanted,
                actor,
                name,
                source,
                language=language,
                timezone=timezone,
                company=_company_named(company_name),
                tags=list(tags),
            )
        if name and not found.name:
            update_contact(contact=found, actor=actor, name=name)
        for kind, value in wanted:
            if (kind, value) not in (found.known_points or ()):
                add_point(contact=found, kind=kind, value=value, actor=actor)
        return found


_LOCK_POINTS = """
    SELECT count(pg_advisory_xact_lock(hashtextextended('crm.contacts ' || value, 0))) FROM unnest(%s::text[]) AS value
"""
# "phone" comes after "email", and counts for more: a mailbox is shared sooner than a telephone.
_POINTS_OF_KNOWN = """
    SELECT contact_id, kind, value FROM crm_contactpoint WHERE contact_id = (
        SELECT point.contact_id FROM crm_contactpoint AS point JOIN crm_contact AS owner ON owner.id = point.contact_id
        WHERE (point.kind, point.value) IN (SELECT * FROM unnest(%s::text[], %s::text[])) AND owner.merged_into_id IS NULL
        ORDER BY point.kind DESC, point.contact_id LIMIT 1
    ) ORDER BY id
"""


def _known_by(wanted: Sequence[tuple[str, str]]) -> Contact | None:
    """The contact with all its points, the oldest of several; three statements.

    Waits for whoever is adding a contact with one of these points at this moment.
    """
    if not wanted:
        return None
    kinds, values = [kind for kind, _value in wanted], [value for _kind, value in wanted]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_POINTS, [sorted(values)])
        cursor.execute(_POINTS_OF_KNOWN, [kinds, values])
        rows = cursor.fetchall()
    if not rows:
        return None
    contact = Contact.objects.get(pk=rows[0][0])
    contact.known_points = tuple((kind, value) for _contact, kind, value in rows)
    return contact


@transaction.atomic
def update_contact(
    *, contact: Contact, actor: Actor, rescore: bool = True, **changes: Unpack[ContactChanges]
) -> list[str]:
    """Write what differs and record it; returns the names of the changed fields. Of `custom`, which is checked already
    (crm.fields.queries), only the fields that are named change. `rescore` as in `add_point`.

    `company_name` means the company of that name in any script, added when it is new; "" means none.
    """
    values: dict[str, Any] = dict(changes)
    if "company_name" in values:
        values["company"] = _company_named(values.pop("company_name"))
    if "name" in values:
        values["name"], values["name_normal"] = storable_name(values["name"])
    custom = values.pop("custom", {})
    changed = [name for name, value in values.items() if getattr(contact, name) != value]
    plain = [name for name in changed if name != "name_normal"]
    concerned = {f"contact.{name}" for name in plain} | {f"custom.{key}" for key in custom}
    leads = lock_concerned(contact=contact, changed=concerned) if rescore and concerned else []
    fields = _take_custom(contact, custom)
    if fields:
        changed.append("custom")
        values["custom"] = contact.custom
    if not changed:
        return []
    shown = sorted([*plain, *(f"custom.{key}" for key in fields)])
    for name in changed:
        setattr(contact, name, values[name])
    contact.save(update_fields=changed)
    record(
        name="contact.updated",
        subject=contact,
        actor=actor,
        payload={"changes": shown},
        contact_id=contact.pk,
    )
    rescore_locked(leads=leads, actor=actor)
    return shown


def _take_custom(contact: Contact, custom: Mapping[str, Any]) -> list[str]:
    """Set the values on the contact, locked so that what others write meanwhile is kept; the keys that changed."""
    if not custom:
        return []
    row = Contact.objects.select_for_update(no_key=True).only("custom").get(pk=contact.pk)
    contact.custom = merged(row.custom, custom)
    return differing(row.custom, contact.custom)


@transaction.atomic
def add_point(
    *, contact: Contact, kind: ContactPointKind | str, value: str, actor: Actor, rescore: bool = True
) -> ContactPoint:
    """Add a phone or email; an existing one is returned as it is.

    The contact's open leads are scored again when a rule asks for such points; `rescore=False` is for a
    caller that scores the lead in the same transaction anyhow. Raises BadContactPoint.
    """
    kind = ContactPointKind(kind)
    stored = stored_form(kind, value)
    leads = lock_concerned(contact=contact, changed=POINT_FIELDS) if rescore else []
    known = contact.known_points
    if known is not None and (kind.value, stored) not in known:
        # Read or made by this transaction, which holds the conversation: no need to look again.
        point, created = ContactPoint.objects.create(contact=contact, kind=kind, value=stored), True
    else:
        point, created = ContactPoint.objects.get_or_create(contact=contact, kind=kind, value=stored)
    if created:
        contact.known_points = None if known is None else (*known, (kind.value, stored))
        payload = {"kind": kind.value, "value": stored}
        record(
            name="contact.point_added", subject=contact, actor=actor, payload=payload, contact_id=contact.pk
        )
        rescore_locked(leads=leads, actor=actor)
    return point


@transaction.atomic
def remove_point(*, contact: Contact, kind: ContactPointKind | str, value: str, actor: Actor) -> bool:
    """Remove the point in stored form; False when the contact has none such."""
    leads = lock_concerned(contact=contact, changed=POINT_FIELDS)
    contact.known_points = None
    removed, _ = contact.points.filter(kind=kind, value=value).delete()
    if removed:
        record(
            name="contact.updated",
            subject=contact,
            actor=actor,
            payload={"changes": [str(kind)]},
            contact_id=contact.pk,
        )
        rescore_locked(leads=leads, actor=actor)
    return bool(removed)


def _company_named(name: str) -> Company | None:
    kept, normal = storable_name(name)
    if not kept:
        return None
    found = Company.objects.filter(name_normal=normal).order_by("pk").first()
    return found or Company.objects.create(name=kept, name_normal=normal)


def _points(phones: Iterable[str], emails: Iterable[str]) -> list[tuple[str, str]]:
    given = [(ContactPointKind.PHONE, each) for each in phones] + [
        (ContactPointKind.EMAIL, each) for each in emails
    ]
    return list(dict.fromkeys((kind.value, stored_form(kind, value)) for kind, value in given))


def _draft(name: str, contact: Contact, actor: Actor, payload: dict[str, Any]) -> EventDraft:
    return EventDraft(name=name, subject=contact, actor=actor, payload=payload, contact_id=contact.pk)
