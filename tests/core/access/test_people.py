from __future__ import annotations

from datetime import time

import pytest
from pytest_django import DjangoAssertNumQueries

from core.access.errors import LastAdmin, NameTaken, NotYourself
from core.access.models import Role, Shift, Team, User
from core.access.operations import (
    PersonDraft,
    deactivate_user,
    invite_user,
    renew_password,
    save_team,
    update_user,
)
from core.access.queries import people, teams
from core.calendars.clock import Period
from core.errors import Refused
from tests.factories.core import AdminFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_invited_person_signs_in_with_the_password_that_is_shown() -> None:
    team = TeamFactory()
    draft = PersonDraft(name=" Nune ", role=Role.MANAGER, language="hy", team_ids=(team.pk, 999))

    invited = invite_user(email="Nune@Example.com", draft=draft)

    assert (invited.user.email, invited.user.name, list(invited.user.teams.all())) == (
        "nune@example.com",
        "Nune",
        [team],
    )
    assert invited.user.check_password(invited.password)
    assert len(invited.password) == 14
    renewed = renew_password(user_id=invited.user.pk)
    assert renewed.password != invited.password
    assert renewed.user.check_password(renewed.password)


def test_a_change_of_a_person_is_whole_or_not_at_all() -> None:
    user = UserFactory(name="Tigran")
    overlapping = [Period(0, time(9), time(13)), Period(0, time(12), time(18))]

    with pytest.raises(Refused):
        update_user(user_id=user.pk, draft=PersonDraft(name="Other"), shifts=overlapping)
    user.refresh_from_db()
    assert user.name == "Tigran"

    update_user(user_id=user.pk, draft=PersonDraft(name="Other"), shifts=overlapping[:1])
    assert list(Shift.objects.values_list("user", "weekday", "start", "end")) == [
        (user.pk, 0, time(9), time(13))
    ]


def test_one_admin_stays() -> None:
    first, second = AdminFactory(), AdminFactory()
    AdminFactory(is_active=False)
    with pytest.raises(NotYourself):
        deactivate_user(user_id=first.pk, by=first)
    deactivate_user(user_id=second.pk, by=first)
    with pytest.raises(LastAdmin):
        update_user(user_id=first.pk, draft=PersonDraft(name="First", role=Role.AGENT), shifts=[])
    with pytest.raises(LastAdmin):
        deactivate_user(user_id=first.pk, by=second)
    assert User.objects.filter(role=Role.ADMIN, is_active=True).get() == first


def test_teams_have_names_of_their_own() -> None:
    anna, davit = UserFactory(), UserFactory()
    team = save_team(name="Sales", member_ids=[anna.pk])
    save_team(name="Sales", member_ids=[davit.pk], team_id=team.pk)
    assert list(team.members.all()) == [davit]
    with pytest.raises(NameTaken):
        save_team(name=" Sales ", member_ids=[])
    assert Team.objects.count() == 1


def test_lists_of_people_and_teams(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    gone, anna = UserFactory(name="Aaron", is_active=False), UserFactory(name="Anna")
    TeamFactory(name="Sales", people=[gone, anna])
    with django_assert_num_queries(3):
        found = [(user.name, [team.name for team in user.teams.all()]) for user in people()]
    assert found == [("Anna", ["Sales"]), ("Aaron", ["Sales"])]
    assert [(team.name, team.size) for team in teams()] == [("Sales", 1)]  # type: ignore[attr-defined]
