from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from core.access import leaving
        from core.notifications.registry import register as register_notification
        from crm import conditions_fields, events, trade_history_words, uses  # noqa: F401
        from crm.actions import operations as deeds
        from crm.bulk import tasks as _bulk  # noqa: F401
        from crm.catalogue import events as _catalogue_events  # noqa: F401
        from crm.catalogue.queries import products_using
        from crm.chances import tasks as _chances  # noqa: F401
        from crm.duplicates import background as duplicates
        from crm.fields.operations import wanted as wanted_fields
        from crm.history_words import register_words
        from crm.imports import tasks as _imports  # noqa: F401
        from crm.lists.operations import hand_over_views
        from crm.lists.queries import views_using
        from crm.orders import events as _order_events
        from crm.payments import events as _payment_events
        from crm.payments import tasks as _payment_tasks  # noqa: F401
        from crm.pipeline import tasks as _due  # noqa: F401
        from crm.pipeline.operations import wanted
        from crm.pipeline.operations.leaving import hand_over_leads
        from crm.pipeline.queries.timeline import tell_event
        from crm.pipeline.queries.uses import stages_using
        from crm.quotes import events as _quote_events  # noqa: F401
        from crm.quotes import tasks as _quote_tasks  # noqa: F401
        from crm.scoring import tasks  # noqa: F401
        from crm.scoring.queries import rules_using

        conditions_fields.register()
        register_words()
        trade_history_words.register_words()
        deeds.register_all()
        wanted.register_all()
        wanted_fields.register_all()
        duplicates.register_all()
        for find_uses in (rules_using, views_using, stages_using, products_using):
            uses.register(find_uses)
        for name in (*_payment_events.NAMES, *_order_events.NAMES):
            tell_event(name)
        leaving.register(hand_over_leads, place=20)
        leaving.register(hand_over_views, place=40)
        register_notification("lead.next_step_due", text=_("Now: %(step)s (%(lead)s)"))
