from datetime import UTC, datetime, time

import pghistory
import pytest
from pytest_django import DjangoAssertNumQueries

from core.access.models import Role, Team, User
from core.calendars.models import BusinessCalendar, OpeningHours
from core.due.models import DueRow
from core.history.queries import Change, changes_of


@pytest.fixture
def ani() -> User:
    return User.objects.create_user("ani@example.com", name="Ani", role=Role.ADMIN)


def told(changes: list[Change]) -> list[tuple[str, str | None, list[tuple[str, str, str]]]]:
    return [
        (
            change.kind.value,
            change.who.name if change.who else None,
            [(field.label, field.before, field.after) for field in change.fields],
        )
        for change in changes
    ]


@pytest.mark.django_db
def test_who_changed_what_from_and_to(ani: User) -> None:
    narek = User.objects.create_user("narek@example.com", name="Narek")
    narek.is_active = False
    narek.save()
    with pghistory.context(user=ani.pk, url="/settings/people/"):
        narek.role = Role.MANAGER
        narek.name = "Narek A."
        narek.save()

    changes = changes_of(narek)
    assert told(changes)[:2] == [
        ("update", "Ani", [("name", "Narek", "Narek A."), ("role", "Agent", "Manager")]),
        ("update", None, [("active", "True", "False")]),
    ]
    assert [change.kind for change in changes] == ["update", "update", "insert"]
    assert ("email address", "", "narek@example.com") in told(changes)[2][2]


@pytest.mark.django_db
def test_related_objects_are_named_in_one_query(
    ani: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sales, support = Team.objects.create(name="Sales"), Team.objects.create(name="Support")
    calendar = BusinessCalendar.objects.create(name="Hours", team=sales)
    with pghistory.context(user=ani.pk):
        for team in (support, sales, None, support):
            calendar.team = team
            calendar.save()

    with django_assert_num_queries(3):
        changes = changes_of(calendar)
    assert told(changes)[:4] == [
        ("update", "Ani", [("team", "", "Support")]),
        ("update", "Ani", [("team", "Sales", "")]),
        ("update", "Ani", [("team", "Support", "Sales")]),
        ("update", "Ani", [("team", "Sales", "Support")]),
    ]


@pytest.mark.django_db
def test_pages_go_on_where_the_last_one_ended() -> None:
    team = Team.objects.create(name="1")
    for name in "234567":
        team.name = name
        team.save()

    first = changes_of(team, limit=3)
    second = changes_of(team, limit=3, before=first[-1].id)
    third = changes_of(team, limit=3, before=second[-1].id)
    after = [[change.fields[0].after for change in page] for page in (first, second, third)]
    before = [[change.fields[0].before for change in page] for page in (first, second, third)]
    assert after == [["7", "6", "5"], ["4", "3", "2"], ["1"]]
    assert before == [["6", "5", "4"], ["3", "2", "1"], [""]]


@pytest.mark.django_db
def test_a_deleted_object_is_still_told_of() -> None:
    calendar = BusinessCalendar.objects.create(name="Hours")
    hours = OpeningHours.objects.create(calendar=calendar, weekday=0, start=time(9), end=time(18))
    pk = hours.pk
    hours.delete()

    hours.pk = pk
    assert [kind for kind, _, _ in told(changes_of(hours))] == ["delete", "insert"]


@pytest.mark.django_db
def test_a_model_without_history_says_so() -> None:
    with pytest.raises(LookupError, match="DueRow has no history"):
        changes_of(DueRow(pk=1, due_at=datetime(2026, 3, 2, tzinfo=UTC)))
