"""Addresses of orders, under /orders/ and the names of the desk."""

from __future__ import annotations

from django.urls import path

from desk.orders import acts, views

urlpatterns = [
    path("", views.orders, name="orders"),
    path("<uuid:public_id>/", views.order, name="order"),
    path("<uuid:public_id>/status/", acts.status, name="order_status"),
    path("<uuid:public_id>/missing/", acts.missing, name="order_missing"),
    path("<uuid:public_id>/notices/<uuid:notice>/answer/", acts.answer, name="order_answer"),
]
