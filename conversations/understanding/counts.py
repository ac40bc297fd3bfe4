"""How many: pieces, people, places ("на двоих", "2 hogov", "20 ədəd")."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from conversations.understanding.knowledge import load
from conversations.understanding.parts import RANGE_SIGN, Number
from conversations.understanding.tokens import Token
from conversations.understanding.types import Entity, EntityType
from conversations.understanding.vocabulary import Vocabulary

_LARGEST = 1_000_000
_FOR_SO_MANY = {"na", "for", "ucun"}
_SO_MANY_PEOPLE = {
    **{"dvoix": 2, "troix": 3, "cetverix": 4, "piaterix": 5, "sesterix": 6, "dvux": 2, "trex": 3, "odnogo": 1},
    **{"dvoe": 2, "troe": 3, "cetvero": 4, "vdvoem": 2, "vtroem": 3, "vcetverom": 4, "erkusov": 2, "ereksov": 3, "corsov": 4},
    **{"piatero": 5, "semerix": 7},
}
_FOR_BARE = {"for"}
_OF = {"of"}


def find_quantity(
    text: str, parts: Sequence[Token], numbers: Sequence[Number], taken: frozenset[int]
) -> tuple[Entity, set[int]] | None:
    """Return the first count and its places; figures in `taken` are hours, terms or money."""
    for number in numbers:
        places = set(range(number.first, number.last + 1))
        if number.whole is None or not 1 <= number.whole <= _LARGEST or places & taken:
            continue
        if _counts_something(parts, number):
            first, last = parts[number.first], parts[min(number.last + 1, len(parts) - 1)]
            return Entity(EntityType.QUANTITY, number.whole, text[first.start : last.end]), places
    for position, part in enumerate(parts):
        people = _SO_MANY_PEOPLE.get(part.keys[0])
        if people is not None:
            return Entity(EntityType.QUANTITY, people, part.text), {position}
    return None


def _counts_something(parts: Sequence[Token], number: Number) -> bool:
    before = _before(parts, number)
    after = list(_following(parts, number))
    key = after[0].keys[0] if after else ""
    units = _units()
    if units.get(key) == "people" or units.get(key) == "pieces":
        return units.get(before) != "label" or units.get(key) == "people"
    if units.get(key) in ("time", "currency") or _is_uncounted(key):
        return False
    if _is_label(before):
        return False
    if key in _OF and number.whole and number.whole > 1:
        return True
    if before in _FOR_BARE and (not after or after[0].clause != parts[number.last].clause or key in {"nekst", "tomorov", "on", "in"}):
        return number.spelled or _is_last(parts, number)
    if number.spelled:
        return bool(number.whole and number.whole >= 10 and after and after[0].text.isalpha() and len(key) > 2)
    if not after or not after[0].text.isalpha() or after[0].start > parts[number.last].end + 2:
        return before in _needs() and not number.scaled
    return len(key) > 2 or before in _needs()


def _is_last(parts: Sequence[Token], number: Number) -> bool:
    return number.last == len(parts) - 1


def _before(parts: Sequence[Token], number: Number) -> str:
    return parts[number.first - 1].keys[0] if number.first else ""


def _following(parts: Sequence[Token], number: Number) -> Iterator[Token]:
    for part in parts[number.last + 1 : number.last + 3]:
        if part.clause != parts[number.last].clause or part.keys[0] == RANGE_SIGN:
            return
        yield part


def _is_uncounted(key: str) -> bool:
    return _uncounted().get(key) is not None


def _is_label(key: str) -> bool:
    return _labels().get(key) is not None or key in {"#", "no", "-", "+"}


@lru_cache(maxsize=1)
def _units() -> Vocabulary[str]:
    data = load("quantities")
    return Vocabulary.of(
        {
            "people": data["people"][1],
            "pieces": data["pieces"][1],
            "time": ";".join(data["time"].values()),
            "currency": ";".join(data["currencies"].values()),
        }
    )


@lru_cache(maxsize=1)
def _uncounted() -> Vocabulary[bool]:
    return Vocabulary.of({True: load("quantities")["uncounted"][1]})


@lru_cache(maxsize=1)
def _labels() -> Vocabulary[bool]:
    return Vocabulary.of({True: load("quantities")["not_counted_after"][1]})


@lru_cache(maxsize=1)
def _needs() -> frozenset[str]:
    return frozenset({"need", "ned", "vant", "get", "nado", "nujno", "nujni", "petk", "lazimdir", "lazimdi", "take", "order", "xat", "have"})
