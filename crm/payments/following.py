"""What follows a payment: each room registers what it does, and crm calls them when the due row comes up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from crm.payments.models import PaymentRequest

Follower = Callable[[PaymentRequest, str, datetime], None]

_followers: list[Follower] = []


def register(follower: Follower) -> Follower:
    """`follower(payment, state, now)` runs once after the payment has come into `state`; called at start.

    The payment may have gone on meanwhile. All followers run in one transaction with the due row: a fault of one undoes
    them all, and they are tried again.
    """
    if follower in _followers:
        raise ValueError(f"{follower.__name__} is already registered")
    _followers.append(follower)
    return follower


def unregister(follower: Follower) -> None:
    _followers.remove(follower)


def follow(payment: PaymentRequest, state: str, now: datetime) -> None:
    for follower in _followers:
        follower(payment, state, now)
