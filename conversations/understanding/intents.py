"""Which goals a message carries and which of them is the main one (spec 4.1)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from conversations.understanding.knowledge import LanguageKnowledge, languages
from conversations.understanding.lexicon import Match
from conversations.understanding.likeness import Likeness, built_in
from conversations.understanding.tokens import Token
from conversations.understanding.types import Intent, IntentName
from core.text import skeleton

THRESHOLD = 0.5
UNRECOGNISED = 0.5
_GUESSED = 0.5
_GUESSED_AT_MOST = 0.8
_SURELY_AWAY = 0.8
_SAY = 0.25
_LEAST = 0.005
_LATER = 0.4
_NOTHING_FOUND = 0.1
_SEVERAL = 2
_RECOGNISED = 0.45
_TRACE = 0.001
_AND = frozenset(
    map(skeleton, ("and", "also", "plus", "и", "а", "еще", "ու", "և", "իսկ", "və", "bəs", "həm", "amma"))
)
CERTAIN_OTHER = 0.6
_FOREIGN = 0.7
_FOREIGN_LETTERS = 5
_MORE = 0.12
_MORE_AT_MOST = 0.36
_UNPLACED_DOUBT = 0.8

_COURTESY = (IntentName.GREETING, IntentName.THANKS)
_ANSWERS = (IntentName.YES, IntentName.NO)
_NATIVE_ONLY = {*_ANSWERS, IntentName.OTHER}
_NOT_NEGATED = {*_COURTESY, *_ANSWERS, IntentName.OPT_OUT, IntentName.NOT_INTERESTED, IntentName.HUMAN}

# Courtesy and answers stand behind what the message is about; damage and a withdrawn consent stand before it.
_TIER = {
    **dict.fromkeys(IntentName, 1),
    IntentName.OPT_OUT: 0,
    IntentName.YES: 2,
    IntentName.NO: 2,
    IntentName.THANKS: 3,
    IntentName.GREETING: 4,
}
_STRONG = 0.95
_MEDIUM = 0.65
_GRAVE_COMPLAINT = 2


@dataclass(frozen=True, slots=True)
class _Evidence:
    intent: IntentName
    weight: float
    positions: tuple[int, ...]


def find_intents(
    tokens: Sequence[Token],
    language: str,
    *,
    has_details: bool = False,
    likeness: Callable[[], Likeness] = built_in,
) -> tuple[Intent, ...]:
    """Return the goals, the main one first; `other` when none is plain enough.

    Phrases of the lexicons speak for goals, `likeness` has a say in which of them is the main one, and names it where no
    phrase is found. `has_details` tells that the message carries a time, a phone or a name, so that "yes, book me" is a
    booking.
    """
    evidence = _without_parts(_evidence(tokens, language))
    scores = _scores(evidence)
    scores = _without_echoes({intent: score for intent, score in scores.items() if score >= THRESHOLD})
    ordered = _order(scores, evidence, has_details=has_details) if scores else []
    likely = _likely(likeness(), tokens, [intent for intent in ordered if scores[intent] >= _MEDIUM])
    main = _main(ordered, _with_opt_out(likely, ordered))
    found = {intent: round(min(scores[intent], 1.0), 2) for intent in ordered}
    if main not in found and ordered and main is not IntentName.OTHER:
        found = {intent: sure for intent, sure in found.items() if sure >= _MEDIUM}
    guessed = main not in found and main is not IntentName.OTHER
    found.setdefault(main, _guess(likely.get(main, 0.0), main))
    ranked = sorted(found, key=lambda each: each is not main)
    return tuple(Intent(intent, found[intent], guessed and intent is main) for intent in ranked)


def _likely(
    model: Likeness, tokens: Sequence[Token], plain: Sequence[IntentName]
) -> Mapping[IntentName, float]:
    """Return how likely each goal is the main one; of several plain ones that is mostly the one named first."""
    whole = model.probabilities(tokens)
    if len([intent for intent in plain if intent not in _COURTESY]) < _SEVERAL:
        return whole
    for piece in _pieces(tokens):
        first = model.probabilities(piece)
        best = max(first, key=first.__getitem__, default=None)
        if best is not None and best in plain and best not in _COURTESY and first[best] >= _RECOGNISED:
            return {
                intent: sqrt((share + _TRACE) * (first[intent] + _TRACE)) for intent, share in whole.items()
            }
    return whole


def _pieces(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Cut the message where a clause ends or "and" stands; a single word stays with what follows."""
    piece: list[Token] = []
    for token in tokens:
        if len(piece) >= _SEVERAL and (token.clause != piece[-1].clause or token.keys[0] in _AND):
            yield piece
            piece = []
        piece.append(token)
    if piece:
        yield piece


