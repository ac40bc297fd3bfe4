"""Scoring one lead at a time, in the transaction that changed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet

from core.access.models import User
from core.conditions import Moment
from core.events.actor import SYSTEM, Actor
from core.events.operations import EventDraft, record_all
from core.jobs.models import Job
from core.jobs.operations import start
from crm.actions.registry import Done
from crm.chances.operations import refresh
from crm.chances.queries import in_use
from crm.contacts.models import Contact
from crm.pipeline.entering import enter_by_itself, go_on
from crm.pipeline.models import Grade, Lead, Qualification, Stage, StageKind
from crm.scoring.facts import Facts, KnownLead
from crm.scoring.models import ScoreEntry
from crm.scoring.operations.acting import act
from crm.scoring.queries import RESCORE_ALL, facts_of, moment, points_of, rule_book
from crm.scoring.scoring import RuleBook, ScoreResult, deltas, score

POINT_FIELDS = frozenset({"contact.phone", "contact.email"})


@dataclass(frozen=True)
class Assessment:
    """The new score, already set on the lead: `changed_fields` are to be saved, `drafts` to be recorded by
    the caller.
    """

    result: ScoreResult | None
    changed_fields: frozenset[str] = frozenset()
    drafts: list[EventDraft] = field(default_factory=list)


def assess(*, lead: Lead, at: Moment, actor: Actor = SYSTEM) -> Assessment:
    """Score a locked lead: two statements, the second only where points changed.

    Writes the ledger rows, sets the lead's columns and sets off what stands at a threshold that it crosses; the
    caller saves the columns and records the events.
    """
    facts = facts_of(lead)
    book = rule_book(facts)
    grade_before = lead.grade
    result = score(KnownLead(lead, facts.points), book, at)
    _write(lead, book, result, facts)
    changed = _set(lead, book, result, at)
    was = changed.qualification_before
    drafts = _drafts(lead, result, facts.total, was, actor)
    waited = lead.held_before_id is not None
    done = _advance(lead, at) if was != lead.qualification else Done()
    done += act(lead=lead, book=book, was=was, grade_was=grade_before, now=at.now)
    if waited:
        done += go_on(lead, now=at.now)
    return Assessment(result, frozenset({*changed.fields, *done.changed}), [*drafts, *done.drafts])


def _advance(lead: Lead, at: Moment) -> Done:
    """A lead that has just become qualified goes on to the stage that takes such leads, never backwards.

    Recalculating all leads after an edit of the rules moves none.
    """
    if lead.qualification != Qualification.QUALIFIED or lead.stage_kind != StageKind.OPEN:
        return Done()
    stages = Stage.objects.filter(pipeline=lead.pipeline_id).select_related("pipeline")
    found = stages.filter(Q(pk=lead.stage_id) | Q(takes_qualified=True))
    stage = next((each for each in found if each.takes_qualified), None)
    lead.stage = next(each for each in found if each.pk == lead.stage_id)
    if stage is None or stage.position <= lead.stage.position:
        return Done()
    return enter_by_itself(lead, stage, now=at.now)


def assess_if_concerned(*, lead: Lead, changed: Collection[str], actor: Actor) -> Assessment:
    """`assess` when a rule asks for one of the changed condition fields, else nothing and no statement."""
    if rule_book().fields_used().isdisjoint(changed):
        return Assessment(None)
    return assess(lead=lead, at=moment(), actor=actor)


@transaction.atomic(savepoint=False)
def rescore(
    *, lead: Lead, at: Moment | None = None, actor: Actor = SYSTEM, changed: Collection[str] = ()
) -> ScoreResult:
    """Score a locked lead and save it: ledger rows, columns and events only where something changed.

    `changed` are columns that the caller has set already; they are saved with the others.
    """
    assessment = assess(lead=lead, at=at or moment(), actor=actor)
    if names := {*changed, *assessment.changed_fields}:
        lead.save(update_fields=sorted(names))
    record_all(assessment.drafts)
    refresh([lead])
    assert assessment.result is not None
    return assessment.result


def lock_concerned(*, contact: Contact, changed: Collection[str]) -> list[Lead]:
    """The contact's open leads, locked in order of id, when a rule or the win chance asks for one of the changed
    fields; else those that wait before a stage, which may ask for it.

    Lock them before the contact's own rows are written: whoever holds a lead may write its contact.
    """
    if (rule_book().fields_used() | in_use().fields_used).isdisjoint(changed):
        return list(_locked_of(contact).filter(held_before__isnull=False))
    return lock_leads(contact=contact)


def lock_leads(*, contact: Contact) -> list[Lead]:
    """The contact's open leads, locked in order of id."""
    return list(_locked_of(contact))


