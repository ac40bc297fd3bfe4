from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conversations.understanding import understand
from conversations.understanding.consent import Wish, wish_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def wish(text: str, payload: str = "") -> Wish | None:
    understanding = understand(text, now=NOW, timezone="Asia/Yerevan", country="AM")
    return wish_of(text, understanding, payload=payload)


@pytest.mark.parametrize(
    "text",
    [
        *("stop", "STOP!", "/stop", "Stop.", "unsubscribe", "don't write to me anymore", "stop messaging me"),
        *("please do not write to me", "never contact me again", "do not message me please"),
        *("стоп", "Стоп!", "не пишите мне", "ne pishite mne", "bolshe ne pishite mne", "отпишите меня"),
        *("չգրեք այլևս", "ինձ այլևս մի գրեք", "ել մի գրեք", "mi greq indz", "chgreq aylevs", "ստոպ"),
        *("mənə yazmayın", "mene yazmayin", "daha yazmayın", "mənə daha mesaj göndərməyin"),
    ],
)
def test_who_wants_no_more_is_understood(text: str) -> None:
    assert wish(text) is Wish.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        *("start", "START", "/start", "unstop", "You can write to me again"),
        *("старт", "Можете писать!", "mozhete pisat", "пишите снова"),
        *("սկսել", "կարող եք գրել", "karox eq grel", "գրեք նորից"),
        *("başla", "basla", "yenə yazın", "mənə yaza bilərsiniz"),
    ],
)
def test_who_wants_to_hear_again_is_understood(text: str) -> None:
    assert wish(text) is Wish.OPT_IN


@pytest.mark.parametrize(
    "text",
    [
        *("when can we start?", "start on Monday", "the bus stop is near", "don't stop, go on", ""),
        *("do not lose me", "don't lose my message", "do not forget me", "do not call me, write instead"),
        *("Когда можно начать?", "напишите мне цену", "не звоните, лучше напишите"),
        *("երբ կսկսեք", "գրեք գինը", "yaza bilərsiniz nə vaxt hazır olar?", "qiyməti yazın"),
    ],
)
def test_other_words_are_no_wish(text: str) -> None:
    assert wish(text) is None


def test_a_button_says_what_it_carries_whatever_its_label() -> None:
    assert wish("Stop", payload="booking:cancel:1") is None
    assert wish("No, thanks", payload="opted_out") is Wish.OPT_OUT
    assert wish("Remind me again", payload="opted_in") is Wish.OPT_IN
