"""Every address of the site, room by room."""

from django.urls import URLPattern, URLResolver, include, path

from config import probes

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("core.urls")),
    path("", include("conversations.urls")),
    path("", include("desk.urls")),
]
