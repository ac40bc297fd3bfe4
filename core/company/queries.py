from __future__ import annotations

from django.core.cache import cache

from core.company.models import CompanyProfile

CACHE_KEY = "company"
CACHE_SECONDS = 60


def company() -> CompanyProfile:
    """The company of this deployment, remembered for a minute; before it is set up, an unsaved one with
    defaults.
    """
    found: CompanyProfile | None = cache.get(CACHE_KEY)
    if found is None:
        found = CompanyProfile.objects.first()
        if found is None:
            return CompanyProfile(name="Parley")
        cache.set(CACHE_KEY, found, CACHE_SECONDS)
    return found
