"""What must not leave the house is replaced by placeholders, which are put back in the answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from conversations.understanding.contacts import find_emails, find_order_numbers, find_phones

PLACEHOLDER = re.compile(r"\[[A-Z]{2,10}_\d{1,4}\]")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_LONG = re.compile(r"(?<![\w.,])\+?\d(?:[ ()-]{0,2}\d){8,18}(?![\w%])")
_SHORTEST_NAME = 3
Span = tuple[int, int, str]


class Redactor:
    """One for each call: the same value is the same placeholder throughout.

    `names` and `numbers`: names of people, and order numbers, that are hidden wherever they stand.
    """

    def __init__(self, *, country: str, names: Iterable[str] = (), numbers: Iterable[str] = ()) -> None:
        self._country = country
        self._names = _pattern(_parts(names), letter=r"[^\W\d_]", ending=3)
        self._numbers = _pattern((each for each in numbers if each), letter=r"\w", ending=0)
        self._known: dict[str, str] = {}

    @property
    def hidden(self) -> Mapping[str, str]:
        """The value by its placeholder, as `restore` takes it."""
        return dict(self._known)

    def hide(self, text: str) -> str:
        """A text that says what a placeholder looks like has that hidden too, so that it cannot name another's value."""
        pieces, at = [], 0
        for start, end, kind in _apart(self._spans(text)):
            pieces += [text[at:start], self._placeholder(kind, text[start:end])]
            at = end
        return "".join([*pieces, text[at:]])

    def _placeholder(self, kind: str, value: str) -> str:
        value = masked(value) if kind == "CARD" else value
        for name, known in self._known.items():
            if known == value and name.startswith(f"[{kind}_"):
                return name
        count = sum(name.startswith(f"[{kind}_") for name in self._known) + 1
        name = f"[{kind}_{count}]"
        self._known[name] = value
        return name

    def _spans(self, text: str) -> Iterator[Span]:
        yield from ((*match.span(), "TEXT") for match in PLACEHOLDER.finditer(text))
        yield from ((*span, "EMAIL") for _entity, span in find_emails(text))
        yield from ((*match.span(), "CARD") for match in _CARD.finditer(text) if is_card(match.group()))
        if self._numbers is not None:
            yield from ((*match.span(), "ORDER") for match in self._numbers.finditer(text))
        phones = [span for _entity, span in find_phones(text, country=self._country)]
        yield from ((*span, "PHONE") for span in phones)
        yield from ((*span, "ORDER") for _entity, span in find_order_numbers(text, phones, about_order=False))
        yield from ((*match.span(), "NUMBER") for match in _LONG.finditer(text))
        if self._names is not None:
            yield from ((*match.span(), "NAME") for match in self._names.finditer(text))


def restore(text: str, hidden: Mapping[str, str]) -> str:
    """The text with the values in place of their placeholders; one that nobody gave out stays as it is."""
    return PLACEHOLDER.sub(lambda match: hidden.get(match.group(), match.group()), text)


def strangers(text: str, hidden: Mapping[str, str]) -> set[str]:
    """Placeholders that were not given out: made up."""
    return set(PLACEHOLDER.findall(text)) - set(hidden)


def is_card(text: str) -> bool:
    """Whether the figures could be the number of a card: their check digit is right."""
    figures = [int(each) for each in text if each.isdecimal()]
    doubled = [each if place % 2 == 0 else each * 2 for place, each in enumerate(reversed(figures))]
    total = sum(each - 9 if each > 9 else each for each in doubled)
    return 13 <= len(figures) <= 19 and total % 10 == 0 and len(set(figures)) > 1


def masked(card: str) -> str:
    """A card is never put back whole."""
    return "•••• " + "".join(each for each in card if each.isdecimal())[-4:]


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Those that do not overlap: what was found first counts."""
    taken: list[Span] = []
    for start, end, kind in spans:
        if start < end and all(end <= left or right <= start for left, right, _kind in taken):
            taken.append((start, end, kind))
    return sorted(taken)


def _parts(names: Iterable[str]) -> set[str]:
    words = {word.strip(".,()\"'") for name in names for word in name.split()}
    return {word for word in words if len(word) >= _SHORTEST_NAME and any(each.isalpha() for each in word)}


def _pattern(words: Iterable[str], *, letter: str, ending: int) -> re.Pattern[str] | None:
    """Words that stand alone, apart from an `ending` of so many letters: names are declined."""
    found = sorted({re.escape(word) for word in words}, key=len, reverse=True)
    if not found:
        return None
    whole = rf"(?<!{letter})(?:{'|'.join(found)}){letter}{{0,{ending}}}(?!{letter})"
    return re.compile(whole, re.IGNORECASE)
