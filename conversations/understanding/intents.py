"""Which goals a message carries and which of them is the main one (spec 4.1)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from conversations.understanding.knowledge import LanguageKnowledge, languages
from conversations.understanding.lexicon import Match
from conversations.understanding.tokens import Token
from conversations.understanding.types import Intent, IntentName

THRESHOLD = 0.5
_FOREIGN = 0.75
_FOREIGN_LETTERS = 5
_MORE = 0.12
_MORE_AT_MOST = 0.36
_UNPLACED_DOUBT = 0.5

_COURTESY = (IntentName.GREETING, IntentName.THANKS)
_ANSWERS = (IntentName.YES, IntentName.NO)
_NOT_NEGATED = {*_COURTESY, *_ANSWERS, IntentName.OPT_OUT, IntentName.NOT_INTERESTED, IntentName.HUMAN}

# What a message is about when several goals are equally plain: the higher wins.
_RANK = {
    **dict.fromkeys(IntentName, 0.0),
    **{IntentName.DAMAGED: 0.12, IntentName.OPT_OUT: 0.3, IntentName.COMPLAINT: -0.1, IntentName.AVAILABILITY: -0.05},
    **{IntentName.OTHER: -0.1, IntentName.GREETING: -3.0, IntentName.THANKS: -2.0, IntentName.YES: -1.2},
    **{IntentName.NO: -1.0},
}


@dataclass(frozen=True, slots=True)
class _Evidence:
    intent: IntentName
    weight: float
    positions: tuple[int, ...]


def find_intents(tokens: Sequence[Token], language: str, *, has_details: bool = False) -> tuple[Intent, ...]:
    """Return the goals, the main one first; `other` when none is plain enough.

    `has_details` tells that the message carries a time, a phone or a name, so that "yes, book me" is a booking.
    """
    evidence = _evidence(tokens, language)
    scores = _scores(evidence)
    scores = {intent: score for intent, score in scores.items() if score >= THRESHOLD}
    if not scores:
        return (Intent(IntentName.OTHER, 0.5),)
    ordered = _order(scores, evidence, len(tokens), has_details=has_details)
    return tuple(Intent(intent, round(min(scores[intent], 1.0), 2)) for intent in ordered)


def _evidence(tokens: Sequence[Token], language: str) -> list[_Evidence]:
    found: list[_Evidence] = []
    for known in languages().values():
        native = known.language == language
        matches = [match for match in known.intents.find(tokens) if native or _counts_abroad(match, tokens)]
        negated = _negated_positions(tokens, known) if native else []
        found += _weigh(matches, negated, 1.0 if native else _FOREIGN)
    return found


def _counts_abroad(match: Match, tokens: Sequence[Token]) -> bool:
    return sum(len(tokens[position].keys[0]) for position in match.positions) >= _FOREIGN_LETTERS


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
    matches: Sequence[Match], negated: Sequence[tuple[set[int], set[int]]], factor: float
) -> list[_Evidence]:
    against = [match for match in matches if match.pattern.weight < 0]
    found: list[_Evidence] = []
    placed: set[int] = set()
    for match in matches:
        if match.pattern.weight < 0:
            continue
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
    for index, other in enumerate(against):
        if index not in placed:
            found.append(_Evidence(IntentName(other.label), -_UNPLACED_DOUBT * factor, other.positions))
    return found


def _is_negated(positions: set[int], negated: Sequence[tuple[set[int], set[int]]]) -> bool:
    return any(not positions.isdisjoint(scope) and positions.isdisjoint(words) for words, scope in negated)


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


def _order(
    scores: dict[IntentName, float], evidence: Sequence[_Evidence], length: int, *, has_details: bool
) -> list[IntentName]:
    first: dict[IntentName, int] = {}
    for item in evidence:
        if item.weight > 0:
            first[item.intent] = min(first.get(item.intent, length), item.positions[0])

    def rank(intent: IntentName) -> float:
        early = 0.25 * (1 - first[intent] / max(length, 1))
        return scores[intent] + _RANK[intent] + early

    ordered = sorted(scores, key=lambda intent: (-rank(intent), intent))
    return ordered
