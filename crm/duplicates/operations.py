"""Two contacts become one, and two again (spec 1.2). Never by itself: a person or a program decides.

Locks in the order of the house: what belongs to the two, room by room (`belongings`), then the contacts themselves, the
loser FOR UPDATE: whoever adds something to it has either come before or is led to the winner.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from core.access.models import User
from core.contention import retried
from core.events.actor import Actor
from core.events.operations import record
from crm.chances.queries import in_use
from crm.consent.models import ConsentRecord, Purpose
from crm.consent.operations import MERGED
from crm.consent.signals import follow_ups_ended
from crm.contacts.models import Contact, ContactPoint
from crm.contacts.operations import storable_name
from crm.duplicates.belongings import Belonging, belongings
from crm.duplicates.clues import sql_of_all
from crm.duplicates.consents import Word, to_keep
from crm.duplicates.errors import AlreadyMerged, CannotMerge, CannotUndo
from crm.duplicates.fields import Side, choices_of, decided
from crm.duplicates.models import ContactMerge, DuplicatePair
from crm.duplicates.queries import column_of, values_of, why_not_undone
from crm.pipeline.models import Lead
from crm.scoring.operations import lock_leads, rescore_locked
from crm.scoring.queries import rule_book


@retried
def merge_contacts(
    *,
    winner: Contact,
    loser: Contact,
    actor: Actor,
    by: User | None,
    now: datetime,
    taken: Mapping[str, Side] | None = None,
) -> ContactMerge:
    """The loser becomes part of the winner with all that belongs to it; `by` is the person who decided.

    Of values that differ the winner's counts, save for those that `taken` names "loser" (see `preview`). An opt-out of
    either holds for both. Raises CannotMerge, AlreadyMerged.
    """
    if winner.pk == loser.pk:
        raise CannotMerge(_("These are not two contacts, but one."))
    for each in belongings():
        _lock(each, loser.pk, *([winner.pk] if each.model is Lead else []))  # the winner's are scored again
    winner, loser = _locked(winner.pk, loser.pk)
    if winner.merged_into_id or loser.merged_into_id:
        raise AlreadyMerged(_("One of the two has just become part of another contact. Look again."))
    _check_choices(winner, loser, taken or {})
    merge = ContactMerge(winner=winner, loser=loser, merged_by=by, merged_at=now)
    kept = to_keep(_words(winner), _words(loser))
    merge.noted = {"points": _verify_points(winner, loser)}
    merge.moved = {each.name: _move(each, winner.pk, loser.pk) for each in belongings()}
    merge.changed = _take_values(winner, loser, taken or {})
    loser.merged_into = winner
    loser.save(update_fields=["merged_into"])
    merge.noted["consents"] = _keep_opt_outs(winner, kept, by)
    merge.save(force_insert=True)
    payload = {
        "merged_id": loser.pk,
        "name": loser.name,
        "moved": {name: len(keys) for name, keys in merge.moved.items() if keys},
        "changes": sorted(merge.changed),
    }
    record(name="contact.merged", subject=winner, actor=actor, payload=payload, contact_id=winner.pk)
    _rescore(winner, actor)
    return merge


@retried
def undo_merge(*, merge_id: int, actor: Actor, by: User | None, now: datetime) -> ContactMerge:
    """Give the loser back exactly what came from it. What came since stays with the winner, and so does a value that
    somebody has changed since. Raises CannotUndo, ContactMerge.DoesNotExist.
    """
    seen = ContactMerge.objects.get(pk=merge_id)
    for each in belongings():
        _lock(each, seen.winner_id, seen.loser_id)
    winner, loser = _locked(seen.winner_id, seen.loser_id)
    merge = ContactMerge.objects.select_for_update().get(pk=merge_id)
    merge.winner, merge.loser = winner, loser
    if reason := why_not_undone(merge, now):
        raise CannotUndo(reason)
    loser.merged_into = None
    loser.save(update_fields=["merged_into"])
    back = {}
    for each in belongings():
        rows = each.of(winner.pk).filter(pk__in=merge.moved.get(each.name, ()))
        back[each.name] = rows.update(contact=loser)
    ContactPoint.objects.filter(pk__in=merge.noted["points"]).update(verified_at=None)
    ConsentRecord.objects.filter(pk__in=merge.noted["consents"], contact=winner, source=MERGED).delete()
    _give_values_back(winner, merge)
    merge.undone_by, merge.undone_at = by, now
    merge.save(update_fields=["undone_by", "undone_at"])
    payload = {
        "merged_id": loser.pk,
        "name": loser.name,
        "moved": {name: count for name, count in back.items() if count},
    }
    record(name="contact.merge_undone", subject=winner, actor=actor, payload=payload, contact_id=winner.pk)
    for contact in (winner, loser):
        _rescore(contact, actor)
    return merge


@transaction.atomic
def dismiss(*, one: Contact, other: Contact, by: User | None, now: datetime) -> None:
    """Somebody says that the two are not the same person: they are not proposed again."""
    first, second = sorted((one.pk, other.pk))
    if first == second:
        raise CannotMerge(_("These are not two contacts, but one."))
    DuplicatePair.objects.update_or_create(
        first_id=first, second_id=second, defaults={"dismissed_by": by, "dismissed_at": now}
    )


@transaction.atomic
def propose_again(*, one: Contact, other: Contact) -> None:
    """Takes `dismiss` back."""
    first, second = sorted((one.pk, other.pk))
    DuplicatePair.objects.filter(first=first, second=second).update(dismissed_by=None, dismissed_at=None)


def find_duplicates() -> None:
    """Bring the proposed pairs up to date, all of them in one statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('crm.duplicates', 0))")
        cursor.execute(sql_of_all())


