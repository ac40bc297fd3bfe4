"""A library in memory: two articles and a known problem, for tests of the engine."""

from __future__ import annotations

from collections.abc import Sequence

from automation.articles.values import Told

CARE = Told("care", "Wipe it with a dry cloth.", {"en": "Looking after wood", "ru": "Уход"})
PARKING = Told("parking", "Parking is free in the yard.", {"en": "Parking", "ru": "Парковка"})
SNOW = Told("snow", "Snow: deliveries are two days late.")


class Shelf:
    """Knows care by "clean", parking by "park"; "wood" may be either. Snow is on while `snow`."""

    def __init__(self, *, snow: bool = False) -> None:
        self.snow = snow

    def notice(self, text: str, intents: Sequence[str], *, language: str) -> Told | None:
        return SNOW if self.snow and "delivery" in intents else None

    def answer(self, text: str, *, language: str) -> Told | None:
        return CARE if "clean" in text else PARKING if "park" in text else None

    def like(self, text: str, *, language: str) -> Sequence[Told]:
        found = self.answer(text, language=language)
        return [*([found] if found else ()), CARE, PARKING] if "wood" in text else [found] if found else []

    def article(self, slug: str, *, language: str) -> Told | None:
        return {"care": CARE, "parking": PARKING}.get(slug)