def _locked_of(contact: Contact) -> QuerySet[Lead]:
    leads = Lead.objects.select_for_update(no_key=True).filter(contact=contact, stage_kind=StageKind.OPEN)
    return leads.order_by("pk")


def rescore_locked(*, leads: Iterable[Lead], actor: Actor) -> None:
    """Score leads that `lock_concerned` returned, with their contact read anew."""
    at = moment()
    for lead in leads:
        rescore(lead=lead, at=at, actor=actor)


def score_new(*, lead: Lead, at: Moment) -> ScoreResult:
    """Set the score of a lead that is not saved yet; `write_first_entries` follows once it is."""
    book = rule_book()
    points = points_of(lead) if POINT_FIELDS & book.fields_used() else {}
    result = score(KnownLead(lead, points), book, at)
    _set(lead, book, result, at)
    return result


def write_first_entries(*, lead: Lead, result: ScoreResult, actor: Actor) -> list[EventDraft]:
    """The ledger of a new lead; returns the events that the caller records."""
    book = rule_book()
    _write(lead, book, result, Facts(None, 0))
    now = lead.scored_at or lead.created_at
    done = act(lead=lead, book=book, was=Qualification.UNKNOWN, grade_was=Grade.D, now=now)
    if done.changed:
        lead.save(update_fields=sorted(done.changed))
    return [*_drafts(lead, result, 0, lead.qualification, actor), *done.drafts]


def start_rescoring(*, user: User | None, act: bool = False) -> Job:
    """Score all leads again in the background (kind "crm.rescore_all"); with `act` those that cross a threshold
    set off its consequences.
    """
    return start(kind=RESCORE_ALL, payload={"act": True} if act else {}, created_by=user)


def _write(lead: Lead, book: RuleBook, result: ScoreResult, facts: Facts) -> None:
    rows = [
        ScoreEntry(
            lead=lead,
            rule_key=delta.rule_key,
            rule_name=delta.name,
            group=delta.group,
            rule_set_version=book.version or 0,
            points=delta.points,
            reason={"held": delta.held},
            expires_at=delta.until,
        )
        for delta in deltas(result, facts.balances)
    ]
    if rows:
        ScoreEntry.objects.bulk_create(rows)


@dataclass(frozen=True)
class _Set:
    fields: frozenset[str]
    qualification_before: str


def _set(lead: Lead, book: RuleBook, result: ScoreResult, at: Moment) -> _Set:
    before = lead.qualification
    values = {
        "fit": result.fit,
        "engagement": result.engagement,
        "score": result.total,
        "grade": result.grade,
        "qualification": result.qualification,
        "rule_set_version": book.version,
        "score_changes_at": result.changes_at,
    }
    changed = {name for name, value in values.items() if getattr(lead, name) != value}
    for name in changed:
        setattr(lead, name, values[name])
    if changed - {"score_changes_at"}:
        lead.scored_at = at.now
        changed.add("scored_at")
    return _Set(frozenset(changed), before)


def _drafts(
    lead: Lead, result: ScoreResult, before: int, qualification: str, actor: Actor
) -> list[EventDraft]:
    drafts = []
    if before != result.total:
        payload = {
            "from": before,
            "to": result.total,
            "grade": result.grade,
            "version": lead.rule_set_version,
        }
        drafts.append(EventDraft(name="lead.scored", subject=lead, actor=actor, payload=payload))
    if qualification != result.qualification:
        payload = {"from": qualification, "to": result.qualification, "reason": result.reason}
        drafts.append(
            EventDraft(name="lead.qualification_changed", subject=lead, actor=actor, payload=payload)
        )
    return drafts
