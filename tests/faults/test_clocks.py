"""The candidate's clocks are set, sleep and drift: what is a jump is flagged, and nothing else.

A real recorder's evidence runs in a process of its own with libfaketime preloaded
(``programs/recorder_under_moved_clocks.py`` says what is moved by what).
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.evidence_server import EvidenceServer
from support.figures import amount
from support.waiting import until

from recorder.sleeps import SLEPT
from shared.flags import Kind
from shared.records import Clock, Gap, Heartbeat, Incident, Record, decode_record
from shared.signed import fingerprint, public_bytes
from shared.verify import verify_bundle

PROGRAM = Path(__file__).parent / "programs" / "recorder_under_moved_clocks.py"
LIBRARIES = (
    Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
    Path("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"),
    Path("/usr/lib/faketime/libfaketime.so.1"),
)

Figures = Callable[[str, str], None]

YEAR_S = 365 * 86_400.0
WEEK_S = 7 * 86_400.0
HOUR_S = 3_600.0
LIMIT_S = 2.0

# A process that does not answer an order for so long hangs.
ANSWER_S = 120.0


@dataclass
class Machine:
    """The recorder's process, and how far time has come beyond the real one."""

    process: subprocess.Popen[str]
    ahead_s: float = 0.0

    def order(self, **order: Any) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the recorder's process has ended"

    def now(self) -> int:
        """The server's clock, which is right; microseconds."""
        return time.time_ns() // 1000 + round(self.ahead_s * 1e6)


@dataclass
class Case:
    """One session on the machine, and what its bundle says in the end."""

    machine: Machine
    server: EvidenceServer
    folder: Path
    records: list[Record] = field(default_factory=list)

    def do(self, *names: str) -> None:
        for name in names:
            self.machine.order(do=name)

    def set_clock(self, by_s: float) -> None:
        self.machine.order(do="set", by=by_s)

    def sleep(self, seconds: float) -> None:
        self.do("look")  # as the watch has less than a second before, whatever the load
        self.machine.ahead_s += seconds
        self.machine.order(do="move", passed=0, slept=seconds, wall=seconds)

    def drift(self, seconds: float, ppm: float) -> None:
        self.machine.ahead_s += seconds
        wall = seconds * (1 + ppm / 1e6)
        self.machine.order(do="move", passed=seconds, slept=0, wall=wall)

    def end(self) -> None:
        """Close, deliver, and have the verifier judge the exported session."""
        self.do("close")
        bundle = self.server.export(self.folder / "session.zip")
        verdict = verify_bundle(bundle, fingerprint(public_bytes(self.server.keys.signing)))
        assert verdict.holds, verdict
        assert self.server.held is not None
        self.records = [decode_record(line.payload) for line in self.server.held.records]

    def of(self, kind: type) -> list[Any]:
        return [record.body for record in self.records if isinstance(record.body, kind)]

    def incidents(self, kind: Kind) -> list[Incident]:
        return [body for body in self.of(Incident) if body.kind is kind]

    @property
    def kinds(self) -> Counter[Kind]:
        """Every incident there is, by kind."""
        return Counter(body.kind for body in self.of(Incident))


