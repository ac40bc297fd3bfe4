"""What can be done to many leads. Each kind knows its settings, and does to one locked lead in memory what the operation
of `crm.pipeline` does to a single one; who calls it writes all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.access.models import Team, User
from core.due.operations import Planned, schedule_all
from core.events.actor import Actor
from core.events.operations import record_all
from core.text import clean, clean_words
from crm.bulk.enums import BulkKind, Reason
from crm.bulk.errors import BadBulk, NotNow
from crm.pipeline.entering import STAGE_COLUMNS, assigned, begin, enter
from crm.pipeline.models import Lead, LostReason, Stage, StageKind
from crm.pipeline.operations.moving import STAGE_FIELDS
from crm.pipeline.sharing import FairShare
from crm.pipeline.steps import LENGTH, REMINDER
from crm.pipeline.wants import Want, offered

MOST_TAGS = 50
TAG_LENGTH = 50
Event = tuple[str, dict[str, Any]]


class Action:
    """`columns`: fields of a lead that it may write; `concerned`: what rules ask for that changes with them. A `careful`
    one leaves a lead alone that somebody changed after it was chosen.
    """

    columns: ClassVar[tuple[str, ...]]
    concerned: ClassVar[frozenset[str]]
    careful: ClassVar[bool] = True

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    def _id(self, name: str) -> int:
        """Of a row; 0, which none has, where there is none."""
        return int(self.settings.get(name) or 0)

    def check(self) -> None:
        """Raises BadBulk where it can be done to no lead."""
        raise NotImplementedError

    def hold(self) -> None:
        """Lock what is to be locked before leads are."""

    def prepare(self, leads: Sequence[Lead]) -> None:
        """Read what these leads need, for all at once; they are locked."""

    def apply(self, lead: Lead, now: datetime) -> Event | None:
        """Change the lead in memory; the event that tells of it, None where it is so already. Raises NotNow."""
        raise NotImplementedError

    def plan(self, leads: Sequence[Lead], actor: Actor) -> None:
        """What belongs to the leads that were changed and written."""


class _Handing(Action):
    columns = ("owner", "team")
    concerned = frozenset({"lead.owner"})

    def prepare(self, leads: Sequence[Lead]) -> None:
        self._teams = Team.objects.in_bulk({lead.team_id for lead in leads if lead.team_id})

    def _hand(self, lead: Lead, owner: User | None, team: Team | None) -> Event | None:
        team = team or self._teams.get(lead.team_id or 0)
        if (lead.owner_id, lead.team_id) == (owner.pk if owner else None, team.pk if team else None):
            return None
        lead.owner, lead.team = owner, team
        return "lead.assigned", assigned(lead)


class Assign(_Handing):
    """{"owner": id of a user, or null for nobody}"""

    @cached_property
    def owner(self) -> User | None:
        return User.objects.filter(pk=self._id("owner"), is_active=True).first()

    def check(self) -> None:
        if self.settings.get("owner") is not None and self.owner is None:
            raise BadBulk(_("Choose somebody who works here."), "owner")

    def apply(self, lead: Lead, now: datetime) -> Event | None:
        if self.settings.get("owner") is not None and self.owner is None:
            raise NotNow(Reason.NOBODY)
        return self._hand(lead, self.owner, None)


class Share(_Handing):
    """{"team": id}: each lead to whoever of the team has the fewest open ones."""

    @cached_property
    def team(self) -> Team | None:
        return Team.objects.filter(pk=self._id("team")).first()

    @cached_property
    def _share(self) -> FairShare | None:
        return FairShare(self.team) if self.team else None

    def check(self) -> None:
        if self.team is None or not self.team.members.filter(is_active=True).exists():
            raise BadBulk(_("Choose a team with people in it."), "team")

    def apply(self, lead: Lead, now: datetime) -> Event | None:
        owner = self._share.next_for(lead) if self._share else None
        if owner is None:
            raise NotNow(Reason.NOBODY)
        return self._hand(lead, owner, self.team)


class _Moving(Action):
    columns = STAGE_COLUMNS
    concerned = STAGE_FIELDS

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.stages: dict[int, Stage] = {}
        self._left: dict[int, Stage] = {}
        self._room: dict[int, int] = {}
        self._wants: Mapping[str, Want] = {}

    @cached_property
    def reason(self) -> LostReason | None:
        return LostReason.objects.filter(pk=self._id("reason")).first()

    def _targets(self) -> QuerySet[Stage]:
        raise NotImplementedError

    def hold(self) -> None:
        """Of a stage with a limit nobody else can bring leads meanwhile. Lock order: stages, then leads."""
        self.stages = {stage.pk: stage for stage in self._targets().select_related("pipeline").order_by("pk")}
        limited = [stage.pk for stage in self.stages.values() if stage.wip_limit is not None]
        if limited:
            held = Stage.objects.select_for_update(no_key=True).filter(pk__in=limited).order_by("pk")
            counted = (
                Lead.objects.filter(stage__in=limited).order_by().values_list("stage").annotate(Count("pk"))
            )
            limits = {stage.pk: stage.wip_limit or 0 for stage in held}
            taken = dict(counted)
            self._room = {pk: limit - taken.get(pk, 0) for pk, limit in limits.items()}

    def prepare(self, leads: Sequence[Lead]) -> None:
        rows = Stage.objects.select_related("pipeline")
        self._left = rows.in_bulk({lead.stage_id for lead in leads})
        if any(stage.required for stage in self.stages.values()):
            self._wants = offered()
            prefetch_related_objects(leads, "contact")

    def _enter(self, lead: Lead, stage: Stage, now: datetime) -> Event:
        self._ask(lead, stage)
        lead.stage = self._left[lead.stage_id]
        return "lead.stage_changed", enter(lead, stage, now=now, lost_reason=self.reason)

    def plan(self, leads: Sequence[Lead], actor: Actor) -> None:
        """What the stages do to leads that enter them."""
        for lead in leads:
            done = begin(lead, lead.stage, now=lead.stage_entered_at)
            if done.changed:
                lead.save(update_fields=sorted(done.changed))
            record_all(done.drafts)

    def _ask(self, lead: Lead, stage: Stage) -> None:
        """What `move_lead` asks of a single one."""
        if stage.leaving_for_id is not None:
            raise NotNow(Reason.NO_STAGE)
        wanted = (self._wants[key] for key in stage.required if key in self._wants)
        if missing := [want for want in wanted if not want.known(lead)]:
            raise NotNow(Reason.MISSING, {"fields": [want.key for want in missing]})
        if stage.pk in self._room:
            if self._room[stage.pk] < 1:
                raise NotNow(Reason.FULL)
            self._room[stage.pk] -= 1


class Move(_Moving):
    """{"stage": id, "reason": id of a lost reason for a lost stage, "reopen": whether closed leads move, too}"""

    def _targets(self) -> QuerySet[Stage]:
        return Stage.objects.filter(pk=self._id("stage"))

    def check(self) -> None:
        stage = self._targets().first()
        if stage is None or stage.leaving_for_id is not None:
            raise BadBulk(_("Choose a stage."), "stage")
        if stage.kind == StageKind.LOST and self.reason is None:
            raise BadBulk(_("Say why the leads were lost."), "lost_reason")

    def apply(self, lead: Lead, now: datetime) -> Event | None:
        stage = self.stages.get(self._id("stage"))
        if stage is None:
            raise NotNow(Reason.NO_STAGE)
        if lead.stage_id == stage.pk:
            return None
        if lead.stage_kind != StageKind.OPEN and not self.settings.get("reopen"):
            raise NotNow(Reason.CLOSED)
        return self._enter(lead, stage, now)


class Close(_Moving):
    """{"outcome": "won" or "lost", "reason": id of a lost reason}: to the first such stage of each lead's pipeline."""

    def check(self) -> None:
        if self.settings.get("outcome") not in (StageKind.WON, StageKind.LOST):
            raise BadBulk(_("Choose whether the leads were won or lost."), "outcome")
        if self.settings["outcome"] == StageKind.LOST and self.reason is None:
            raise BadBulk(_("Say why the leads were lost."), "lost_reason")

    def _targets(self) -> QuerySet[Stage]:
        return Stage.objects.filter(kind=self.settings["outcome"])

    def prepare(self, leads: Sequence[Lead]) -> None:
        super().prepare(leads)
        last_first = sorted(self.stages.values(), key=lambda stage: (-stage.position, -stage.pk))
        self._closing = {stage.pipeline_id: stage for stage in last_first}

    def apply(self, lead: Lead, now: datetime) -> Event | None:
        if lead.stage_kind == self.settings["outcome"]:
            return None
        if lead.stage_kind != StageKind.OPEN:
            raise NotNow(Reason.CLOSED)
        stage = self._closing.get(lead.pipeline_id)
        if stage is None:
            raise NotNow(Reason.NO_STAGE)
        return self._enter(lead, stage, now)


