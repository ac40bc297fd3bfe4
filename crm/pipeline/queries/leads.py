from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from core.access.models import User
from core.access.queries import visible
from core.events.enums import ActorKind
from core.events.models import Event
from core.text import normalise
from crm.contacts.models import Contact, ContactPoint
from crm.memory import Remembered
from crm.pipeline.cursors import Cursor
from crm.pipeline.enums import NextStepHealth
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage, StageKind

PERSONAL = (
    "lead.stage_changed",
    "lead.updated",
    "lead.assigned",
    "lead.next_step_set",
    "lead.next_step_done",
)
"""Events of operations that raise a lead's revision."""
FEW = 300


@dataclass(frozen=True)
class Today:
    """The reader's instant and the end of the reader's day: what is overdue, due today, rotting."""

    now: datetime
    ends: datetime

    @classmethod
    def of(cls, user: User, now: datetime | None = None) -> Today:
        return cls.in_zone(ZoneInfo(user.timezone), now or timezone.now())

    @classmethod
    def in_zone(cls, zone: tzinfo, now: datetime) -> Today:
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return cls(now, datetime.combine(tomorrow, datetime.min.time(), tzinfo=zone))

    def health(self, lead: Lead) -> NextStepHealth:
        if lead.next_step_at is None:
            return NextStepHealth.NONE
        if lead.next_step_at < self.now:
            return NextStepHealth.OVERDUE
        return NextStepHealth.TODAY if lead.next_step_at < self.ends else NextStepHealth.LATER


class LeadQuerySet(QuerySet[Lead]):
    def visible_to(self, user: User) -> LeadQuerySet:
        return self.filter(visible(user, person="owner"))

    def open(self) -> LeadQuerySet:
        return self.filter(stage_kind=StageKind.OPEN)

    def in_stage(self, stage: Stage) -> LeadQuerySet:
        return self.filter(stage=stage)

    def in_pipeline(self, pipeline: Pipeline) -> LeadQuerySet:
        return self.filter(pipeline=pipeline)

    def graded(self, *grades: str) -> LeadQuerySet:
        return self.filter(grade__in=grades)

    def qualified_as(self, *qualifications: str) -> LeadQuerySet:
        return self.filter(qualification__in=qualifications)

    def matching(self, text: str) -> LeadQuerySet:
        """Leads whose title, contact's name, phone or email holds the text, in any script. Sends one statement."""
        return self.filter(holding(text).q)

    def newest_in_stage_first(self) -> LeadQuerySet:
        return self.order_by("-stage_entered_at", "-id")

    def after(self, cursor: Cursor | None) -> LeadQuerySet:
        """The rest of `newest_in_stage_first` behind the cursor."""
        if cursor is None:
            return self
        same = Q(stage_entered_at=cursor.at, id__lt=cursor.id)
        return self.filter(Q(stage_entered_at__lte=cursor.at) & (Q(stage_entered_at__lt=cursor.at) | same))

    def until(self, cursor: Cursor | None) -> LeadQuerySet:
        """Those of `newest_in_stage_first` up to the cursor and with it."""
        if cursor is None:
            return self
        same = Q(stage_entered_at=cursor.at, id__gte=cursor.id)
        return self.filter(Q(stage_entered_at__gte=cursor.at) & (Q(stage_entered_at__gt=cursor.at) | same))

    def with_people(self) -> LeadQuerySet:
        """What a card shows, without a query per card."""
        return self.select_related("contact", "owner", "stage")

    def with_points(self) -> LeadQuerySet:
        return self.prefetch_related(Prefetch("contact__points", ContactPoint.objects.order_by("kind", "id")))

    def with_rotting(self, now: datetime) -> LeadQuerySet:
        """Adds `rotting`: longer in an open stage than that stage allows."""
        yes, no = Value(value=True), Value(value=False)
        return self.annotate(rotting=Case(When(_is_rotting(now), then=yes), default=no))


@dataclass(frozen=True)
class Found:
    """What holds a text; `few`: the leads are named by id."""

    q: Q
    few: bool = False


