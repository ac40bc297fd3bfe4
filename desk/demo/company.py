"""The demo company itself: profile, hours, people with shifts, pipelines, a web chat."""

from __future__ import annotations

from datetime import time
from typing import Any

from conversations.accounts.models import Channel, ChannelAccount
from conversations.accounts.operations import create_account
from core.access.models import Membership, Shift, Team, User
from core.calendars.models import BusinessCalendar, OpeningHours
from core.company.models import CompanyProfile
from crm.pipeline.models import Pipeline, Stage
from desk.demo.queries import PASSWORD
from desk.demo.stories import texts

ZONE = "Asia/Yerevan"


def install_company() -> None:
    CompanyProfile.objects.update_or_create(
        id=1,
        defaults={
            "name": "Aregak Interiors",
            "legal_name": "Aregak Interiors LLC",
            "color": "#0f766e",
            "currency": "AMD",
            "country": "AM",
            "timezone": ZONE,
        },
    )
    calendar = BusinessCalendar.objects.create(name="Showroom", timezone=ZONE, holiday_country="AM")
    OpeningHours.objects.bulk_create(
        OpeningHours(calendar=calendar, weekday=day, start=time(10), end=time(19) if day < 5 else time(16))
        for day in range(6)
    )


def install_people() -> list[User]:
    """The team in the order of the data, first the admin; each with the demo password, teams and shifts."""
    content = texts()
    teams = {name: Team.objects.create(name=name) for name in ("Sales", "Support")}
    people = []
    for entry in content["team"]:
        fields = {key: entry[key] for key in ("name", "role", "language")}
        person = User.objects.create_user(entry["email"], PASSWORD, timezone=ZONE, **fields)
        Membership.objects.bulk_create(Membership(team=teams[name], user=person) for name in entry["teams"])
        Shift.objects.bulk_create(_shifts(person, content["shifts"][person.email]))
        people.append(person)
    return people


def _shifts(person: User, plan: dict[str, Any]) -> list[Shift]:
    start, end = time.fromisoformat(plan["start"]), time.fromisoformat(plan["end"])
    return [Shift(user=person, weekday=day, start=start, end=end) for day in plan["days"]]


def install_pipelines() -> list[list[Stage]]:
    """Stages of each pipeline, in order."""
    installed = []
    for position, entry in enumerate(texts()["pipelines"]):
        pipeline = Pipeline.objects.create(name=entry["name"], position=position, currency="AMD")
        stages = [
            Stage(pipeline=pipeline, position=place, **stage) for place, stage in enumerate(entry["stages"])
        ]
        installed.append(Stage.objects.bulk_create(stages))
    return installed


def install_web_chat(*, flow_key: str) -> ChannelAccount:
    return create_account(
        kind=Channel.WEBCHAT,
        name="Website",
        team=Team.objects.get(name="Sales"),
        flow_key=flow_key,
        settings={"demo": True, "origins": []},
    )
