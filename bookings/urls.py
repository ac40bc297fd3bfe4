"""Public addresses: the booking page, the customer's own page of a booking, calendars for calendar programs."""

from __future__ import annotations

from django.urls import path

from bookings.appointments import views as appointments
from bookings.public import views as public

app_name = "bookings"
urlpatterns = [
    path("book/", public.book, name="book"),
    path("book/<str:token>/", public.book_service, name="book_service"),
    path("booking/<str:token>/", appointments.booking, name="booking"),
    path("booking/<str:token>/move/", appointments.move, name="booking_move"),
    path("booking/<str:token>/cancel/", appointments.cancel, name="booking_cancel"),
    path("booking/<str:token>/invitation.ics", appointments.invitation, name="booking_ics"),
    path("feeds/<str:token>/calendar.ics", appointments.feed, name="feed"),
]
