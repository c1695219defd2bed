"""Dropped, repeated, reordered, replayed, another session's, another institution's, rolled
back: nothing of it is accepted, and each is named for what it is.

The verifiers (ours and the second) judge bundles; the server judges what is delivered.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.both_verifiers import Said, agreed
from support.figures import FULL, amount
from support.sessions import WALL_ORIGIN, Keys, SessionBuilder, fixed_key
from vectors.packing import Bundle, honest
from vectors.session import EPOCHS, STRANGER, Session, key

from server.ingest.judgement import Judgement, Known, judge, read_claim
from server.ingest.standing import Standing
from server.problems import Rejection
from shared.chain import ChainState
from shared.records import BlobReference, Gap
from shared.sealing import OpeningKey
from shared.signed import Signed, public_bytes
from shared.wire import MAX_RECORDS, ProblemType

Figures = Callable[[str, str], None]

permutations = settings(
    max_examples=amount(150, 10_000),
    deadline=None,
    derandomize=not FULL,
    database=None,
)

# What the verifiers must say of an attack on a bundle: at least one of these checks fails.
SESSION, KEY, SIGNATURE, ORDER, LINK, CLOCK, BLOB, DURABLE, ANCHOR, COMPLETE = range(1, 11)

HONEST = honest()
COUNT = len(HONEST.records)
ELSEWHERE = "e15e" * 8

# The same institution's other session, with the same keys (as if they had been stolen) and
# with keys of its own; and the same session at another institution.
SAME_KEYS = Bundle.of(Session(session=ELSEWHERE).written())
OWN_KEYS = Bundle.of(
    Session(session=ELSEWHERE, epochs=tuple(key(seed) for seed in (50, 51, 52, 53))).written()
)
ABROAD = Bundle.of(Session(institution=STRANGER).written())


@dataclass(frozen=True)
class Attack:
    """A bundle bent in one way, and the checks of which one at least must fail."""

    name: str
    bundle: Bundle
    fails: frozenset[int]


def dropped(dice: random.Random) -> Attack:
    """A run of records left out: in the middle, or the end cut off."""
    start = dice.randrange(COUNT)
    end = dice.randint(start + 1, COUNT)
    records = HONEST.records[:start] + HONEST.records[end:]
    cut = frozenset({COMPLETE, DURABLE})
    fails = cut if end == COUNT else frozenset({SIGNATURE, KEY, ORDER})
    return Attack("dropped", replace(HONEST, records=records), fails)


def duplicated(dice: random.Random) -> Attack:
    """A record twice in a row."""
    at = dice.randrange(COUNT)
    records = [*HONEST.records[: at + 1], *HONEST.records[at:]]
    return Attack(
        "duplicated", replace(HONEST, records=records), frozenset({SIGNATURE, KEY, ORDER})
    )


def reordered(dice: random.Random) -> Attack:
    """Records in another order."""
    records = list(HONEST.records)
    while records == HONEST.records:
        here, there = dice.sample(range(COUNT), 2)
        records[here], records[there] = records[there], records[here]
    return Attack(
        "reordered", replace(HONEST, records=records), frozenset({SIGNATURE, KEY, ORDER})
    )


def replayed(dice: random.Random) -> Attack:
    """A run of old records once more, later on."""
    start = dice.randrange(COUNT - 1)
    end = dice.randint(start + 1, COUNT - 1)
    at = dice.randint(end + 1, COUNT)
    records = HONEST.records[:at] + HONEST.records[start:end] + HONEST.records[at:]
    return Attack(
        "replayed", replace(HONEST, records=records), frozenset({SIGNATURE, KEY, ORDER})
    )


def receipts_moved(dice: random.Random) -> Attack:
    """Receipts dropped, repeated or exchanged."""
    receipts = list(HONEST.receipts)
    while receipts == HONEST.receipts:
        match dice.randrange(3):
            case 0:
                del receipts[dice.randrange(len(receipts))]
            case 1:
                at = dice.randrange(len(receipts))
                receipts.insert(dice.randint(0, len(receipts)), receipts[at])
            case _:
                dice.shuffle(receipts)
    return Attack(
        "receipts moved",
        replace(HONEST, receipts=receipts),
        frozenset({DURABLE, ANCHOR, CLOCK}),
    )


def another_session(dice: random.Random) -> Attack:
    """Another session's things in the place of this one's."""
    other = dice.choice((SAME_KEYS, OWN_KEYS))
    at = dice.randrange(COUNT)
    match dice.randrange(4):
        case 0:
            records = [*HONEST.records[:at], other.records[at], *HONEST.records[at + 1 :]]
            bent = replace(HONEST, records=records)
        case 1:
            bent = replace(HONEST, records=HONEST.records[:at] + other.records[at:])
        case 2:
            bent = replace(HONEST, grant=other.grant)
        case _:
            bent = replace(HONEST, receipts=other.receipts)
    return Attack("another session's", bent, frozenset({SESSION, SIGNATURE, DURABLE}))


def another_institution(dice: random.Random) -> Attack:
    """What another institution signed, for the same session."""
    part = dice.choice(("policy", "grant", "receipts", "institution"))
    bent = replace(HONEST, **{part: getattr(ABROAD, part)})
    # A manifest by another key fails against the fingerprint that the verifier was given.
    return Attack("another institution's", bent, frozenset({0, SESSION, DURABLE}))


def rolled_back(dice: random.Random) -> Attack:
    """An older copy of the database goes on: the same numbers, other records."""
    at = dice.randrange(1, COUNT - 1)
    session = Session(rewrites={at: lambda data: data.replace(b'"body":{', b'"body":{"x":1,')})
    other = Bundle.of(session.written())
    forks = [other.records[at]] if dice.random() < 0.5 else []
    if forks and dice.random() < 0.5:
        return Attack("rolled back", replace(HONEST, forks=forks), frozenset({ORDER}))
    bent = replace(HONEST, records=other.records, forks=forks)
    return Attack("rolled back", bent, frozenset({SIGNATURE, ORDER, DURABLE, ANCHOR}))


ATTACKS = (
    dropped,
    duplicated,
    reordered,
    replayed,
    receipts_moved,
    another_session,
    another_institution,
    rolled_back,
)


@pytest.mark.timeout(7200)
def test_no_bundle_that_was_permuted_holds(tmp_path: Path, figures: Figures) -> None:
    seen: Counter[str] = Counter()
    checks: Counter[int] = Counter()
    path = tmp_path / "b.zip"

    @permutations
    @given(make=st.sampled_from(ATTACKS), dice=st.integers(0, 2**32).map(random.Random))
    def attack(make: Callable[[random.Random], Attack], dice: random.Random) -> None:
        bent = make(dice)
        said = agreed(path, bent.bundle.packed())
        assert said.status == 1, (bent.name, said)
        assert bent.fails & set(said.fails), (bent.name, said)
        seen[bent.name] += 1
        checks.update(said.fails)

    assert agreed(path, HONEST.packed()) == Said(0)
    attack()
    named = ", ".join(f"{name} {count:,}" for name, count in sorted(seen.items()))
    figures(
        "permuted bundles",
        f"{seen.total():,} ({named}): none accepted, both verifiers agree; checks that "
        f"failed {dict(sorted(checks.items()))}",
    )


# the server: whatever is delivered in whatever order, it holds a part of the one honest chain

Batch = list[Signed]


def _sessions() -> tuple[SessionBuilder, SessionBuilder, SessionBuilder]:
    """An honest session, another one that signs with the same keys, and one abroad."""
    abroad = Keys(signing=fixed_key(2), evidence=OpeningKey(bytes(range(1, 97))))
    return (
        SessionBuilder().honest(),
        SessionBuilder(session=ELSEWHERE).honest(),
        SessionBuilder(keys=abroad).honest(),
    )


OWN, OTHER, FOREIGN = _sessions()
LENGTH = len(OWN.records)

# Where the first key hands over to the second.
ROTATED = next(n for n, r in enumerate(OWN.records) if b'"rotate"' in r.payload)


def _rollback(at: int) -> SessionBuilder:
    """The same session up to ``at``, then something else under the same keys."""
    builder = SessionBuilder()
    builder.records = OWN.records[:at]
    builder.receipts = list(OWN.receipts[:1])
    if at > ROTATED:
        builder.epoch, builder.key = 1, OWN.key
    builder.mono += at * 100_000
    for _ in range(4):
        builder.record(Gap(stream="camera", start=1, end=2, reason="another story"))
    return builder


@dataclass
class Server:
    """The server's judgement over a memory instead of a database."""

    standing: Standing = field(
        default_factory=lambda: Standing(
            ChainState(OWN.session, public_bytes(fixed_key(10))),
            OWN.policy.hash,
            OWN.grant.hash,
            quota=10_000_000,
        )
    )
    records: list[Signed] = field(default_factory=list)
    pieces: list[BlobReference] = field(default_factory=list)
    forks: list[Signed] = field(default_factory=list)

    def take(self, batch: Batch) -> Judgement:
        """Judge a batch as the ingest does, and keep what it takes."""
        known = Known(
            records=dict(enumerate(self.records)),
            keys=self._keys(),
            receipts={r.hash: WALL_ORIGIN for r in OWN.receipts},
            pieces=self.pieces,
        )
        told = judge(self.standing, [read_claim(line) for line in batch], known, WALL_ORIGIN)
        self.standing = told.standing
        for one in told.fresh:
            self.records.append(one.signed)
            self.pieces.extend(one.pieces)
        if told.fork is not None:
            self.forks.append(told.fork.signed)
        return told

    def _keys(self) -> list[tuple[int, bytes]]:
        """Every epoch's first number and key, as the records held say."""
        keys = [(0, public_bytes(fixed_key(10)))]
        if len(self.records) > ROTATED:
            keys.append((ROTATED + 1, public_bytes(OWN.key)))
        return keys