def _with_opt_out(
    likely: Mapping[IntentName, float], ordered: Sequence[IntentName]
) -> Mapping[IntentName, float]:
    """The two ways to want no more are spelled alike: the lexicons tell them apart, together they are as likely."""
    away = (IntentName.OPT_OUT, IntentName.NOT_INTERESTED)
    named = next((intent for intent in ordered if intent in away), None)
    if named is None or not likely:
        return likely
    both = sum(likely[intent] for intent in away)
    return {**likely, **dict.fromkeys(away, 0.0), named: both}


def _main(ordered: Sequence[IntentName], likely: Mapping[IntentName, float]) -> IntentName:
    """Return the goal that phrases and spelling agree on best."""
    votes: defaultdict[IntentName, float] = defaultdict(float)
    for place, intent in enumerate(ordered):
        votes[intent] += max(0.0, 1 - _LATER * place)
    if not ordered:
        votes[IntentName.OTHER] += _NOTHING_FOUND
    for intent in IntentName:
        votes[intent] += _SAY * log(max(likely.get(intent, 0.0), _LEAST))
    return max(IntentName, key=votes.__getitem__)


def _guess(share: float, intent: IntentName) -> float:
    """Return the confidence in a goal for which no phrase speaks: sure enough to act on only where it is most likely."""
    if intent is IntentName.OTHER or (intent is IntentName.OPT_OUT and share < _SURELY_AWAY):
        return UNRECOGNISED
    return round(min(_GUESSED_AT_MOST, max(UNRECOGNISED, _GUESSED * share + 0.35)), 2)


def _evidence(tokens: Sequence[Token], language: str) -> list[_Evidence]:
    """Weigh the phrases of all languages; what speaks against a goal is taken from the message's own language."""
    known = languages()
    found = [(match, 1.0) for match in known[language].intents.find(tokens)]
    against = [match for match, _ in found if match.pattern.weight < 0]
    found = [(match, factor) for match, factor in found if match.pattern.weight > 0]
    for other in known.values():
        if other.language != language:
            found += [
                (match, _FOREIGN)
                for match in other.intents.find(tokens)
                if match.pattern.weight > 0
                and match.letters >= _FOREIGN_LETTERS
                and match.label not in _NATIVE_ONLY
            ]
    return _weigh(found, against, _negated_positions(tokens, known[language]))


def not_negated(tokens: Sequence[Token], language: str) -> list[Token]:
    """Return the words that no negation denies: "a sofa" of "a sofa, not a kitchen"."""
    scopes = _negated_positions(tokens, languages()[language])
    denied = {position for words, scope in scopes for position in words | scope}
    return [token for position, token in enumerate(tokens) if position not in denied]


def _negated_positions(tokens: Sequence[Token], known: LanguageKnowledge) -> list[tuple[set[int], set[int]]]:
    """Return pairs: the words of a negation and the words in its scope, which ends at a contrast or a clause."""
    scopes: list[tuple[set[int], set[int]]] = []
    for match in known.negation.find(tokens):
        reach = int(match.pattern.weight)
        step = 1 if match.label == "before" else -1
        position = match.last + step if step > 0 else match.first + step
        scope: set[int] = set()
        clause = tokens[match.first].clause
        while 0 <= position < len(tokens) and len(scope) < reach and tokens[position].clause == clause:
            if not known.contrast.isdisjoint(tokens[position].keys):
                break
            scope.add(position)
            position += step
        scopes.append((set(match.positions), scope))
    return scopes


def _weigh(
    matches: Sequence[tuple[Match, float]],
    against: Sequence[Match],
    negated: Sequence[tuple[set[int], set[int]]],
) -> list[_Evidence]:
    """Return what remains: a counter-phrase strikes the phrases it overlaps, or else casts doubt on its goal."""
    found: list[_Evidence] = []
    placed: set[int] = set()
    for match, factor in matches:
        positions = set(match.positions)
        blockers = [
            index
            for index, other in enumerate(against)
            if other.label == match.label and not positions.isdisjoint(other.positions)
        ]
        placed.update(blockers)
        if blockers or (match.label not in _NOT_NEGATED and _is_negated(positions, negated)):
            continue
        found.append(_Evidence(IntentName(match.label), match.pattern.weight * factor, match.positions))
    found += [
        _Evidence(IntentName(other.label), -_UNPLACED_DOUBT, other.positions)
        for index, other in enumerate(against)
        if index not in placed
    ]
    return found


