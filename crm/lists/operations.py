"""Saved views: each write locks the row and raises its revision by one. `user` None is a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.leaving import Handed, Leaving
from core.access.models import User
from core.conditions import ConditionError, parse
from core.text import clean
from crm.lists.columns import MOST, order_of, unknown_columns
from crm.lists.errors import BadView, NotYourView, StaleView
from crm.lists.models import Layout, ListPreference, SavedView
from crm.lists.queries import changes_since, may_change
from crm.pipeline.models import Pipeline
from crm.scoring.queries import SUBJECT

NAME_LENGTH = 100
MOST_PINNED = 12


class ViewChanges(TypedDict, total=False):
    """What a view is made of; `filter` is a condition over leads, {} for all of them."""

    name: str
    shared: bool
    pipeline: Pipeline | None
    layout: str
    filter: dict[str, Any]
    columns: Sequence[str]
    sort: str


@transaction.atomic
def save_view(*, user: User | None, **values: Unpack[ViewChanges]) -> SavedView:
    """Add a view; it stands among the tabs of whoever made it. Raises BadView."""
    view = SavedView(owner=user)
    _write(view, {"name": "", **values})
    if user is None and not view.shared:
        raise BadView(_("What a program saves is shared: nobody else could use it."), field="shared")
    view.save(force_insert=True)
    if user is not None:
        pin_view(user=user, view=view, pinned=True)
    return view


@transaction.atomic
def change_view(
    *,
    view_id: int,
    user: User | None,
    expected_revision: int | None = None,
    **changes: Unpack[ViewChanges],
) -> SavedView:
    """Write what differs. Raises StaleView, naming who saved what, where the view is no longer of that revision;
    NotYourView, BadView, SavedView.DoesNotExist.
    """
    view = _locked(view_id, user, expected_revision)
    before = {name: getattr(view, name) for name in changes}
    _write(view, changes)
    if view.owner_id is None and not view.shared:
        raise BadView(_("Nobody owns this view, so it stays shared."), field="shared")
    if changed := [name for name in changes if getattr(view, name) != before[name]]:
        view.revision += 1
        view.save(update_fields=[*changed, "revision"])
    return view


@transaction.atomic
def delete_view(*, view_id: int, user: User | None, expected_revision: int | None = None) -> None:
    """Raises StaleView, NotYourView, SavedView.DoesNotExist."""
    _locked(view_id, user, expected_revision).delete()


@transaction.atomic
def pin_view(*, user: User, view: SavedView, pinned: bool) -> None:
    """Put a view among the person's tabs, at the end, or take it away. Raises BadView where there are too many."""
    preference = _preference(user)
    others = [pk for pk in preference.pinned if pk != view.pk]
    known = set(SavedView.objects.filter(pk__in=others).values_list("pk", flat=True))
    others = [pk for pk in others if pk in known]
    if pinned and len(others) >= MOST_PINNED:
        raise BadView(_("There are too many tabs. Take one away first."), field="pinned")
    preference.pinned = [*others, view.pk] if pinned else others
    preference.save(update_fields=["pinned"])


@transaction.atomic
def prefer_columns(*, user: User, columns: Sequence[str]) -> None:
    """The columns of lists for which no view says. Raises BadView."""
    preference = _preference(user)
    preference.columns = _columns(columns)
    preference.save(update_fields=["columns"])


def hand_over_views(leaving: Leaving) -> Handed:
    """Shared views stay in use when their owner goes: whoever takes over may change them, else managers."""
    label = gettext_lazy("Shared views")
    if not leaving.has_heir:
        return Handed(label, 0)
    mine = SavedView.objects.filter(owner=leaving.user, shared=True)
    return Handed(label, mine.update(owner=leaving.to_user))


def _preference(user: User) -> ListPreference:
    ListPreference.objects.bulk_create([ListPreference(user=user)], ignore_conflicts=True)
    return ListPreference.objects.select_for_update().get(user=user)


def _locked(view_id: int, user: User | None, expected: int | None) -> SavedView:
    view = SavedView.objects.select_for_update(no_key=True).get(pk=view_id)
    if not may_change(view, user):
        raise NotYourView(
            _("Only its owner, a manager or an admin can change this view. Save it as your own.")
        )
    if expected is not None and view.revision != expected:
        raise _stale(view, expected)
    return view


def _stale(view: SavedView, expected: int) -> StaleView:
    later = changes_since(view, expected)
    last = later[0] if later else None
    who, when = (last.who, last.at) if last else ("", None)
    labels = {field.label: None for change in later for field in change.fields}
    words = {
        "who": who or _("Somebody else"),
        "name": view.name,
        "what": ", ".join(labels),
        "time": formats.date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT") if when else "",
    }
    sentence = _(
        "%(who)s has changed “%(name)s” in the meantime (%(time)s): %(what)s. Nothing was overwritten."
    )
    return StaleView(sentence % words, who=who, when=when, changes=tuple(labels))


def _write(view: SavedView, values: ViewChanges) -> None:
    """Set what was given, checked. Raises BadView."""
    if "name" in values:
        view.name = _name(values["name"])
    if "shared" in values:
        view.shared = values["shared"]
    if "pipeline" in values:
        view.pipeline = values["pipeline"]
    if "layout" in values:
        view.layout = _layout(values["layout"])
    if "filter" in values:
        view.filter = checked_filter(values["filter"])
    if "columns" in values:
        view.columns = _columns(values["columns"])
    if "sort" in values:
        view.sort = _sort(values["sort"])


def _name(text: str) -> str:
    name = " ".join(clean(text).split())[:NAME_LENGTH]
    if not name:
        raise BadView(_("Give it a name."), field="name")
    return name


def _layout(text: str) -> str:
    if text not in Layout.values:
        raise BadView(_("A view is a board or a table."), field="layout")
    return text


def checked_filter(given: Any) -> dict[str, Any]:
    """The condition in its canonical form; {} stays so. Raises BadView with the path of the fault."""
    if given == {}:
        return {}
    try:
        condition = parse(given, SUBJECT)
    except ConditionError as error:
        raise BadView(error.message, field="filter", path=error.path, code=error.code) from error
    if condition.python_only:
        raise BadView(_("A list cannot be filtered by this."), field="filter", code="python_only")
    kept: Any = condition.to_json()
    return {} if kept == {"all": []} else dict(kept)


def _columns(names: Iterable[str]) -> list[str]:
    kept = list(dict.fromkeys(names))
    if unknown := unknown_columns(kept):
        raise BadView(_("There is no column “%(name)s”.") % {"name": unknown[0][:40]}, field="columns")
    if len(kept) > MOST:
        raise BadView(_("These are too many columns."), field="columns")
    return kept


def _sort(text: str) -> str:
    if text and order_of(text) is None:
        raise BadView(_("Leads cannot be ordered by this."), field="sort")
    return text
