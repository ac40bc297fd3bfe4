"""What follows a quote that was sent, and its outcome: each room registers what it does, and crm calls them: in the
transaction that sends a version, and when the due row of an outcome comes up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from crm.quotes.models import QuoteVersion

Follower = Callable[[QuoteVersion, datetime], None]

_followers: list[Follower] = []
_starters: list[Follower] = []


def register_start(starter: Follower) -> Follower:
    """`starter(version, now)` runs in the transaction in which a version is sent; called at start."""
    if starter in _starters:
        raise ValueError(f"{starter.__name__} is already registered")
    _starters.append(starter)
    return starter


def start(version: QuoteVersion, now: datetime) -> None:
    for starter in _starters:
        starter(version, now)


def register(follower: Follower) -> Follower:
    """`follower(version, now)` runs once an answer is in, or once the last day has passed without one; called at start.

    All followers of an outcome run in one transaction with the due row: a fault of one undoes them all, and they are
    tried again.
    """
    if follower in _followers:
        raise ValueError(f"{follower.__name__} is already registered")
    _followers.append(follower)
    return follower


def unregister(follower: Follower) -> None:
    _followers.remove(follower)


def follow(version: QuoteVersion, now: datetime) -> None:
    for follower in _followers:
        follower(version, now)
