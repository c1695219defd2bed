from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.lockdown.dbus.wire import Malformed, Reader, Writer, split

WHOLE = {"y": 8, "n": -16, "q": 16, "i": -32, "u": 32, "x": -64, "t": 64}


def basic(kind: str) -> st.SearchStrategy[object]:
    if kind in WHOLE:
        bits = abs(WHOLE[kind])
        signed = WHOLE[kind] < 0
        low = -(2 ** (bits - 1)) if signed else 0
        return st.integers(low, 2 ** (bits - 1) - 1 if signed else 2**bits - 1)
    return {
        "b": st.booleans(),
        "s": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
        "d": st.floats(allow_nan=False),
    }[kind]


def typed() -> st.SearchStrategy[tuple[str, object]]:
    """Complete types, each with a value of it."""
    leaves = st.sampled_from([*WHOLE, "b", "s", "d"]).flatmap(
        lambda kind: st.tuples(st.just(kind), basic(kind))
    )

    def larger(
        inner: st.SearchStrategy[tuple[str, object]],
    ) -> st.SearchStrategy[tuple[str, object]]:
        return st.one_of(
            inner.map(lambda one: ("a" + one[0], [one[1]] * 2)),
            inner.map(lambda one: ("a" + one[0], [])),
            inner.map(lambda one: ("v", one)),
            inner.map(lambda one: (f"a{{s{one[0]}}}", {"key": one[1]})),
            st.lists(inner, min_size=1, max_size=3).map(
                lambda many: (
                    f"({''.join(kind for kind, _ in many)})",
                    tuple(value for _, value in many),
                )
            ),
        )

    return st.recursive(leaves, larger, max_leaves=6)


@given(st.lists(typed(), max_size=4))
def test_what_is_written_is_read_again(values: list[tuple[str, object]]) -> None:
    signature = "".join(kind for kind, _ in values)
    writer = Writer()
    writer.values(signature, *(value for _, value in values))
    assert Reader(bytes(writer.data)).values(signature) == [value for _, value in values]


def test_bytes_as_the_specification_has_them() -> None:
    """The example of an array in the D-Bus Specification, *Marshalling containers*."""
    writer = Writer()
    writer.values("ax", [5])
    assert writer.data == bytes.fromhex("08000000000000000500000000000000")


@given(st.binary(max_size=60), st.sampled_from(["s", "as", "v", "a{sv}", "(ii)", "ad", "g"]))
def test_other_bytes_are_malformed_and_never_anything_else(data: bytes, kind: str) -> None:
    with suppress(Malformed):
        Reader(data).values(kind)


@pytest.mark.parametrize("signature", ["a", "(", "(i", "{", "z", "a{s", ")", "a" * 100 + "i"])
def test_a_signature_that_makes_no_sense(signature: str) -> None:
    with pytest.raises(Malformed):
        split(signature)


def test_types_one_by_one() -> None:
    assert split("a{sv}u(ia(ss))v") == ["a{sv}", "u", "(ia(ss))", "v"]
