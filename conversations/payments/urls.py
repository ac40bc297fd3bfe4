"""Public addresses of payments: the customer's page, and where providers tell what became of one."""

from __future__ import annotations

from django.urls import path

from conversations.payments import hook, views

app_name = "payments"
urlpatterns = [
    path("hooks/payments/<uuid:public_id>/", hook.payment_hook, name="hook"),
    path("pay/<str:token>/", views.page, name="page"),
]
