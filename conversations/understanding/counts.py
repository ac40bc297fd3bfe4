"""How many: pieces, people, places ("на двоих", "2 hogov", "20 ədəd")."""

from collections.abc import Iterator, Sequence

from conversations.understanding.parts import RANGE_SIGN, Number
from conversations.understanding.tokens import Token
from conversations.understanding.types import Entity, EntityType
from conversations.understanding.units import is_label, unit_after
from core.text import skeleton

_LARGEST = 1_000_000
_SO_MANY_PEOPLE = {
    "dvoix": 2,
    "troix": 3,
    "cetverix": 4,
    "piaterix": 5,
    "sesterix": 6,
    "dvux": 2,
    "trex": 3,
    "odnogo": 1,
    "dvoe": 2,
    "troe": 3,
    "cetvero": 4,
    "vdvoem": 2,
    "vtroem": 3,
    "vcetverom": 4,
    "erkusov": 2,
    "ereksov": 3,
    "corsov": 4,
    "piatero": 5,
    "semerix": 7,
}
_NEED = {
    "ned",
    "vant",
    "get",
    "take",
    "order",
    "nado",
    "nujno",
    "nujni",
    "petk",
    "lazimdir",
    "lazimdi",
    "xat",
    "vozmu",
}
_AFTER_PARTY = {
    skeleton(word) for word in ("next", "tomorrow", "today", "on", "in", "at", "please", "pls", "this", "and")
}


def find_quantity(
    text: str, parts: Sequence[Token], numbers: Sequence[Number], taken: frozenset[int]
) -> Entity | None:
    """Return the first count; figures in `taken` are hours, terms or money."""
    for number in numbers:
        places = set(range(number.first, number.last + 1))
        if number.whole is None or not 1 <= number.whole <= _LARGEST or places & taken:
            continue
        if _counts_something(parts, number):
            first, last = parts[number.first], parts[min(number.last + 1, len(parts) - 1)]
            return Entity(EntityType.QUANTITY, number.whole, text[first.start : last.end])
    for position, part in enumerate(parts):
        people = _SO_MANY_PEOPLE.get(part.keys[0]) if position not in taken else None
        if people is not None:
            return Entity(EntityType.QUANTITY, people, part.text)
    return None


def _counts_something(parts: Sequence[Token], number: Number) -> bool:
    before = _before(parts, number)
    after = next(_following(parts, number), None)
    unit = unit_after(after.keys[0]) if after else None
    if unit in ("people", "pieces"):
        return True
    if unit is not None or is_label(before) or unit_after(before) == "time":
        return False
    if before in _NEED and not number.scaled:
        return True
    if after is None or not after.text.isalpha():
        return before in _NEED or (before == "for" and not number.scaled)
    if after.keys[0] == "of":
        return number.value > 1
    if before == "for" and after.keys[0] in _AFTER_PARTY:
        return True
    if number.spelled:
        return number.value >= 10 and len(after.text) > 2
    return len(after.text) > 2


def _before(parts: Sequence[Token], number: Number) -> str:
    return parts[number.first - 1].keys[0] if number.first else ""


def _following(parts: Sequence[Token], number: Number) -> Iterator[Token]:
    for part in parts[number.last + 1 : number.last + 3]:
        if part.clause != parts[number.last].clause or part.keys[0] == RANGE_SIGN:
            return
        yield part
