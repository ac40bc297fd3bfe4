"""People and teams, so that a program can name an owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.access.models import Role, Team, User
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, Filter
from core.api.pages import Listing
from core.api.shapes import Choice, Flag, Identifier, Shape, Text
from core.keys.scopes import Scope


class PersonShape(Shape):
    scope = Scope.SETTINGS_READ
    small = User

    id = Identifier()
    name = Text()
    email = Text()
    role = Choice(choices=Role.choices)
    active = Flag("is_active")


class TeamShape(Shape):
    scope = Scope.SETTINGS_READ
    small = Team

    id = Identifier()
    name = Text()


PEOPLE = Listing(
    PersonShape,
    (
        Filter("active", FLAG, "is_active"),
        Filter("role", TEXT, choices=tuple(Role.values)),
        Filter("email", TEXT),
    ),
)
TEAMS = Listing(TeamShape)


class People(Endpoint):
    tag = "Company"

    @operation(Scope.SETTINGS_READ, "The people of the company", listing=PEOPLE)
    def get(self, call: Call) -> Any:
        return call.page(User.objects.all())


class Teams(Endpoint):
    tag = "Company"

    @operation(Scope.SETTINGS_READ, "The teams", listing=TEAMS)
    def get(self, call: Call) -> Any:
        return call.page(Team.objects.all())


def person_named(call: Call, public_id: UUID | None, path: str) -> User | None:
    """The active person of that id. Raises Problem 400 for another id."""
    if public_id is None:
        return None
    found = User.objects.filter(public_id=public_id, is_active=True).first()
    return found or call.refuse(path, "unknown", "Nobody of the company has this id.")


def team_named(call: Call, public_id: UUID | None, path: str) -> Team | None:
    if public_id is None:
        return None
    return Team.objects.filter(public_id=public_id).first() or call.refuse(
        path, "unknown", "There is no such team."
    )
