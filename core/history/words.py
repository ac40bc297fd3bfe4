"""The words of this room's own histories."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.access.models import Membership, Team, User
from core.calendars.models import BusinessCalendar, CalendarException, OpeningHours
from core.company.models import CompanyProfile
from core.history.registry import Related, Row, Tracked, Words, register
from core.history.values import exception, period, weekday, weekdays
from core.keys.models import ApiKey


def _person(row: Row, _related: Related) -> str:
    return str(row.get("name") or row.get("email") or "")


def _member(_row: Row, related: Related) -> str:
    return related("user")


def _hours(row: Row, _related: Related) -> str:
    return period(row)


def _exception(row: Row, _related: Related) -> str:
    return exception(row)


def register_words() -> None:
    register(
        Tracked(
            model=CompanyProfile,
            label=_("Company"),
            mark="",
            admins_only=True,
            fields={"quiet_days": Words(show=weekdays)},
        ),
        Tracked(model=BusinessCalendar, label=_("Business hours"), mark="", admins_only=True),
        Tracked(
            model=OpeningHours,
            label=_("Opening hours"),
            of="calendar",
            mark="",
            called=_hours,
            named_by=("weekday", "start", "end"),
            fields={"weekday": Words(show=weekday)},
            admins_only=True,
        ),
        Tracked(
            model=CalendarException,
            label=_("Day with other hours"),
            of="calendar",
            mark="",
            called=_exception,
            named_by=("date", "name", "start", "end"),
            admins_only=True,
        ),
        Tracked(
            model=User,
            label=_("Colleague"),
            called=_person,
            named_by=("name", "email"),
            hidden=frozenset({"presence", "is_superuser"}),
        ),
        Tracked(model=Team, label=_("Team")),
        Tracked(
            model=Membership,
            label=_("Member of a team"),
            of="team",
            mark="",
            called=_member,
            named_by=("user",),
            hidden=frozenset({"user"}),
        ),
        Tracked(
            model=ApiKey,
            label=_("API key"),
            fields={"revoked_at": Words(label=_("revoked")), "created_by": Words(label=_("created by"))},
            hidden=frozenset({"prefix"}),
            admins_only=True,
        ),
    )
