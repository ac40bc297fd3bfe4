"""Who sees what (spec 15.2): one rule for every queryset that a person is shown."""

from __future__ import annotations

from django.db.models import Q

from core.access.models import Membership, User


def visible(user: User, *, person: str, team: str = "team") -> Q:
    """Rows that `user` may see, by the names of the row's person and team columns.

    Managers and admins see all; an agent sees own rows, rows of own teams, and rows that no person and
    no team has yet. A signed-out or deactivated user sees nothing.
    """
    if not (user.is_authenticated and user.is_active):
        return Q(pk__in=[])
    if user.sees_everything:
        return Q()
    own_teams = Membership.objects.filter(user=user).values("team_id")
    unclaimed = Q(**{f"{person}__isnull": True, f"{team}__isnull": True})
    return Q(**{person: user}) | Q(**{f"{team}__in": own_teams}) | unclaimed
