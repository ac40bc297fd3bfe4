from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.access.models import User
from core.conditions import Condition, ConditionError, parse
from core.history.queries import Change, changes_of
from crm.errors import Use
from crm.lists.columns import USUAL
from crm.lists.errors import BrokenView
from crm.lists.models import ListPreference, SavedView
from crm.scoring.queries import SUBJECT
from crm.uses import mentions

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


def views_using(field: str, choice: str | None = None) -> Iterator[Use]:
    """Saved views that ask for the condition field, or for that choice of it."""
    for view in SavedView.objects.exclude(filter={}).select_related("owner"):
        if mentions(view.filter, field, choice):
            yield Use(_("Saved view"), f"{view.name} ({view.owner})" if view.owner else view.name)
