"""Public addresses of articles."""

from __future__ import annotations

from django.urls import path

from conversations.articles import views

app_name = "articles"
urlpatterns = [
    path("help/", views.home, name="home"),
    path("help/<slug:slug>/", views.collection, name="collection"),
    path("help/<slug:collection>/<slug:slug>/", views.article, name="article"),
    path("a/<slug:code>/", views.short, name="short"),
]
