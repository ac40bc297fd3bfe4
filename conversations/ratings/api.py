"""Ratings by the API, to read."""

from __future__ import annotations

from typing import Any

from conversations.ratings.models import Rating
from conversations.threads.api import ConversationShape, conversations_of
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, WHOLE, Filter
from core.api.pages import Listing, Sort
from core.api.shapes import Identifier, Instant, Ref, Shape, Text, Whole
from core.keys.scopes import Scope

TAG = "Conversations"


class RatingShape(Shape):
    scope = Scope.CONVERSATIONS_READ

    id = Identifier()
    conversation = Ref(ConversationShape)
    what = Text(help_text="What the flow asked about.")
    value = Whole(help_text="From 1 to 5.")
    words = Text(allow_blank=True, help_text="What the customer wrote with it.")
    rated_at = Instant()


RATINGS = Listing(
    RatingShape,
    (
        Filter("conversation", IDS, "conversation__public_id"),
        Filter("what", TEXT),
        Filter("value", WHOLE),
        Filter("rated_at", TIME),
    ),
    (Sort("rated_at", "rated_at", TIME),),
    "rated_at",
)


class Ratings(Endpoint):
    tag = TAG

    @operation(Scope.CONVERSATIONS_READ, "What customers thought", listing=RATINGS)
    def get(self, call: Call) -> Any:
        seen = conversations_of(call.key).values("pk")
        return call.page(Rating.objects.filter(conversation__in=seen))
