"""Public addresses: providers and visitors of the web chat. None of them knows a signed-in person."""

from __future__ import annotations

from django.urls import path

from conversations.channels.webchat import views as webchat
from conversations.deliveries import views as deliveries

app_name = "conversations"
urlpatterns = [
    path("hooks/<slug:kind>/<str:token>/", deliveries.hook, name="hook"),
    path("chat/<str:token>/", webchat.page, name="chat_page"),
    path("chat/<str:token>/session/", webchat.session, name="chat_session"),
    path("chat/<str:token>/messages/", webchat.messages, name="chat_messages"),
    path("chat/<str:token>/upload/", webchat.upload, name="chat_upload"),
    path("chat/<str:token>/files/<uuid:public_id>/", webchat.file, name="chat_file"),
    path("chat/<str:token>/ticket/", webchat.ticket, name="chat_ticket"),
    path("chat/<str:token>/typing/", webchat.typing, name="chat_typing"),
]
