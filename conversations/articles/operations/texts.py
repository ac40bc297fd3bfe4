"""Texts by language as people and programs send them, checked."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.languages import Language
from core.text import clean


def texts_of(given: Mapping[str, str], longest: int, name: str, faults: dict[str, str]) -> dict[str, str]:
    """Return the texts without empty ones, in the order of the languages."""
    texts = {code: clean(text).replace("\r\n", "\n").strip() for code, text in given.items()}
    _known_languages(texts, name, faults)
    if any(len(text) > longest for text in texts.values()):
        faults[name] = _("At most %(count)s characters.") % {"count": longest}
    return {code: texts[code] for code in Language.values if texts.get(code)}


def many_texts(
    given: Mapping[str, list[str]], *, longest: int, most: int, name: str, faults: dict[str, str]
) -> dict[str, list[str]]:
    """Return lists of texts, each text of a language once, empty ones left out."""
    texts = {
        code: list(dict.fromkeys(said for each in lines if (said := " ".join(clean(each).split()))))
        for code, lines in given.items()
    }
    _known_languages(texts, name, faults)
    if any(len(line) > longest for lines in texts.values() for line in lines):
        faults[name] = _("A question has at most %(count)s characters.") % {"count": longest}
    if any(len(lines) > most for lines in texts.values()):
        faults[name] = _("At most %(count)s questions in a language.") % {"count": most}
    return {code: texts[code] for code in Language.values if texts.get(code)}


def _known_languages(texts: Mapping[str, object], name: str, faults: dict[str, str]) -> None:
    if set(texts) - set(Language.values):
        faults[name] = _("Texts are in en, ru, hy or az.")
