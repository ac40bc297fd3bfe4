"""Which addresses the product may call when a person or a program gives them (architecture 9)."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

LONGEST = 2000
MOST = 3
"""Addresses of a host that are tried, one after the other."""
_TUNNELS = (
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2002::/16"),
    IPv6Network("2001::/32"),
)
"""IPv6 addresses that carry an IPv4 address inside, which a gateway would turn into a private one."""


class NotAllowed(Exception):
    """The address may not be called; `code` says why: form, scheme, login, private."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotFound(Exception):
    """The name of the host leads nowhere at the moment."""


def check(url: str) -> SplitResult:
    """The parts of an address that may be called as far as its text tells. NotAllowed otherwise. Asks nobody."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAllowed("form") from None
    if not host or len(url) > LONGEST or any(each.isspace() or ord(each) < 32 for each in url):
        raise NotAllowed("form")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("login")
    known = is_named(host)
    own = known or _is_loopback_name(host)
    if own and not known and not settings.OUTGOING_LOOPBACK:
        raise NotAllowed("private")
    if parts.scheme != "https" and not (own and parts.scheme == "http"):
        raise NotAllowed("scheme")
    if not known and (literal := _literal(host)) is not None and not allowed(literal):
        raise NotAllowed("private")
    return parts


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses, every one of which may be called. NotAllowed when one may not, NotFound without any.

    Call these and do not ask again for the name: the answer may be another one then.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFound(host) from None
    addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    if not addresses:
        raise NotFound(host)
    if not is_named(host) and not all(allowed(ip_address(each)) for each in addresses):
        raise NotAllowed("private")
    return addresses[:MOST]


def is_named(host: str) -> bool:
    """Whether whoever runs the product has named this host as one that may be called wherever it stands."""
    return host.rstrip(".").lower() in settings.OUTGOING_HOSTS


def allowed(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is of the open internet, or of this machine where the settings allow that."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return bool(settings.OUTGOING_LOOPBACK)
    if isinstance(address, IPv6Address) and _is_in(address, _TUNNELS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_in(address: IPv6Address, networks: Iterable[IPv6Network]) -> bool:
    return any(address in network for network in networks)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_loopback_name(host: str) -> bool:
    name = host.rstrip(".").lower()
    literal = _literal(name)
    return name == "localhost" or name.endswith(".localhost") or bool(literal and literal.is_loopback)
