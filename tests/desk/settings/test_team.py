from __future__ import annotations

from datetime import time

import pytest
from django.test import Client

from core.access.models import Membership, Presence, Role, Shift, Team, User
from crm.pipeline.models import Pipeline
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import (
    PASSWORD,
    CompanyFactory,
    ManagerFactory,
    ShiftFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.crm import LeadFactory

URL = "/settings/team/"


def person_url(user: User, end: str = "") -> str:
    return f"{URL}people/{user.public_id}/{end}"


def form_of(user: User, **changes: object) -> dict[str, object]:
    return {"name": user.name, "role": user.role, "language": "en", "timezone": "Asia/Yerevan", **changes}


def test_everybody_stands_there_with_role_teams_and_shifts(desk: Client) -> None:
    leyla = ManagerFactory(name="Leyla", email="leyla@example.com", presence=Presence.ONLINE)
    TeamFactory(name="Sales", people=[leyla])
    TeamFactory(name="Support", people=[leyla])
    for weekday in (0, 1, 2, 4):
        ShiftFactory(user=leyla, weekday=weekday, start=time(9), end=time(13))
        ShiftFactory(user=leyla, weekday=weekday, start=time(14), end=time(18))
    ShiftFactory(user=leyla, weekday=5, start=time(10), end=time(0))
    UserFactory(name="Tigran", email="tigran@example.com", is_active=False)

    rows = words(desk.get(URL).content, "list-group-item")

    assert rows[:3] == [
        "AA Anna Admin anna@example.com Admin no shifts Offline",
        (
            "L Leyla leyla@example.com Manager Sales Support "
            "Mon–Wed, Fri 09:00–13:00, 14:00–18:00 Sat 10:00–00:00 Online"
        ),
        "T Tigran tigran@example.com Agent no shifts Deactivated",
    ]


def test_the_lists_cost_the_same_with_many_people(desk: Client, statements: Counting) -> None:
    TeamFactory(people=[ShiftFactory().user])
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    for _number in range(12):
        TeamFactory(people=[ShiftFactory().user, UserFactory()])
    with statements() as many:
        desk.get(URL)

    assert len(many) == len(few) <= 8


def test_an_invitation_shows_the_password_once(desk: Client) -> None:
    CompanyFactory(timezone="Asia/Baku", language="az")
    team = TeamFactory(name="Sales")
    form = desk.get(f"{URL}invite/").content
    assert 'value="Asia/Baku" selected' in form.decode()

    given = {
        "name": "Nune",
        "email": "Nune@Example.com",
        "role": "manager",
        "language": "hy",
        "timezone": "Asia/Baku",
        "teams": [team.pk],
    }
    answer = desk.post(f"{URL}invite/", given, headers=htmx("modal-body"))

    (password,) = words(answer.content, "#new-password")
    nune = User.objects.get(email="nune@example.com")
    assert nune.check_password(password)
    assert (nune.name, nune.role, nune.language, nune.timezone) == ("Nune", Role.MANAGER, "hy", "Asia/Baku")
    assert list(nune.teams.all()) == [team]
    assert "no-store" in answer.headers["Cache-Control"]
    assert password not in desk.get(URL).content.decode()
    assert Client().login(email="nune@example.com", password=password)


@pytest.mark.parametrize(
    ("active", "sentence"),
    [
        (True, "Tigran signs in with this address already."),
        (False, "This address belongs to Tigran, who was deactivated. Let them in again instead."),
    ],
)
def test_an_address_that_is_taken(desk: Client, active: bool, sentence: str) -> None:
    UserFactory(name="Tigran", email="tigran@example.com", is_active=active)
    given = {
        "name": "Other",
        "email": "TIGRAN@example.com",
        "role": "agent",
        "language": "en",
        "timezone": "Asia/Yerevan",
    }
    answer = desk.post(f"{URL}invite/", given, headers=htmx("modal-body"))

    assert answer.status_code == 422
    assert words(answer.content, "#id_email_error") == [sentence]
    assert User.objects.count() == 2


def test_a_person_is_changed_with_shifts_and_teams(desk: Client) -> None:
    old, new = TeamFactory(name="Old"), TeamFactory(name="New")
    tigran = UserFactory(name="Tigran")
    Membership.objects.create(team=old, user=tigran)
    ShiftFactory(user=tigran, weekday=6)

    changed = form_of(tigran, role="manager", teams=[new.pk], **{"from-1": "09:00", "to-1": "18:00"})
    answer = desk.post(person_url(tigran), changed, headers=htmx("person-page"))

    assert answer.status_code == 200
    assert toast_of(answer) == "Saved."
    tigran.refresh_from_db()
    assert tigran.role == Role.MANAGER
    assert list(tigran.teams.all()) == [new]
    assert list(Shift.objects.values_list("weekday", "start", "end")) == [(1, time(9), time(18))]


def test_shifts_that_overlap_change_nothing(desk: Client) -> None:
    tigran = UserFactory(name="Tigran")
    overlapping = {"from-1": ["09:00", "12:00"], "to-1": ["13:00", "18:00"]}

    answer = desk.post(
        person_url(tigran), form_of(tigran, name="Other", **overlapping), headers=htmx("person-page")
    )

    assert answer.status_code == 422
    assert words(answer.content, "invalid-feedback") == ["Two periods of one day overlap."]
    assert attributes(answer.content, "#id_name", "value") == ["Other"]
    tigran.refresh_from_db()
    assert tigran.name == "Tigran"


def test_the_last_admin_stays_one(desk: Client, admin: User) -> None:
    answer = desk.post(person_url(admin), form_of(admin, role="agent"), headers=htmx("person-page"))

    assert answer.status_code == 422
    assert words(answer.content, "#id_role_error") == [
        "Anna Admin is the only admin. Make somebody else an admin first."
    ]
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


def test_somebody_who_leaves_is_signed_out_and_may_come_back(desk: Client, pipeline: Pipeline) -> None:
    tigran = UserFactory(name="Tigran", presence=Presence.ONLINE)
    theirs = Client()
    theirs.force_login(tigran)
    LeadFactory(stage=pipeline.stages.all()[0], owner=tigran)
    make_conversation(make_web_chat(), assignee=tigran)

    asked = desk.get(person_url(tigran, "deactivate/")).content.decode()
    assert "Still theirs: open leads 1, open chats 1, coming meetings 0." in asked
    unsaid = desk.post(person_url(tigran, "deactivate/"), headers=htmx("modal-body"))
    assert (unsaid.status_code, words(unsaid.content, "invalid-feedback")) == (
        422,
        ["This field is required."],
    )
    done = desk.post(person_url(tigran, "deactivate/"), {"heir": "keep"}, headers=htmx("modal-body"))

    assert done.headers["HX-Redirect"] == URL
    tigran.refresh_from_db()
    assert (tigran.is_active, tigran.presence) == (False, Presence.OFFLINE)
    assert theirs.get("/inbox/").status_code == 302
    assert not Client().login(email=tigran.email, password=PASSWORD)

    back = desk.post(person_url(tigran, "reactivate/"), headers=htmx("modal-body"))
    (password,) = words(back.content, "#new-password")
    assert Client().login(email=tigran.email, password=password)


def test_what_somebody_leaves_goes_to_a_colleague_in_one_go(desk: Client, pipeline: Pipeline) -> None:
    tigran, leyla = UserFactory(name="Tigran"), UserFactory(name="Leyla")
    lead = LeadFactory(stage=pipeline.stages.all()[0], owner=tigran)
    make_conversation(make_web_chat(), assignee=tigran)

    answer = desk.post(
        person_url(tigran, "deactivate/"), {"heir": f"person:{leyla.public_id}"}, headers=htmx("modal-body")
    )

    assert words(answer.content, "modal-title") == ["Tigran is deactivated"]
    assert words(answer.content, "facts") == ["Chats 1 Leads 1"]
    lead.refresh_from_db()
    tigran.refresh_from_db()
    assert (lead.owner, tigran.is_active) == (leyla, False)


def test_a_forged_heir_changes_nothing(desk: Client, pipeline: Pipeline) -> None:
    tigran = UserFactory(name="Tigran")
    LeadFactory(stage=pipeline.stages.all()[0], owner=tigran)
    for forged in (f"person:{tigran.public_id}", "person:nobody", "team:none"):
        answer = desk.post(person_url(tigran, "deactivate/"), {"heir": forged}, headers=htmx("modal-body"))
        assert answer.status_code == 422
    tigran.refresh_from_db()
    assert tigran.is_active


def test_nobody_locks_the_own_account(desk: Client, admin: User) -> None:
    answer = desk.post(person_url(admin, "deactivate/"), headers=htmx("modal-body"))

    assert answer.status_code == 422
    assert words(answer.content, "alert-danger") == [
        "You cannot deactivate your own account. Ask another admin."
    ]
    admin.refresh_from_db()
    assert admin.is_active


def test_a_new_password_ends_the_old_sessions(desk: Client) -> None:
    tigran = UserFactory(name="Tigran")
    theirs = Client()
    theirs.force_login(tigran)
    assert theirs.get("/inbox/").status_code == 200

    answer = desk.post(person_url(tigran, "password/"), headers=htmx("modal-body"))

    (password,) = words(answer.content, "#new-password")
    assert theirs.get("/inbox/").status_code == 302
    assert Client().login(email=tigran.email, password=password)


def test_teams_are_added_changed_and_deleted(desk: Client, pipeline: Pipeline) -> None:
    tigran, leyla = UserFactory(name="Tigran"), UserFactory(name="Leyla")
    added = desk.post(
        f"{URL}teams/new/", {"name": " Night  shift ", "people": [tigran.pk]}, headers=htmx("modal-body")
    )

    team = Team.objects.get()
    assert (team.name, list(team.members.all())) == ("Night shift", [tigran])
    assert added.headers["HX-Retarget"] == "#team-lists"
    TeamFactory(name="Sales")
    taken = desk.post(
        f"{URL}teams/{team.public_id}/", {"name": "Sales", "people": []}, headers=htmx("modal-body")
    )
    assert taken.status_code == 422
    assert words(taken.content, "invalid-feedback") == ["There is a team “Sales” already."]
    desk.post(
        f"{URL}teams/{team.public_id}/", {"name": "Day", "people": [leyla.pk]}, headers=htmx("modal-body")
    )
    assert list(team.members.all()) == [leyla]

    lead = LeadFactory(stage=pipeline.stages.all()[0], team=team)
    make_web_chat(name="Site", team=team)
    asked = desk.get(f"{URL}teams/{team.public_id}/delete/").content.decode()
    assert "1 open lead" in asked
    assert "the channel Site" in asked
    desk.post(f"{URL}teams/{team.public_id}/delete/", headers=htmx("modal-body"))
    lead.refresh_from_db()
    assert lead.team is None
    assert [each.name for each in Team.objects.all()] == ["Sales"]
