"""A draft as a channel can carry it: parts of allowed length, quick replies as buttons or as numbered lines
(spec 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from conversations.channels.contracts import Abilities
from conversations.sending.drafts import QuickReply
from conversations.sending.splitting import size, split


@dataclass(frozen=True, slots=True)
class Part:
    """`quick_replies` are kept with numbered lines too: they say what the customer's "2" means."""

    text: str
    quick_replies: tuple[QuickReply, ...] = ()


def adapt(text: str, quick_replies: Sequence[QuickReply], abilities: Abilities) -> list[Part]:
    """The parts to send one after the other; the last one carries the quick replies."""
    if quick_replies and not as_buttons(quick_replies, abilities):
        text = "\n\n".join(part for part in (text.strip(), numbered(quick_replies)) if part)
    texts = split(text, limit=abilities.text_limit, unit=abilities.text_unit) or [""]
    return [*(Part(each) for each in texts[:-1]), Part(texts[-1], tuple(quick_replies))]


File = TypeVar("File")


def beside(
    files: Sequence[File], parts: Sequence[Part], abilities: Abilities
) -> list[tuple[tuple[File, ...], Part]]:
    """Which files go with which part: all with the first, or as many messages more as the channel needs for them.

    A text that is too long to stand beside a file follows it.
    """
    if not files or not parts:
        return [((), part) for part in parts]
    at_once = abilities.files_at_once or len(files)
    batches = [tuple(files[start : start + at_once]) for start in range(0, len(files), at_once)]
    alone = [(batch, Part("")) for batch in batches[:-1]]
    first, rest = parts[0], parts[1:]
    limit = abilities.caption_limit
    if limit is not None and size(first.text, abilities.text_unit) > limit:
        return [*alone, (batches[-1], Part("")), *(((), part) for part in parts)]
    return [*alone, (batches[-1], first), *(((), part) for part in rest)]


def as_buttons(quick_replies: Sequence[QuickReply], abilities: Abilities) -> bool:
    """Whether the channel shows these as buttons. Labels are never cut: half a label is a wrong answer."""
    return len(quick_replies) <= abilities.quick_replies and all(
        len(reply.label) <= abilities.quick_reply_label for reply in quick_replies
    )


def numbered(quick_replies: Sequence[QuickReply]) -> str:
    return "\n".join(f"{number}. {reply.label}" for number, reply in enumerate(quick_replies, start=1))
