"""The four languages of the product, for users and customers alike (spec, head)."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    ENGLISH = "en", _("English")
    RUSSIAN = "ru", _("Russian")
    ARMENIAN = "hy", _("Armenian")
    AZERBAIJANI = "az", _("Azerbaijani")


def in_active_language(texts: Mapping[str, str], fallback: str = "") -> str:
    """The text in the active language, else in English, else in any, else the fallback."""
    language = (get_language() or Language.ENGLISH)[:2]
    wanted = (texts.get(language), texts.get(Language.ENGLISH), *texts.values())
    return next((text for text in wanted if text), fallback)
