"""Addresses of the screens."""

from __future__ import annotations

from django.urls import include, path

from desk.adding import views as adding
from desk.advice import views as advice
from desk.assistant import views as assistant
from desk.board import views as board
from desk.bulk import views as bulk
from desk.calendar import views as calendar
from desk.calls import views as calls
from desk.chances import views as chances
from desk.conditions import views as conditions
from desk.contacts import views as contacts
from desk.duplicates import views as duplicates
from desk.fields import views as fields
from desk.filters import views as filters
from desk.followups import views as followups
from desk.frame import views as frame
from desk.inbox import articles as inbox_articles
from desk.inbox import views as inbox
from desk.leads import files as lead_files
from desk.leads import moves
from desk.leads import views as leads
from desk.lists import views as lists
from desk.outgoing import views as outgoing
from desk.search import views as search
from desk.showcase import views as showcase
from desk.steps import views as steps
from desk.table import views as table
from desk.today import views as today

app_name = "desk"
urlpatterns = [
    path("", frame.home, name="home"),
    path("waiting/", frame.waiting, name="waiting"),
    path("presence/", frame.presence, name="presence"),
    path("language/", frame.language, name="language"),
    path("search/", search.search, name="search"),
    path("today/", today.today, name="today"),
    path("conditions/part/", conditions.part, name="condition_part"),
    path("leads/filter/", filters.edit, name="lead_filter"),
    path("leads/bulk/", bulk.bulks, name="lead_bulk"),
    path("leads/bulk/ask/", bulk.ask, name="lead_bulk_ask"),
    path("leads/bulk/count/", bulk.count, name="lead_bulk_count"),
    path("leads/bulk/<uuid:public_id>/", bulk.bulk, name="lead_bulk_one"),
    path("leads/bulk/<uuid:public_id>/state/", bulk.state, name="lead_bulk_state"),
    path("leads/bulk/<uuid:public_id>/undo/", bulk.undo, name="lead_bulk_undo"),
    path("leads/bulk/<uuid:public_id>/retry/", bulk.retry, name="lead_bulk_retry"),
    path("leads/bulk/<uuid:public_id>/resume/", bulk.resume, name="lead_bulk_resume"),
    path("leads/", table.leads, name="leads"),
    path("leads/new/", adding.lead, name="lead_new"),
    path("leads/columns/", lists.columns, name="lead_columns"),
    path("leads/views/", lists.bar, name="view_bar"),
    path("leads/views/new/", lists.view_new, name="view_new"),
    path("leads/views/<uuid:public_id>/", lists.view, name="view"),
    path("leads/views/<uuid:public_id>/save/", lists.view_save, name="view_save"),
    path("leads/views/<uuid:public_id>/pin/", lists.view_pin, name="view_pin"),
    path("leads/<uuid:public_id>/row/", table.row, name="lead_row"),
    path("leads/<uuid:public_id>/cells/<str:column>/", table.cell, name="lead_cell"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/rows/", inbox.rows, name="inbox_rows"),
    path("inbox/<uuid:public_id>/", inbox.conversation, name="conversation"),
    path("inbox/<uuid:public_id>/side/", inbox.side, name="conversation_side"),
    path("inbox/<uuid:public_id>/assistant/", assistant.strip, name="assistant_strip"),
    path("inbox/<uuid:public_id>/assistant/side/", assistant.side, name="assistant_side"),
    path("inbox/<uuid:public_id>/assistant/ask/", assistant.ask, name="assistant_ask"),
    path(
        "inbox/<uuid:public_id>/assistant/<uuid:call_id>/dismiss/",
        assistant.dismiss,
        name="assistant_dismiss",
    ),
    path("inbox/<uuid:public_id>/about/", inbox.about, name="conversation_about"),
    path("inbox/<uuid:public_id>/older/", inbox.older, name="thread_older"),
    path("inbox/<uuid:public_id>/fresh/", inbox.fresh, name="thread_fresh"),
    path("inbox/<uuid:public_id>/write/", inbox.write, name="conversation_write"),
    path("inbox/<uuid:public_id>/assign/", inbox.assign, name="conversation_assign"),
    path("inbox/<uuid:public_id>/take-over/", inbox.take_over, name="conversation_take_over"),
    path("inbox/<uuid:public_id>/hand-back/", inbox.hand_back, name="conversation_hand_back"),
    path("inbox/<uuid:public_id>/resolve/", inbox.resolve, name="conversation_resolve"),
    path("inbox/<uuid:public_id>/spam/", inbox.spam, name="conversation_spam"),
    path("inbox/<uuid:public_id>/reopen/", inbox.reopen, name="conversation_reopen"),
    path("inbox/<uuid:public_id>/read/", inbox.read, name="conversation_read"),
    path("inbox/<uuid:public_id>/typing/", inbox.typing, name="conversation_typing"),
    path("inbox/<uuid:public_id>/lead/", inbox.make_lead, name="conversation_lead"),
    path("inbox/<uuid:public_id>/articles/", inbox_articles.articles, name="conversation_articles"),
    path("inbox/<uuid:public_id>/article/", inbox_articles.insert, name="conversation_article"),
    path("inbox/<uuid:public_id>/later/", outgoing.later, name="conversation_later"),
    path("inbox/<uuid:public_id>/messages/<uuid:message>/undo/", outgoing.undo, name="message_undo"),
    path("inbox/<uuid:public_id>/messages/<uuid:message>/cancel/", outgoing.cancel, name="message_cancel"),
    path("inbox/<uuid:public_id>/messages/<uuid:message>/now/", outgoing.send_now, name="message_send_now"),
    path("inbox/<uuid:public_id>/messages/<uuid:message>/", outgoing.scheduled, name="message_scheduled"),
    path("attachments/<uuid:public_id>/", inbox.attachment, name="attachment"),
    path("attachments/<uuid:public_id>/fetch/", inbox.attachment_fetch, name="attachment_fetch"),
    path("pipeline/", board.pipeline, name="pipeline"),
    path("pipeline/<uuid:public_id>/", board.board, name="board"),
    path("pipeline/<uuid:public_id>/totals/", board.totals, name="board_totals"),
    path("pipeline/<uuid:public_id>/changes/", board.changes, name="board_changes"),
    path("pipeline/<uuid:public_id>/<uuid:stage>/", board.more, name="board_more"),
    path("leads/<uuid:public_id>/", leads.lead, name="lead"),
    path("leads/<uuid:public_id>/head/", leads.head, name="lead_head"),
    path("leads/<uuid:public_id>/side/", leads.side, name="lead_side"),
    path("leads/<uuid:public_id>/about/", leads.about, name="lead_about"),
    path("leads/<uuid:public_id>/files/", lead_files.files, name="lead_files"),
    path("leads/<uuid:public_id>/files/<uuid:file>/", lead_files.file, name="lead_file"),
    path("leads/<uuid:public_id>/files/<uuid:file>/remove/", lead_files.remove, name="lead_file_remove"),
    path("leads/<uuid:public_id>/history/", leads.history, name="lead_history"),
    path("leads/<uuid:public_id>/panel/", leads.panel, name="lead_panel"),
    path("leads/<uuid:public_id>/timeline/", leads.lines, name="lead_timeline"),
    path("leads/<uuid:public_id>/why/", leads.why, name="lead_why"),
    path("leads/<uuid:public_id>/advice/", advice.advice, name="lead_advice"),
    path("leads/<uuid:public_id>/chance/", chances.chance, name="lead_chance"),
    path("leads/<uuid:public_id>/move/", moves.move, name="lead_move"),
    path("leads/<uuid:public_id>/details/", leads.details, name="lead_details"),
    path("leads/<uuid:public_id>/next-step/", steps.next_step, name="lead_next_step"),
    path("leads/<uuid:public_id>/next-step/done/", steps.step_done, name="lead_step_done"),
    path("leads/<uuid:public_id>/owner/", leads.owner, name="lead_owner"),
    path("leads/<uuid:public_id>/follow-ups/", followups.section, name="lead_followups"),
    path("leads/<uuid:public_id>/follow-ups/start/", followups.start, name="lead_followup_start"),
    path("leads/<uuid:public_id>/follow-ups/<uuid:enrolment>/", followups.act, name="lead_followup_act"),
    path("leads/<uuid:public_id>/answers/<slug:key>/", leads.answer, name="lead_answer"),
    path("leads/<uuid:public_id>/fields/<slug:key>/", fields.lead, name="lead_field"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/events/", calendar.events, name="calendar_events"),
    path("calendar/new/", calendar.new, name="calendar_new"),
    path("calendar/contacts/", calendar.find_contacts, name="calendar_contacts"),
    path("calendar/<uuid:public_id>/", calendar.booking, name="calendar_booking"),
    path("calendar/<uuid:public_id>/move/", calendar.move, name="calendar_move"),
    path("calendar/<uuid:public_id>/cancel/", calendar.cancel, name="calendar_cancel"),
    path("calendar/<uuid:public_id>/mark/", calendar.mark, name="calendar_mark"),
    path("quotes/", include("desk.quotes.urls")),
    path("payments/", include("desk.payments.urls")),
    path("orders/", include("desk.orders.urls")),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/new/", adding.contact, name="contact_new"),
    path("contacts/known/", adding.known, name="person_known"),
    path("contacts/duplicates/", duplicates.duplicates, name="duplicates"),
    path("contacts/merges/<uuid:public_id>/undo/", duplicates.undo, name="contact_merge_undo"),
    path("contacts/<uuid:public_id>/merge/<uuid:other>/", duplicates.merge, name="contact_merge"),
    path("contacts/<uuid:public_id>/dismiss/<uuid:other>/", duplicates.dismiss, name="contact_dismiss"),
    path("contacts/<uuid:public_id>/", contacts.contact, name="contact"),
    path("contacts/<uuid:public_id>/history/", contacts.history, name="contact_history"),
    path("contacts/<uuid:public_id>/bought/", contacts.bought, name="contact_bought"),
    path("contacts/<uuid:public_id>/details/", contacts.details, name="contact_details"),
    path("contacts/<uuid:public_id>/fields/<slug:key>/", fields.contact, name="contact_field"),
    path("contacts/<uuid:public_id>/points/", contacts.point, name="contact_point"),
    path("contacts/<uuid:public_id>/points/remove/", contacts.remove_point, name="contact_point_remove"),
    path("contacts/<uuid:public_id>/consent/", contacts.consent, name="contact_consent"),
    path("contacts/<uuid:public_id>/call/", calls.log, name="contact_call"),
    path("contacts/<uuid:public_id>/calls/", calls.of_person, name="contact_calls"),
    path("calls/<uuid:public_id>/undo/", calls.undo, name="call_undo"),
    path("calls/<uuid:public_id>/lead/", calls.make_lead, name="call_lead"),
    path("settings/", include("desk.settings.urls")),
    path("demo/", showcase.demo, name="demo"),
]
