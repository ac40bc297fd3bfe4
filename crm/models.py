"""All models of the room, gathered for Django; each lives with its subject."""

from crm.bulk.models import BulkItem, LeadBulk
from crm.calls.models import Call
from crm.catalogue.models import ExchangeRate, Product, Tax
from crm.chances.models import ChanceModel, ChanceSettings
from crm.consent.models import ConsentRecord
from crm.contacts.models import Company, Contact, ContactPoint
from crm.duplicates.models import ContactMerge, DuplicatePair
from crm.fields.models import CustomField
from crm.files.models import LeadFile
from crm.imports.models import ImportRow, ImportRun
from crm.lists.models import ListPreference, SavedView
from crm.orders.models import Order, OrderItem, OrderNotice
from crm.payments.models import (
    PaidStage,
    PaymentMessage,
    PaymentProvider,
    PaymentRequest,
    PaymentSettings,
)
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage
from crm.qualification.models import Criterion, LeadAnswer
from crm.quotes.models import (
    Quote,
    QuoteAcceptance,
    QuoteLine,
    QuoteSettings,
    QuoteTemplate,
    QuoteVersion,
    QuoteYear,
)
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
    "ExchangeRate",
    "ImportRow",
    "ImportRun",
    "Lead",
    "LeadAnswer",
    "LeadBulk",
    "LeadFile",
    "ListPreference",
    "LostReason",
    "Order",
    "OrderItem",
    "OrderNotice",
    "PaidStage",
    "PaymentMessage",
    "PaymentProvider",
    "PaymentRequest",
    "PaymentSettings",
    "Pipeline",
    "Product",
    "Quote",
    "QuoteAcceptance",
    "QuoteLine",
    "QuoteSettings",
    "QuoteTemplate",
    "QuoteVersion",
    "QuoteYear",
    "RuleSet",
    "SavedView",
    "ScoreEntry",
    "ScoringRule",
    "Stage",
    "Tax",
]
