"""What a customer wants done about a delay or a missing item."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.events.actor import Actor
from core.events.operations import record
from crm.orders.errors import BadOrder
from crm.orders.models import NoticeAnswer, Order, OrderNotice


def record_notice(event: str, notice: OrderNotice, /, *, actor: Actor, **more: str) -> None:
    order = notice.order
    payload = {
        "number": order.number,
        "kind": str(notice.kind),
        "expected_on": notice.expected_on.isoformat() if notice.expected_on else "",
        **more,
    }
    record(
        name=event,
        subject=order,
        actor=actor,
        payload=payload,
        lead_id=order.lead_id,
        contact_id=order.contact_id,
    )


@transaction.atomic
def answer_notice(
    *, notice_id: UUID, answer: NoticeAnswer | str, actor: Actor, now: datetime
) -> tuple[OrderNotice, bool]:
    """Store the answer on the notice; whether it is news. A later answer takes the place of the one before.

    Raises OrderNotice.DoesNotExist, BadOrder for an answer that is none.
    """
    if answer not in NoticeAnswer.values:
        raise BadOrder(_("Choose one of the answers."), field="answer")
    order_id = OrderNotice.objects.values_list("order", flat=True).get(public_id=notice_id)
    order = Order.objects.select_for_update(of=("self",)).select_related("contact", "lead").get(pk=order_id)
    notice = OrderNotice.objects.select_for_update().get(public_id=notice_id)
    notice.order = order
    if notice.answer == answer:
        return notice, False
    notice.answer, notice.answered_at = NoticeAnswer(answer), now
    notice.save(update_fields=["answer", "answered_at"])
    record_notice("order.notice_answered", notice, actor=actor, answer=str(notice.answer))
    return notice, True
