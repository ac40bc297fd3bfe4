"""Who of a team takes the next lead: whoever has the fewest open ones."""

from __future__ import annotations

from django.db.models import Count, Q

from core.access.models import Team, User
from crm.pipeline.models import Lead, StageKind


class FairShare:
    """The loads are counted once; leads that are given out here count at once."""

    def __init__(self, team: Team) -> None:
        people = User.objects.filter(is_active=True, memberships__team=team)
        own = Q(leads__stage_kind=StageKind.OPEN)
        counted = people.annotate(load=Count("leads", filter=own, distinct=True)).order_by("id")
        self._people = {person.pk: person for person in counted}
        self._loads = {person.pk: person.load for person in counted}

    def next_for(self, lead: Lead) -> User | None:
        """Whoever of the team owns the lead already, else the one with the fewest open leads; None without people."""
        if lead.owner_id in self._people:
            return self._people[lead.owner_id]
        if not self._people:
            return None
        chosen = min(self._loads, key=lambda pk: (self._loads[pk], pk))
        self._loads[chosen] += 1
        return self._people[chosen]
