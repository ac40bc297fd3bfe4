"""What happens by itself at a threshold, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.scoring.actions import ACTIONS, Offered
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
    offered = offered or Offered()
    action = ACTIONS.get(given.action)
    when = str(WHEN_LABELS.get(given.when, given.when))
    if action is None:
        return when, _("What should happen is no longer known.")
    told, fault = [], ""
    for setting in action.settings:
        value = str(given.settings.get(setting.name, ""))
        labels = offered.choices(setting) if setting.kind == "choice" else {value: value}
        fault = fault or ("" if value in labels else str(action.gone))
        told.append(labels.get(value, ""))
    sentence = _("When a lead %(when)s: %(action)s %(details)s") % {
        "when": when,
        "action": action.label,
        "details": ", ".join(filter(None, told)),
    }
    return sentence.strip(), fault
