"""When a sequence ends before its last step (spec 10.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from automation.sequences.enums import Stop


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known under the locks at the moment of sending. `stage_kind`: open, won or lost. `heard_at`: the customer's
    last words anywhere, `silent_since` those that the sequence began after. `decided`: a quote was accepted or declined
    meanwhile. `fits`: the lead still fits the segment.
    """

    stage_kind: str
    heard_at: datetime | None
    silent_since: datetime
    follow_ups_allowed: bool = True
    booked: bool = False
    decided: bool = False
    fits: bool = True
    switched_on: bool = True


def stop_of(facts: Facts) -> Stop | None:
    """The first rule that ends it; None while it goes on."""
    rules = (
        (Stop.OPT_OUT, not facts.follow_ups_allowed),
        (Stop.WON, facts.stage_kind == "won"),
        (Stop.LOST, facts.stage_kind == "lost"),
        (Stop.BOOKED, facts.booked),
        (Stop.QUOTE, facts.decided),
        (Stop.REPLY, facts.heard_at is not None and facts.heard_at > facts.silent_since),
        (Stop.OFF, not facts.switched_on),
        (Stop.LEFT, not facts.fits),
    )
    return next((stop for stop, holds in rules if holds), None)
