"""Which stages ask for something."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from crm.errors import Use
from crm.pipeline.models import Stage


def stages_using(field: str, choice: str | None = None) -> Iterator[Use]:
    """Stages that a lead may enter only with a value in the field; none relies on a single choice."""
    if choice is None:
        for stage in Stage.objects.filter(required__contains=[field]).select_related("pipeline"):
            yield Use(_("Stage"), f"{stage.pipeline.name}: {stage.name}")