def deliveries(size: int, dice: random.Random) -> tuple[str, Batch, frozenset[str]]:
    """One batch to a server that holds ``size`` records: what it is, and how the server may
    classify it (a problem's type, or ``taken`` and ``again``).
    """
    start = dice.randint(0, LENGTH)
    some = OWN.records[start : start + dice.randint(1, MAX_RECORDS)]
    kind = dice.randrange(7)
    if kind == 0 or not some:
        return "in order", OWN.records[size : size + 5], frozenset({"taken", "again"})
    if kind == 1:
        allowed = {"again", "taken"} if start <= size else {ProblemType.OUT_OF_ORDER}
        return "dropped or replayed", some, frozenset(allowed)
    if kind == 2:
        dice.shuffle(some)
        return "reordered", some, frozenset({"again", "taken", ProblemType.OUT_OF_ORDER})
    if kind == 3:
        return "another session's", OTHER.records[start : start + 5], REFUSED_OR_AHEAD
    if kind == 4:
        return (
            "another institution's",
            FOREIGN.records[:1],
            frozenset({ProblemType.FORK} if size else {ProblemType.REFUSED}),
        )
    if kind == 5 and size > 2:
        at = dice.randrange(1, size)
        return "rolled back", _rollback(at).records[at:], frozenset({ProblemType.FORK})
    twice = [record for record in some for _ in range(2)]
    allowed = {"again", "taken"} if start <= size else {ProblemType.OUT_OF_ORDER}
    return "duplicated", twice, frozenset(allowed)


