"""Folding of English, Russian, Armenian and Azerbaijani text to one Latin-script form (architecture 3)."""

import re
import unicodedata
from functools import lru_cache

_ARMENIAN = {
    **dict(zip("աբգդեզէըթիլկհմյնոպռսվտրւփօֆ", "abgdezeytilkhmynoprsvtrvpof", strict=True)),
    "ժ": "zh",
    "խ": "kh",
    "ծ": "ts",
    "ձ": "dz",
    "ղ": "gh",
    "ճ": "ch",
    "շ": "sh",
    "չ": "ch",
    "ջ": "j",
    "ց": "ts",
    "ք": "q",
    "և": "ev",
    # Question, stress and exclamation marks stand inside the word.
    "՛": "",
    "՜": "",
    "՞": "",
    "՟": "",
    "ՙ": "",
    "՚": "'",
    "՝": ",",
    "։": ".",
    "֊": "-",
}
_CYRILLIC = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
    "ё": "e",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ь": "",
    "ю": "yu",
    "я": "ya",
    "і": "i",
    "ї": "i",
    "є": "e",
    "ґ": "g",
    "ў": "u",
}
_LATIN = {"ə": "e", "ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
_PUNCTUATION = {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "«": '"', "»": '"'}
_DASHES = {"‐": "-", "‒": "-", "–": "-", "—": "-", "−": "-"}
_INVISIBLE = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
_FOLD = str.maketrans({**_ARMENIAN, **_CYRILLIC, **_LATIN, **_PUNCTUATION, **_DASHES, **_INVISIBLE})

_ARMENIAN_PAIRS = re.compile(r"եւ|ու|ո(?=վ\b)|\bո")
_ARMENIAN_PAIR_VALUES = {"եւ": "ev", "ու": "u"}
_INITIAL_YE = re.compile(r"\bye(?=[^\W\d_])")

# One letter for each group of spellings that people use for one sound; h, q, w and y do not occur in a skeleton.
_SOUNDS = {
    "shch": "s",
    "sch": "s",
    "sh": "s",
    "dzh": "j",
    "zh": "j",
    "dj": "j",
    "tch": "c",
    "ch": "c",
    "ts": "c",
    "kh": "x",
    "gh": "x",
    "h": "x",
    "x": "x",
    "th": "t",
    "ph": "p",
    "ou": "u",
    "q": "k",
    "w": "v",
    "y": "i",
}
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_REPEATED = re.compile(r"([^\W\d_])\1+")
_SOFT_VOWEL = re.compile(r"\bie|(?<=[aeou])ie")


def normalise(text: str) -> str:
    """Return the form in which text is compared: case, diacritics, ligatures and script folded, spaces collapsed.

    Idempotent. Armenian and Cyrillic become Latin, Azerbaijani letters lose their marks, an initial "ye" becomes "e":
    "Երևան", "Ереван", "Yerevan" and "Erevan" are one. Other scripts keep their letters. Never shown to anybody.
    """
    return _remembered_normal(text) if len(text) <= _SHORT else _normalise(text)


def _normalise(text: str) -> str:
    for _ in range(4):
        folded = _fold(text)
        if folded == text:
            break
        text = folded
    return text


def skeleton(text: str) -> str:
    """Return a coarse key for words typed by ear: `normalise`, then one letter for each group of like sounds.

    "щ", "sh", "ş" and "s" meet, as do "խ", "kh", "x" and "h"; repeated letters are single. Idempotent.
    """
    return _remembered_skeleton(text) if len(text) <= _SHORT else _skeleton(text)


def _skeleton(text: str) -> str:
    text = normalise(text)
    for _ in range(4):
        folded = _fold_sounds(text)
        if folded == text:
            break
        text = folded
    return text


# Every message is compared with the same few hundred names of choices, cities and goals.
_SHORT = 60
_remembered_normal = lru_cache(maxsize=8192)(_normalise)
_remembered_skeleton = lru_cache(maxsize=8192)(_skeleton)


def _fold(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).casefold()
        text = _ARMENIAN_PAIRS.sub(_armenian_pair, text).translate(_FOLD)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = unicodedata.normalize("NFKC", text).translate(_FOLD)
    return _INITIAL_YE.sub("e", " ".join(text.lower().split()))


def _armenian_pair(match: re.Match[str]) -> str:
    found = match.group()
    if found == "ո":
        return "o" if match.string[match.end() : match.end() + 1] == "վ" else "vo"
    return _ARMENIAN_PAIR_VALUES[found]


def _fold_sounds(text: str) -> str:
    text = _SOUND.sub(lambda match: _SOUNDS[match.group()], text)
    return _SOFT_VOWEL.sub("e", _REPEATED.sub(r"\1", text))
