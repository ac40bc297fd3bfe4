"""The demo's leads as plain values, the same at every installation: who wants what, how far it has come, who said what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

LEADS = 60
IN_SECOND_PIPELINE = 18
WITH_CHAT = 44
LANGUAGES = ("hy", "ru", "az", "en")
PREFIXES = {"hy": "+37400", "ru": "+70000", "az": "+99400", "en": "+1555010"}


@cache
def texts() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("people.yaml").read_text())
    return content


@dataclass(frozen=True)
class Line:
    """One message: who says it (customer, flow, user) and after how many seconds."""

    author: str
    text: str
    after: int
    asks: str = ""


@dataclass(frozen=True)
class Story:
    number: int
    name: str
    language: str
    phone: str
    pipeline: int
    stage: int
    interest: str
    title: str
    started_at: datetime
    owner: int | None
    has_chat: bool
    next_step: str
    next_step_in: int | None
    answers: dict[str, tuple[Any, str]] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()

    @property
    def budget(self) -> int | None:
        return self.answers["budget"][0] if "budget" in self.answers else None


def stories(now: datetime) -> list[Story]:
    """All leads, newest first, placed in the weeks before `now`."""
    random = Random(7)
    return [_story(number, now, random) for number in range(LEADS)]


def _story(number: int, now: datetime, random: Random) -> Story:
    language = LANGUAGES[number % 4]
    content = texts()
    pipeline = 1 if number >= LEADS - IN_SECOND_PIPELINE else 0
    stage = random.choices(range(5), weights=(8, 6, 5, 3, 2))[0]
    kind = number // 4 % 4
    interest = content["interests"][kind]
    has_chat = number < WITH_CHAT
    answers = _answers(
        content, language, interest, how_many=min(4, stage + random.randint(0, 3)), random=random
    )
    return Story(
        number=number,
        name=content["customers"][language][number // 4],
        language=language,
        phone=f"{PREFIXES[language]}{number:0{12 - len(PREFIXES[language])}d}",
        pipeline=pipeline,
        stage=stage,
        interest=interest,
        title=content["titles"][interest][language],
        started_at=now - timedelta(hours=5 + number * 9, minutes=random.randint(0, 59)),
        owner=None if stage == 0 and number % 3 == 0 else random.randint(0, 3),
        has_chat=has_chat,
        next_step=random.choice(content["next_steps"]) if 0 < stage < 3 and number % 5 else "",
        next_step_in=random.randint(-2, 6),
        answers=answers,
        lines=_lines(content, language, kind, answers, answered=stage > 0) if has_chat else (),
    )


def _answers(
    content: dict[str, Any], language: str, interest: str, *, how_many: int, random: Random
) -> dict[str, tuple[Any, str]]:
    """The first `how_many` answers in the order in which the flow asks: criterion -> (value, words said)."""
    said_start, days = random.choice(content["starts"][language])
    said_budget, amount = random.choice(content["budgets"][language])
    city = content["cities"][language]
    everything = {
        "interest": (interest, content["titles"][interest][language]),
        "start": (days, said_start),
        "budget": (amount, said_budget),
        "city": (city, city),
    }
    return dict(list(everything.items())[:how_many])


def _lines(
    content: dict[str, Any], language: str, kind: int, answers: dict[str, tuple[Any, str]], *, answered: bool
) -> tuple[Line, ...]:
    lines = [Line("customer", content["openers"][language][kind], 0)]
    for key, (_value, said) in answers.items():
        lines += [Line("flow", "", 1, asks=key), Line("customer", said, 45)]
    if answered:
        lines += [
            Line("user", content["replies"][language], 400),
            Line("customer", content["thanks"][language], 120),
        ]
    return tuple(lines)
