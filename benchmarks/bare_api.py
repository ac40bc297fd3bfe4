"""The floor of the API: Django REST framework with nothing around it, on the product's own leads. Settings, URLs and app
in one module.
"""

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
        INSTALLED_APPS=["rest_framework"],
        USE_TZ=True,
        DATABASES={"default": database_settings(os.environ["DATABASE_URL"])},
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
    )

import django
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.urls import include, path

django.setup()

from rest_framework import mixins, pagination, routers, serializers, viewsets  # noqa: E402

COLUMNS = (
    "public_id",
    "title",
    "stage_kind",
    "currency",
    "value",
    "goal",
    "source",
    "campaign",
    "score",
    "grade",
    "revision",
    "created_at",
)
"""Twelve."""


class Columns(models.Model):
    public_id = models.UUIDField()
    title = models.CharField(max_length=200)
    stage_kind = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    goal = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=40, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    score = models.IntegerField()
    grade = models.CharField(max_length=1)
    revision = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class ProductLead(Columns):
    """The product's table, read."""

    class Meta:
        app_label = "benchmarks"
        db_table = "crm_lead"
        managed = False


class BareLead(Columns):
    """A table of twelve columns, written."""

    class Meta:
        app_label = "benchmarks"
        db_table = "bench_bare_lead"
        managed = False


class ProductLeadSerializer(serializers.ModelSerializer):
    class Meta:
        model = ProductLead
        fields = COLUMNS


class BareLeadSerializer(serializers.ModelSerializer):
    class Meta:
        model = BareLead
        fields = COLUMNS


class Pages(pagination.CursorPagination):
    page_size = 50
    ordering = "-id"


class ProductLeads(mixins.ListModelMixin, viewsets.GenericViewSet):
    queryset = ProductLead.objects.all()
    serializer_class = ProductLeadSerializer
    pagination_class = Pages


class BareLeads(mixins.CreateModelMixin, viewsets.GenericViewSet):
    queryset = BareLead.objects.all()
    serializer_class = BareLeadSerializer


router = routers.SimpleRouter()
router.register("list", ProductLeads)
router.register("create", BareLeads)
urlpatterns = [path("", include(router.urls))]
application = get_wsgi_application()
