"""Every address of the site, room by room."""

from django.urls import URLPattern, URLResolver, include, path

from automation.flows.views import flow_schema
from config import probes
from core.api import views as api

handler500 = "config.broken.broken"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include("config.api")),
    path("api/schema/flow.json", flow_schema, name="api_flow_schema"),
    path("api/schema/", api.schema, name="api_schema"),
    path("api/docs/", api.docs, name="api_docs"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("core.urls")),
    path("", include("conversations.articles.urls")),
    path("", include("conversations.payments.urls")),
    path("", include("conversations.urls")),
    path("", include("conversations.quotes.urls")),
    path("", include("bookings.urls")),
    path("", include("desk.urls")),
]
