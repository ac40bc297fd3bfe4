from __future__ import annotations

from typing import Any

from core.access.api import PersonShape
from core.api.endpoint import Call, Endpoint, operation
from core.api.shapes import Identifier, Instant, Ref, Shape, Text, Texts, Whole
from core.keys.models import ApiKey


class KeyShape(Shape):
    id = Identifier()
    name = Text()
    prefix = Text(help_text="What is shown of the key in the settings.")
    scopes = Texts()
    person = Ref(PersonShape, allow_null=True, help_text="Whom the key works as; null for the whole company.")
    requests_per_minute = Whole("per_minute")
    expires_at = Instant()
    created_at = Instant()


class Me(Endpoint):
    tag = "Key"

    @operation(None, "The key that asks", out=KeyShape)
    def get(self, call: Call) -> Any:
        return call.one(ApiKey.objects.filter(pk=call.key.pk))
