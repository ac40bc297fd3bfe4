from __future__ import annotations

from datetime import timedelta

from django.db.models import Prefetch, QuerySet
from django.utils import translation

from bookings.resources.models import Resource
from bookings.services.models import Service
from bookings.slots import SlotRules
from core.languages import Language


def services() -> QuerySet[Service]:
    """All services, those in use first, with who gives them; two statements."""
    providers = Prefetch("resources", Resource.objects.order_by("name", "id"))
    return Service.objects.order_by("-active", "position", "id").prefetch_related(providers)


def active_services() -> QuerySet[Service]:
    return Service.objects.filter(active=True)


def public_services() -> QuerySet[Service]:
    """What the public page offers."""
    return active_services().filter(public=True)


def service_by_token(token: str) -> Service | None:
    """The service of a booking page that is open to the public."""
    return public_services().filter(token=token).first()


def service_by_key(key: str) -> Service | None:
    return active_services().filter(key=key).first()


def service_for_goal(goal: str) -> Service | None:
    """The first active service for a flow goal, else the first that names no goal at all."""
    rows = list(active_services())
    named = (each for each in rows if goal in each.goals)
    general = (each for each in rows if not each.goals)
    return next(named, next(general, None))


def in_words(texts: dict[str, str], language: str) -> str:
    """The text in the language, else in English, else in any; empty where there is none."""
    for code in (language, Language.ENGLISH, *texts):
        if text := str(texts.get(code, "")).strip():
            return text
    return ""


def title_of(service: Service, language: str = "") -> str:
    """What customers call the service, in `language` or the one that is active now."""
    return in_words(service.title, language or (translation.get_language() or "")[:2]) or service.name


def rules_of(service: Service) -> SlotRules:
    return SlotRules(
        length=timedelta(minutes=service.duration),
        step=timedelta(minutes=service.step),
        buffer_before=timedelta(minutes=service.buffer_before),
        buffer_after=timedelta(minutes=service.buffer_after),
        min_notice=timedelta(minutes=service.min_notice),
    )
