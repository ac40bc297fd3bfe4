"""What a Telegram message says: its text, its files, or the word for what cannot be shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from conversations.channels.contracts import InboundAttachment
from conversations.channels.telegram import reading
from conversations.channels.telegram.reading import Json

MOST_TEXT = 20_000
DEEPEST = 40
_ENVELOPE = """
    message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot
    sender_tag date guest_query_id guest_bot_caller_user guest_bot_caller_chat business_connection_id chat
    forward_origin is_topic_message is_automatic_forward reply_to_message external_reply quote reply_to_story
    reply_to_checklist_task_id reply_to_poll_option_id via_bot edit_date has_protected_content is_from_offline
    is_paid_post media_group_id author_signature paid_star_count entities link_preview_options
    suggested_post_info effect_id caption_entities show_caption_above_media has_media_spoiler reply_markup
    caption forward_from forward_from_chat forward_date
"""
ENVELOPE = frozenset(_ENVELOPE.split())
"""Fields that every message may bear and that are none of its kinds."""


@dataclass(frozen=True, slots=True)
class Content:
    """`word` is Telegram's own for a kind that we do not show: a service message, a game, something new."""

    text: str = ""
    attachments: tuple[InboundAttachment, ...] = ()
    word: str = ""


def content_of(message: Json) -> Content:
    """The first kind that is known, else the word of what there is."""
    if message.get("text") is not None:
        return Content(_with_links(reading.text(message, "text"), reading.objects(message, "entities")))
    for key, read in _KINDS.items():
        if message.get(key) is not None:
            return read(message)
    word = next((str(key) for key, value in message.items() if key not in ENVELOPE and value is not None), "")
    return Content(text=_caption(message), word=word[:40] or "message")


def _caption(message: Json) -> str:
    return _with_links(reading.text(message, "caption"), reading.objects(message, "caption_entities"))


def _with_links(text: str, entities: list[Json]) -> str:
    """The text with the addresses behind its words. Offsets count UTF-16 units: an emoji is two of them."""
    links = sorted(_links(entities), reverse=True)
    if not links:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    for end, url in links:
        if 0 < end * 2 <= len(units):
            units = units[: end * 2] + f" ({url})".encode("utf-16-le", "surrogatepass") + units[end * 2 :]
    return units.decode("utf-16-le", "replace")


def _links(entities: list[Json]) -> Iterator[tuple[int, str]]:
    """Where the words end that bear an address, and the address."""
    for entity in entities:
        url = entity.get("url")
        end = _whole(entity, "offset") + _whole(entity, "length")
        if entity.get("type") == "text_link" and isinstance(url, str) and end > 0:
            yield end, url[:500]


def _file(key: str, type: str, name: str, mime: str = "") -> Callable[[Json], Content]:
    """A reader of the one file under `key`; `name` where the sender's device gave none."""

    def read(message: Json) -> Content:
        found = reading.the_object(message, key)
        attachment = InboundAttachment(
            type=type,
            external_id=reading.text(found, "file_id"),
            mime=reading.text(found, "mime_type") or mime,
            name=reading.text(found, "file_name") or name,
        )
        return Content(_caption(message), (attachment,))

    return read


def _photo(message: Json) -> Content:
    """Telegram gives every size of a picture; the largest is the picture."""
    sizes = reading.objects(message, "photo")
    if not sizes:
        return Content(_caption(message), word="photo")
    largest = max(sizes, key=lambda size: _whole(size, "width") * _whole(size, "height"))
    picture = InboundAttachment(
        type="image", external_id=reading.text(largest, "file_id"), mime="image/jpeg", name="photo.jpg"
    )
    return Content(_caption(message), (picture,))


def _sticker(message: Json) -> Content:
    found = reading.the_object(message, "sticker")
    ending = "tgs" if found.get("is_animated") else "webm" if found.get("is_video") else "webp"
    sticker = InboundAttachment(
        type="sticker",
        external_id=reading.text(found, "file_id"),
        caption=reading.text(found, "emoji")[:20],
        name=f"sticker.{ending}",
    )
    return Content(attachments=(sticker,))


