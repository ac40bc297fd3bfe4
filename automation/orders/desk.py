"""The door behind a run: orders of this deployment, for one conversation (spec 8.5).

What does not match is told in the same way whether there is such an order or not, and counted: so many wrong pairs an hour
for everything that one sender writes, then only a person looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from automation.orders.values import Outcome, Shown, TooMany, Unmatched
from conversations.channels.limits import allow
from conversations.orders.queries import LOOKED_UP
from conversations.orders.words import answer_text
from conversations.threads.models import Conversation
from core.events.actor import CUSTOMER
from core.events.models import Event
from core.events.operations import record
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import ContactPoint
from crm.contacts.queries import kind_of, stored_form
from crm.orders.models import Order
from crm.orders.numbers import number_key
from crm.orders.queries import OVER, OrderQuerySet, orders

TRIES = 5
WITHIN = timedelta(hours=1)
LOOKS_AT_NUMBER = 30
"""So many looks an hour at one number, whoever writes: somebody may be guessing its phone."""
MOST_OWN = 3


class ConversationOrders:
    """For the customer of the locked conversation."""

    def __init__(self, conversation: Conversation, *, now: datetime) -> None:
        self.conversation, self.now = conversation, now

    def own(self, number: str, *, language: str) -> Shown | None:
        """Orders of a quote that this contact accepted, or bought with a phone or email of theirs that is verified."""
        rows = orders().filter(contact=self.conversation.contact_id).newest_first().whole()
        narrowed = (
            rows.filter(number_key=number_key(number) or "-") if number else rows.exclude(status__in=OVER)
        )
        found = self._known(narrowed)
        if not found:
            return None
        text = "\n\n".join(answer_text(order, language) for order in found)
        self._note(found[0])
        return Shown(found[0].number, text)

    def _known(self, rows: OrderQuerySet) -> list[Order]:
        points = ContactPoint.objects.filter(
            contact=self.conversation.contact_id, verified_at__isnull=False
        ).values_list("value", flat=True)
        found = list(rows[: MOST_OWN * 3])
        verified = set(points) if any(order.quote_id is None for order in found) else set()
        known = [each for each in found if each.quote_id or {each.phone, each.email} & verified - {""}]
        return known[:MOST_OWN]

    def find(self, number: str, *proofs: str, language: str) -> Outcome:
        key, wrong = number_key(number), self._wrong_pairs()
        looks = int(WITHIN.total_seconds())
        if wrong >= TRIES or not allow(f"order:{key}", limit=LOOKS_AT_NUMBER, seconds=looks):
            return TooMany()
        order = self._matching(key, proofs) if key else None
        if order is None:
            self._note(None)
            return TooMany() if wrong + 1 >= TRIES else Unmatched()
        self._note(order)
        return Shown(order.number, answer_text(order, language))

    def _matching(self, key: str, proofs: tuple[str, ...]) -> Order | None:
        stored = [(kind, value) for kind, value in map(_stored, proofs) if value]
        rows = orders().filter(number_key=key).newest_first().whole()
        for order in rows[:10]:
            if any(getattr(order, kind) == value for kind, value in stored):
                return order
        return None

    def _wrong_pairs(self) -> int:
        """Those of the hour before this message, in all conversations of the sender."""
        of_sender = Conversation.objects.filter(identity=self.conversation.identity_id).values("pk")
        wrong = Event.objects.filter(
            conversation_id__in=of_sender,
            name=LOOKED_UP,
            payload__found=False,
            created_at__gt=self.now - WITHIN,
        )
        return wrong.count()

    def _note(self, order: Order | None) -> None:
        payload = {"found": order is not None, "order": str(order.public_id) if order else None}
        record(name=LOOKED_UP, subject=self.conversation, actor=CUSTOMER, payload=payload)


def _stored(proof: str) -> tuple[str, str]:
    kind = kind_of(proof)
    try:
        return str(kind), stored_form(kind, proof)
    except BadContactPoint:
        return str(kind), ""
