"""Versions of a sequence: drafted, checked, published, switched on and off; those that come with Parley."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from automation.flows.wording import LANGUAGES, choose
from automation.sequences.enums import Stop, Trigger
from automation.sequences.errors import BadScript, Problem, StaleDraft
from automation.sequences.models import (
    Enrolment,
    FollowUpSettings,
    Sequence,
    SequenceVersion,
    VersionStatus,
)
from automation.sequences.operations.ending import end, locked
from automation.sequences.queries.books import channels, forget
from automation.sequences.script import DAY, Script, of_days, read
from automation.sequences.shipped import ready
from core.access.models import User
from core.conditions import ConditionError, parse
from core.errors import Refused
from core.events.actor import Actor
from core.events.operations import record
from core.text import clean
from crm.scoring.queries import SUBJECT

LONGEST_NAME = 120
BLANK: Mapping[str, Any] = {
    "trigger": Trigger.SILENCE.value,
    "quiet_hours": 12,
    "within_days": 30,
    "segment": {"all": []},
    "yes": "person",
    "held_out": 0,
    "steps": [{"wait_minutes": DAY, "channel": "", "texts": dict.fromkeys(LANGUAGES, "")}],
}


def checked(stored: Any) -> Script:
    """The script, with its segment known to be a question that the database can answer. Raises BadScript."""
    script = read(stored, channels=channels())
    try:
        condition = parse(script.segment, SUBJECT)
    except ConditionError as error:
        raise BadScript([Problem("segment", error.message)]) from error
    if condition.python_only:
        problem = Problem(
            "segment", _("This segment asks for something that cannot be looked for in all leads.")
        )
        raise BadScript([problem])
    return script


@transaction.atomic
def create_sequence(*, name: str, user: User | None) -> Sequence:
    """A sequence of one's own, switched off, with a draft to be written. Raises Refused without a name."""
    name = _named(name)
    last = Sequence.objects.aggregate(last=Max("position"))["last"]
    sequence = Sequence.objects.create(key=_free_key(name), name=name, position=(last or 0) + 1)
    SequenceVersion.objects.create(sequence=sequence, number=1, script=dict(BLANK), created_by=user)
    return sequence


def _named(name: str) -> str:
    name = " ".join(clean(name).split())[:LONGEST_NAME]
    if not name:
        raise Refused(_("Give the sequence a name."))
    return name


def _free_key(name: str) -> str:
    base = slugify(name)[:50] or "sequence"
    taken = set(Sequence.objects.filter(key__startswith=base).values_list("key", flat=True))
    number = 1
    while (key := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return key


@transaction.atomic
def save_draft(
    *, sequence_id: int, script: Mapping[str, Any], user: User | None, revision: int, name: str | None = None
) -> SequenceVersion:
    """Keep what was written, also where it cannot be published yet. `revision`: of the draft that was read, 0 where there
    was none. Raises StaleDraft.
    """
    sequence = _locked(sequence_id)
    draft = sequence.versions.filter(status=VersionStatus.DRAFT).first()
    if (draft.revision if draft else 0) != revision:
        raise StaleDraft(
            _("Somebody else saved this draft meanwhile. Look at theirs, then write yours again.")
        )
    if draft is None:
        draft = SequenceVersion(sequence=sequence, number=_next_number(sequence))
    draft.script, draft.created_by, draft.revision = dict(script), user, revision + 1
    draft.save()
    if name is not None and _named(name) != sequence.name:
        sequence.name = _named(name)
        sequence.save(update_fields=["name"])
        forget()
    return draft


def _next_number(sequence: Sequence) -> int:
    return (sequence.versions.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def discard_draft(*, sequence_id: int) -> bool:
    """False where there is none, or nothing else to go back to."""
    sequence = _locked(sequence_id)
    if not sequence.versions.exclude(status=VersionStatus.DRAFT).exists():
        return False
    return bool(sequence.versions.filter(status=VersionStatus.DRAFT).delete()[0])


@transaction.atomic
def publish(*, sequence_id: int, user: User | None, now: datetime) -> SequenceVersion:
    """The draft is used from now on; whoever is in the sequence ends on the version that they began with.

    Again: nothing happens. Raises BadScript with every fault.
    """
    sequence = _locked(sequence_id)
    draft = sequence.versions.filter(status=VersionStatus.DRAFT).first()
    if draft is None:
        return sequence.versions.get(status=VersionStatus.PUBLISHED)
    draft.script = checked(draft.script).plain()
    sequence.versions.filter(status=VersionStatus.PUBLISHED).update(status=VersionStatus.ARCHIVED)
    draft.status, draft.published_at = VersionStatus.PUBLISHED, now
    draft.created_by = user or draft.created_by
    draft.save()
    payload = {"sequence": sequence.key, "name": sequence.name, "version": draft.number}
    record(name="sequence.published", subject=sequence, actor=Actor.of(user), payload=payload)
    forget()
    return draft


@transaction.atomic
def switch(*, sequence_id: int, on: bool, user: User | None, now: datetime) -> Sequence:
    """Use the sequence or not. Off, it ends for whoever is in it. Raises Refused for one never published."""
    sequence = _locked(sequence_id)
    if sequence.active == on:
        return sequence
    if on and not sequence.versions.filter(status=VersionStatus.PUBLISHED).exists():
        raise Refused(_("Publish the sequence first, then switch it on."))
    sequence.active = on
    sequence.save(update_fields=["active"])
    if not on:
        end(locked(Enrolment.objects.filter(sequence=sequence)), Stop.OFF, now=now, actor=Actor.of(user))
    payload = {"sequence": sequence.key, "name": sequence.name, "on": on}
    record(name="sequence.switched", subject=sequence, actor=Actor.of(user), payload=payload)
    forget()
    return sequence


@transaction.atomic
def set_weekly_cap(*, cap: int) -> FollowUpSettings:
    """How many unasked messages a customer gets in seven days. Raises Refused outside of 1 to 14."""
    if not 1 <= cap <= 14:
        raise Refused(_("Choose a number from 1 to 14."))
    stored, _made = FollowUpSettings.objects.update_or_create(id=1, defaults={"weekly_cap": cap})
    forget()
    return stored


def _locked(sequence_id: int) -> Sequence:
    return Sequence.objects.select_for_update(no_key=True).get(pk=sequence_id)


@transaction.atomic
def install_script(*, key: str, name: str, script: Mapping[str, Any], now: datetime) -> Sequence:
    """Add a sequence with its first version, published and switched off. Raises BadScript; IntegrityError for a key that
    is taken.
    """
    last = Sequence.objects.aggregate(last=Max("position"))["last"]
    sequence = Sequence.objects.create(key=key, name=name, position=(last or 0) + 1)
    plain = checked(script).plain()
    sequence.versions.create(number=1, status=VersionStatus.PUBLISHED, script=plain, published_at=now)
    forget()
    return sequence


@transaction.atomic
def install_ready(*, language: str, active: bool, now: datetime) -> list[Sequence]:
    """Add what is missing of the sequences that come with Parley, published and, with `active`, switched on; what is
    there stays as it is.
    """
    known = set(Sequence.objects.values_list("key", flat=True))
    made = []
    for position, (key, value) in enumerate(ready().items()):
        if key in known:
            continue
        name = choose(value["name"], language)
        sequence = Sequence.objects.create(key=key, name=name, active=active, position=position)
        script = checked(of_days(value)).plain()
        sequence.versions.create(number=1, status=VersionStatus.PUBLISHED, script=script, published_at=now)
        made.append(sequence)
    forget()
    return made
