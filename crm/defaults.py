"""What a new company starts with: a pipeline, reasons, criteria and scoring rules that it then makes its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core.events.actor import SYSTEM
from core.languages import Language
from crm.pipeline.models import LostReason, Pipeline, StageKind
from crm.pipeline.operations import StageDraft, create_pipeline
from crm.qualification.models import Criterion
from crm.qualification.operations import CriterionDraft, save_criterion
from crm.scoring.models import RuleGroup, RuleSet
from crm.scoring.operations import RuleDraft, publish_rules
from crm.scoring.scoring import Thresholds

CRITERIA_FILE = Path(__file__).parent / "qualification" / "data" / "default_criteria.yaml"
NOT_INTERESTED = "not_interested"


@transaction.atomic
def install_defaults(*, language: str = Language.ENGLISH, currency: str = "AMD") -> None:
    """Add what is missing of the default pipeline, lost reasons, criteria and rules; what is there stays as
    it is.

    Names are in `language`. Rules come with the criteria they ask for, so a company with criteria of its own
    keeps to its own.
    """
    with translation.override(language):
        if not Pipeline.objects.exists():
            create_pipeline(name=_("Sales"), stages=_stages(), actor=SYSTEM, currency=currency)
        for code, name in _lost_reasons().items():
            LostReason.objects.get_or_create(code=code, defaults={"name": name})
        if not Criterion.objects.exists():
            _add_criteria()
        if not RuleSet.objects.exists():
            publish_rules(rules=_rules(), thresholds=Thresholds(), user=None)


def _stages() -> list[StageDraft]:
    return [
        StageDraft(_("New"), StageKind.OPEN, probability=10, rotting_days=2),
        StageDraft(_("Qualified"), StageKind.OPEN, probability=30, rotting_days=5, takes_qualified=True),
        StageDraft(_("Meeting"), StageKind.OPEN, probability=50, rotting_days=7),
        StageDraft(_("Offer"), StageKind.OPEN, probability=70, rotting_days=10),
        StageDraft(_("Won"), StageKind.WON, probability=100),
        StageDraft(_("Lost"), StageKind.LOST, probability=0),
    ]


def _lost_reasons() -> dict[str, str]:
    return {
        NOT_INTERESTED: _("Not interested"),
        "price": _("Too expensive"),
        "no_answer": _("No answer"),
        "competitor": _("Bought elsewhere"),
        "other": _("Other"),
    }


def _add_criteria() -> None:
    if not CRITERIA_FILE.exists():
        return
    document: dict[str, Any] = yaml.safe_load(CRITERIA_FILE.read_text(encoding="utf-8"))
    for values in document["criteria"]:
        save_criterion(draft=CriterionDraft(**values), user=None)


def _rules() -> list[RuleDraft]:
    """Only those whose criteria exist and offer what the rule asks for."""
    kinds = dict(Criterion.objects.values_list("key", "kind"))
    choices = {
        row.key: [each["value"] for each in row.choices] for row in Criterion.objects.filter(kind="choice")
    }
    rules = []
    if kinds.get("start") == "duration":
        rules += [
            RuleDraft(_("Starts within a week"), RuleGroup.FIT, _answer("start", "lte", 7), 2),
            RuleDraft(_("Starts within a month"), RuleGroup.FIT, _answer("start", "lte", 30), 1),
        ]
    if kinds.get("budget") == "money":
        rules += [
            RuleDraft(
                _("Budget of a million or more"),
                RuleGroup.FIT,
                _answer("budget", "gte", _drams(1_000_000)),
                3,
            ),
            RuleDraft(
                _("Budget of 300,000 or more"), RuleGroup.FIT, _answer("budget", "gte", _drams(300_000)), 2
            ),
        ]
    large = [value for value in ("whole_home", "kitchen") if value in choices.get("interest", ())]
    if large:
        rules.append(
            RuleDraft(_("Kitchen or a whole home"), RuleGroup.FIT, _answer("interest", "in", large), 1)
        )
    needed = list(Criterion.objects.filter(must_have=True).values_list("key", flat=True))
    if needed:
        known = {"all": [{"field": f"answer.{key}", "op": "is_set"} for key in needed]}
        rules.append(RuleDraft(_("Answered all that we must know"), RuleGroup.ENGAGEMENT, known, 1))
    campaign = {"field": "lead.campaign", "op": "is_set"}
    rules += [
        RuleDraft(
            _("Left a phone number"), RuleGroup.ENGAGEMENT, {"field": "contact.phone", "op": "is_set"}, 2
        ),
        RuleDraft(_("Came from a campaign"), RuleGroup.ENGAGEMENT, campaign, 1),
    ]
    return rules


def _answer(key: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": f"answer.{key}", "op": operator, "value": value}


def _drams(amount: int) -> dict[str, Any]:
    return {"amount": f"{amount}.0000", "currency": "AMD"}
