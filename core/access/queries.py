"""Who sees what (spec 15.2): one rule for every queryset that a person is shown."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q, QuerySet

from core.access.models import Membership, Shift, Team, User


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


def people() -> QuerySet[User]:
    """Everybody by name, those who left last, with teams and shifts; three queries."""
    rows = User.objects.order_by("-is_active", "name", "id")
    return rows.prefetch_related(
        Prefetch("teams", Team.objects.order_by("name")),
        Prefetch("shifts", Shift.objects.order_by("weekday", "start")),
    )


def teams() -> QuerySet[Team]:
    """All teams by name, with `size`: how many of their people are active."""
    active = Count("members", filter=Q(members__is_active=True), distinct=True)
    return Team.objects.annotate(size=active).order_by("name")
