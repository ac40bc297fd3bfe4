"""All models of the room, gathered for Django; each lives with its subject."""

from core.access.models import Membership, Shift, Team, User
from core.calendars.models import BusinessCalendar, CalendarException, OpeningHours
from core.company.models import CompanyProfile
from core.due.models import DueRow
from core.events.models import Event
from core.jobs.models import Job
from core.keys.models import AnsweredRequest, ApiKey
from core.notifications.models import Notification

__all__ = [
    "AnsweredRequest",
    "ApiKey",
    "BusinessCalendar",
    "CalendarException",
    "CompanyProfile",
    "DueRow",
    "Event",
    "Job",
    "Membership",
    "Notification",
    "OpeningHours",
    "Shift",
    "Team",
    "User",
]
