"""Addresses of payments, under /payments/ and the names of the desk."""

from __future__ import annotations

from django.urls import path

from desk.payments import views

urlpatterns = [
    path("", views.payments, name="payments"),
    path("sums/", views.totals, name="payment_sums"),
    path("new/", views.new, name="payment_new"),
    path("<uuid:public_id>/", views.payment, name="payment"),
    path("<uuid:public_id>/history/", views.history, name="payment_history"),
    path("<uuid:public_id>/state/", views.state, name="payment_state"),
    path("<uuid:public_id>/send/", views.send, name="payment_send"),
]
