"""Who may be the same person and why; what a merge would move, and its undo give back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.access.models import User
from core.languages import Language
from crm.contacts.models import Company, Contact
from crm.contacts.queries import contacts
from crm.duplicates.belongings import Belonging, belongings
from crm.duplicates.clues import in_words, sql_of_one
from crm.duplicates.fields import CUSTOM, PLAIN, Choice, choices_of
from crm.duplicates.models import ContactMerge, DuplicatePair
from crm.fields.queries import all_fields
from crm.fields.queries import shown as shown_value

UNDO_DAYS = 30
PAGE = 25
RELATED = ("company", "owner")
Evidence = list[tuple[str, str]]
"""Pairs of clue and detail, the strongest first."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Another contact that may be the same person. `because`: the evidence in words."""

    contact: Contact
    evidence: Evidence

    @property
    def because(self) -> list[str]:
        return [words for clue, detail in self.evidence if (words := in_words(clue, detail))]


@dataclass(frozen=True, slots=True)
class Proposal:
    one: Contact
    other: Contact
    because: list[str]

    @property
    def people(self) -> tuple[Contact, Contact]:
        return self.one, self.other


@dataclass(frozen=True, slots=True)
class Proposals:
    """`after` is the id behind which the next page begins, None on the last."""

    rows: list[Proposal]
    after: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A value of both as people read it; `name` is the key under which a choice is made."""

    name: str
    label: str
    winner: str
    loser: str
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class Counted:
    label: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What goes back to the loser and what came since and stays; `reason` says why it cannot be undone."""

    back: list[Counted]
    stays: list[Counted]
    reason: str


def suspects_of(contact: Contact, user: User | None) -> list[Suspect]:
    """Contacts that share a clue with this one and that `user` may see (None: a program that sees all), the strongest
    evidence first; three statements.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql_of_one(), {"contact": contact.pk})
        found = {pk: _evidence(json.loads(clues)) for pk, clues in cursor.fetchall()}
    if not found:
        return []
    seen = contacts() if user is None else contacts().visible_to(user)
    rows = seen.select_related("company", "owner").with_points().in_bulk(found)
    return [Suspect(rows[pk], evidence) for pk, evidence in found.items() if pk in rows]


def proposals(user: User, *, after: int | None = None) -> Proposals:
    """Pairs that nobody has decided on, of contacts that `user` may see, those found last first; three statements."""
    seen = contacts().visible_to(user).values("pk")
    pairs = DuplicatePair.objects.filter(dismissed_at__isnull=True, first__in=seen, second__in=seen)
    if after is not None:
        pairs = pairs.filter(pk__lt=after)
    found = list(pairs.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    keys = {key for pair in shown for key in (pair.first_id, pair.second_id)}
    people = contacts().select_related("company", "owner").with_points().in_bulk(keys)
    rows = [
        Proposal(
            people[pair.first_id],
            people[pair.second_id],
            Suspect(people[pair.first_id], _evidence(pair.clues)).because,
        )
        for pair in shown
    ]
    return Proposals(rows, shown[-1].pk if len(found) > PAGE else None)


def column_of(name: str) -> str:
    """The attribute of a contact that holds the value of that name."""
    return f"{name}_id" if name in RELATED else name


def values_of(contact: Contact) -> dict[str, Any]:
    """The columns that a merge decides on, as `crm.duplicates.fields` takes them."""
    return {
        **{name: getattr(contact, column_of(name)) for name in PLAIN},
        "tags": contact.tags,
        "custom": contact.custom,
    }


def compared(winner: Contact, loser: Contact) -> list[Compared]:
    """The values of both, side by side."""
    choices = choices_of(values_of(winner), values_of(loser))
    names = _names(choices)
    labels = {"name": _("Name"), "language": _("Language"), "timezone": _("Time zone")}
    labels |= {"company": _("Company"), "owner": _("Owner")}
    labels |= {f"{CUSTOM}{each.key}": each.label for each in all_fields()}
    return [
        Compared(
            choice.name,
            labels.get(choice.name) or choice.name.removeprefix(CUSTOM),
            names(choice, choice.winner),
            names(choice, choice.loser),
            choice.is_conflict,
        )
        for choice in choices
    ]


def moving(winner: Contact, loser: Contact) -> list[Counted]:
    """How much of what goes over to the winner; one statement."""
    return _counted((each, each.going(winner.pk, loser.pk)) for each in belongings())


def merges_of(contact: Contact) -> list[ContactMerge]:
    """Contacts that are part of this one now, the latest first."""
    rows = ContactMerge.objects.filter(winner=contact, undone_at__isnull=True)
    return list(rows.select_related("loser", "merged_by").order_by("-pk"))


def undo_preview(merge: ContactMerge, now: datetime) -> UndoPreview:
    """Two statements; `merge` with its two contacts."""
    moved = [(each, merge.moved.get(each.name, ())) for each in belongings()]
    of_winner = [(each, each.of(merge.winner_id), keys) for each, keys in moved]
    back = _counted((each, rows.filter(pk__in=keys)) for each, rows, keys in of_winner)
    since = _counted(
        (each, rows.filter(created_at__gt=merge.merged_at).exclude(pk__in=keys))
        for each, rows, keys in of_winner
    )
    return UndoPreview(back, since, why_not_undone(merge, now))


def why_not_undone(merge: ContactMerge, now: datetime) -> str:
    """What makes the undo impossible, in words; "" while nothing does."""
    if merge.undone_at is not None:
        return _("This was undone already.")
    if now - merge.merged_at > timedelta(days=UNDO_DAYS):
        return _("A merge can be undone for %(days)s days.") % {"days": UNDO_DAYS}
    if merge.winner.merged_into_id is not None:
        return _("The contact has itself become part of another one since. Undo that first.")
    if merge.loser.merged_into_id != merge.winner_id:
        return _("The contacts have changed since.")
    return ""


def _evidence(clues: Iterable[Iterable[Any]]) -> Evidence:
    return [(str(clue), str(detail)) for _strength, clue, detail in clues]


def _counted(rows: Iterable[tuple[Belonging, QuerySet[Any]]]) -> list[Counted]:
    named = list(rows)
    counts = [
        each.order_by().annotate(what=Value(belonging.name)).values("what").annotate(count=Count("pk"))
        for belonging, each in named
    ]
    found: Mapping[str, int] = {}
    if counts:
        union = counts[0].union(*counts[1:], all=True)
        found = dict(union.values_list("what", "count"))
    return [Counted(each.label, found[each.name]) for each, _rows in named if found.get(each.name)]


def _names(choices: Iterable[Choice]) -> Any:
    """Writes a value as people read it; sends a statement for companies and one for people."""
    wanted = {each.name: {each.winner, each.loser} - {None} for each in choices if each.name in RELATED}
    related: dict[str, dict[int, Any]] = {
        "company": Company.objects.in_bulk(wanted.get("company", ())),
        "owner": User.objects.in_bulk(wanted.get("owner", ())),
    }
    languages = dict(Language.choices)
    custom = {f"{CUSTOM}{each.key}": each for each in all_fields()}

    def shown(choice: Choice, value: Any) -> str:
        if value in (None, "", [], {}):
            return ""
        if choice.name in related:
            return str(related[choice.name].get(value, ""))
        if choice.name in custom:
            return shown_value(custom[choice.name], value)
        if choice.name == "language":
            return str(languages.get(value, value))
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    return shown