class Tag(Action):
    """{"add": [...], "remove": [...]}: what others change meanwhile does not matter."""

    columns = ("tags",)
    concerned = frozenset({"lead.tags"})
    careful = False

    def check(self) -> None:
        added, removed = self._given("add"), self._given("remove")
        if not added and not removed:
            raise BadBulk(_("Name at least one tag."), "add")
        if both := sorted(set(added) & set(removed)):
            raise BadBulk(_("“%(tag)s” cannot be both added and removed.") % {"tag": both[0]}, "remove")

    def apply(self, lead: Lead, now: datetime) -> Event | None:
        kept = [tag for tag in lead.tags if tag not in self._given("remove")]
        tags = [*kept, *(tag for tag in self._given("add") if tag not in kept)]
        if tags == lead.tags:
            return None
        if len(tags) > MOST_TAGS and len(tags) > len(lead.tags):
            raise NotNow(Reason.TOO_MANY_TAGS)
        lead.tags = tags
        return "lead.updated", {"changes": ["tags"]}

    def _given(self, name: str) -> list[str]:
        return list(self.settings.get(name) or ())


class NextStep(Action):
    """{"text": what happens next, "due_at": ISO instant}; an empty text clears both."""

    columns = ("next_step", "next_step_at")
    concerned = frozenset({"lead.next_step_at"})

    @cached_property
    def due_at(self) -> datetime | None:
        given = self.settings.get("due_at")
        return parse_datetime(given) if given and self.text else None

    @property
    def text(self) -> str:
        return str(self.settings.get("text") or "")

    def check(self) -> None:
        if self.text and self.due_at is None:
            raise BadBulk(_("Say when."), "next_step_at")

    def apply(self, lead: Lead, now: datetime) -> Event | None:
        if (lead.next_step, lead.next_step_at) == (self.text, self.due_at):
            return None
        if self.text and lead.stage_kind != StageKind.OPEN:
            raise NotNow(Reason.CLOSED)
        lead.next_step, lead.next_step_at = self.text, self.due_at
        told = {"next_step": self.text, "due_at": self.due_at.isoformat() if self.due_at else None}
        return "lead.next_step_set", told

    def plan(self, leads: Sequence[Lead], actor: Actor) -> None:
        remind(leads, actor)


