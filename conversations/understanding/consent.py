"""Whether a customer wants to be left alone, or to hear from us again (spec 1.3). Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from conversations.understanding.types import IntentName, Understanding
from core.text import normalise, skeleton


class Wish(StrEnum):
    """Also what a button's payload or a provider's own event may say."""

    OPT_OUT = "opted_out"
    OPT_IN = "opted_in"


SURE = 0.6
LONGEST = 60
"""Letters of a wish to hear from us again: only such a message as a whole counts, never a word in a longer one."""
_BACK = {
    "en": "start; unstop; subscribe; resubscribe; you can write to me; you may write to me; you can write to me again; "
    "you may write to me again; write to me again; you can message me again",
    "ru": "старт; начать; подписаться; подпишите меня; подпишите меня снова; можете писать; можно писать; "
    "можете мне писать; можете снова писать; можете писать снова; можно снова писать; пишите снова; снова пишите; "
    "пишите мне снова; пишите опять",
    "hy": "սկսել; բաժանորդագրվել; կարող եք գրել; կարող եք ինձ գրել; կարող եք նորից գրել; գրեք նորից; նորից գրեք; "
    "գրեք ինձ նորից; ինձ նորից գրեք; էլի գրեք",
    "az": "başla; başlat; abunə ol; mənə yaza bilərsiniz; yaza bilərsiniz; yenə yaza bilərsiniz; yenə yazın; "
    "mənə yenə yazın; yenidən yazın; mənə yenidən yazın",
}
_EDGES = re.compile(r"^[\s/!.,:;]+|[\s!.,:;…👍🙏]+$")
_WORDS = frozenset(skeleton(phrase.strip()) for phrases in _BACK.values() for phrase in phrases.split(";"))


def wish_of(text: str, understanding: Understanding, *, payload: str = "") -> Wish | None:
    """The wish in a message; a button says only what it carries, its label is ours. A guess by spelling is no wish: "do not
    lose me" is spelled much like "do not write me".
    """
    if payload:
        return next((wish for wish in Wish if wish.value == payload), None)
    if _is_back(text):
        return Wish.OPT_IN
    if any(
        intent.name == IntentName.OPT_OUT and intent.confidence >= SURE and not intent.guessed
        for intent in understanding.intents
    ):
        return Wish.OPT_OUT
    return None


def _is_back(text: str) -> bool:
    return len(text) <= LONGEST and skeleton(normalise(_EDGES.sub("", text))) in _WORDS
