"""Paid moves the lead on (spec 8.6), and confirms the order."""

from __future__ import annotations

from datetime import datetime

from core.events.actor import Actor
from crm.actions.registry import Done
from crm.orders.models import Order, OrderStatus
from crm.orders.operations import set_status
from crm.payments.models import PaidStage, PaymentRequest
from crm.pipeline.entering import enter_by_itself
from crm.pipeline.models import Lead, Stage, StageKind


def move_on(lead: Lead, *, now: datetime) -> Done:
    """Let a locked lead into the stage of its pipeline that takes who has paid, never backwards; where that stage asks
    for something that is not known, the lead waits before it and a next step says so. The caller saves and records.
    """
    if lead.stage_kind != StageKind.OPEN:
        return Done()
    rule = PaidStage.objects.filter(pipeline=lead.pipeline_id).select_related("stage__pipeline").first()
    if rule is None or rule.stage_id == lead.stage_id:
        return Done()
    lead.stage = Stage.objects.get(pk=lead.stage_id)
    if rule.stage.kind == StageKind.OPEN and rule.stage.position <= lead.stage.position:
        return Done()
    return enter_by_itself(lead, rule.stage, now=now)


def confirm_order(payment: PaymentRequest, *, actor: Actor, now: datetime) -> None:
    """An order that was only received is confirmed by its payment; one that has gone on stays where it is."""
    if payment.order_id is None:
        return
    if Order.objects.filter(pk=payment.order_id, status=OrderStatus.NEW).exists():
        set_status(order_id=payment.order_id, status=OrderStatus.CONFIRMED, actor=actor, now=now)
