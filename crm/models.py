"""All models of the room, gathered for Django; each lives with its subject."""

from crm.bulk.models import BulkItem, LeadBulk
from crm.calls.models import Call
from crm.chances.models import ChanceModel, ChanceSettings
from crm.consent.models import ConsentRecord
from crm.contacts.models import Company, Contact, ContactPoint
from crm.duplicates.models import ContactMerge, DuplicatePair
from crm.fields.models import CustomField
from crm.lists.models import ListPreference, SavedView
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage
from crm.qualification.models import Criterion, LeadAnswer
from crm.scoring.models import RuleSet, ScoreEntry, ScoringRule

__all__ = [
    "BulkItem",
    "Call",
    "ChanceModel",
    "ChanceSettings",
    "Company",
    "ConsentRecord",
    "Contact",
    "ContactMerge",
    "ContactPoint",
    "Criterion",
    "CustomField",
    "DuplicatePair",
    "Lead",
    "LeadAnswer",
    "LeadBulk",
    "ListPreference",
    "LostReason",
    "Pipeline",
    "RuleSet",
    "SavedView",
    "ScoreEntry",
    "ScoringRule",
    "Stage",
]
