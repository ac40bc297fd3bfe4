"""What happens by itself at a threshold, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.actions.registry import ACTIONS, Offered, in_words
from crm.scoring.content import ConsequenceDraft

if TYPE_CHECKING:
    from django.utils.functional import Promise

WHEN_LABELS: Mapping[str, Promise] = {
    "qualified": gettext_lazy("becomes qualified"),
    "nurture": gettext_lazy("becomes nurture"),
    "not_fit": gettext_lazy("becomes not a fit"),
    "grade_a": gettext_lazy("rises to grade A"),
    "grade_b": gettext_lazy("rises to grade B"),
    "grade_c": gettext_lazy("rises to grade C"),
}


def consequence_words(given: ConsequenceDraft, offered: Offered | None = None) -> tuple[str, str]:
    """The sentence, and why it cannot work now ("" when it can). Pass one `offered` for several."""
    deed, fault = deed_words(given, offered or Offered())
    when = str(WHEN_LABELS.get(given.when, given.when))
    if given.action not in ACTIONS:
        return when, fault
    return _("When a lead %(when)s: %(deed)s") % {"when": when, "deed": deed}, fault


def deed_words(given: ConsequenceDraft, offered: Offered) -> tuple[str, str]:
    """What happens, without its threshold, and why it cannot work now ("" when it can)."""
    if given.action not in ACTIONS:
        return "", _("What should happen is no longer known.")
    return in_words(given.action, given.settings, offered)
