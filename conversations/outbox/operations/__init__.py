"""Messages on their way out (spec 3.2): queued with what caused them, then delivered by the workers."""

from conversations.outbox.operations.delivering import deliver_next
from conversations.outbox.operations.queueing import retry_message, send_all, send_message

__all__ = ["deliver_next", "retry_message", "send_all", "send_message"]
