"""The win chance of a lead with its reasons, and the models that it was learned by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from core.api.endpoint import Call, Endpoint, operation
from core.api.shapes import instant
from core.keys.scopes import Scope
from crm.chances.queries import ENOUGH, Learned, Reason, chance_of, closed, current_models, settings
from crm.pipeline.api.shapes import leads_of

Plain = serializers.Serializer[Any]


class ReasonSchema(Plain):
    field = serializers.CharField(help_text="Of the condition language.")
    name = serializers.CharField(help_text="Of the field.")
    words = serializers.CharField(help_text="The value, or the range it lies in.")
    raises = serializers.BooleanField()
    weight = serializers.FloatField(help_text="Log-odds that it adds; below zero where it lowers the chance.")
    won = serializers.IntegerField(help_text="So many closed leads with the same were won,")
    leads = serializers.IntegerField(help_text="of so many.")
    sentence = serializers.CharField()


class ChanceSchema(Plain):
    win_chance = serializers.IntegerField(
        allow_null=True, help_text="Percent; null for closed leads and before enough is known."
    )
    version = serializers.IntegerField(allow_null=True, help_text="Of the model.")
    trained_at = serializers.DateTimeField(allow_null=True)
    leads = serializers.IntegerField(help_text="Closed leads that it was learned from.")
    average = serializers.IntegerField(allow_null=True, help_text="Percent of them that were won.")
    reasons = ReasonSchema(many=True, help_text="The strongest first.")


class TenthSchema(Plain):
    low = serializers.FloatField()
    high = serializers.FloatField()
    expected = serializers.FloatField(help_text="Share foretold on average.")
    won = serializers.IntegerField()
    leads = serializers.IntegerField()


class ModelSchema(Plain):
    version = serializers.IntegerField()
    pipeline = serializers.UUIDField(allow_null=True, help_text="null: for all pipelines without an own one.")
    trained_at = serializers.DateTimeField()
    since = serializers.DateTimeField(help_text="Leads closed from then on count.")
    won = serializers.IntegerField()
    lost = serializers.IntegerField()
    brier = serializers.FloatField(help_text="Cross-validated; smaller is better.")
    brier_base = serializers.FloatField(help_text="Of the bare share of won leads.")
    log_loss = serializers.FloatField()
    log_loss_base = serializers.FloatField()
    calibration = TenthSchema(many=True)


class WinChanceSchema(Plain):
    enabled = serializers.BooleanField()
    needed = serializers.IntegerField(help_text="So many won and so many lost leads are needed.")
    won = serializers.IntegerField(help_text="Closed in the window.")
    lost = serializers.IntegerField()
    models = ModelSchema(many=True)


class Chance(Endpoint):
    tag = "Leads"

    @operation(
        Scope.LEADS_READ,
        "How likely a lead is won, and why",
        about="Learned from closed leads; never part of the score. Words are in the language of Accept-Language.",
        out=ChanceSchema,
    )
    def get(self, call: Call, public_id: UUID) -> Any:
        found = chance_of(leads_of(call.key).select_related("contact").get(public_id=public_id))
        if found is None:
            nothing = dict.fromkeys(("win_chance", "version", "trained_at", "average"))
            return {**nothing, "leads": 0, "reasons": []}
        return {
            "win_chance": found.percent,
            "version": found.model.version,
            "trained_at": instant(found.model.trained_at),
            "leads": found.leads,
            "average": found.average,
            "reasons": [_reason(each) for each in found.reasons],
        }


class Models(Endpoint):
    tag = "Settings"

    @operation(
        Scope.SETTINGS_READ,
        "What win chances were learned from, and how well they foretell",
        out=WinChanceSchema,
    )
    def get(self, call: Call) -> Any:
        counted = closed(call.now)
        return {
            "enabled": settings().enabled,
            "needed": ENOUGH,
            "won": counted.won,
            "lost": counted.lost,
            "models": [_model(each) for each in current_models()],
        }


def _reason(reason: Reason) -> dict[str, Any]:
    names = ("field", "words", "raises", "won", "leads", "sentence")
    told = {name: getattr(reason, name) for name in names}
    return {**told, "name": reason.label, "weight": round(reason.weight, 3)}


def _model(learned: Learned) -> dict[str, Any]:
    row = learned.row
    figures = ("version", "won", "lost", "brier", "brier_base", "log_loss", "log_loss_base", "calibration")
    return {
        **{name: getattr(row, name) for name in figures},
        "pipeline": str(row.pipeline.public_id) if row.pipeline else None,
        "trained_at": instant(row.trained_at),
        "since": instant(row.since),
    }
