"""Guessing is slow, for the guesser only."""

from __future__ import annotations

import pytest

from server.accounts.throttle import MAX_KEYS, WINDOW_S, Throttle, throttle_key

SECOND = 1_000_000


def test_attempts_run_out_and_come_back() -> None:
    throttle = Throttle(3)
    for second in range(3):
        assert throttle.wait("a", second * SECOND) == 0
        throttle.count("a", second * SECOND)
    wait = throttle.wait("a", 3 * SECOND)
    assert wait == WINDOW_S - 3
    assert throttle.wait("b", 3 * SECOND) == 0
    assert throttle.wait("a", (3 + wait) * SECOND) == 0


def test_a_good_attempt_does_not_count() -> None:
    throttle = Throttle(2)
    for _ in range(10):
        throttle.count("a", 0)
        throttle.take_back("a")
    assert throttle.wait("a", 0) == 0


def test_success_starts_afresh() -> None:
    throttle = Throttle(1)
    throttle.count("a", 0)
    assert throttle.wait("a", 0) > 0
    throttle.forget("a")
    assert throttle.wait("a", 0) == 0
    throttle.take_back("a")
    throttle.forget("a")


def test_memory_is_bounded() -> None:
    throttle = Throttle(1)
    for number in range(MAX_KEYS + 10):
        throttle.count(str(number), 0)
    assert throttle.wait("0", 0) == 0
    assert throttle.wait(str(MAX_KEYS), 0) > 0


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:50123", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:50123", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:50123", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        # No addresses: as they are.
        ("unknown", "unknown"),
        ("192.0.2.777:1", "192.0.2.777:1"),
        ("[ada]@example.edu", "[ada]@example.edu"),
        ("ada@example.edu", "ada@example.edu"),
        ("0" * 32, "0" * 32),
        ("", ""),
    ],
)
def test_what_an_address_is_counted_under(address: str, key: str) -> None:
    assert throttle_key(address) == key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2"),
        ("192.0.2.7:50123", "192.0.2.7:50124"),
        ("192.0.2.7", "::ffff:192.0.2.7"),
    ],
)
def test_another_address_of_the_same_network_is_no_fresh_start(first: str, second: str) -> None:
    throttle = Throttle(1)
    throttle.count(first, 0)
    assert throttle.wait(second, 0) > 0
    throttle.take_back(second)
    assert throttle.wait(first, 0) == 0
    throttle.count(first, 0)
    throttle.forget(second)
    assert throttle.wait(first, 0) == 0
    assert throttle.wait("2001:db8:1:3::1", 0) == 0
