"""Raw deliveries become events; whatever fails is tried again, and parked with its error in the end (spec
3.1, 3.3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import connection, transaction
from django.utils import timezone

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import record_error, record_malformed, record_seen
from conversations.accounts.queries import account_by_id
from conversations.channels import registry
from conversations.channels.contracts import EventKind, InboundEvent, MalformedPayload
from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.deliveries.redacting import cards_of, without_cards
from conversations.inbound.operations import TooEarly, receive
from conversations.outbox.backoff import ATTEMPTS, pause
from core.claims import describe, fault_of
from core.events.operations import gathered
from core.ids import uuid7
from core.nudge import nudge
from core.text import clean_json

log = structlog.get_logger(__name__)

LANE = 220
ANSWERED_ATTEMPTS = 3
"""Tries with an answer.

Then the message is stored for people and the delivery parked: a fault in a flow hides nobody's words.
"""

# Written by hand: a third of the time that the door has for a request would go into composing it.
_STORE = """
INSERT INTO conversations_rawdelivery
       (public_id, account_id, lane, headers, body, status, attempts, next_attempt_at, error, received_at)
VALUES (%s, %s, %s, %s, %s, 'pending', 0, %s, '', %s)
"""

# The try is counted before the work, in a transaction of its own: a delivery that kills its worker is parked
# some day, too. Until its pause is over no other worker takes it, and while the work goes on its row is
# locked.
_CLAIM = """
UPDATE conversations_rawdelivery AS delivery
   SET attempts = delivery.attempts + 1,
       next_attempt_at = %(now)s + make_interval(secs => LEAST(2 ^ (delivery.attempts + 1), 900))
 WHERE delivery.id = (
       SELECT next.id FROM conversations_rawdelivery next
        WHERE next.status = 'pending' AND next.next_attempt_at <= %(now)s
          AND (next.lane = '' OR NOT EXISTS (
              SELECT 1 FROM conversations_rawdelivery earlier
               WHERE earlier.status = 'pending' AND earlier.lane = next.lane AND earlier.id < next.id))
        ORDER BY next.id
        LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING delivery.*, delivery.lane <> '' AND EXISTS (
              SELECT 1 FROM conversations_rawdelivery later
               WHERE later.status = 'pending' AND later.lane = delivery.lane AND later.id > delivery.id) AS more
"""


def store_delivery(*, account: ChannelAccount, lane: str, headers: Mapping[str, str], body: bytes) -> None:
    """Keep a verified request, with one INSERT, and let a worker know."""
    now = timezone.now()
    kept = json.dumps(clean_json(dict(headers)))
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [uuid7(), account.pk, _lane(account, lane), kept, body, now, now])
    nudge("deliveries")


def _lane(account: ChannelAccount, lane: str) -> str:
    if not lane:
        return ""
    name = f"{account.pk}:{lane}"
    return name if len(name) <= LANE else f"{account.pk}:{hashlib.sha256(name.encode()).hexdigest()}"


def process_next(*, now: datetime | None = None) -> bool:
    """Process the delivery that is due and first in its lane; False when there is none."""
    now = now or timezone.now()
    delivery = next(iter(RawDelivery.objects.raw(_CLAIM, {"now": now})), None)
    if delivery is None:
        return False
    account = account_by_id(delivery.account_id)
    if delivery.attempts > ATTEMPTS:
        _give_up(delivery, account, delivery.error or "The worker died with this delivery each time.")
        return True
    fault = _process(delivery, account, now)
    if isinstance(fault, MalformedPayload):
        _park(delivery, str(fault))
        record_malformed(account=account, error=str(fault))
        return True
    if fault is not None:
        _retry_or_park(delivery, account, fault, now)
    record_seen(account=account, now=now)
    return True


def _process(delivery: RawDelivery, account: ChannelAccount, now: datetime) -> Exception | None:
    read: list[InboundEvent] = []
    fault = fault_of(lambda: read.extend(_events(delivery, account)))
    if fault is not None:
        return fault
    if len(read) == 1:
        return fault_of(partial(_take, delivery, account, read[0], now))
    return _process_batch(delivery, account, read, now)


def _events(delivery: RawDelivery, account: ChannelAccount) -> list[InboundEvent]:
    return registry.adapter(account.kind).parse(bytes(delivery.body), delivery.headers)


@transaction.atomic
def _take(delivery: RawDelivery, account: ChannelAccount, event: InboundEvent, now: datetime) -> None:
    """The delivery is done by the same transaction that stores what it brought, or not at all."""
    if _finish(delivery, now, [event]):
        _receive(delivery, account, event, more=delivery.more)


def _process_batch(
    delivery: RawDelivery, account: ChannelAccount, events: list[InboundEvent], now: datetime
) -> Exception | None:
    """Each event in a transaction of its own: one that fails must not hold up a thousand others.

    Repeating does no harm.
    """
    _extend(delivery, now + timedelta(seconds=len(events)))
    faults = []
    for place, event in enumerate(events):
        more = any(_goes_on(event, later) for later in events[place + 1 :])
        if fault := fault_of(partial(_take_one, delivery, account, event, more=more)):
            faults.append(fault)
    if faults:
        return faults[0]
    _finish(delivery, now, events)
    return None


@transaction.atomic
def _take_one(delivery: RawDelivery, account: ChannelAccount, event: InboundEvent, *, more: bool) -> None:
    _receive(delivery, account, event, more=more)


def _goes_on(event: InboundEvent, later: InboundEvent) -> bool:
    """The same customer says something more in the same thread."""
    same = (later.customer_id, later.thread_id) == (event.customer_id, event.thread_id)
    return same and (later.kind, later.direction) == (EventKind.MESSAGE, "in")


def _receive(delivery: RawDelivery, account: ChannelAccount, event: InboundEvent, *, more: bool) -> None:
    respond = delivery.attempts <= ANSWERED_ATTEMPTS
    with gathered():
        receive(account=account, event=event, arrived_at=delivery.received_at, respond=respond, more=more)


def _finish(delivery: RawDelivery, now: datetime, events: Sequence[InboundEvent]) -> bool:
    """Done, or parked where the last tries brought no answer; False when another worker was quicker.

    Of a card number nothing stays, in the raw delivery either.
    """
    answered = delivery.attempts <= ANSWERED_ATTEMPTS or not delivery.error
    status = DeliveryStatus.DONE if answered else DeliveryStatus.PARKED
    mine = RawDelivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.PENDING)
    values = {"status": status, "processed_at": now, "error": "" if answered else delivery.error}
    return bool(mine.update(**values, **_redacted(delivery, events)))


def _redacted(delivery: RawDelivery, events: Sequence[InboundEvent]) -> dict[str, bytes]:
    """The column to change where the delivery brought card numbers."""
    cards = cards_of(events)
    return {"body": without_cards(bytes(delivery.body), cards)} if cards else {}


def _extend(delivery: RawDelivery, until: datetime) -> None:
    RawDelivery.objects.filter(pk=delivery.pk, next_attempt_at__lt=until).update(next_attempt_at=until)


def _retry_or_park(delivery: RawDelivery, account: ChannelAccount, fault: Exception, now: datetime) -> None:
    if isinstance(fault, TooEarly) and delivery.attempts < ATTEMPTS:
        return
    error = describe(fault)
    log.error("delivery failed", delivery=delivery.pk, attempts=delivery.attempts, exc_info=fault)
    if delivery.attempts >= ATTEMPTS:
        _give_up(delivery, account, error)
        return
    RawDelivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.PENDING).update(
        error=error, next_attempt_at=now + pause(delivery.attempts)
    )


def _give_up(delivery: RawDelivery, account: ChannelAccount, error: str) -> None:
    _park(delivery, error)
    record_error(account=account, error=error)


def _park(delivery: RawDelivery, error: str) -> None:
    """It can be tried again as it came, but for card numbers."""
    read: list[InboundEvent] = []
    unread = fault_of(lambda: read.extend(_events(delivery, account_by_id(delivery.account_id))))
    body = {"body": without_cards(bytes(delivery.body))} if unread else _redacted(delivery, read)
    RawDelivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.PENDING).update(
        status=DeliveryStatus.PARKED, error=error, **body
    )


def replay(*, delivery: RawDelivery, now: datetime | None = None) -> None:
    """Process a delivery once more, from its first try. What it brought before falls away as a duplicate."""
    RawDelivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.PENDING,
        attempts=0,
        error="",
        processed_at=None,
        next_attempt_at=now or timezone.now(),
    )
    nudge("deliveries")
