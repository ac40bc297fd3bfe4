from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.sending.policy import LASTING, REASONS, Facts, Refusal, can_send

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
        ({"closed": True, "answered": True}, None),
        ({"is_late": True, "closed": True}, Refusal.CLOSED),
        ({"is_late": True, "answered": True}, Refusal.ANSWERED),
        ({"is_late": True, "answered": True, "consent": False}, Refusal.NO_CONSENT),
    ],
)
def test_one_place_decides_what_may_leave(change: dict[str, bool], refusal: Refusal | None) -> None:
    assert can_send(replace(FINE, **change)) == refusal


def test_every_refusal_has_words() -> None:
    assert set(REASONS) == set(Refusal)


@given(st.builds(Facts, **{each.name: st.booleans() for each in fields(Facts)}))
def test_nothing_leaves_against_consent_or_from_where_nobody_listens(facts: Facts) -> None:
    refusal = can_send(facts)
    if not facts.consent or facts.spam or not facts.account_active:
        assert refusal is not None
    if refusal in LASTING:
        assert not facts.consent or (facts.is_late and (facts.closed or facts.answered))
    if refusal is None:
        assert facts.has_text or (facts.has_files and facts.channel_carries_files)
