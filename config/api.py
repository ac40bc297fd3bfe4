"""Assembles /api/v1/ of what the rooms offer."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from automation.advice import api as advice
from automation.flows import api as flows
from automation.flows.dropoff import api as flow_dropoff
from automation.playbooks import api as playbooks
from automation.quotes import api as quote_follow_ups
from automation.sequences import api as sequences
from bookings.appointments import api as bookings
from bookings.services import api as services
from conversations.articles import api as articles
from conversations.assistant import api as assistant
from conversations.goals import api as goals
from conversations.quotes import api as sent_quotes
from conversations.ratings import api as ratings
from conversations.threads import api as threads
from core.access import api as access
from core.api.views import Unknown
from core.events import api as events
from core.history import api as history
from core.keys import api as keys
from crm.bulk import api as bulk
from crm.calls import api as calls
from crm.catalogue import api as catalogue
from crm.catalogue import api_money as catalogue_money
from crm.chances import api as chances
from crm.contacts import api as contacts
from crm.duplicates import api as duplicates
from crm.fields import api as fields
from crm.lists import api as lists
from crm.orders import api as orders
from crm.payments import api as payments
from crm.pipeline.api import leads, pipelines
from crm.qualification import api as qualification
from crm.quotes import api as quotes
from crm.quotes import api_templates as templates
from crm.quotes.figures import api as quote_figures
from crm.scoring.api import drafts, scores

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("me/", keys.Me.as_view(), name="me"),
    path("people/", access.People.as_view(), name="people"),
    path("teams/", access.Teams.as_view(), name="teams"),
    path("contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("contacts/<uuid:public_id>/", contacts.OneContact.as_view(), name="contact"),
    path("contacts/<uuid:public_id>/points/", contacts.Points.as_view(), name="contact_points"),
    path(
        "contacts/<uuid:public_id>/points/<str:kind>/<str:value>/",
        contacts.OnePoint.as_view(),
        name="contact_point",
    ),
    path("contacts/<uuid:public_id>/history/", contacts.History.as_view(), name="contact_history"),
    path("contacts/<uuid:public_id>/consent/", contacts.Consents.as_view(), name="contact_consent"),
    path("contacts/<uuid:public_id>/duplicates/", duplicates.Duplicates.as_view(), name="contact_duplicates"),
    path("contacts/<uuid:public_id>/merge/", duplicates.Merge.as_view(), name="contact_merge"),
    path("contacts/<uuid:public_id>/merges/", duplicates.Merges.as_view(), name="contact_merges"),
    path(
        "contacts/<uuid:public_id>/merges/<uuid:merge_id>/undo/",
        duplicates.UndoMerge.as_view(),
        name="contact_merge_undo",
    ),
    path("quotes/", quotes.Quotes.as_view(), name="quotes"),
    path("quotes/figures/", quote_figures.Figures.as_view(), name="quote_figures"),
    path("quotes/<uuid:public_id>/", quotes.OneQuote.as_view(), name="quote"),
    path("quotes/<uuid:public_id>/answer/", quotes.Answer.as_view(), name="quote_answer"),
    path("quotes/<uuid:public_id>/withdraw/", quotes.Withdraw.as_view(), name="quote_withdraw"),
    path("quotes/<uuid:public_id>/next-version/", quotes.NextVersion.as_view(), name="quote_next_version"),
    path("quotes/<uuid:public_id>/renew/", quotes.Renew.as_view(), name="quote_renew"),
    path("quotes/<uuid:public_id>/copy/", quotes.Copy.as_view(), name="quote_copy"),
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/by-number/<str:number>/", orders.NumberedOrder.as_view(), name="order_numbered"),
    path("orders/<uuid:public_id>/", orders.OneOrder.as_view(), name="order"),
    path("orders/<uuid:public_id>/status/", orders.Status.as_view(), name="order_status"),
    path("orders/<uuid:public_id>/notices/", orders.Notices.as_view(), name="order_notices"),
    path(
        "orders/<uuid:public_id>/notices/<uuid:notice_id>/answer/",
        orders.Answer.as_view(),
        name="order_notice_answer",
    ),
    path(
        "quotes/<uuid:public_id>/follow-ups/", quote_follow_ups.FollowUps.as_view(), name="quote_follow_ups"
    ),
    path("playbooks/", playbooks.Playbooks.as_view(), name="playbooks"),
    path("playbooks/<str:key>/", playbooks.OnePlaybook.as_view(), name="playbook"),
    path("playbooks/<str:key>/preview/", playbooks.Preview.as_view(), name="playbook_preview"),
    path("playbooks/<str:key>/install/", playbooks.Install.as_view(), name="playbook_install"),
    path("playbooks/<str:key>/upgrade/", playbooks.Upgrade.as_view(), name="playbook_upgrade"),
    path("playbooks/<str:key>/remove/", playbooks.Remove.as_view(), name="playbook_remove"),
    path("playbooks/<str:key>/switch/", playbooks.Switch.as_view(), name="playbook_switch"),
    path("flows/<str:key>/drop-off/", flow_dropoff.FlowDropOff.as_view(), name="flow_drop_off"),
    path("sequences/", sequences.Sequences.as_view(), name="sequences"),
    path("enrolments/", sequences.Enrolments.as_view(), name="enrolments"),
    path("enrolments/<uuid:public_id>/", sequences.OneEnrolment.as_view(), name="enrolment"),
    path("enrolments/<uuid:public_id>/stop/", sequences.StopEnrolment.as_view(), name="enrolment_stop"),
    path("payments/", payments.Payments.as_view(), name="payments"),
    path("payments/<uuid:public_id>/", payments.OnePayment.as_view(), name="payment"),
    path("payments/<uuid:public_id>/state/", payments.State.as_view(), name="payment_state"),
    path("leads/", leads.Leads.as_view(), name="leads"),
    path("leads/bulk/", bulk.Bulks.as_view(), name="lead_bulks"),
    path("leads/bulk/<uuid:public_id>/", bulk.OneBulk.as_view(), name="lead_bulk"),
    path("leads/bulk/<uuid:public_id>/rows/", bulk.BulkRows.as_view(), name="lead_bulk_rows"),
    path("leads/bulk/<uuid:public_id>/undo/", bulk.UndoBulk.as_view(), name="lead_bulk_undo"),
    path("leads/<uuid:public_id>/", leads.OneLead.as_view(), name="lead"),
    path("leads/<uuid:public_id>/history/", leads.History.as_view(), name="lead_history"),
    path("leads/<uuid:public_id>/move/", leads.Move.as_view(), name="lead_move"),
    path("leads/<uuid:public_id>/assign/", leads.Assign.as_view(), name="lead_assign"),
    path("leads/<uuid:public_id>/next-step/done/", leads.NextStepDone.as_view(), name="lead_step_done"),
    path("leads/<uuid:public_id>/answers/", leads.Answers.as_view(), name="lead_answers"),
    path("leads/<uuid:public_id>/score/", scores.Score.as_view(), name="lead_score"),
    path("leads/<uuid:public_id>/next-action/", advice.NextAction.as_view(), name="lead_next_action"),
    path("leads/<uuid:public_id>/chance/", chances.Chance.as_view(), name="lead_chance"),
    path("win-chance/", chances.Models.as_view(), name="win_chance"),
    path("views/", lists.Views.as_view(), name="views"),
    path("views/<uuid:public_id>/", lists.OneView.as_view(), name="view"),
    path("pipelines/", pipelines.Pipelines.as_view(), name="pipelines"),
    path("pipelines/<uuid:public_id>/", pipelines.OnePipeline.as_view(), name="pipeline"),
    path("stages/", pipelines.Stages.as_view(), name="stages"),
    path("stages/<uuid:public_id>/", pipelines.OneStage.as_view(), name="stage"),
    path("stages/<uuid:public_id>/remove/", pipelines.RemoveStage.as_view(), name="stage_remove"),
    path("lost-reasons/", pipelines.LostReasons.as_view(), name="lost_reasons"),
    path("lost-reasons/<uuid:public_id>/", pipelines.OneLostReason.as_view(), name="lost_reason"),
    path("criteria/", qualification.Criteria.as_view(), name="criteria"),
    path("criteria/<uuid:public_id>/", qualification.OneCriterion.as_view(), name="criterion"),
    path("scoring/rules/", scores.Rules.as_view(), name="scoring_rules"),
    path("scoring/recalculation/", scores.Recalculation.as_view(), name="scoring_recalculation"),
    path("scoring/versions/", drafts.Versions.as_view(), name="scoring_versions"),
    path("scoring/roll-back/", drafts.RollBack.as_view(), name="scoring_roll_back"),
    path("scoring/draft/", drafts.Draft.as_view(), name="scoring_draft"),
    path("scoring/draft/rules/", drafts.Rules.as_view(), name="scoring_draft_rules"),
    path("scoring/draft/rules/<uuid:public_id>/", drafts.OneRule.as_view(), name="scoring_draft_rule"),
    path("scoring/draft/consequences/", drafts.Consequences.as_view(), name="scoring_draft_consequences"),
    path(
        "scoring/draft/consequences/<uuid:public_id>/",
        drafts.OneConsequence.as_view(),
        name="scoring_draft_consequence",
    ),
    path("scoring/draft/effect/", drafts.DraftEffect.as_view(), name="scoring_draft_effect"),
    path("scoring/draft/test/", drafts.TestLead.as_view(), name="scoring_draft_test"),
    path("scoring/draft/publish/", drafts.PublishTheDraft.as_view(), name="scoring_draft_publish"),
    path("assistant/", assistant.Assistant.as_view(), name="assistant"),
    path("assistant/calls/", assistant.Calls.as_view(), name="assistant_calls"),
    path("assistant/calls/<uuid:public_id>/", assistant.OneCall.as_view(), name="assistant_call"),
    path("articles/", articles.Articles.as_view(), name="articles"),
    path("articles/<uuid:public_id>/", articles.OneArticle.as_view(), name="article"),
    path("article-collections/", articles.Collections.as_view(), name="article-collections"),
    path(
        "article-collections/<uuid:public_id>/", articles.OneCollection.as_view(), name="article-collection"
    ),
    path("known-problems/", articles.Notices.as_view(), name="known-problems"),
    path("known-problems/<uuid:public_id>/", articles.OneNotice.as_view(), name="known-problem"),
    path("goals/", goals.Goals.as_view(), name="goals"),
    path("goals/<str:key>/", goals.OneGoal.as_view(), name="goal"),
    path("goals/<str:key>/phrases/", goals.Phrases.as_view(), name="goal-phrases"),
    path("goals/<str:key>/phrases/<uuid:public_id>/", goals.OnePhrase.as_view(), name="goal-phrase"),
    path("flows/", flows.Flows.as_view(), name="flows"),
    path("flows/lint/", flows.CheckFlow.as_view(), name="flows-check"),
    path("flows/<str:key>/", flows.OneFlow.as_view(), name="flow"),
    path("flows/<str:key>/draft/", flows.FlowDraftEndpoint.as_view(), name="flow-draft"),
    path("flows/<str:key>/draft/publish/", flows.PublishFlow.as_view(), name="flow-publish"),
    path("flows/<str:key>/roll-back/", flows.RollBackFlow.as_view(), name="flow-roll-back"),
    path("flows/<str:key>/versions/", flows.FlowVersions.as_view(), name="flow-versions"),
    path("flows/<str:key>/versions/<str:number>/", flows.OneFlowVersion.as_view(), name="flow-version"),
    path("fields/", fields.Fields.as_view(), name="fields"),
    path("fields/<uuid:public_id>/", fields.OneField.as_view(), name="field"),
    path("calls/", calls.Calls.as_view(), name="calls"),
    path("calls/<uuid:public_id>/", calls.OneCall.as_view(), name="call"),
    path("products/", catalogue.Products.as_view(), name="products"),
    path("products/<uuid:public_id>/", catalogue.OneProduct.as_view(), name="product"),
    path("products/<uuid:public_id>/price/", catalogue.Price.as_view(), name="product_price"),
    path("products/<uuid:public_id>/picture/", catalogue.Picture.as_view(), name="product_picture"),
    path("taxes/", catalogue_money.Taxes.as_view(), name="taxes"),
    path("taxes/<uuid:public_id>/", catalogue_money.OneTax.as_view(), name="tax"),
    path("taxes/<uuid:public_id>/replace/", catalogue_money.ReplaceTax.as_view(), name="tax_replace"),
    path("quotes/<uuid:public_id>/send/", sent_quotes.Send.as_view(), name="quote_send"),
    path("quotes/<uuid:public_id>/template/", templates.KeepAsTemplate.as_view(), name="quote_template_made"),
    path("quote-templates/", templates.Templates.as_view(), name="quote_templates"),
    path("quote-templates/<uuid:public_id>/", templates.OneTemplate.as_view(), name="quote_template"),
    path("rates/", catalogue_money.Rates.as_view(), name="rates"),
    path("ratings/", ratings.Ratings.as_view(), name="ratings"),
    path("conversations/", threads.Conversations.as_view(), name="conversations"),
    path("conversations/<uuid:public_id>/", threads.OneConversation.as_view(), name="conversation"),
    path("conversations/<uuid:public_id>/messages/", threads.Messages.as_view(), name="messages"),
    path("conversations/<uuid:public_id>/notes/", threads.Notes.as_view(), name="notes"),
    path("conversations/<uuid:public_id>/assign/", threads.Assign.as_view(), name="conversation_assign"),
    path("conversations/<uuid:public_id>/close/", threads.Close.as_view(), name="conversation_close"),
    path("conversations/<uuid:public_id>/reopen/", threads.Reopen.as_view(), name="conversation_reopen"),
    path("services/", services.Services.as_view(), name="services"),
    path("services/<uuid:public_id>/", services.OneService.as_view(), name="service"),
    path("services/<uuid:public_id>/slots/", services.Slots.as_view(), name="slots"),
    path("resources/", services.Resources.as_view(), name="resources"),
    path("bookings/", bookings.Bookings.as_view(), name="bookings"),
    path("bookings/<uuid:public_id>/", bookings.OneBooking.as_view(), name="booking"),
    path("bookings/<uuid:public_id>/confirm/", bookings.Confirm.as_view(), name="booking_confirm"),
    path("bookings/<uuid:public_id>/move/", bookings.Move.as_view(), name="booking_move"),
    path("bookings/<uuid:public_id>/cancel/", bookings.Cancel.as_view(), name="booking_cancel"),
    path("bookings/<uuid:public_id>/mark/", bookings.Mark.as_view(), name="booking_mark"),
    path("history/", history.History.as_view(), name="history"),
    path("events/", events.Events.as_view(), name="events"),
    re_path(r"^[\s\S]*", Unknown.as_view(), name="unknown"),
]
