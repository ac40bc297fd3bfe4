"""Addresses of the settings, under /settings/ and the names of the desk."""

from __future__ import annotations

from django.urls import path

from desk.settings import views as home
from desk.settings.articles import around as articles_around
from desk.settings.articles import views as articles
from desk.settings.assistant import views as assistant
from desk.settings.catalogue import editing as catalogue_editing
from desk.settings.catalogue import files as catalogue_files
from desk.settings.catalogue import money as catalogue_money
from desk.settings.catalogue import pricing as catalogue_pricing
from desk.settings.catalogue import views as catalogue
from desk.settings.chances import views as chances
from desk.settings.channels import own_app
from desk.settings.channels import views as channels
from desk.settings.company import views as company
from desk.settings.criteria import views as criteria
from desk.settings.fields import views as fields
from desk.settings.flows import editing as editing_flows
from desk.settings.flows import managing as managing_flows
from desk.settings.flows import views as flows
from desk.settings.flows.dropoff import views as flows_dropoff
from desk.settings.flows.tryout import views as flows_tryout
from desk.settings.followups import views as followups
from desk.settings.goals import views as goals
from desk.settings.history import views as history
from desk.settings.hours import views as hours
from desk.settings.keys import views as keys
from desk.settings.payments import views as payments
from desk.settings.pipelines import views as pipelines
from desk.settings.playbooks import views as playbooks
from desk.settings.quotes import following, templates
from desk.settings.quotes import views as quotes
from desk.settings.resources import views as resources
from desk.settings.scoring import views as scoring
from desk.settings.services import views as services
from desk.settings.team import views as team