def _is_negated(positions: set[int], negated: Sequence[tuple[set[int], set[int]]]) -> bool:
    return any(not positions.isdisjoint(scope) and positions.isdisjoint(words) for words, scope in negated)


def _without_parts(evidence: Sequence[_Evidence]) -> list[_Evidence]:
    """Drop what is only a part of a longer phrase of another goal ("booking" in "booking page is down")."""
    plain = [(item, frozenset(item.positions)) for item in evidence if item.weight > 0]
    return [
        item
        for item in evidence
        if not any(
            frozenset(item.positions) < positions
            and longer.intent not in {item.intent, *_ANSWERS, *_COURTESY}
            and longer.weight >= item.weight
            for longer, positions in plain
        )
    ]


def _scores(evidence: Sequence[_Evidence]) -> dict[IntentName, float]:
    best: defaultdict[IntentName, float] = defaultdict(float)
    words: defaultdict[IntentName, set[int]] = defaultdict(set)
    doubt: defaultdict[IntentName, float] = defaultdict(float)
    for item in evidence:
        if item.weight < 0:
            doubt[item.intent] = min(doubt[item.intent], item.weight)
            continue
        best[item.intent] = max(best[item.intent], item.weight)
        words[item.intent].update(item.positions)
    return {
        intent: score + min(_MORE * (len(words[intent]) - 1), _MORE_AT_MOST) + doubt[intent]
        for intent, score in best.items()
    }


def _without_echoes(scores: Mapping[IntentName, float]) -> dict[IntentName, float]:
    """Drop what other goals explain: a faint "yes" ("ok thanks"), the booking that is to be moved or cancelled."""
    moved = any(
        scores.get(intent, 0) >= _STRONG for intent in (IntentName.RESCHEDULE, IntentName.CANCEL_BOOKING)
    )
    faint = {intent for intent in _ANSWERS if scores.get(intent, 1.0) < _STRONG and len(scores) > 1}
    return {
        intent: score
        for intent, score in scores.items()
        if intent not in faint and not (moved and intent == IntentName.BOOKING)
    }


def _order(
    scores: Mapping[IntentName, float], evidence: Sequence[_Evidence], *, has_details: bool
) -> list[IntentName]:
    """Return the goals, main one first: the plainest, among equally plain ones the one that is named first."""
    first = {intent: _first_place(intent, evidence) for intent in scores}
    complaints = {
        item.positions[0]
        for item in evidence
        if item.intent == IntentName.COMPLAINT and item.weight >= _STRONG
    }

    def key(intent: IntentName) -> tuple[float, int, int, str]:
        strength = (scores[intent] >= _STRONG) + (scores[intent] >= _MEDIUM)
        tier: float = _TIER[intent]
        if intent == IntentName.OTHER or (
            intent == IntentName.COMPLAINT and len(complaints) < _GRAVE_COMPLAINT
        ):
            strength -= 1
        if intent in _ANSWERS and _leads(intent, scores, first, has_details=has_details):
            tier = 0.5
        return tier, -strength, first[intent], intent

    return sorted(scores, key=key)


def _first_place(intent: IntentName, evidence: Sequence[_Evidence]) -> int:
    mine = [item for item in evidence if item.intent == intent and item.weight > 0]
    best = max(item.weight for item in mine)
    return min(item.positions[0] for item in mine if item.weight >= best - 0.05)


def _leads(
    answer: IntentName,
    scores: Mapping[IntentName, float],
    first: Mapping[IntentName, int],
    *,
    has_details: bool,
) -> bool:
    """Return whether "yes" or "no" is the point and what follows merely spells it out ("yes, book it")."""
    others = [intent for intent in scores if intent not in _COURTESY and intent not in _ANSWERS]
    if not others:
        return True
    if scores[answer] < _STRONG or any(first[intent] < first[answer] for intent in others) or has_details:
        return False
    if answer == IntentName.YES:
        return all(intent == IntentName.BOOKING or scores[intent] < _STRONG for intent in others)
    spelt_out = {IntentName.AVAILABILITY, IntentName.OTHER, IntentName.BOOKING}
    return all(intent in spelt_out or scores[intent] < _STRONG for intent in others)