def holding(text: str) -> Found:
    """Leads whose title, contact's name, phone or email holds the text. Sends one statement.

    What few leads hold is found by the indexes of parts, and then named by id; what many hold turns up soon on any
    way through the leads. The database cannot choose between the two where a condition spans tables.
    """
    wanted = normalise(text)
    if not wanted:
        return Found(Q())
    title, name = Q(title_normal__contains=wanted), Q(name_normal__contains=wanted)
    digits = "".join(each for each in text if each.isdigit()).lstrip("0")
    reached = Q(kind="email", value__contains=text.strip().lower())
    if len(digits) >= 4:
        reached |= Q(kind="phone", value__contains=digits)
    named = Contact.objects.filter(name)
    points = ContactPoint.objects.filter(reached)
    parts = [
        Lead.objects.filter(title),
        Lead.objects.filter(contact__in=named.values("pk")),
        Lead.objects.filter(contact__in=points.values("contact")),
    ]
    ids = [part.order_by().values_list("pk")[: FEW + 1] for part in parts]
    found = {pk for (pk,) in ids[0].union(*ids[1:], all=True)}
    if len(found) <= FEW:
        return Found(Q(pk__in=found), few=True)
    of_contact = Exists(points.filter(contact=OuterRef("contact")))
    return Found(title | Q(contact__name_normal__contains=wanted) | Q(of_contact))


def _is_rotting(now: datetime) -> Q:
    days = F("stage__rotting_days") * Value(timedelta(days=1))
    allowed = ExpressionWrapper(days, output_field=DurationField())
    latest = ExpressionWrapper(Value(now) - allowed, output_field=DateTimeField())
    return Q(stage_kind=StageKind.OPEN, stage__rotting_days__isnull=False, stage_entered_at__lt=latest)


def next_step_is(health: NextStepHealth | str, today: Today) -> Q:
    at = {
        NextStepHealth.OVERDUE: Q(next_step_at__lt=today.now),
        NextStepHealth.TODAY: Q(next_step_at__gte=today.now, next_step_at__lt=today.ends),
        NextStepHealth.LATER: Q(next_step_at__gte=today.ends),
        NextStepHealth.NONE: Q(next_step_at__isnull=True),
    }
    return at[NextStepHealth(health)]


@dataclass(frozen=True)
class Narrow:
    """How a list of leads is narrowed. `few`: to leads that an index finds and that are few, whichever stage they are in;
    `only_open`: to leads of open stages.
    """

    apply: Callable[[LeadQuerySet], LeadQuerySet]
    few: bool = False
    only_open: bool = False


EVERY = Narrow(lambda rows: rows)


def leads() -> LeadQuerySet:
    return LeadQuerySet(Lead)


def locked_lead(lead_id: int) -> Lead:
    """The lead, locked until the end of the transaction. Raises Lead.DoesNotExist.

    Rows that refer to it can still be added. Lock order: conversation, lead, contact. It is read without its stage:
    a joined row would be the one of before the wait, and a lead that somebody moved meanwhile would not be found.
    """
    return Lead.objects.select_for_update(no_key=True).get(pk=lead_id)


def pipelines() -> QuerySet[Pipeline]:
    return Pipeline.objects.order_by("position", "id").prefetch_related("stages")


def stages_of(pipeline: Pipeline) -> list[Stage]:
    return list(pipeline.stages.order_by("position", "id"))


@Remembered
def default_stage() -> Stage | None:
    """The first open stage of the first pipeline: where new leads begin."""
    stages = Stage.objects.filter(kind=StageKind.OPEN, leaving_for__isnull=True).select_related("pipeline")
    return stages.order_by("pipeline__position", "pipeline", "position", "id").first()


def lost_reasons() -> QuerySet[LostReason]:
    return LostReason.objects.filter(active=True).order_by("id")


def last_personal_change(lead: Lead) -> Event | None:
    """The event of the last operation that raised the lead's revision, with the person who did it."""
    events = Event.objects.filter(lead_id=lead.pk, name__in=PERSONAL)
    return events.select_related("actor").order_by("-id").first()


def who(event: Event | None) -> str:
    """The person's name, "" where it was not a person."""
    if event is None or event.actor_kind != ActorKind.USER or event.actor is None:
        return ""
    return str(event.actor)
