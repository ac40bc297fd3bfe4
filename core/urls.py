from django.urls import path

from core.live import views as live
from core.notifications import views as notifications

app_name = "core"
urlpatterns = [
    path("live/ticket/", live.ticket, name="live_ticket"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/count/", notifications.count, name="notification_count"),
    path("notifications/<uuid:public_id>/open/", notifications.open_line, name="notification_open"),
    path("notifications/read/", notifications.read, name="notifications_read"),
]
