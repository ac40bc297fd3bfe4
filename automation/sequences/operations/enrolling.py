"""Leads begin a sequence: found by its trigger and segment, or put into it by a colleague or a program."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from automation.sequences.enums import EnrolmentState, Stop
from automation.sequences.errors import CannotEnrol
from automation.sequences.models import Enrolment
from automation.sequences.operations.ending import STEP, end, locked
from automation.sequences.planning import is_held_out, moment_of
from automation.sequences.queries.books import Book, books
from automation.sequences.queries.finding import AT_ONCE, candidates, go_on_from, stretch
from automation.sequences.queries.sending import (
    channels_refused,
    is_booked,
    rules_of,
    sent_unasked,
)
from core import clock
from core.access.models import User
from core.due.operations import Planned, schedule_all
from core.events.actor import SYSTEM, Actor
from core.events.operations import EventDraft, record_all
from crm.contacts.models import Contact
from crm.pipeline.models import Lead, StageKind
from crm.pipeline.queries import locked_lead

SOON = timedelta(minutes=1)


def find(*, now: datetime, among: Collection[int] | None = None) -> int:
    """Let every sequence in use begin for the leads that it is for, or those of them that are `among` these; how many
    began. Safe to repeat, also at once.
    """
    return sum(_begin_found(book, now, among) for book in books())


@transaction.atomic
def _begin_found(book: Book, now: datetime, among: Collection[int] | None) -> int:
    found = candidates(book.sequence, book.script, now).order_by("pk")
    after, until = (0, None) if among is not None else stretch(book.sequence, book.script.trigger)
    if among is not None:
        found = found.filter(pk__in=among)
    if after:
        found = found.filter(pk__gt=after)
    if until:
        found = found.filter(pk__lte=until)
    people = Prefetch("contact", Contact.objects.only("pk", "timezone", "name"))
    leads = list(found.only("pk", "public_id", "contact").prefetch_related(people)[:AT_ONCE])
    if after or until:
        goes_on = leads[-1].pk if len(leads) == AT_ONCE else until or 0
        transaction.on_commit(partial(go_on_from, book.sequence, goes_on))
    return len(_store([_found_row(book, lead, now) for lead in leads], book, actor=SYSTEM))


def _found_row(book: Book, lead: Lead, now: datetime) -> Enrolment:
    """For a lead that was found: the first wait counts from the last word; a share is left alone, to compare."""
    since: datetime = lead.anchor  # type: ignore[attr-defined]  # added by the query
    row = _row(book, lead, since, now)
    left_alone = is_held_out(book.sequence.public_id, lead.public_id, book.script.held_out)
    if left_alone and not clock.is_rehearsal():  # whoever tries it wants to see it
        row.state = EnrolmentState.HELD_OUT
    else:
        rules = rules_of(lead.contact)
        row.due_at = moment_of(book.script.steps[0].wait, since=since, now=now, rules=rules)
    return row


def _row(book: Book, lead: Lead, since: datetime, now: datetime) -> Enrolment:
    return Enrolment(
        sequence=book.sequence,
        version=book.version,
        lead=lead,
        contact_id=lead.contact_id,
        begun_at=since,
        silent_since=since,
        why={"trigger": book.script.trigger.value},
        created_at=now,
    )


def _store(rows: Sequence[Enrolment], book: Book, *, actor: Actor) -> list[Enrolment]:
    """Insert those that are still free, with their due rows and events: four statements, whatever their number."""
    if not rows:
        return []
    Enrolment.objects.bulk_create(rows, ignore_conflicts=True)
    made = {row.public_id: row for row in rows}
    stored = Enrolment.objects.filter(public_id__in=list(made)).select_related("sequence").order_by("pk")
    found = list(stored)
    schedule_all([_planned(row) for row in found if row.state == EnrolmentState.ACTIVE])
    record_all(
        EventDraft(
            name="sequence.begun" if row.state == EnrolmentState.ACTIVE else "sequence.held_out",
            subject=row,
            actor=actor,
            payload={
                "sequence": book.sequence.key,
                "name": book.sequence.name,
                "version": book.version.number,
            },
        )
        for row in found
    )
    return found


def _planned(row: Enrolment) -> Planned:
    assert row.due_at is not None
    payload = {"step": row.step}
    return Planned(STEP, str(row.pk), row.due_at, payload, lead_id=row.lead_id)


def reschedule(rows: Iterable[Enrolment]) -> None:
    """The due rows of enrolments, at their new time."""
    schedule_all([_planned(row) for row in rows])


@transaction.atomic
def enrol(*, lead_id: int, sequence_key: str, user: User | None, now: datetime) -> Enrolment:
    """A colleague or a program (`user` None) starts the sequence: its first message leaves as soon as it may, whatever
    the segment. The one that is under way ends; the same again changes nothing.

    Raises CannotEnrol, Lead.DoesNotExist.
    """
    book = next((each for each in books() if each.sequence.key == sequence_key), None)
    if book is None:
        raise CannotEnrol(_("This sequence is not in use. Publish it and switch it on first."))
    lead = locked_lead(lead_id)
    contact = Contact.objects.select_for_update(no_key=True).get(pk=lead.contact_id)
    if hindrance := _hindrance(lead, contact, now):
        raise CannotEnrol(hindrance)
    under_way = locked(Enrolment.objects.filter(lead=lead))
    same = next((each for each in under_way if each.sequence_id == book.sequence.pk), None)
    if same is not None:
        return same
    actor = Actor.of(user)
    end(under_way, Stop.CANCELLED, now=now, actor=actor)
    row = _row(book, lead, now, now)
    row.enrolled_by, row.why = user, {**row.why, "by_hand": True}
    sent = sent_unasked(contact, now)
    row.due_at = moment_of(SOON, since=now, now=now, sent=sent, rules=rules_of(contact))
    return _store([row], book, actor=actor)[0]


def _hindrance(lead: Lead, contact: Contact, now: datetime) -> str:
    if lead.stage_kind != StageKind.OPEN:
        return _("The lead is closed. Move it to an open stage first.")
    if "" in channels_refused(contact):
        return _("The customer asked not to be written to.")
    if is_booked(contact, now):
        return _("A meeting is booked: there is nothing to follow up.")
    return ""
