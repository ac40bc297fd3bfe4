from django.db import models


class ActorKind(models.TextChoices):
    USER = "user"
    CUSTOMER = "customer"
    FLOW = "flow"
    SYSTEM = "system"
    API = "api"