urlpatterns = [
    path("", home.settings, name="settings"),
    path("catalogue/", catalogue.catalogue, name="settings_catalogue"),
    path("catalogue/order/", catalogue.order, name="settings_products_order"),
    path("catalogue/products.csv", catalogue_files.export, name="settings_products_export"),
    path("catalogue/import/", catalogue_files.take_in, name="settings_products_import"),
    path("catalogue/leads/", catalogue.leads_found, name="settings_price_leads"),
    path("catalogue/products/new/", catalogue_editing.new, name="settings_product_new"),
    path("catalogue/products/<uuid:public_id>/", catalogue.product, name="settings_product"),
    path("catalogue/products/<uuid:public_id>/edit/", catalogue_editing.edit, name="settings_product_edit"),
    path("catalogue/products/<uuid:public_id>/use/", catalogue_editing.use, name="settings_product_use"),
    path(
        "catalogue/products/<uuid:public_id>/delete/",
        catalogue_editing.delete,
        name="settings_product_delete",
    ),
    path(
        "catalogue/products/<uuid:public_id>/picture/",
        catalogue_editing.picture,
        name="settings_product_picture",
    ),
    path("catalogue/products/<uuid:public_id>/price/", catalogue_pricing.part, name="settings_price_part"),
    path(
        "catalogue/products/<uuid:public_id>/price/delete/",
        catalogue_pricing.delete_part,
        name="settings_price_part_delete",
    ),
    path(
        "catalogue/products/<uuid:public_id>/price/order/",
        catalogue_pricing.order_parts,
        name="settings_price_order",
    ),
    path(
        "catalogue/products/<uuid:public_id>/price/preview/",
        catalogue_pricing.preview,
        name="settings_price_preview",
    ),
    path("catalogue/taxes/", catalogue_money.taxes, name="settings_taxes"),
    path("catalogue/taxes/new/", catalogue_money.new_tax, name="settings_tax_new"),
    path("catalogue/taxes/<uuid:public_id>/", catalogue_money.tax, name="settings_tax"),
    path("catalogue/rates/", catalogue_money.rates, name="settings_rates"),
    path("catalogue/rates/new/", catalogue_money.new_rate, name="settings_rate_new"),
    path("company/", company.company, name="settings_company"),
    path("company/sending/", company.sending, name="settings_sending"),
    path("hours/", hours.hours, name="settings_hours"),
    path("hours/preview/", hours.preview, name="settings_hours_preview"),
    path("hours/day/", hours.day, name="settings_hours_day"),
    path("hours/day/clear/", hours.clear_day, name="settings_hours_day_clear"),
    path("hours/own/", hours.own, name="settings_hours_own"),
    path("payments/", payments.payments, name="settings_payments"),
    path("payments/preview/", payments.preview, name="settings_provider_preview"),
    path("payments/new/", payments.new, name="settings_provider_new"),
    path("payments/<uuid:public_id>/", payments.provider, name="settings_provider"),
    path("payments/<uuid:public_id>/secret/", payments.secret, name="settings_provider_secret"),
    path("quotes/", quotes.quotes, name="settings_quotes"),
    path("quotes/following/", following.following, name="settings_quotes_following"),
    path("follow-ups/", followups.followups, name="settings_followups"),
    path("follow-ups/new/", followups.new, name="settings_followup_new"),
    path("follow-ups/ready/", followups.install, name="settings_followups_install"),
    path("follow-ups/cap/", followups.cap, name="settings_followups_cap"),
    path("follow-ups/<uuid:public_id>/", followups.followup, name="settings_followup"),
    path("follow-ups/<uuid:public_id>/side/", followups.side, name="settings_followup_side"),
    path("follow-ups/<uuid:public_id>/switch/", followups.switch, name="settings_followup_switch"),
    path("follow-ups/<uuid:public_id>/discard/", followups.discard, name="settings_followup_discard"),
    path("quote-templates/", templates.templates, name="settings_quote_templates"),
    path("quote-templates/new/", templates.new, name="settings_quote_template_new"),
    path("quote-templates/totals/", templates.totals, name="settings_quote_template_totals"),
    path("quote-templates/<uuid:public_id>/", templates.template, name="settings_quote_template"),
    path("quote-templates/<uuid:public_id>/delete/", templates.delete, name="settings_quote_template_delete"),
    path("team/", team.team, name="settings_team"),
    path("team/invite/", team.invite, name="settings_invite"),
    path("team/people/<uuid:public_id>/", team.person, name="settings_person"),
    path("team/people/<uuid:public_id>/deactivate/", team.deactivate, name="settings_person_deactivate"),
    path("team/people/<uuid:public_id>/reactivate/", team.reactivate, name="settings_person_reactivate"),
    path("team/people/<uuid:public_id>/password/", team.password, name="settings_person_password"),
    path("team/teams/new/", team.new_team, name="settings_team_new"),
    path("team/teams/<uuid:public_id>/", team.edit_team, name="settings_team_edit"),
    path("team/teams/<uuid:public_id>/delete/", team.delete_team, name="settings_team_delete"),
    path("playbooks/", playbooks.playbooks, name="settings_playbooks"),
    path("playbooks/<slug:key>/", playbooks.playbook, name="settings_playbook"),
    path("playbooks/<slug:key>/figure/", playbooks.figure, name="settings_playbook_figure"),
    path("playbooks/<slug:key>/rows/", playbooks.rows, name="settings_playbook_rows"),
    path("playbooks/<slug:key>/install/", playbooks.install, name="settings_playbook_install"),
    path("playbooks/<slug:key>/upgrade/", playbooks.upgrade, name="settings_playbook_upgrade"),
    path("playbooks/<slug:key>/remove/", playbooks.remove, name="settings_playbook_remove"),
    path("playbooks/<slug:key>/switch/", playbooks.switch, name="settings_playbook_switch"),
    path("goals/", goals.goals, name="settings_goals"),
    path("goals/new/", goals.new, name="settings_goal_new"),
    path("goals/unclear/", goals.unclear, name="settings_unclear"),
    path("goals/reviews/", goals.review_switch, name="settings_review_switch"),
    path("goals/reviews/<uuid:public_id>/", goals.review_done, name="settings_review_done"),
    path("goals/unclear/<int:group_id>/", goals.decide, name="settings_unclear_decide"),
    path("goals/<slug:key>/", goals.edit, name="settings_goal"),
    path("goals/<slug:key>/act/", goals.act, name="settings_goal_act"),
    path("goals/<slug:key>/preview/", goals.preview, name="settings_goal_preview"),
    path("goals/<slug:key>/phrases/", goals.add_phrase, name="settings_goal_phrase"),
    path(
        "goals/<slug:key>/phrases/<uuid:public_id>/remove/",
        goals.remove_phrase,
        name="settings_goal_phrase_remove",
    ),
    path("articles/", articles.overview, name="settings_articles"),
    path("articles/new/", articles.new, name="settings_article_new"),
    path("articles/ask/", articles.ask, name="settings_article_ask"),
    path("articles/asked/<int:group_id>/dismiss/", articles.dismiss, name="settings_article_dismiss"),
    path("articles/<uuid:public_id>/", articles.edit, name="settings_article"),
    path("articles/<uuid:public_id>/act/", articles.act, name="settings_article_act"),
    path("articles/<uuid:public_id>/link/", articles.link, name="settings_article_link"),
    path("articles/collections/", articles_around.collections, name="settings_article_collections"),
    path("articles/collections/new/", articles_around.new_collection, name="settings_article_collection_new"),
    path(
        "articles/collections/<uuid:public_id>/",
        articles_around.collection,
        name="settings_article_collection",
    ),
    path(
        "articles/collections/<uuid:public_id>/act/",
        articles_around.act_on_collection,
        name="settings_article_collection_act",
    ),
    path("articles/links/<slug:code>.svg", articles_around.qr, name="settings_article_qr"),
    path("articles/problems/", articles_around.notices, name="settings_notices"),
    path("articles/problems/new/", articles_around.new_notice, name="settings_notice_new"),
    path("articles/problems/<uuid:public_id>/", articles_around.notice, name="settings_notice"),
    path("history/", history.history, name="settings_history"),
    path("keys/", keys.keys, name="settings_keys"),
    path("keys/new/", keys.new, name="settings_key_new"),
    path("keys/<uuid:public_id>/revoke/", keys.revoke, name="settings_key_revoke"),
    path("pipelines/", pipelines.pipelines, name="settings_pipelines"),
    path("pipelines/new/", pipelines.new_pipeline, name="settings_pipeline_new"),
    path("pipelines/order/", pipelines.order_pipelines, name="settings_pipelines_order"),
    path("pipelines/reasons/new/", pipelines.new_reason, name="settings_reason_new"),
    path("pipelines/reasons/<int:pk>/", pipelines.edit_reason, name="settings_reason"),
    path("pipelines/<uuid:public_id>/", pipelines.edit_pipeline, name="settings_pipeline"),
    path("pipelines/<uuid:public_id>/delete/", pipelines.delete_pipeline, name="settings_pipeline_delete"),
    path("pipelines/<uuid:public_id>/order/", pipelines.order_stages, name="settings_stages_order"),
    path("pipelines/<uuid:public_id>/stages/new/", pipelines.new_stage, name="settings_stage_new"),
    path("stages/<uuid:public_id>/", pipelines.edit_stage, name="settings_stage"),
    path("stages/<uuid:public_id>/delete/", pipelines.delete_stage, name="settings_stage_delete"),
    path("criteria/", criteria.criteria, name="settings_criteria"),
    path("criteria/order/", criteria.order, name="settings_criteria_order"),
    path("criteria/preview/", criteria.preview, name="settings_criterion_preview"),
    path("criteria/new/", criteria.new, name="settings_criterion_new"),
    path("criteria/<uuid:public_id>/", criteria.edit, name="settings_criterion"),
    path("criteria/<uuid:public_id>/delete/", criteria.delete, name="settings_criterion_delete"),
    path("fields/", fields.fields, name="settings_fields"),
    path("fields/order/", fields.order, name="settings_fields_order"),
    path("fields/new/", fields.new, name="settings_field_new"),
    path("fields/<uuid:public_id>/", fields.edit, name="settings_field"),
    path("fields/<uuid:public_id>/delete/", fields.delete, name="settings_field_delete"),
    path("services/", services.services, name="settings_services"),
    path("services/order/", services.order, name="settings_services_order"),
    path("services/preview/", services.preview, name="settings_service_preview"),
    path("services/new/", services.new, name="settings_service_new"),
    path("services/<uuid:public_id>/", services.edit, name="settings_service"),
    path("resources/", resources.resources, name="settings_resources"),
    path("resources/preview/", resources.preview, name="settings_resource_preview"),
    path("resources/new/", resources.new, name="settings_resource_new"),
    path("resources/<uuid:public_id>/", resources.edit, name="settings_resource"),
    path("resources/<uuid:public_id>/day/", resources.day, name="settings_resource_day"),
    path("resources/<uuid:public_id>/day/clear/", resources.clear_day, name="settings_resource_day_clear"),
    path("scoring/", scoring.scoring, name="settings_scoring"),
    path("scoring/counts/", scoring.counts, name="settings_scoring_counts"),
    path("scoring/progress/", scoring.progress, name="settings_scoring_progress"),
    path("scoring/effect/", scoring.effect, name="settings_scoring_effect"),
    path("scoring/test-lead/", scoring.test_lead, name="settings_scoring_test_lead"),
    path("scoring/compare/", scoring.compare, name="settings_scoring_compare"),
    path("scoring/versions/", scoring.versions, name="settings_scoring_versions"),
    path("scoring/publish/", scoring.publish, name="settings_scoring_publish"),
    path("scoring/discard/", scoring.discard, name="settings_scoring_discard"),
    path("scoring/thresholds/", scoring.thresholds, name="settings_thresholds"),
    path("scoring/roll-back/", scoring.roll_back, name="settings_scoring_roll_back"),
    path("scoring/groups/", scoring.sections, name="settings_scoring_groups"),
    path("scoring/consequences/", scoring.consequence, name="settings_consequences"),
    path(
        "scoring/consequences/<uuid:key>/delete/",
        scoring.delete_consequence,
        name="settings_consequence_delete",
    ),
    path("scoring/rules/order/", scoring.order, name="settings_rules_order"),
    path("scoring/rules/new/", scoring.new_rule, name="settings_rule_new"),
    path("scoring/rules/<uuid:key>/", scoring.rule, name="settings_rule"),
    path("scoring/rules/<uuid:key>/delete/", scoring.delete_rule, name="settings_rule_delete"),
    path("win-chance/", chances.chances, name="settings_chances"),
    path("win-chance/progress/", chances.progress, name="settings_chances_progress"),
    path("win-chance/learn/", chances.learn, name="settings_chances_learn"),
    path("win-chance/turn/", chances.turn, name="settings_chances_turn"),
    path("channels/", channels.channels, name="settings_channels"),
    path("channels/new/", channels.new, name="settings_channel_new"),
    path("channels/new/<slug:kind>/", channels.new_account, name="settings_channel_new_account"),
    path("channels/<uuid:public_id>/", channels.channel, name="settings_channel"),
    path("channels/<uuid:public_id>/provider/", channels.provider, name="settings_channel_provider"),
    path("channels/<uuid:public_id>/save/", channels.save, name="settings_channel_save"),
    path("channels/<uuid:public_id>/secret/", own_app.secret, name="settings_channel_secret"),
    path("channels/<uuid:public_id>/test/", own_app.test, name="settings_channel_test"),
    path("channels/<uuid:public_id>/replay/", channels.replay, name="settings_channel_replay"),
    path("channels/<uuid:public_id>/retry/", channels.retry, name="settings_channel_retry"),
    path("channels/<uuid:public_id>/seen/", channels.seen, name="settings_channel_seen"),
    path("assistant/", assistant.assistant, name="settings_assistant"),
    path("assistant/log/", assistant.log, name="settings_assistant_log"),
    path("assistant/try/", assistant.try_it, name="settings_assistant_try"),
    path("assistant/try/<uuid:public_id>/", assistant.tried, name="settings_assistant_tried"),
    path("flows/", flows.flows, name="settings_flows"),
    path("flows/new/", managing_flows.new, name="settings_flow_new"),
    path("flows/import/", managing_flows.take_in, name="settings_flow_import"),
    path("flows/<slug:key>/", flows.flow, name="settings_flow"),
    path("flows/<slug:key>/drop-off/", flows_dropoff.dropoff, name="settings_flow_dropoff"),
    path(
        "flows/<slug:key>/drop-off/<slug:step>/<slug:outcome>/",
        flows_dropoff.behind,
        name="settings_flow_dropoff_list",
    ),
    path("flows/<slug:key>/try/", flows_tryout.tryout, name="settings_flow_tryout"),
    path("flows/<slug:key>/side/", flows.side, name="settings_flow_side"),
    path("flows/<slug:key>/yaml/", flows.yaml, name="settings_flow_yaml"),
    path("flows/<slug:key>/compare/", flows.compare_versions, name="settings_flow_compare"),
    path("flows/<slug:key>/export/", managing_flows.export, name="settings_flow_export"),
    path("flows/<slug:key>/publish/", flows.publish, name="settings_flow_publish"),
    path("flows/<slug:key>/discard/", flows.discard, name="settings_flow_discard"),
    path("flows/<slug:key>/roll-back/", flows.roll_back, name="settings_flow_roll_back"),
    path("flows/<slug:key>/switch/", managing_flows.switch, name="settings_flow_switch"),
    path("flows/<slug:key>/delete/", managing_flows.delete, name="settings_flow_delete"),
    path("flows/<slug:key>/channels/<uuid:public_id>/", managing_flows.channel, name="settings_flow_channel"),
    path("flows/<slug:key>/steps/new/", editing_flows.new_step, name="settings_flow_step_new"),
    path("flows/<slug:key>/cases/new/", editing_flows.new_case, name="settings_flow_case_new"),
    path("flows/<slug:key>/steps/<slug:step_id>/edit/", editing_flows.step, name="settings_flow_step"),
    path(
        "flows/<slug:key>/steps/<slug:step_id>/move/", editing_flows.move_step, name="settings_flow_step_move"
    ),
    path(
        "flows/<slug:key>/steps/<slug:step_id>/delete/",
        editing_flows.delete_step,
        name="settings_flow_step_delete",
    ),
    path("flows/<slug:key>/parts/<slug:section>/<slug:name>/", editing_flows.part, name="settings_flow_part"),
    path(
        "flows/<slug:key>/parts/<slug:section>/<slug:name>/delete/",
        editing_flows.delete_part,
        name="settings_flow_part_delete",
    ),
]
