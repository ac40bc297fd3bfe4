"""Events of articles; docs/events.md is made of these declarations."""

from core.events.registry import EventType, register


def register_events() -> None:
    register(
        EventType(
            "article.changed",
            1,
            "An article was added, changed, published or taken back.",
            {"slug": "its address", "changes": "names of the changed parts"},
        ),
        EventType("article.deleted", 1, "An article was deleted.", {"slug": "its address"}),
        EventType(
            "article.collection_changed",
            1,
            "A collection of articles was added or changed.",
            {"slug": "its address", "changes": "names of the changed parts"},
        ),
        EventType(
            "article.notice_changed",
            1,
            "A notice of a known problem was added, changed or switched off.",
            {"name": "its name", "changes": "names of the changed parts"},
        ),
        EventType(
            "article.shown",
            1,
            "A customer got an article as an answer.",
            {"slug": "its address", "via": "chat, away or person"},
        ),
        EventType(
            "article.judged",
            1,
            "It turned out what came of an article in a conversation.",
            {"slug": "its address", "outcome": "helped, not_helped or handed_over"},
        ),
    )
