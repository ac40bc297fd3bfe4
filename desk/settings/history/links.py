"""From every page of the settings to the history of what is set there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

from core.http import Request

OF_PAGES: Mapping[str, str] = {
    "settings_company": "companyprofile",
    "settings_hours": "businesscalendar",
    "settings_team": "team",
    "settings_person": "user",
    "settings_keys": "apikey",
    "settings_pipelines": "pipeline",
    "settings_criteria": "criterion",
    "settings_criterion": "criterion",
    "settings_fields": "customfield",
    "settings_field": "customfield",
    "settings_catalogue": "product",
    "settings_product": "product",
    "settings_product_edit": "product",
    "settings_taxes": "tax",
    "settings_rates": "exchangerate",
    "settings_scoring": "ruleset",
    "settings_chances": "chancesettings",
    "settings_payments": "paymentprovider",
    "settings_services": "service",
    "settings_service": "service",
    "settings_resources": "resource",
    "settings_resource": "resource",
    "settings_channels": "channelaccount",
    "settings_channel": "channelaccount",
    "settings_flows": "flow",
    "settings_flow": "flow",
    "settings_followups": "sequence",
    "settings_followup": "sequence",
}


def history_url(kind: str, mark: object = "") -> str:
    """The history of a kind of things, or of the one that is named."""
    asked = {"what": kind, **({"object": str(mark)} if mark else {})}
    return f"{reverse('desk:settings_history')}?{urlencode(asked)}"


def history_of_page(request: Request) -> str:
    """The history of what the page sets; "" for a page that sets nothing."""
    match = request.resolver_match
    kind = OF_PAGES.get(str(match.url_name)) if match else None
    return history_url(kind, match.kwargs.get("public_id", "")) if kind and match else ""
