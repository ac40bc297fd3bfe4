"""Events of the catalogue; docs/events.md is made of these declarations."""

from core.events.registry import EventType, register

register(
    EventType(
        "product.changed",
        1,
        "A product was added, changed or removed.",
        {"code": "Its code.", "name": "Its name.", "changes": "Names of the changed parts."},
    )
)
register(
    EventType(
        "tax.changed",
        1,
        "A tax was added, changed or removed.",
        {"name": "Its name.", "percent": "Its percent.", "changes": "Names of the changed parts."},
    )
)
register(
    EventType(
        "rate.set",
        1,
        "An exchange rate was entered.",
        {
            "base": "The currency of which one unit is converted.",
            "quote": "The currency it becomes.",
            "rate": "Units of it, as a decimal number.",
            "since": "The first day on which the rate counts.",
        },
    )
)
