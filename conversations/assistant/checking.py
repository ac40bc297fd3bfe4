"""Whether a reply says only what its sources say. Pure.

A customer's words are data: whatever they ask the model to say, a figure, an address or a promise that stands in no
source does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from conversations.assistant.answers import Reply
from conversations.assistant.redaction import strangers
from core.text import skeleton

_FIGURE = re.compile(r"\d+(?:[ .,'\u00a0\u202f]\d{3})*(?:[.,]\d+)?")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,12})(?:/\S*)?(?!\w)", re.IGNORECASE
)
_PROMISES = (
    r"(?<!fel )fre(?! (?:time|slot|day))|gratis|besplatn\w*|anvcar\w*|pulsuz\w*",
    r"discunt\w*|skidk\w*|zexc\w*|endirim\w*",
    r"guarante\w*|garanti\w*|erasxik\w*|zemanet\w*",
    r"refund\w*|vozvrat\w*|veradardz\w*|kaitar\w*",
    r"gift\w*|podar\w*|nver\w*|xedie\w*",
)
"""Keys of words (core.text.skeleton): free, discount, guarantee, refund, gift, in four languages."""
_PROMISE = [re.compile(rf"(?<!\w)(?:{each})(?!\w)") for each in _PROMISES]
_INNER = re.compile(r"system prompt|ignore (?:all|previous)|as an ai|language model", re.IGNORECASE)


def fault_of(
    reply: Reply, *, shown: Mapping[str, str], said: Sequence[str], hidden: Mapping[str, str]
) -> str:
    """ "" for a reply that may be shown to a person; else what is wrong, for the log.

    `shown`: the words of each source by its id. `said`: what the company itself said in the conversation. `hidden`: the
    placeholders that were given out.
    """
    unknown = [each for each in reply.sources if each not in shown]
    if unknown:
        return f"It names sources that were not shown: {', '.join(unknown)[:100]}."
    if not reply.sources:
        return "It names no source."
    if made_up := strangers(reply.text, hidden):
        return f"It makes up placeholders: {', '.join(sorted(made_up))[:100]}."
    if _INNER.search(reply.text):
        return "It talks about itself or its instructions."
    ground = "\n".join([*(shown[each] for each in reply.sources), *said])
    if addresses := _addresses(reply.text) - _addresses(ground):
        return f"It names an address that no source has: {sorted(addresses)[0][:100]}."
    if figures := _figures(reply.text) - _figures(ground):
        return f"It names a figure that no source has: {sorted(figures)[0][:40]}."
    if promise := _promised(reply.text, ground):
        return f"It promises what no source does: {promise[:40]}."
    return ""


def _figures(text: str) -> set[str]:
    """Figures of at least two digits, without the marks between them."""
    found = (re.sub(r"[ .,'\u00a0\u202f]", "", match.group()) for match in _FIGURE.finditer(text))
    return {each.lstrip("0") for each in found if len(each) > 1}


def _addresses(text: str) -> set[str]:
    return {match.group().rstrip(".,;:!?)").lower() for match in _ADDRESS.finditer(text)}


def _promised(text: str, ground: str) -> str:
    said, known = skeleton(text), skeleton(ground)
    for pattern in _PROMISE:
        found = pattern.search(said)
        if found and not pattern.search(known):
            return found.group()
    return ""
