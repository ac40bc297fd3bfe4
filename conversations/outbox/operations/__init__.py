"""Messages on their way out (spec 3.2): queued with what caused them, then delivered by the workers."""

from conversations.outbox.operations.delivering import deliver_next
from conversations.outbox.operations.queueing import retry_message, send_all, send_message
from conversations.outbox.operations.waiting import cancel_message, reschedule, send_now, take_back

__all__ = [
    "cancel_message",
    "deliver_next",
    "reschedule",
    "retry_message",
    "send_all",
    "send_message",
    "send_now",
    "take_back",
]
