"""Public addresses of quotes: the customer's page and what it sends."""

from __future__ import annotations

from django.urls import path

from conversations.quotes import views

app_name = "quotes"
urlpatterns = [
    path("q/<str:token>/", views.page, name="page"),
    path("q/<str:token>/quote.pdf", views.pdf, name="pdf"),
    path("q/<str:token>/files/<uuid:public_id>/", views.file, name="file"),
    path("q/<str:token>/logo", views.logo, name="logo"),
    path("q/<str:token>/picture/<uuid:line>/", views.picture, name="picture"),
    path("q/<str:token>/seen/", views.seen, name="seen"),
    path("q/<str:token>/total/", views.total, name="total"),
    path("q/<str:token>/accept/", views.accept, name="accept"),
    path("q/<str:token>/decline/", views.decline, name="decline"),
    path("q/<str:token>/ask/", views.ask, name="ask"),
    path("q/<str:token>/again/", views.again, name="again"),
]
