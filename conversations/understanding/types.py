"""What understanding returns: frozen values, no behaviour beyond looking things up."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias


class IntentName(StrEnum):
    """The goals of spec 4.1. OPT_OUT withdraws consent, NOT_INTERESTED only closes the lead (spec 1.3)."""

    GREETING = "greeting"
    PRICE = "price"
    AVAILABILITY = "availability"
    BOOKING = "booking"
    RESCHEDULE = "reschedule"
    CANCEL_BOOKING = "cancel_booking"
    ORDER_STATUS = "order_status"
    DELIVERY = "delivery"
    USAGE = "usage"
    WARRANTY = "warranty"
    RETURN = "return"
    PAYMENT = "payment"
    LOGIN = "login"
    FAULT = "fault"
    DAMAGED = "damaged"
    COMPLAINT = "complaint"
    PARTNERSHIP = "partnership"
    HUMAN = "human"
    NOT_INTERESTED = "not_interested"
    OPT_OUT = "opt_out"
    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    OTHER = "other"


class EntityType(StrEnum):
    BUDGET = "budget"
    QUANTITY = "quantity"
    TIMELINE_DAYS = "timeline_days"
    DATE = "date"
    DATETIME = "datetime"
    PHONE = "phone"
    EMAIL = "email"
    ORDER_NUMBER = "order_number"
    PLACE = "place"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Intent:
    """One goal of the message: an `IntentName`, or the key of a goal of the company's own; confidence from 0 to 1.

    `guessed`: by its spelling alone, no known phrase speaks for it.
    """

    name: str
    confidence: float
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    """Money that the customer can spend; at least one bound is set. Currency is ISO 4217 or unknown."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str | None = None

    @property
    def amount(self) -> Decimal:
        """Return the one figure to reckon with: the upper bound where there is one."""
        bound = self.maximum if self.maximum is not None else self.minimum
        if bound is None:
            raise ValueError("A budget has a bound")
        return bound


EntityValue: TypeAlias = Budget | int | date | datetime | str


@dataclass(frozen=True, slots=True)
class Entity:
    """A datum found in the message.

    Values by type: budget a `Budget`; quantity and timeline_days an int (days, upper bound); date a date; datetime an
    aware datetime; phone E.164; the others text. `text` is the customer's wording.
    """

    type: EntityType
    value: EntityValue
    text: str


@dataclass(frozen=True, slots=True)
class Tone:
    """What speaks for hurry. `repeated`: the same has been asked shortly before."""

    threat: bool = False
    anger: bool = False
    shouting: bool = False
    repeated: bool = False

    @property
    def urgency(self) -> int:
        """0 normal, 1 high, 2 urgent: a threat, or two signs at once, are urgent."""
        signs = sum((self.anger, self.shouting, self.repeated))
        return 2 if self.threat or signs > 1 else signs

    @property
    def wants_person(self) -> bool:
        """Whether a person should be offered before anything else is asked."""
        return self.threat or self.anger or self.shouting or self.repeated

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in ("threat", "anger", "shouting", "repeated") if getattr(self, name))


CALM = Tone()


@dataclass(frozen=True, slots=True)
class Understanding:
    """Language (en, ru, hy or az), intents with the main one first, entities in order of appearance.

    There is always at least one intent: `other` when nothing was recognised.
    """

    language: str
    intents: tuple[Intent, ...]
    entities: tuple[Entity, ...] = ()
    is_question: bool = False
    tone: Tone = CALM

    @property
    def main_intent(self) -> str:
        return self.intents[0].name

    @property
    def intent_names(self) -> tuple[str, ...]:
        return tuple(intent.name for intent in self.intents)

    def confidence(self, name: str) -> float:
        """Return the confidence of the intent, 0 when it is absent."""
        return max((intent.confidence for intent in self.intents if intent.name == name), default=0.0)

    def entity(self, type_: str) -> EntityValue | None:
        """Return the first value of that type."""
        return next((entity.value for entity in self.entities if entity.type == type_), None)
