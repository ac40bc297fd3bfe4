"""What a customer's message says about a notice that waits for its answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from conversations.orders.operations import ASKS, PREFIX
from crm.orders.models import NoticeAnswer

PHRASES = {
    NoticeAnswer.KEEP: (
        *("i'll wait", "i will wait", "i can wait", "keep it", "no problem", "that's fine"),
        *("подожду", "буду ждать", "ждем", "жду", "не страшно", "ничего страшного"),
        *("կսպասեմ", "կսպասենք", "խնդիր չկա"),
        *("gözləyərəm", "gözləyirəm", "gözləyəcəyəm", "problem deyil"),
    ),
    NoticeAnswer.REPLACE: (
        *("something else", "another one", "replace it", "replacement"),
        *("что-то другое", "другой вариант", "замените", "заменить", "замену"),
        *("ուրիշ բան", "այլ տարբերակ", "փոխարինել", "փոխարինեք"),
        *("başqa bir şey", "başqa variant", "dəyişdirin", "dəyişmək"),
    ),
    NoticeAnswer.REFUND: (
        *("refund", "money back", "my money"),
        *("вернуть деньги", "верните деньги", "возврат", "деньги назад"),
        *("գումարը վերադարձ", "վերադարձրեք գումարը", "գումարս", "փողը հետ"),
        *("pulu geri", "pulumu", "geri qaytarın", "ödənişi qaytarın"),
    ),
}
"""What people write instead of pressing a button."""


@dataclass(frozen=True, slots=True)
class Chosen:
    notice: UUID
    answer: NoticeAnswer


def pressed(payload: str | None) -> Chosen | None:
    """A button under a notice: "order:keep:<public id>"."""
    if not payload or not payload.startswith(PREFIX):
        return None
    answer, _colon, notice = payload.removeprefix(PREFIX).partition(":")
    try:
        return Chosen(UUID(notice), NoticeAnswer(answer))
    except ValueError:
        return None


def waiting(talk: Mapping[str, Any]) -> UUID | None:
    """The notice that the conversation waits with."""
    if talk.get("asks") != ASKS:
        return None
    try:
        return UUID(str(talk.get("notice")))
    except ValueError:
        return None
