"""How the tables of the history are made (pghistory). Each is read by its object and by its time."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from pghistory.models import Event as Plain


class Event(Plain):
    """What every table of a history has; its name is part of theirs."""

    pgh_created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        abstract = True


def indexes(name: str, *, part_of: str = "", by_person: bool = False) -> dict[str, Any]:
    """For histories that grow with the daily work: found by what the row is a part of, and by the person who wrote it."""
    found = []
    if part_of:
        found.append(models.Index(fields=[part_of], name=f"{name}_history_of"))
    if by_person:
        person = KeyTextTransform("user", "pgh_context")
        signed = models.Q(pgh_context__has_key="user")
        found.append(
            models.Index(
                person,
                models.F("pgh_created_at").desc(),
                models.F("pgh_id").desc(),
                name=f"{name}_history_by",
                condition=signed,
            )
        )
    return {"indexes": found}