def _venue(message: Json) -> Content:
    found = reading.the_object(message, "venue")
    caption = ", ".join(
        filter(None, (reading.text(found, "address"), _place(reading.an_object(found, "location"))))
    )
    return Content(
        attachments=(
            InboundAttachment(type="location", name=reading.text(found, "title")[:200], caption=caption),
        )
    )


def _location(message: Json) -> Content:
    place = _place(reading.the_object(message, "location"))
    return Content(attachments=(InboundAttachment(type="location", caption=place),))


def _place(location: Json) -> str:
    parts = (location.get("latitude"), location.get("longitude"))
    return ", ".join(f"{part:.6f}" for part in parts if isinstance(part, int | float) and abs(part) <= 180)


def _contact(message: Json) -> Content:
    found = reading.the_object(message, "contact")
    name = " ".join(filter(None, (reading.text(found, "first_name"), reading.text(found, "last_name"))))
    phone = reading.text(found, "phone_number")
    return Content(attachments=(InboundAttachment(type="contact", name=name[:200], caption=phone[:50]),))


def _poll(message: Json) -> Content:
    found = reading.the_object(message, "poll")
    options = [f"• {reading.text(option, 'text')}" for option in reading.objects(found, "options")]
    return Content("\n".join([reading.text(found, "question"), *options])[:MOST_TEXT])


def _dice(message: Json) -> Content:
    found = reading.the_object(message, "dice")
    return Content(f"{reading.text(found, 'emoji')} {_whole(found, 'value')}".strip())


def _checklist(message: Json) -> Content:
    found = reading.the_object(message, "checklist")
    tasks = [f"• {reading.text(task, 'text')}" for task in reading.objects(found, "tasks")]
    return Content("\n".join([reading.text(found, "title"), *tasks])[:MOST_TEXT])


def _rich(message: Json) -> Content:
    """The words of a rich message, which has no `text`: those of its blocks, in order."""
    said = "\n".join(_block_texts(message["rich_message"], DEEPEST)).strip()[:MOST_TEXT]
    return Content(said) if said else Content(word="rich_message")


def _block_texts(value: Any, deep: int) -> Iterator[str]:
    if not deep:
        return
    if isinstance(value, list):
        for each in value:
            yield from _block_texts(each, deep - 1)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("text", "caption", "title", "credit", "summary", "header"):
                yield _inline(inner, deep - 1)
            elif isinstance(inner, list | dict):
                yield from _block_texts(inner, deep - 1)


def _inline(value: Any, deep: int) -> str:
    """Rich text is a string, a list of it, or an object around it."""
    if isinstance(value, str):
        return value
    if not deep:
        return ""
    if isinstance(value, list):
        return "".join(_inline(each, deep - 1) for each in value)
    return _inline(value.get("text"), deep - 1) if isinstance(value, dict) else ""


def _whole(parent: Json, key: str) -> int:
    found = parent.get(key)
    return found if isinstance(found, int) else 0


# In this order: an animation bears a document, a venue a location, too.
_KINDS: dict[str, Callable[[Json], Content]] = {
    "rich_message": _rich,
    "animation": _file("animation", "video", "animation.mp4", "video/mp4"),
    "photo": _photo,
    "live_photo": _file("live_photo", "video", "live-photo.mp4", "video/mp4"),
    "video": _file("video", "video", "video.mp4", "video/mp4"),
    "audio": _file("audio", "audio", "audio.mp3", "audio/mpeg"),
    "voice": _file("voice", "audio", "voice.ogg", "audio/ogg"),
    "video_note": _file("video_note", "video", "video-note.mp4", "video/mp4"),
    "document": _file("document", "file", "file"),
    "sticker": _sticker,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "checklist": _checklist,
}
