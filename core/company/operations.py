from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import transaction

from core.company.models import CompanyProfile
from core.company.queries import CACHE_KEY
from core.events.actor import SYSTEM, Actor
from core.events.operations import record


def save_company(*, profile: CompanyProfile, actor: Actor = SYSTEM) -> CompanyProfile:
    """Save the profile and let every process read it anew. What changed, and from what, stands in the
    history.
    """
    with transaction.atomic():
        profile.save()
        record(name="company.updated", subject=profile, actor=actor)
        transaction.on_commit(_forget)
    return profile


def update_company(*, actor: Actor, **changes: Any) -> CompanyProfile:
    """Change fields of the profile; it is created with the first change. Raises FieldDoesNotExist for an
    unknown field.
    """
    with transaction.atomic():
        profile = CompanyProfile.objects.select_for_update().first() or CompanyProfile()
        for name, value in changes.items():
            CompanyProfile._meta.get_field(name)
            setattr(profile, name, value)
        return save_company(profile=profile, actor=actor)


def _forget() -> None:
    cache.delete(CACHE_KEY)
