from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.text import clean_json
from crm.errors import Use
from crm.pipeline.models import Lead
from crm.qualification.answers import canonical, same
from crm.qualification.errors import BadAnswer, BadCriterion, CriterionInUse, StaleCriterion
from crm.qualification.models import Criterion, LeadAnswer
from crm.qualification.queries import EDITABLE, all_criteria, changes_since, fingerprint, last_edit
from crm.scoring.operations import start_rescoring
from crm.uses import uses_of

JUDGING = frozenset({"must_have", "disqualifying", "active", "choices"})
"""Changing one of these may change who is qualified."""


@dataclass(frozen=True, kw_only=True)
class CriterionDraft:
    """What an admin writes about a criterion; fields as on the model. `position` None puts a new one last."""

    key: str
    kind: str
    name: str
    question: dict[str, str] = field(default_factory=dict)
    hint: dict[str, str] = field(default_factory=dict)
    choices: list[dict[str, Any]] = field(default_factory=list)
    disqualifying: list[Any] = field(default_factory=list)
    must_have: bool = False
    active: bool = True
    position: int | None = None


@transaction.atomic
def save_criterion(
    *, draft: CriterionDraft, user: User | None, criterion_id: int | None = None, expected: str | None = None
) -> Criterion:
    """Add a criterion or change the one of that id; leads are judged again in the background where that
    matters.

    `expected` is the `fingerprint` of what the editor saw: StaleCriterion when another save came in between.
    A used criterion keeps its key and type and the choices that rules name (CriterionInUse). Raises
    BadCriterion.
    """
    criterion = _locked(criterion_id) if criterion_id else Criterion(position=_last_position() + 1)
    if expected is not None and criterion.pk and fingerprint(criterion) != expected:
        raise _stale(criterion, expected)
    values = _checked(draft, criterion)
    changed = [name for name in EDITABLE if criterion.pk is None or getattr(criterion, name) != values[name]]
    if not changed:
        return criterion
    if criterion.pk:
        _refuse_what_others_need(criterion, values)
    for name in changed:
        setattr(criterion, name, values[name])
    criterion.save()
    _tell(criterion, changed, user)
    if JUDGING & set(changed) and Lead.objects.exists():
        start_rescoring(user=user)
    return criterion


@transaction.atomic
def delete_criterion(*, criterion_id: int, user: User | None) -> None:
    """Raises CriterionInUse with the list of rules, flows and answers that mention it."""
    criterion = _locked(criterion_id)
    uses = uses_of(f"answer.{criterion.key}")
    answers = LeadAnswer.objects.filter(criterion=criterion).values("lead").distinct().count()
    if answers:
        count = ngettext("%(count)d lead", "%(count)d leads", answers) % {"count": answers}
        uses.append(Use(_("Answers"), count))
    if uses:
        raise CriterionInUse(
            _("“%(name)s” is still used. Change these first, or stop asking it.") % {"name": criterion.name},
            uses,
        )
    _tell(criterion, ["deleted"], user)
    judged = criterion.must_have or bool(criterion.disqualifying)
    criterion.delete()
    if judged and Lead.objects.exists():
        start_rescoring(user=user)


@transaction.atomic
def reorder_criteria(*, criterion_ids: Sequence[int], user: User | None) -> None:
    """Ask in this order; criteria that are not named keep theirs, after the named ones."""
    rows = {row.pk: row for row in Criterion.objects.select_for_update().order_by("position", "id")}
    named = [rows.pop(pk) for pk in criterion_ids if pk in rows]
    moved = []
    for position, criterion in enumerate([*named, *rows.values()]):
        if criterion.position != position:
            criterion.position = position
            moved.append(criterion)
    Criterion.objects.bulk_update(moved, ["position"])
    if moved:
        _tell(moved[0], ["position"], user)


def _last_position() -> int:
    last: int | None = Criterion.objects.aggregate(last=Max("position"))["last"]
    return -1 if last is None else last


def _locked(criterion_id: int) -> Criterion:
    return Criterion.objects.select_for_update().get(pk=criterion_id)


def _tell(criterion: Criterion, changed: Sequence[str], user: User | None) -> None:
    payload = {"key": criterion.key, "changes": list(changed)}
    record(name="criterion.changed", subject=criterion, actor=Actor.of(user), payload=payload)
    all_criteria.forget()


def _checked(draft: CriterionDraft, criterion: Criterion) -> dict[str, Any]:
    values: dict[str, Any] = clean_json(asdict(draft))
    if values["position"] is None:
        values["position"] = criterion.position
    faults: dict[str, str] = {}
    if not values["key"].isidentifier():
        faults["key"] = _("Use small letters, digits and underscores, beginning with a letter.")
    elif Criterion.objects.filter(key=values["key"]).exclude(pk=criterion.pk).exists():
        faults["key"] = _("Another criterion has this key.")
    if not any(values["question"].values()):
        faults["question"] = _("Write the question in at least one language.")
    if values["kind"] == "choice" and not values["choices"]:
        faults["choices"] = _("Add at least one choice.")
    values["choices"] = _choices(values, faults)
    values["disqualifying"] = _disqualifying(values, faults)
    if faults:
        raise BadCriterion(faults)
    return values


def _choices(values: dict[str, Any], faults: dict[str, str]) -> list[dict[str, Any]]:
    """Each with its canonical value; those of a kind other than "choice" are only offered."""
    choices: list[dict[str, Any]] = []
    for choice in values["choices"]:
        try:
            value = canonical(values["kind"], choice["value"])
        except BadAnswer as error:
            faults["choices"] = str(error)
            continue
        if any(same(value, other["value"]) for other in choices):
            faults["choices"] = _("Two choices have the same value.")
        choices.append({**choice, "value": value})
    return choices


def _disqualifying(values: dict[str, Any], faults: dict[str, str]) -> list[Any]:
    choices = values["choices"] if values["kind"] == "choice" else ()
    try:
        return [canonical(values["kind"], value, choices) for value in values["disqualifying"]]
    except BadAnswer as error:
        faults["disqualifying"] = str(error)
        return []


def _refuse_what_others_need(criterion: Criterion, values: dict[str, Any]) -> None:
    kept = [each["value"] for each in values["choices"]]
    removed = [each["value"] for each in criterion.choices if each["value"] not in kept]
    answers = LeadAnswer.objects.filter(criterion=criterion)
    if criterion.key != values["key"] or criterion.kind != values["kind"]:
        uses = uses_of(f"answer.{criterion.key}")
        if answers.exists():
            uses.append(Use(_("Answers"), _("of leads")))
        if uses:
            sentence = _("The key and the type of “%(name)s” are in use. Add a new criterion instead.")
            raise CriterionInUse(sentence % {"name": criterion.name}, uses)
    if criterion.kind == "choice" and (
        uses := [use for value in removed for use in uses_of(f"answer.{criterion.key}", value)]
    ):
        sentence = _("A choice of “%(name)s” is still used. Change these first.") % {"name": criterion.name}
        raise CriterionInUse(sentence, uses)


def _stale(criterion: Criterion, expected: str) -> StaleCriterion:
    edit = last_edit(criterion)
    who = edit.who or _("Somebody else")
    sentence = _("%(who)s has changed “%(name)s” in the meantime. Look at it again before you save.")
    return StaleCriterion(
        sentence % {"who": who, "name": criterion.name},
        who=edit.who,
        when=edit.when,
        changes=changes_since(criterion, expected),
    )
