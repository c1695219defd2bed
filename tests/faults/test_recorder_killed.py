"""The recorder's process is killed at random moments, again and again, in one session."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from support.clips import make_clip
from support.figures import amount
from support.killed_recorder import SEGMENT_S, Life, Victim, cheap_server

from shared.flags import Kind
from shared.records import Close, Gap, Incident, Open, Record, Resume, Segment, decode_record
from shared.verify import verify_bundle

SESSIONS = amount(1, 40)
KILLS = amount(5, 25)

# As many at once as there are cores.
AT_ONCE = 2

# How long it may record before it is killed, and how long once in ten times, in seconds.
LONGEST_S = 3.0
LONG_S = 12.0

# A start takes about this long, so that kills fall before, in and after a resume.
BEFORE_S = 2.0

# From a segment's last picture to its record on the disk, in seconds: two recorders on two
# cores, and beside other tests.
LATE_S = amount(4, 1)

# From the start of the process to recording, in seconds. Only judged where nothing else runs.
RESTART_S = amount(60, 2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What killing one session again and again has come to."""

    kills: int
    resumes: int
    restarts_s: list[float]
    lost_s: list[float]


def test_kills_at_random_moments_lose_the_open_segment_at_most(
    tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=4, size=(160, 120))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(
            pool.map(partial(kill_again_and_again, tmp_path, clip), range(SESSIONS))
        )
    kills = sum(one.kills for one in outcomes)
    figures(
        "recorder killed at random moments",
        f"{kills} of {SESSIONS * KILLS} kills in {SESSIONS} sessions: no committed record "
        f"lost, {sum(one.resumes for one in outcomes)} resumed, every loss a signed gap, "
        "every bundle verifies",
    )
    figures(
        "recorder killed: lost of a stream", spread([s for o in outcomes for s in o.lost_s])
    )
    figures(
        "recorder killed: start to recording",
        spread([s for one in outcomes for s in one.restarts_s]) + f", {AT_ONCE} at once",
    )


def spread(seconds: Sequence[float]) -> str:
    return f"p50 {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s of {len(seconds)}"


def kill_again_and_again(tmp_path: Path, clip: Path, seed: int) -> Outcome:
    server, dice = cheap_server(), random.Random(seed)
    folder = tmp_path / str(seed)
    folder.mkdir()
    with server.listening() as url:
        victim = Victim(url, server, folder, clip, dice)
        for number in range(KILLS):
            victim.live(LONG_S if number % 10 == 9 else LONGEST_S, BEFORE_S)
        if seed % 2:
            victim.hand_in()
        else:
            victim.end()
    assert server.held is not None
    verdict = verify_bundle(server.export(folder / "session.zip"))
    assert verdict.holds, (seed, verdict.results)
    hashes = [signed.hash for signed in server.held.records]
    chain = [decode_record(signed.payload) for signed in server.held.records]
    return judge(seed, victim.lives, hashes, chain)


def judge(seed: int, lives: list[Life], hashes: list[str], chain: list[Record]) -> Outcome:
    """Hold the final chain against what was on the disk after each kill."""
    killed = [life for life in lives if life.hashes]
    for life in killed:
        assert hashes[: len(life.hashes)] == list(life.hashes), (seed, "a record was lost")
    lost = [one for life in killed for one in losses(life, chain)]
    assert max(lost, default=0) <= SEGMENT_S + LATE_S, (seed, lost)
    resumes = [n for n, record in enumerate(chain) if isinstance(record.body, Resume)]
    for n in resumes:
        check_resume(seed, chain, n, [life.killed for life in killed if len(life.hashes) <= n])
    assert isinstance(chain[-1].body, Close), seed
    restarts = [life.restart_s for life in lives[1:] if life.restart_s is not None]
    assert max(restarts) <= RESTART_S, (seed, restarts)
    return Outcome(KILLS, len(resumes), restarts, lost)


def losses(life: Life, chain: list[Record]) -> list[float]:
    """By stream, the seconds before a kill of which nothing reached the disk."""
    if life.recording is None:
        return []
    there = accounted(chain[: len(life.hashes)])
    return [(life.killed - until) / 1e6 for until in there.values()]


def accounted(records: Sequence[Record]) -> dict[str, int]:
    """By stream, until when the records have its evidence, or a gap."""
    until: dict[str, int] = {}
    for record in records:
        match record.body:
            case Open(devices=devices):
                until = dict.fromkeys(devices, record.mono)
            case Segment(stream=stream, start=start, duration=duration):
                until[stream] = max(until[stream], start + duration)
            case Gap(stream=stream, end=end):
                until[stream] = max(until[stream], end)
            case _:
                pass
    return until


def check_resume(seed: int, chain: list[Record], at: int, kills: list[int]) -> None:
    """What was lost before a resume is said right after it, unless it was killed there too."""
    following = next(
        (n for n, record in enumerate(chain) if n > at and isinstance(record.body, Resume)),
        len(chain),
    )
    block = chain[at + 1 : following]
    missing = accounted(chain[:at])
    gaps = [record.body for record in block if isinstance(record.body, Gap)]
    flags = [
        record.body
        for record in block
        if isinstance(record.body, Incident) and record.body.kind is Kind.GAP
    ]
    if following < len(chain) and not flags:
        return  # killed between the resume and the incident: the next one says it all
    assert {gap.stream for gap in gaps} >= set(missing), (seed, at, "a loss without a gap")
    for gap in gaps[: len(missing)]:
        assert gap.start == missing[gap.stream], (seed, at, gap)
        assert gap.end >= max(kills), (seed, at, "the gap ends before the kill")
    assert flags[0].end == gaps[0].end, (seed, at)
    for one, other in pairwise([chain[at], *block]):
        assert one.mono <= other.mono
