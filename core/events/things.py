"""Public ids of the rows that events speak of. Events name a row by the name of its model and its key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from uuid import UUID

from django.apps import apps
from django.db.models import Model

Thing = tuple[str, int]
"""Name of the model in lower case, and primary key."""


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, type[Model]]:
    """Every model of ours that has a public id."""
    return {
        str(model._meta.model_name): model
        for model in apps.get_models()
        if any(field.name == "public_id" for field in model._meta.get_fields())
    }


def public_ids(things: Iterable[Thing]) -> dict[Thing, UUID]:
    """One statement for each kind; what is gone, or has no public id, is left out."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, key in things:
        wanted[kind].add(key)
    found: dict[Thing, UUID] = {}
    for kind, keys in wanted.items():
        if (model := _kinds().get(kind)) is not None:
            rows = model._default_manager.filter(pk__in=keys).values_list("pk", "public_id")
            found |= {(kind, pk): public_id for pk, public_id in rows}
    return found
