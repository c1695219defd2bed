"""Counts attempts by key (an address, an account), so that guessing becomes slow."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from ipaddress import IPv4Address, IPv6Network, ip_address

from server.clock import MICROS_PER_SECOND

# A quarter of an hour: long enough to spoil guessing, short enough for the forgetful.
WINDOW_S = 900

# Keys remembered at once; an attacker with more addresses than this needs other means.
MAX_KEYS = 50_000

# What one customer is given of IPv6, and counts as one address (RFC 6177, section 2): of its
# 2^64 addresses each guess could come from another.
IPV6_PREFIX = 64

# A port behind an address, as some proxies write it: each connection has another.
_WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>\d+(?:\.\d+){3}))(?::\d+)?")


def throttle_key(address: str) -> str:
    """What attempts from a network address are counted under: without a port, IPv6 by its
    network of 64 bits, IPv4 written as IPv6 as what it is. What is no address stays.
    """
    found = _WITH_PORT.fullmatch(address)
    bare = (found["v6"] or found["v4"]) if found else address
    try:
        at = ip_address(bare)
    except ValueError:
        return address
    if not isinstance(at, IPv4Address):
        at = at.ipv4_mapped or IPv6Network((int(at), IPV6_PREFIX), strict=False)
    return str(at)


class Throttle:
    """At most ``attempts`` of one key within ``WINDOW_S``, not counting good ones. A key that
    is a network address is counted as ``throttle_key`` has it.
    """

    def __init__(self, attempts: int) -> None:
        """Take how many are let pass."""
        self._attempts = attempts
        self._times: OrderedDict[str, deque[int]] = OrderedDict()

    def wait(self, key: str, now: int) -> int:
        """Seconds until ``key`` may try again; 0 where it may now."""
        times = self._times.get(throttle_key(key))
        if times is None:
            return 0
        while times and times[0] <= now - WINDOW_S * MICROS_PER_SECOND:
            times.popleft()
        if len(times) < self._attempts:
            return 0
        return WINDOW_S - (now - times[0]) // MICROS_PER_SECOND

    def count(self, key: str, now: int) -> None:
        """Count an attempt of ``key`` at ``now`` (microseconds)."""
        key = throttle_key(key)
        times = self._times.pop(key, None)
        if times is None:
            times = deque(maxlen=self._attempts)
        times.append(now)
        self._times[key] = times
        if len(self._times) > MAX_KEYS:
            self._times.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The newest attempt was a good one: it does not count."""
        times = self._times.get(throttle_key(key))
        if times:
            times.pop()

    def forget(self, key: str) -> None:
        """``key`` starts afresh."""
        self._times.pop(throttle_key(key), None)
