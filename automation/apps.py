from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "automation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from automation.events import register_events
        from automation.flows import receivers
        from automation.flows.operations import FlowResponder
        from automation.flows.uses import flows_using
        from automation.history_words import register_words
        from automation.payments import receivers as payments
        from automation.quotes import receivers as quotes
        from automation.sequences import receivers as sequences
        from conversations import responder
        from crm import uses

        register_events()
        register_words()
        receivers.register()
        sequences.register()
        quotes.register()
        payments.register()
        responder.register(FlowResponder())
        uses.register(flows_using)
