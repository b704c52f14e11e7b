"""How often a client may ask: a bucket of tokens for each. Pure but for :class:`Limiter`, which keeps the buckets."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field

MOST_CLIENTS = 10_000  # whose buckets are kept; a bucket that is forgotten is a full one
_NETWORK_V6 = 64  # bits that one customer of a provider has: whoever has one address has all of them


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a client has left: ``tokens`` at ``moment``, in seconds of a clock that only goes forward."""

    tokens: float
    moment: float


def take(bucket: Bucket | None, now: float, per_minute: int) -> tuple[Bucket, float]:
    """Take a token from ``bucket``, which fills at ``per_minute`` and holds a minute's worth.

    Returns:
        The bucket as it is now, and the seconds until there is a token; 0 where one was taken.
    """
    had = float(per_minute)
    if bucket is not None:
        had = min(had, bucket.tokens + max(0.0, now - bucket.moment) * per_minute / 60)
    if had >= 1:
        return Bucket(had - 1, now), 0.0
    return Bucket(had, now), (1 - had) * 60 / per_minute


def client_of(address: str) -> str:
    """Return whom a request from ``address`` counts for: the address itself, of IPv6 its network."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, _NETWORK_V6), strict=False))


@dataclass(slots=True)
class Limiter:
    """The buckets of all clients; those that have not asked for longest are forgotten first."""

    per_minute: int
    _buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def wait(self, client: str, now: float) -> float:
        """Count a request of ``client``: the seconds until it may ask, 0 where it may."""
        if not self.per_minute:
            return 0.0
        self._buckets[client], wait = take(self._buckets.pop(client, None), now, self.per_minute)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return wait
