"""The floor: Django with nothing around it, one view, one INSERT through the ORM. Settings, URLs and app in one module."""

from __future__ import annotations

import os

from django.conf import settings

if not settings.configured:
    from config.environment import database_settings

    settings.configure(
        SECRET_KEY="only for measuring",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[],
        INSTALLED_APPS=[],
        USE_TZ=True,
        DATABASES={"default": database_settings(os.environ["DATABASE_URL"])},
    )

import django
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

django.setup()


class BareDelivery(models.Model):
    """The columns of a raw delivery that the product writes."""

    public_id = models.UUIDField()
    account_id = models.BigIntegerField()
    lane = models.CharField(max_length=220)
    headers = models.JSONField()
    body = models.BinaryField()
    status = models.CharField(max_length=10)
    attempts = models.PositiveSmallIntegerField()
    next_attempt_at = models.DateTimeField(db_default=Now())
    error = models.TextField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "benchmarks"
        db_table = "bench_bare_delivery"
        managed = False


def insert(request: HttpRequest) -> HttpResponse:
    from core.ids import uuid7

    BareDelivery.objects.create(
        public_id=uuid7(),
        account_id=1,
        lane="bench",
        headers={},
        body=request.body,
        status="pending",
        attempts=0,
        error="",
    )
    return JsonResponse({"accepted": True})


def hello(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"ok": True})


urlpatterns = [path("insert/", insert), path("hello/", hello)]
application = get_wsgi_application()