def remind(leads: Sequence[Lead], actor: Actor) -> None:
    """At the time of its next step whoever has the lead is told, as after `set_next_step`."""
    now = timezone.now()
    schedule_all(
        [
            Planned(
                kind=REMINDER,
                key=str(lead.pk),
                due_at=lead.next_step_at,
                payload={"due_at": lead.next_step_at.isoformat(), "user": actor.user_id},
                lead_id=lead.pk,
            )
            for lead in leads
            if lead.next_step_at is not None and lead.next_step_at > now
        ]
    )


ACTIONS: Mapping[str, Callable[[Mapping[str, Any]], Action]] = {
    BulkKind.ASSIGN: Assign,
    BulkKind.SHARE: Share,
    BulkKind.MOVE: Move,
    BulkKind.TAG: Tag,
    BulkKind.CLOSE: Close,
    BulkKind.NEXT_STEP: NextStep,
}


def assign_to(owner: User | None) -> tuple[str, dict[str, Any]]:
    return BulkKind.ASSIGN, {"owner": owner.pk if owner else None}


def share_among(team: Team) -> tuple[str, dict[str, Any]]:
    return BulkKind.SHARE, {"team": team.pk}


def move_to(
    stage: Stage, *, reason: LostReason | None = None, reopen: bool = False
) -> tuple[str, dict[str, Any]]:
    return BulkKind.MOVE, {"stage": stage.pk, "reason": reason.pk if reason else None, "reopen": reopen}


def close_as(outcome: str, *, reason: LostReason | None = None) -> tuple[str, dict[str, Any]]:
    return BulkKind.CLOSE, {"outcome": outcome, "reason": reason.pk if reason else None}


def tag_with(*, add: Collection[str] = (), remove: Collection[str] = ()) -> tuple[str, dict[str, Any]]:
    return BulkKind.TAG, {"add": _tags(add), "remove": _tags(remove)}


def plan_step(text: str, due_at: datetime | None) -> tuple[str, dict[str, Any]]:
    step = " ".join(clean_words(text).split())[:LENGTH]
    return BulkKind.NEXT_STEP, {"text": step, "due_at": due_at.isoformat() if due_at and step else None}


def _tags(given: Collection[str]) -> list[str]:
    cleaned = (" ".join(clean(tag).split())[:TAG_LENGTH] for tag in given)
    return list(dict.fromkeys(filter(None, cleaned)))
