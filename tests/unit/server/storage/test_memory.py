"""What is remembered of rows: only what was committed, and not too much."""

from __future__ import annotations

from server.storage.memory import Memory, Recalling


def kept(memory: Memory, key: str, value: object, weight: int = 1) -> None:
    transaction = Recalling(memory)
    transaction.keep(key, value, weight)
    transaction.publish()


def test_what_was_not_committed_is_nobody_elses() -> None:
    memory = Memory()
    kept(memory, "a", 1)
    undone = Recalling(memory)
    undone.keep("a", 2, 1)
    undone.keep("b", 3, 1)
    assert (undone.recall("a"), undone.recall("b")) == (2, 3)
    other = Recalling(memory)
    assert (other.recall("a"), other.recall("b")) == (1, None)


def test_what_is_forgotten_is_gone_once_that_is_committed() -> None:
    memory = Memory()
    kept(memory, "a", 1)
    destroying = Recalling(memory)
    destroying.forget("a")
    assert destroying.recall("a") is None
    assert Recalling(memory).recall("a") == 1
    destroying.publish()
    assert Recalling(memory).recall("a") is None
    assert len(memory) == 0


def test_the_longest_unused_goes_first() -> None:
    memory = Memory(most=10)
    for key in "abc":
        kept(memory, key, key, weight=3)
    assert Recalling(memory).recall("a") == "a"
    kept(memory, "d", "d", weight=4)
    assert [Recalling(memory).recall(key) for key in "abcd"] == ["a", None, "c", "d"]


def test_what_weighs_too_much_is_not_kept_and_replaces_what_there_was() -> None:
    memory = Memory(most=10)
    kept(memory, "a", 1)
    kept(memory, "a", 2, weight=11)
    assert Recalling(memory).recall("a") is None
    for turn in range(20):
        kept(memory, "b", turn, weight=10)
    assert Recalling(memory).recall("b") == 19
