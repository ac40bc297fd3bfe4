"""What can happen to a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Entity:
    """A value read from free text, already in its canonical form (`core.conditions.canonical`).

    `name`: budget, quantity, timeline_days, date, place, phone (E.164), email, name or order_number.
    """

    name: str
    value: Any
    confidence: float = 1.0


@dataclass(frozen=True)
class Reading:
    """What understanding made of a message. `intents`: those it is sure of, main first; `guesses`: the others.

    `language` is None when the text is too little to tell (a number, "ok", an emoji).
    """

    language: str | None = None
    intents: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True)
class CustomerMessage:
    """The customer wrote. `payload` is what a button carried, `attachments` are kinds: image, voice, video,
    file ... `upset`: angry, loud or asking the same again (spec 4.5); `threat`: with the law or in public; `card`: a
    card number stood in it and was removed; `document`: a long text was passed on, which is not among its words.
    """

    text: str = ""
    reading: Reading = field(default_factory=Reading)
    payload: str | None = None
    attachments: tuple[str, ...] = ()
    upset: bool = False
    threat: bool = False
    card: bool = False
    document: bool = False


@dataclass(frozen=True)
class OptedOut:
    """The customer wants no more (spec 1.3), in this message. `confirm`: it is news, and the customer is told once."""

    message: CustomerMessage
    confirm: bool


@dataclass(frozen=True)
class Takeover:
    """A person speaks from now on (spec 5.5)."""


@dataclass(frozen=True)
class HandBack:
    """The person gives the conversation back to the flow."""


@dataclass(frozen=True)
class Silence:
    """The customer has not answered for so many minutes."""

    minutes: int


@dataclass(frozen=True)
class PaymentTold:
    """The money that the run asked for came; or, `over`, nobody waits for it any longer."""

    payment: str
    over: bool = False


Event = CustomerMessage | OptedOut | Takeover | HandBack | Silence | PaymentTold
