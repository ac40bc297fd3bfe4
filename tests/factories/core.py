"""People and company for tests of every room. Values are exact, so that tests can compare with them."""

from __future__ import annotations

from datetime import time
from typing import Any

import factory

from core.access.models import Membership, Role, Shift, Team, User
from core.calendars.models import BusinessCalendar, OpeningHours
from core.company.models import CompanyProfile

PASSWORD = "correct horse battery staple"


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Colleague {number}")
    email = factory.Sequence(lambda number: f"colleague{number}@example.com")
    role = Role.AGENT
    timezone = "Asia/Yerevan"

    @factory.post_generation
    def password(self: User, create: bool, given: str | None, **rest: Any) -> None:
        self.set_password(given or PASSWORD)
        if create:
            self.save(update_fields=["password"])


class ManagerFactory(UserFactory):
    role = Role.MANAGER


class AdminFactory(UserFactory):
    role = Role.ADMIN


class TeamFactory(factory.django.DjangoModelFactory[Team]):
    class Meta:
        model = Team
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Team {number}")

    @factory.post_generation
    def people(self: Team, create: bool, given: list[User] | None, **rest: Any) -> None:
        """`TeamFactory(people=[anna, davit])`."""
        for user in given or []:
            Membership.objects.create(team=self, user=user)


class ShiftFactory(factory.django.DjangoModelFactory[Shift]):
    class Meta:
        model = Shift

    user = factory.SubFactory(UserFactory)
    weekday = 0
    start = time(9)
    end = time(18)


class CompanyFactory(factory.django.DjangoModelFactory[CompanyProfile]):
    """The one company: made again, it is changed."""

    class Meta:
        model = CompanyProfile
        django_get_or_create = ("id",)

    id = 1
    name = "Masis Furniture"
    currency = "AMD"
    country = "AM"
    timezone = "Asia/Yerevan"


class CalendarFactory(factory.django.DjangoModelFactory[BusinessCalendar]):
    """Monday to Friday, 10:00 to 19:00 in Yerevan, for the whole company unless a team is given."""

    class Meta:
        model = BusinessCalendar
        skip_postgeneration_save = True

    name = "Office hours"
    team = None
    timezone = "Asia/Yerevan"

    @factory.post_generation
    def weekdays(self: BusinessCalendar, create: bool, given: range | None, **rest: Any) -> None:
        OpeningHours.objects.bulk_create(
            OpeningHours(calendar=self, weekday=weekday, start=time(10), end=time(19))
            for weekday in (range(5) if given is None else given)
        )
