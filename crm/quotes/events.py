"""Events of quotes; docs/events.md is made of these declarations."""

from core.events.registry import EventType, register

_QUOTE = {
    "number": "The number, empty for a draft that was never sent.",
    "version": "The version.",
    "total": "The total, as a decimal number.",
    "currency": "ISO 4217 code.",
}
_WAITING = {**_QUOTE, "valid_until": "The last day on which it can be accepted."}


def _register(name: str, what: str, payload: dict[str, str]) -> None:
    register(EventType(name, 1, what, payload))


_register("quote.drafted", "A quote was begun, or its next version.", _QUOTE)
_register(
    "quote.approval_asked", "A discount needs somebody's approval.", {**_QUOTE, "discount": "Percent off."}
)
_register(
    "quote.approved",
    "A discount above its author's limit was approved.",
    {**_QUOTE, "discount": "Percent off."},
)
_register("quote.sent", "A version of a quote became final and got its link.", _WAITING)
_register("quote.mailed", "The link and the document of a quote left by email.", _QUOTE)
_register(
    "quote.mail_failed",
    "A quote could not be sent by email; it is not tried again.",
    {
        **_QUOTE,
        "reason": "unreached, sign_in, sender, address, refused, consent, or over: it was answered meanwhile.",
    },
)
_register(
    "quote.viewed", "The customer opened the quote.", {**_WAITING, "first": "Whether it was the first time."}
)
_register(
    "quote.accepted",
    "The customer said yes. The total is that of what they chose.",
    {**_QUOTE, "name": "Who accepted.", "by_colleague": "Whether a colleague noted it down."},
)
_register(
    "quote.declined",
    "The customer said no.",
    {**_QUOTE, "reason": "price, timing, competitor, scope or other.", "words": "In their own words."},
)
_register("quote.withdrawn", "A colleague took the quote back before it was answered.", _QUOTE)
_register("quote.expired", "The last day of a quote passed without an answer.", _WAITING)

_CHANGES = {"name": "Its name.", "changes": "Names of the changed parts; deleted where it is gone."}
_register("quote_template.changed", "A template of quotes was added, changed or removed.", _CHANGES)
_register(
    "quote_settings.changed",
    "How the company quotes was changed.",
    {"changes": "Names of the changed parts."},
)
