from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "automation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from automation.events import register_events
        from automation.flows import receivers
        from automation.flows.operations import FlowResponder
        from conversations import responder

        register_events()
        receivers.register()
        responder.register(FlowResponder())
