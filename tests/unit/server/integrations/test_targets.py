"""Which addresses webhooks may go to, how long they wait, and what is kept of an answer."""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import ip_network
from itertools import pairwise

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from server.integrations.delivering import LONGEST_WAIT_S, wait_s
from server.integrations.secret import secret_of
from server.integrations.sending import EXCERPT_CHARS, Message, excerpt, signed
from server.integrations.target import is_outward

# Private, shared, loopback, link-local (with the metadata of clouds), reserved, multicast; the
# same within IPv6; and what is no address in the usual form.
INWARD = (
    *("127.0.0.1", "127.8.8.8", "10.1.1.1", "172.16.0.1", "192.168.0.1", "169.254.169.254"),
    *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("::127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1"),
    *("2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001:db8::1"),
    *("2001:0:1::1", "localhost", "0x7f.1", "2130706433"),
)


@pytest.mark.parametrize("address", INWARD)
def test_inward(address: str) -> None:
    assert not is_outward(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2001:4860:4860::8888", "::ffff:8.8.8.8"]
)
def test_outward(address: str) -> None:
    assert is_outward(address)


def test_a_network_is_allowed_by_name_and_no_other() -> None:
    allowed = (ip_network("10.1.0.0/16"),)
    assert is_outward("10.1.2.3", allowed)
    assert is_outward("::ffff:10.1.2.3", allowed)
    assert not is_outward("10.2.2.3", allowed)


def test_waits_grow_to_a_bound_and_are_never_all_alike() -> None:
    longest = [wait_s(n, 1.0) for n in range(1, 20)]
    assert all(one <= two for one, two in pairwise(longest))
    assert (longest[0], longest[-1]) == (5.0, LONGEST_WAIT_S)
    assert wait_s(1, 0.0) == 2.5
    # Three days hold a number of tries that a log can show.
    total, tries = 0.0, 0
    while total < 3 * 86_400:
        tries += 1
        total += wait_s(tries, 0.5)
    assert 12 <= tries <= 30


def test_what_is_sent_verifies_with_the_standards_own_library() -> None:
    secrets = [secret_of(b"1" * 32, "hook", generation) for generation in (2, 1)]
    message = Message("evt", "https://x/", '{"a":"μ"}'.encode(), [])
    message = replace(message, signers=[Webhook(secret) for secret in secrets])
    headers = dict(signed(message, time.time_ns() // 1_000))
    for secret in secrets:
        assert Webhook(secret).verify(message.body, headers) == {"a": "μ"}
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(message.body + b" ", headers)


def test_an_excerpt_is_one_printable_line() -> None:
    assert excerpt(b"a\r\n\x00b\xff\t c") == "a b\N{REPLACEMENT CHARACTER} c"
    assert len(excerpt("é".encode() * 1_000)) == EXCERPT_CHARS


def test_each_webhook_and_generation_has_a_secret_of_its_own() -> None:
    made = {
        secret_of(server, name, generation)
        for server in (b"1" * 32, b"2" * 32)
        for name in ("a", "b")
        for generation in (1, 2)
    }
    assert len(made) == 8
    assert all(one.startswith("whsec_") for one in made)
