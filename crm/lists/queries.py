from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext as _

from core.access.models import User
from core.conditions import Condition, ConditionError, parse
from core.history.queries import Change, changes_of
from crm.errors import Use
from crm.lists.columns import USUAL, Order
from crm.lists.errors import BrokenView
from crm.lists.models import ListPreference, SavedView
from crm.lists.places import Place, damaged
from crm.pipeline.models import Lead
from crm.pipeline.queries import LeadQuerySet
from crm.scoring.queries import SUBJECT
from crm.uses import mentions

PAGE = 50
UNKNOWN_BY_ID = frozenset({"win_chance"})
"""Orders whose index leaves out the leads without a value: these come by that of the ids."""
ALL: dict[str, list[object]] = {"all": []}


class ViewQuerySet(QuerySet[SavedView]):
    def visible_to(self, user: User) -> ViewQuerySet:
        """Own and shared ones."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(Q(owner=user) | Q(shared=True))

    def shared(self) -> ViewQuerySet:
        return self.filter(shared=True)


def views() -> ViewQuerySet:
    return ViewQuerySet(SavedView)


def views_for(user: User) -> ViewQuerySet:
    """The views that the person may choose, own ones first, by name."""
    return views().visible_to(user).select_related("owner", "pipeline").order_by("shared", "name", "id")


def may_change(view: SavedView, user: User | None) -> bool:
    """A program that may write may change what it sees."""
    return user is None or view.owner_id == user.pk or (view.shared and user.sees_everything)


def condition_of(view: SavedView) -> Condition:
    """Which leads the view means. Raises BrokenView: then it shows nothing, never everything."""
    try:
        condition = parse(view.filter or ALL, SUBJECT)
        if not condition.python_only:
            return condition
        raise ConditionError("", _("A list cannot be filtered by this."), "python_only")
    except ConditionError as error:
        sentence = _("The view “%(name)s” asks for something that is gone, so it shows nothing. %(why)s")
        raise BrokenView(sentence % {"name": view.name, "why": error.message}) from error


def preference_of(user: User) -> ListPreference:
    """Not saved where the person has chosen nothing yet."""
    return ListPreference.objects.filter(user=user).first() or ListPreference(user=user)


def columns_of(view: SavedView | None, preference: ListPreference) -> list[str]:
    """Those of the view, else the person's, else the usual ones."""
    return list((view.columns if view else None) or preference.columns or USUAL)


def changes_since(view: SavedView, revision: int) -> list[Change]:
    """What was saved after that revision, newest first."""
    found = []
    for change in changes_of(view).changes:
        if change.row["revision"] <= revision:
            break
        found.append(change)
    return found


def page_of(
    rows: LeadQuerySet, order: Order, after: Place | None = None, limit: int = PAGE
) -> tuple[list[Lead], Place | None]:
    """One page of leads in that order and the place behind it, None at the end.

    One statement; a second one where the leads without a value begin. Raises BadCursor for a place of another order.
    """
    if after is not None and after.order != order.text:
        raise damaged()
    parts, unknown = [rows], None
    if order.nullable:
        known, unknown = (rows.filter(**{f"{order.column}__isnull": blank}) for blank in (False, True))
        parts = [known, unknown] if after is None or after.value is not None else [unknown]
    found: list[Lead] = []
    for number, part in enumerate(parts):
        columns = ("id",) if part is unknown and order.name in UNKNOWN_BY_ID else (order.column, "id")
        if after is not None and not number:
            part = part.filter(_behind(order, after))
        found += part.order_by(*_signed(columns, order))[: limit + 1 - len(found)]
        if len(found) > limit:
            last = found[limit - 1]
            return found[:limit], Place(order.text, _written(getattr(last, order.column)), last.pk)
    return found, None


def _signed(columns: Iterable[str], order: Order) -> list[str]:
    sign = "-" if order.falling else ""
    return [f"{sign}{column}" for column in dict.fromkeys(columns)]


def _behind(order: Order, at: Place) -> Any:
    """A comparison of both columns at once: the index then begins at the very row, however many have the same value."""
    beyond = Q(id__lt=at.id) if order.falling else Q(id__gt=at.id)
    if order.column == "id" or (order.nullable and at.value is None):
        return beyond
    try:
        value = Lead._meta.get_field(order.column).to_python(at.value)  # type: ignore[union-attr]
    except ValidationError as error:
        raise damaged() from error
    lookup = TupleLessThan if order.falling else TupleGreaterThan
    return lookup(Tuple(F(order.column), F("id")), (value, at.id))


def _written(value: Any) -> str | None:
    if value is None:
        return None
    return str(value.isoformat() if isinstance(value, datetime) else value)


def views_using(field: str, choice: str | None = None) -> Iterator[Use]:
    """Saved views that ask for the condition field, or for that choice of it."""
    for view in SavedView.objects.exclude(filter={}).select_related("owner"):
        if mentions(view.filter, field, choice):
            yield Use(_("Saved view"), f"{view.name} ({view.owner})" if view.owner else view.name)