REFUSED_OR_AHEAD = frozenset({ProblemType.REFUSED, ProblemType.SESSION_OVER})


def classified(told: Judgement) -> str:
    """The class that the server puts a batch into."""
    if isinstance(told.stop, Rejection):
        return told.stop.type
    return "taken" if told.fresh else "again"


@pytest.mark.timeout(7200)
def test_the_server_takes_nothing_but_the_one_chain(figures: Figures) -> None:
    seen: Counter[str] = Counter()
    said: Counter[str] = Counter()

    @permutations
    @given(dice=st.integers(0, 2**32).map(random.Random))
    def deliver(dice: random.Random) -> None:
        server = Server()
        for _ in range(6):
            size = len(server.records)
            name, batch, allowed = deliveries(size, dice)
            if not batch:
                continue
            told = server.take(batch)
            assert classified(told) in allowed, (name, told.stop)
            assert server.records == OWN.records[: len(server.records)], name
            assert all(fork not in OWN.records for fork in server.forks), name
            seen[name] += 1
            said[classified(told).rpartition(":")[2]] += 1

    deliver()
    named = ", ".join(f"{name} {count:,}" for name, count in sorted(seen.items()))
    answers = ", ".join(f"{name} {count:,}" for name, count in sorted(said.items()))
    figures(
        "permuted deliveries",
        f"{seen.total():,} batches ({named}); the server said {answers}, and held nothing "
        "but the honest chain",
    )


def test_a_destroyed_key_signs_nothing_later() -> None:
    server = Server()
    server.take(OWN.records[: ROTATED + 1])
    old = SessionBuilder()
    old.records, old.epoch = OWN.records[: ROTATED + 1], 1
    late = old.record(Gap(stream="camera", start=1, end=2, reason="forged"), key=fixed_key(10))
    told = server.take([late])
    assert told.stop is not None
    assert (told.stop.type, told.stop.check) == (ProblemType.REFUSED, SIGNATURE)
    assert EPOCHS[0].public_key() == fixed_key(10).public_key()
