from dataclasses import replace

import pytest

from conversations.sending.policy import REASONS, Facts, Refusal, can_send

FINE = Facts(
    account_active=True, spam=False, consent=True, has_text=True, has_files=False, channel_carries_files=True
)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, None),
        ({"has_text": False}, Refusal.EMPTY),
        ({"has_text": False, "has_files": True}, None),
        ({"account_active": False}, Refusal.ACCOUNT_OFF),
        ({"spam": True}, Refusal.SPAM),
        ({"consent": False}, Refusal.NO_CONSENT),
        ({"has_files": True, "channel_carries_files": False}, Refusal.MEDIA),
    ],
)
def test_one_place_decides_what_may_leave(change: dict[str, bool], refusal: Refusal | None) -> None:
    assert can_send(replace(FINE, **change)) == refusal


def test_every_refusal_has_words() -> None:
    assert set(REASONS) == set(Refusal)