def _lock(belonging: Belonging, *contacts: int) -> None:
    """Evaluated for its locks alone."""
    rows = belonging.of(*contacts).select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _locked(winner: int, loser: int) -> tuple[Contact, Contact]:
    """Both rows; the loser's also against whoever is about to add something to it. Raises Contact.DoesNotExist."""
    rows = {
        pk: Contact.objects.select_for_update(no_key=pk != loser).get(pk=pk) for pk in sorted((winner, loser))
    }
    return rows[winner], rows[loser]


def _check_choices(winner: Contact, loser: Contact, taken: Mapping[str, Side]) -> None:
    conflicts = {each.name for each in choices_of(values_of(winner), values_of(loser))}
    if unknown := sorted(name for name, side in taken.items() if side == "loser" and name not in conflicts):
        raise CannotMerge(_("The two do not differ in: %(fields)s.") % {"fields": ", ".join(unknown)})


def _move(belonging: Belonging, winner: int, loser: int) -> list[int]:
    keys = sorted(belonging.going(winner, loser).values_list("pk", flat=True))
    belonging.of(loser).filter(pk__in=keys).update(contact=winner)
    return keys


def _verify_points(winner: Contact, loser: Contact) -> list[int]:
    """A number that the loser has verified is verified, also where the winner had it without."""
    verified = {
        (point.kind, point.value): point.verified_at
        for point in ContactPoint.objects.filter(contact=loser, verified_at__isnull=False)
    }
    unsure = ContactPoint.objects.filter(contact=winner, verified_at__isnull=True).order_by("pk")
    points = [point for point in unsure if (point.kind, point.value) in verified]
    for point in points:
        point.verified_at = verified[point.kind, point.value]
        point.save(update_fields=["verified_at"])
    return [point.pk for point in points]


def _take_values(winner: Contact, loser: Contact, taken: Mapping[str, Side]) -> dict[str, list[Any]]:
    """Write the winner's values as they become; what changed as [before, after]."""
    before = values_of(winner)
    after = decided(before, values_of(loser), taken)
    _write(winner, after)
    if loser.last_message_at is not None:
        latest = Greatest(F("last_message_at"), Value(loser.last_message_at))
        Contact.objects.filter(pk=winner.pk).update(last_message_at=latest)
    return {name: [before[name], value] for name, value in after.items()}


def _give_values_back(winner: Contact, merge: ContactMerge) -> None:
    now = values_of(winner)
    _write(winner, {name: before for name, (before, after) in merge.changed.items() if now[name] == after})


def _write(contact: Contact, values: Mapping[str, Any]) -> None:
    if not values:
        return
    columns = {column_of(name): value for name, value in values.items()}
    if "name" in columns:
        columns["name"], columns["name_normal"] = storable_name(columns["name"])
    for column, value in columns.items():
        setattr(contact, column, value)
    contact.save(update_fields=list(columns))


def _words(contact: Contact) -> list[Word]:
    rows = ConsentRecord.objects.filter(contact=contact).order_by("pk")
    return [Word(row.pk, row.purpose, row.channel, row.granted) for row in rows]


def _keep_opt_outs(winner: Contact, kept: list[tuple[str, str]], by: User | None) -> list[int]:
    """Say again what the newest word would hide, and end what still waits to follow up."""
    rows = ConsentRecord.objects.bulk_create(
        ConsentRecord(
            contact=winner,
            purpose=purpose,
            channel=channel,
            granted=False,
            source=MERGED,
            recorded_by=by,
        )
        for purpose, channel in kept
    )
    withdrawn = ConsentRecord.objects.filter(contact=winner, purpose=Purpose.FOLLOW_UP, channel="").order_by(
        "-id"
    )
    newest = withdrawn.first()
    if newest is not None and not newest.granted:
        follow_ups_ended.send(sender=Contact, contact=winner)
    return [row.pk for row in rows]


def _rescore(contact: Contact, actor: Actor) -> None:
    asked = rule_book().fields_used() | in_use().fields_used
    if any(name.startswith("contact.") for name in asked):
        rescore_locked(leads=lock_leads(contact=contact), actor=actor)
