from conversations.articles.operations.articles import (
    ArticleDraft,
    add_article,
    delete_article,
    order_articles,
    publish_article,
    save_article,
    take_back_article,
)
from conversations.articles.operations.asked import collect, dismiss, inserted, judged, judged_on_page, shown
from conversations.articles.operations.collections import (
    CollectionDraft,
    add_collection,
    delete_collection,
    save_collection,
)
from conversations.articles.operations.links import follow_link, make_link
from conversations.articles.operations.notices import NoticeDraft, add_notice, save_notice

__all__ = [
    "ArticleDraft",
    "CollectionDraft",
    "NoticeDraft",
    "add_article",
    "add_collection",
    "add_notice",
    "collect",
    "delete_article",
    "delete_collection",
    "dismiss",
    "follow_link",
    "inserted",
    "judged",
    "judged_on_page",
    "make_link",
    "order_articles",
    "publish_article",
    "save_article",
    "save_collection",
    "save_notice",
    "shown",
    "take_back_article",
]