Begin = Callable[[int], AbstractContextManager[Case]]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    library = next((path for path in LIBRARIES if path.exists()), None)
    if library is None:
        pytest.skip("libfaketime is not installed (Debian's package faketime)")
    stamp = tmp_path_factory.mktemp("faketime") / "stamp"
    stamp.write_text("+0\n")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(stamp),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # Else waits on the monotonic clock return at once, and the process spins.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        "NO_FAKE_STAT": "1",
    }
    with subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        yield Machine(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(ANSWER_S) == 0


@pytest.fixture
def begin(machine: Machine, tmp_path: Path) -> Begin:
    """Begin the session of a seed; it is over when the block is."""

    @contextmanager
    def session(seed: int) -> Iterator[Case]:
        folder = tmp_path / str(seed)
        folder.mkdir()
        server = EvidenceServer(now=machine.now)
        with server.listening() as url:
            machine.order(do="begin", url=url, root=str(folder))
            case = Case(machine, server, folder)
            yield case
            case.end()

    return session


def between(dice: random.Random, low: float, high: float) -> float:
    """Log-uniform."""
    return math.exp(dice.uniform(math.log(low), math.log(high)))


def jumps_of(dice: random.Random) -> list[float]:
    """One to four jumps, none of which comes within 50 ms of the limit, alone or in sum."""
    while True:
        jumps = [
            dice.choice((-1, 1)) * between(dice, 1.0, YEAR_S if dice.random() < 0.7 else 3.0)
            for _ in range(dice.choice((1, 1, 2, 4)))
        ]
        if all(abs(abs(off) - LIMIT_S) > 0.05 for off in [*jumps, *in_force(jumps)]):
            return jumps


def in_force(jumps: list[float]) -> list[float]:
    """By how much the wall clock is off after each jump, against what was recorded last."""
    offs: list[float] = []
    off = 0.0
    for jump in jumps:
        off += jump
        offs.append(off)
        if abs(off) > LIMIT_S or abs(jump) > LIMIT_S:
            off = 0.0
    return offs


@pytest.mark.timeout(3600)
def test_a_set_clock_is_flagged_beyond_two_seconds_and_only_then(
    begin: Begin, figures: Figures
) -> None:
    cases = amount(15, 200)
    flagged = let_be = 0
    for seed in range(cases):
        dice = random.Random(seed)
        jumps = jumps_of(dice)
        with begin(seed) as case:
            case.do("show", "beat", "deliver")
            for jump in jumps:
                case.set_clock(jump)
                case.do(dice.choice(("look", "beat")))
                if dice.random() < 0.5:
                    case.do("deliver")
        offs = in_force(jumps)
        expected = [
            (jump, off)
            for jump, off in zip(jumps, offs, strict=True)
            if abs(off) > LIMIT_S or abs(jump) > LIMIT_S
        ]
        assert [clock.jump / 1e6 for clock in case.of(Clock)] == pytest.approx(
            [off for _, off in expected], abs=0.1
        ), f"seed {seed}: {jumps}"
        said = [body.detail["seconds"] for body in case.incidents(Kind.CLOCK_JUMP)]
        assert said == pytest.approx(
            [jump if abs(jump) > LIMIT_S else off for jump, off in expected], abs=0.1
        ), f"seed {seed}: {jumps}"
        assert case.kinds == Counter({Kind.CLOCK_JUMP: len(expected)} if expected else {})
        flagged += len(expected)
        let_be += len(jumps) - len(expected)
    figures(
        "clock set, 1 s to a year, to and fro",
        f"{cases} sessions: {flagged} jumps above 2 s flagged, {let_be} below let be, "
        "all sessions verify",
    )


@pytest.mark.timeout(3600)
def test_a_sleep_is_a_gap_in_each_stream_and_no_jump(begin: Begin, figures: Figures) -> None:
    cases = amount(15, 200)
    slept = 0.0
    sleeps = 0
    for seed in range(1_000, 1_000 + cases):
        dice = random.Random(seed)
        lengths = [between(dice, 1.5, WEEK_S) for _ in range(dice.choice((1, 1, 2)))]
        began = time.monotonic()
        with begin(seed) as case:
            case.do("show", "beat", "deliver")
            for length in lengths:
                case.sleep(length)
                # Whatever runs first after a sleep: the watch, a device or a heartbeat.
                order = dice.sample(("look", "show", "beat"), 3)
                case.do(*order, "deliver", "show")
        awake_s = time.monotonic() - began
        assert not case.of(Clock), f"seed {seed}: a false jump"
        assert case.kinds == Counter({Kind.GAP: len(lengths)}), f"seed {seed}"
        for incident, length in zip(case.incidents(Kind.GAP), lengths, strict=True):
            assert incident.detail["seconds"] == pytest.approx(length, abs=0.01)
        for stream in ("camera", "microphone", "screen"):
            asleep, awake = gaps_of(case, stream)
            assert len(asleep) == len(lengths), f"seed {seed}: {stream}"
            for gap, length in zip(asleep, lengths, strict=True):
                beyond = (gap.end - gap.start) / 1e6 - length
                assert 0 <= beyond <= awake_s, f"seed {seed}: {stream}"
            # A busy machine may leave holes between two items of the script, but elsewhere.
            assert not any(overlap(one, gap) for gap in asleep for one in awake), f"seed {seed}"
        last = case.of(Heartbeat)[-1].machine
        assert (last["sleeps"], last["slept_s"]) == (
            len(lengths),
            pytest.approx(sum(lengths), abs=0.2),
        )
        slept += sum(lengths)
        sleeps += len(lengths)
    figures(
        "computer asleep, 1.5 s to a week",
        f"{cases} sessions, {sleeps} sleeps of {slept / 86_400:,.1f} days in all: a gap each "
        "in every stream, no false jump, all sessions verify",
    )


def gaps_of(case: Case, stream: str) -> tuple[list[Gap], list[Gap]]:
    """A stream's gaps: those that are said to be sleeps, and all others."""
    gaps = [gap for gap in case.of(Gap) if gap.stream == stream]
    return [g for g in gaps if g.reason == SLEPT], [g for g in gaps if g.reason != SLEPT]


def overlap(one: Gap, other: Gap) -> bool:
    """By more than a tick of media time (11 µs), to which one of them may be rounded."""
    return min(one.end, other.end) - max(one.start, other.start) > 20


@pytest.mark.timeout(7200)
def test_clocks_that_drift_are_never_flagged(begin: Begin, figures: Figures) -> None:
    cases = amount(15, 200)
    hours = 0.0
    worst = 0.0
    for seed in range(2_000, 2_000 + cases):
        dice = random.Random(seed)
        # Three hours at full drift go beyond two seconds: the first case does in any form.
        first = seed == 2_000
        lasts = (180 if first else amount(20, 180)) * 60.0
        steady = 200.0 if first else dice.choice((-200.0, 200.0, dice.uniform(-200, 200)))
        wanders = not first and dice.random() < 0.3
        off = passed = 0.0
        with begin(seed) as case:
            while passed < lasts:
                step = dice.uniform(30.0, 300.0)
                ppm = dice.uniform(-200, 200) if wanders else steady
                case.drift(step, ppm)
                case.do("beat")
                passed, off = passed + step, off + step * ppm / 1e6
                worst = max(worst, abs(off))
                if dice.random() < 0.1:
                    case.do("deliver")
        assert not case.of(Clock), f"seed {seed}: a false jump"
        assert not case.kinds, f"seed {seed}"
        hours += passed / HOUR_S
    figures(
        "wall clock drifting by up to 200 ppm",
        f"{cases} sessions of {hours:,.0f} h in all, up to {worst:.2f} s off: no false jump, "
        "all sessions verify",
    )


def test_hours_of_drift_do_not_hide_a_jump(begin: Begin) -> None:
    with begin(3_000) as case:
        for _ in range(36):
            case.drift(300.0, 180.0)
            case.do("look")
        case.do("beat", "deliver")
        case.set_clock(2.5)  # by now the law itself would let 4.2 s be
        case.do("look", "beat")
        case.set_clock(-2.5)
        case.do("beat")
    drifted = 36 * 300.0 * 180e-6
    assert [clock.jump / 1e6 for clock in case.of(Clock)] == pytest.approx(
        [drifted + 2.5, -2.5], abs=0.1
    )
    said = [body.detail["seconds"] for body in case.incidents(Kind.CLOCK_JUMP)]
    assert said == pytest.approx([2.5, -2.5], abs=0.1)


def test_a_clock_set_to_and_fro_between_two_heartbeats_is_seen_by_the_watch(
    begin: Begin,
) -> None:
    with begin(3_001) as case:
        case.do("watch")
        for by in (HOUR_S, -HOUR_S, -YEAR_S, YEAR_S):
            before = clock_records(case)
            case.set_clock(by)
            until(lambda: clock_records(case) > before, "the clock's record")  # noqa: B023
    assert [clock.jump / 1e6 for clock in case.of(Clock)] == pytest.approx(
        [HOUR_S, -HOUR_S, -YEAR_S, YEAR_S], abs=0.1
    )
    assert case.kinds == Counter({Kind.CLOCK_JUMP: 4})
    assert len(case.of(Heartbeat)) == 1  # the last one; none came between


def clock_records(case: Case) -> int:
    case.do("deliver")
    assert case.server.held is not None
    bodies = (decode_record(line.payload).body for line in case.server.held.records)
    return sum(isinstance(body, Clock) for body in bodies)
