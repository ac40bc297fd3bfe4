from datetime import UTC, datetime, time, timedelta

import pghistory
import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from core.access.models import Role, Team, User
from core.calendars.models import BusinessCalendar, OpeningHours
from core.due.models import DueRow
from core.history.enums import Area, Origin
from core.history.queries import HistoryPage, changes_of, of_areas, of_mark, open_to, page
from core.history.registry import everything, words_for
from core.history.rows import ITSELF, PERSON, PROGRAMS, Source, Wanted
from core.history.signing import sign
from core.keys.models import ApiKey
from core.keys.scopes import Scope

Told = tuple[str, str, str, list[tuple[str, str, str]]]


@pytest.fixture
def ani() -> User:
    return User.objects.create_user("ani@example.com", name="Ani", role=Role.ADMIN)


def told(found: HistoryPage) -> list[Told]:
    return [
        (
            change.kind.value,
            change.thing,
            change.who,
            [(field.label, field.before, field.after) for field in change.fields],
        )
        for change in found.changes
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

    found = told(changes_of(narek))
    assert found[:2] == [
        ("update", "Narek A.", "Ani", [("name", "Narek", "Narek A."), ("role", "Agent", "Manager")]),
        ("update", "Narek", "", [("active", "yes", "no")]),
    ]
    assert found[2][0] == "insert"
    assert ("email address", "", "narek@example.com") in found[2][3]


@pytest.mark.django_db
def test_related_things_are_named_however_many_there_are(
    ani: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sales, support = Team.objects.create(name="Sales"), Team.objects.create(name="Support")
    calendar = BusinessCalendar.objects.create(name="Hours", team=sales)
    with pghistory.context(user=ani.pk):
        for team in (support, sales, None, support):
            calendar.team = team
            calendar.save()

    with django_assert_max_num_queries(3):
        found = changes_of(calendar)
    assert told(found)[:4] == [
        ("update", "Hours", "Ani", [("team", "", "Support")]),
        ("update", "Hours", "Ani", [("team", "Sales", "")]),
        ("update", "Hours", "Ani", [("team", "Support", "Sales")]),
        ("update", "Hours", "Ani", [("team", "Sales", "Support")]),
    ]


@pytest.mark.django_db
def test_a_thing_that_is_gone_keeps_its_name() -> None:
    team = Team.objects.create(name="Night shift")
    calendar = BusinessCalendar.objects.create(name="Hours", team=team)
    calendar.team = None
    calendar.save()
    team.delete()

    assert told(changes_of(calendar))[0][3] == [("team", "Night shift", "")]


@pytest.mark.django_db
def test_pages_go_on_where_the_last_one_ended() -> None:
    team = Team.objects.create(name="1")
    for name in "234567":
        team.name = name
        team.save()

    first = changes_of(team, limit=3)
    second = changes_of(team, limit=3, after=first.after)
    third = changes_of(team, limit=3, after=second.after)
    names = [[change.thing for change in found.changes] for found in (first, second, third)]
    edits = [
        [(field.before, field.after) for change in found.changes for field in change.fields]
        for found in (first, second, third)
    ]
    assert names == [["7", "6", "5"], ["4", "3", "2"], ["1"]]
    assert edits == [[("6", "7"), ("5", "6"), ("4", "5")], [("3", "4"), ("2", "3"), ("1", "2")], []]
    assert third.after is None


@pytest.mark.django_db
def test_pages_over_many_tables_miss_nothing_and_repeat_nothing(ani: User) -> None:
    teams = [Team.objects.create(name=str(number)) for number in range(5)]
    for team in teams:
        BusinessCalendar.objects.create(name=f"Hours {team}", team=team)
    wanted = Wanted(sources=of_areas(everything(), Area.SETTINGS))

    whole = page(wanted, limit=200)
    pieces, after = [], None
    while True:
        found = page(wanted, limit=2, after=after)
        pieces += found.changes
        after = found.after
        if after is None:
            break
    assert [(each.tracked.key, each.place.id) for each in pieces] == [
        (each.tracked.key, each.place.id) for each in whole.changes
    ]
    assert {each.tracked.key for each in pieces} >= {"team", "businesscalendar", "user"}


@pytest.mark.django_db(transaction=True)
def test_parts_stand_in_the_history_of_their_whole() -> None:
    calendar = BusinessCalendar.objects.create(name="Hours")
    OpeningHours.objects.create(calendar=calendar, weekday=0, start=time(9), end=time(18))
    OpeningHours.objects.get().delete()

    assert [(kind, thing) for kind, thing, _, _ in told(changes_of(calendar))] == [
        ("delete", "Monday 09:00–18:00"),
        ("insert", "Monday 09:00–18:00"),
        ("insert", "Hours"),
    ]


@pytest.mark.django_db(transaction=True)
def test_hours_that_were_written_anew_as_they_were_are_no_change() -> None:
    calendar = BusinessCalendar.objects.create(name="Hours")
    for day in range(2):
        OpeningHours.objects.create(calendar=calendar, weekday=day, start=time(9), end=time(18))
    before = [each.place for each in changes_of(calendar).changes]
    with transaction.atomic():
        OpeningHours.objects.all().delete()
        OpeningHours.objects.create(calendar=calendar, weekday=0, start=time(9), end=time(18))
        OpeningHours.objects.create(calendar=calendar, weekday=1, start=time(10), end=time(18))

    changed = [
        (change.kind.value, change.thing)
        for change in changes_of(calendar).changes
        if change.place not in before
    ]
    assert sorted(changed) == [("delete", "Tuesday 09:00–18:00"), ("insert", "Tuesday 10:00–18:00")]


@pytest.mark.django_db
def test_what_went_with_its_whole_is_told_once() -> None:
    calendar = BusinessCalendar.objects.create(name="Hours")
    OpeningHours.objects.create(calendar=calendar, weekday=0, start=time(9), end=time(18))
    pk = calendar.pk
    calendar.delete()

    calendar.pk = pk
    kinds = [change.kind.value for change in changes_of(calendar).changes]
    assert kinds.count("delete") == 1


@pytest.mark.django_db
def test_a_model_without_history_says_so() -> None:
    with pytest.raises(LookupError, match="DueRow has no history"):
        changes_of(DueRow(pk=1, due_at=datetime(2026, 3, 2, tzinfo=UTC)))


@pytest.mark.django_db
def test_from_where_a_change_came(ani: User) -> None:
    team, now = Team.objects.create(name="0"), datetime(2026, 3, 2, tzinfo=UTC)
    ApiKey.objects.create(
        name="Site", prefix="pk_1", secret_hash="x", scopes=[Scope.LEADS_READ], expires_at=now
    )

    def rename(name: str) -> None:
        Team.objects.filter(pk=team.pk).update(name=name)

    with pghistory.context(user=ani.pk, url="/settings/team/"):
        rename("1")
    with pghistory.context(api_key="pk_1", url="/api/v1/"):
        rename("2")
    with pghistory.context(user=None, url="/book/abc/"):
        rename("3")
    sign(job="bulk.move", user=ani.pk)
    rename("4")

    found = [(each.origin, each.who, each.through) for each in changes_of(team).changes]
    assert found[0] == (Origin.JOB, "Ani", "")
    assert sorted(found[1:4]) == sorted(
        [
            (Origin.CUSTOMER, "", ""),
            (Origin.API, "Site (API key)", "Site (API key)"),
            (Origin.SCREEN, "Ani", ""),
        ]
    )


@pytest.mark.django_db
def test_narrowed_by_who_when_and_what(ani: User) -> None:
    narek = User.objects.create_user("narek@example.com", name="Narek")
    team, other = Team.objects.create(name="0"), Team.objects.create(name="Other")
    for user, name in ((ani, "by Ani"), (narek, "by Narek"), (None, "by itself")):
        with pghistory.context(**({"user": user.pk} if user else {"url": "/x/"})):
            team.name = name
            team.save()
    with pghistory.context(api_key="pk_1"):
        team.name = "by program"
        team.save()
    source = [Source(tracked=words_for(Team))]
    now = datetime.now(UTC)

    def names(**asked: object) -> list[str]:
        found = page(Wanted(sources=source, **asked))  # type: ignore[arg-type]
        return [change.thing for change in found.changes]

    assert names(who=PERSON, person=narek.pk) == ["by Narek"]
    assert names(who=PROGRAMS) == ["by program"]
    assert names(who=ITSELF) == ["by itself", "Other", "0"]
    assert names(since=now + timedelta(days=1)) == []
    assert len(names(until=now + timedelta(days=1))) == 6
    only = page(Wanted(sources=of_mark(words_for(Team), other.public_id)))
    assert [change.thing for change in only.changes] == ["Other"]


@pytest.mark.django_db
def test_who_may_read_it(ani: User) -> None:
    manager = User(role=Role.MANAGER)
    assert open_to(User(role=Role.AGENT)) == []
    assert {each.key for each in open_to(ani)} - {each.key for each in open_to(manager)} == {
        "companyprofile",
        "businesscalendar",
        "openinghours",
        "calendarexception",
        "apikey",
        "quotesettings",
        "assistantsettings",
    }
