"""Public ids of small tables, kept in the process: joining six of them only for their ids would cost the database more
time to plan than to answer.

A key keeps its public id for life and is never given to another row, so that what is known stays true.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model

_MOST = 50_000
_known: dict[type[Model], dict[int, str]] = {}


def learn(model: type[Model], keys: Iterable[int | None]) -> None:
    """Read the ids of keys that are not known yet: one statement or none."""
    known = _known.setdefault(model, {})
    missing = {key for key in keys if key is not None and key not in known}
    if not missing:
        return
    if len(known) + len(missing) > _MOST:
        known.clear()
    rows = model._default_manager.filter(pk__in=missing).values_list("pk", "public_id")
    known.update({pk: str(public_id) for pk, public_id in rows})


def public_id(model: type[Model], key: int | None) -> str | None:
    """None for no key; of one that was learned."""
    return None if key is None else _known[model].get(key)
