"""Addresses of orders, under /orders/ and the names of the desk."""

from __future__ import annotations

from django.urls import path

from desk.orders import acts, importing, views

urlpatterns = [
    path("", views.orders, name="orders"),
    path("import/", importing.imports, name="orders_imports"),
    path("import/<uuid:public_id>/", importing.run, name="orders_import"),
    path("import/<uuid:public_id>/columns/", importing.columns, name="orders_import_columns"),
    path("import/<uuid:public_id>/run/", importing.carry, name="orders_import_run"),
    path("import/<uuid:public_id>/undo/", importing.undo, name="orders_import_undo"),
    path("import/<uuid:public_id>/refused.csv", importing.refused, name="orders_import_refused"),
    path("<uuid:public_id>/", views.order, name="order"),
    path("<uuid:public_id>/status/", acts.status, name="order_status"),
    path("<uuid:public_id>/missing/", acts.missing, name="order_missing"),
    path("<uuid:public_id>/notices/<uuid:notice>/answer/", acts.answer, name="order_answer"),
]
