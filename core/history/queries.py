"""The append-only history of what people edit (spec 12.2), read as who, when, from where, what from and to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Field, ForeignKey, Model
from django.utils.translation import gettext as _

from core.access.models import User
from core.history import values
from core.history.enums import Area, ChangeKind, Origin
from core.history.names import Key, Names, named_by
from core.history.registry import Row, Tracked, everything, parts_of, words_for
from core.history.rows import Found, Place, Source, Wanted, read
from core.keys.models import ApiKey

PAGE = 50
FEW = 2
_CUSTOMERS_OWN = ("/chat/", "/book/", "/hooks/")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`name` is the field's, `label` its name in the language that is active now, with the part of it that changed;
    `before` and `after` are as shown.
    """

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one statement did to one thing.

    `who` is the person, else the program, else "" where nobody was signed in; `origin` says from where. `thing` names
    what was changed, `of` what that is a part of; both also when they are gone. `mark` is the public name of the thing,
    `lives` whether it is there, `row` how it was afterwards, by column.
    """

    place: Place
    kind: ChangeKind
    tracked: Tracked
    object_id: int
    mark: str
    lives: bool
    thing: str
    of: str
    who: str
    person_id: int | None
    origin: Origin
    through: str
    fields: tuple[FieldChange, ...]
    row: Row

    @property
    def is_long(self) -> bool:
        """Whether it tells all that a thing has or had, rather than what became another."""
        return self.kind != ChangeKind.UPDATE and len(self.fields) > FEW

    @property
    def at(self) -> datetime:
        return self.place.at


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """`after` is where the next page begins, None on the last. A page may hold fewer changes than were asked for."""

    changes: list[Change]
    after: Place | None


def open_to(user: User) -> list[Tracked]:
    """What `user` may read the whole history of: admins everything, managers what they may see the settings of."""
    if not user.sees_everything:
        return []
    return [each for each in everything() if user.is_admin or not each.admins_only]


def of_areas(tracked: Iterable[Tracked], area: Area) -> list[Source]:
    return [Source(tracked=each) for each in tracked if each.area == area]


def of_whole(tracked: Tracked) -> list[Source]:
    """All things of a kind with their parts."""
    return [Source(tracked=each) for each in (tracked, *parts_of(tracked))]


def of_thing(tracked: Tracked, pk: Any) -> list[Source]:
    """A thing and what is a part of it."""
    parts = [Source(tracked=each, column=each.of_column, value=pk) for each in parts_of(tracked)]
    return [Source(tracked=tracked, column="pgh_obj_id", value=pk), *parts]


def of_mark(tracked: Tracked, mark: UUID) -> list[Source]:
    """The same for a thing by its public name; of one that is gone only its own changes."""
    pk = None
    if tracked.mark == "public_id":
        pk = tracked.model._default_manager.filter(public_id=mark).values_list("pk", flat=True).first()
    if pk is not None:
        return of_thing(tracked, pk)
    return [Source(tracked=tracked, column=tracked.mark, value=mark)]


def changes_of(subject: Model, *, limit: int = PAGE, after: Place | None = None) -> HistoryPage:
    """The changes of a thing and of its parts, newest first. Raises LookupError for a model without history."""
    return page(Wanted(sources=of_thing(words_for(type(subject)), subject.pk)), limit=limit, after=after)


def page(wanted: Wanted, *, limit: int = PAGE, after: Place | None = None) -> HistoryPage:
    """Behind `after`, newest first. At most six statements, whatever there is."""
    found = read(wanted, after=after, limit=limit + 1)
    rows = _without_noise(found[:limit])
    names, keys = Names(), _keys(rows)
    edits = [(row, _edited(row)) for row in rows]
    names.learn(_to_learn(edits))
    changes = [_change(row, fields, names, keys) for row, fields in edits]
    return HistoryPage(
        [change for change in changes if change.fields or change.kind != ChangeKind.UPDATE],
        found[limit - 1].place if len(found) > limit else None,
    )


def _without_noise(rows: Sequence[Found]) -> list[Found]:
    """Parts that went with their whole, and parts that were written anew as they were, are no changes."""
    gone = {(row.at, row.tracked.model, row.object_id) for row in rows if row.kind == ChangeKind.DELETE}
    kept = [
        row
        for row in rows
        if not (
            row.kind == ChangeKind.DELETE
            and row.tracked.of
            and (row.at, row.tracked.parent, row.row.get(row.tracked.of_column)) in gone
        )
    ]
    renewed = _renewed(kept)
    return [row for row in kept if id(row) not in renewed]


def _renewed(rows: Sequence[Found]) -> set[int]:
    """Pairs of a part that was deleted and one that was created with the same content in the same transaction."""
    deleted: dict[Any, list[Found]] = {}
    for row in rows:
        if row.tracked.of and row.kind == ChangeKind.DELETE:
            deleted.setdefault(_content(row), []).append(row)
    pairs: set[int] = set()
    for row in rows:
        if row.tracked.of and row.kind == ChangeKind.INSERT and (twins := deleted.get(_content(row))):
            pairs |= {id(row), id(twins.pop())}
    return pairs


def _content(row: Found) -> tuple[Any, ...]:
    columns = (row.tracked.of_column, *row.tracked.told)
    return (row.at, row.tracked.key, *(repr(row.row.get(column)) for column in columns))


Edit = tuple["Field[Any, Any]", Any, Any]


def _edited(row: Found) -> list[Edit]:
    """The fields that differ. Of what was created all that it has, of what is gone all that it had."""
    new: Row = {} if row.kind == ChangeKind.DELETE else row.row
    old: Row = row.was
    if row.kind == ChangeKind.DELETE:
        old = row.row
    elif row.kind == ChangeKind.INSERT:
        old = row.was if row.tracked.follows else {}
    elif not row.was:
        return []
    of = row.tracked.of_column if row.tracked.of and row.kind != ChangeKind.UPDATE else ""
    # What a new thing is called stands at its head already.
    name = row.tracked.named_by[0] if row.kind == ChangeKind.INSERT and len(row.tracked.named_by) == 1 else ""
    edits: list[Edit] = []
    for column, each in row.tracked.told.items():
        was, now = old.get(column), new.get(column)
        if was != now and column not in (of, name) and not (_is_empty(was) and _is_empty(now)):
            edits.append((each, was, now))
    return edits


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {}, ())


def _to_learn(edits: Iterable[tuple[Found, list[Edit]]]) -> Iterable[Key]:
    for row, changed in edits:
        yield row.tracked.model, row.object_id
        yield from named_by(row.tracked, row.row)
        if row.tracked.parent is not None and row.row.get(row.tracked.of_column) is not None:
            yield row.tracked.parent, row.row[row.tracked.of_column]
        if (person := _person(row)) is not None:
            yield User, person
        for each, *pair in changed:
            if isinstance(each, ForeignKey):
                yield from ((each.related_model, pk) for pk in pair if pk is not None)


def _change(row: Found, edits: Iterable[Edit], names: Names, keys: Mapping[str, str]) -> Change:
    tracked, person = row.tracked, _person(row)
    parent = row.row.get(tracked.of_column) if tracked.of else None
    program = str(row.context.get("api_key") or "")
    through = keys.get(program, program)
    return Change(
        place=row.place,
        kind=ChangeKind(row.kind),
        tracked=tracked,
        object_id=row.object_id,
        mark=str(row.row.get(tracked.mark) or ""),
        lives=names.lives(tracked.model, row.object_id),
        thing=tracked.called(row.row, lambda name: names.related(tracked, row.row, name)),
        of=names.of(tracked.parent, parent) if tracked.parent and parent is not None else "",
        who=names.of(User, person) if person is not None else through,
        person_id=person,
        origin=_origin(row.context),
        through=through,
        fields=tuple(told for each, was, now in edits for told in _told(row, each, was, now, names)),
        row=row.row,
    )


def _told(row: Found, each: Field[Any, Any], was: Any, now: Any, names: Names) -> Iterable[FieldChange]:
    words, label = row.tracked.words(each.name), row.tracked.label_of(each)
    if words.split is not None:
        for part, before, after in words.split(was, now):
            yield FieldChange(each.name, f"{label} ({part})" if part else label, before, after)
        return

    def show(value: Any, of: Row) -> str:
        if words.show is not None:
            return words.show(value, of)
        if isinstance(each, ForeignKey):
            return names.of(each.related_model, value) if value is not None else ""
        return values.shown(each, value)

    before, after = show(was, row.was or row.row), show(now, row.row)
    if before != after:
        yield FieldChange(each.name, label, before, after)


def _person(row: Found) -> int | None:
    user = row.context.get("user")
    return user if isinstance(user, int) else None


def _origin(context: Row) -> Origin:
    if context.get("api_key"):
        return Origin.API
    if context.get("job") or context.get("bulk"):
        return Origin.JOB
    if isinstance(context.get("user"), int):
        return Origin.SCREEN
    is_customers = str(context.get("url") or "").startswith(_CUSTOMERS_OWN)
    return Origin.CUSTOMER if is_customers else Origin.AUTOMATIC


def _keys(rows: Collection[Found]) -> dict[str, str]:
    """Names of the API keys, by their prefixes."""
    prefixes = {str(row.context["api_key"]) for row in rows if row.context.get("api_key")}
    if not prefixes:
        return {}
    found = ApiKey.objects.filter(prefix__in=prefixes).values_list("prefix", "name")
    return {prefix: _("%(name)s (API key)") % {"name": name} for prefix, name in found}
