"""Events of payments; docs/events.md is made of these declarations."""

from core.events.registry import EventType, register

_PAYMENT = {
    "reference": "What the provider's program names the payment by.",
    "amount": "As a decimal number.",
    "currency": "ISO 4217 code.",
    "purpose": "For what.",
}
_MOVED = {
    **_PAYMENT,
    "from": "The state before.",
    "external_id": "What the provider calls the payment.",
    "note": "What a colleague noted down.",
}


NAMES = tuple(f"payment.{happened}" for happened in ("requested", "paid", "failed", "refunded", "cancelled"))


def _register(name: str, what: str, payload: dict[str, str]) -> None:
    register(EventType(name, 1, what, payload))


_register(
    "payment.requested",
    "A customer was asked for money, or asked again after a payment failed.",
    {**_MOVED, "due_on": "Until when, empty for no day."},
)
_register("payment.paid", "The money came.", _MOVED)
_register("payment.failed", "A payment did not go through; the customer can try again.", _MOVED)
_register("payment.refunded", "The money went back.", _MOVED)
_register("payment.cancelled", "The money is no longer asked for.", _MOVED)
