"""A real recorder that is killed again and again in one session, and started again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil
from support.evidence_server import EvidenceServer, down
from support.sessions import SESSION, Keys, make_policy

from recorder.clock import now_ns
from recorder.evidence import contents
from recorder.evidence.store import EvidenceStore
from shared.flags import Kind
from shared.policy import CameraStream, MicrophoneStream, Policy, Rule, ScreenStream, Streams

SEGMENT_S = 1.0

# A start on a busy machine; only a recorder that hangs takes longer.
START_BOUND_S = 60.0

# From its last evidence to the last receipt; likewise.
END_BOUND_S = 120.0


def cheap_policy(keys: Keys) -> Policy:
    """Camera and microphone in short segments, keys that rotate often, no detectors."""
    streams = Streams(
        camera=CameraStream(width=160, height=120, fps=10, kept_fps=10),
        microphone=MicrophoneStream(),
        screen=ScreenStream(enabled=False),
        segment_s=SEGMENT_S,
    )
    return msgspec.structs.replace(
        make_policy(keys),
        streams=streams,
        kinds={Kind.GAP: Rule()},
        heartbeat_s=1.0,
        rotate_s=60.0,
    )


def cheap_server() -> EvidenceServer:
    """An honest server with that policy."""
    keys = Keys()
    return EvidenceServer(keys, cheap_policy(keys))


@dataclass(frozen=True, slots=True)
class Life:
    """One run of the recorder.

    Attributes:
        started, recording, killed: the evidence clock, microseconds; ``recording`` is
            ``None`` where it was killed before it said so.
        hashes: the records that were on the disk after the kill.
    """

    started: int
    recording: int | None
    killed: int
    hashes: tuple[str, ...]

    @property
    def restart_s(self) -> float | None:
        """From the start of the process to *recording*."""
        return None if self.recording is None else (self.recording - self.started) / 1e6


@dataclass
class Victim:
    """One session's recorder and its store."""

    url: str
    server: EvidenceServer
    folder: Path
    clip: Path
    dice: random.Random
    lives: list[Life] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The folder of the store."""
        return self.folder / "store"

    def live(self, longest_s: float, before_s: float) -> None:
        """Start it and kill it at a random moment.

        Args:
            longest_s: the longest that it may record.
            before_s: three of ten are killed within so many seconds of their start instead,
                recording or not.
        """
        self.server.always = down if self.lives and self.dice.random() < 0.5 else None
        early = self.lives and self.dice.random() < 0.3
        started = _now()
        with self._process() as child:
            if early:
                time.sleep(self.dice.uniform(0, before_s))
                recording = None
            else:
                recording = wait_until_recording(child)
                time.sleep(self.dice.uniform(0, longest_s))
            child.kill()
            child.wait()
        killed = _now()
        self.lives.append(Life(started, recording, killed, self._hashes()))

    def end(self) -> None:
        """Let it live, and end in good order, with everything delivered."""
        self.server.always = None
        with self._process() as child:
            started = _now()
            recording = wait_until_recording(child)
            self.lives.append(Life(started, recording, _now(), ()))
            child.send_signal(signal.SIGTERM)
            _, said = child.communicate(timeout=END_BOUND_S)
            assert child.returncode == 0, said

    def hand_in(self) -> None:
        """Close what was killed last as it is, and deliver it, by the commands for that."""
        self.server.always = None
        for command in ("close", "upload"):
            done = subprocess.run(
                [*_RECORDER, "evidence", command, "--store", str(self.root)],
                capture_output=True,
                text=True,
                timeout=END_BOUND_S,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr

    def _hashes(self) -> tuple[str, ...]:
        """What is on the disk now, read from a copy."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        if not (self.root / SESSION / "evidence.db").exists():
            return ()
        shutil.copytree(self.root / SESSION, copy / SESSION)
        with closing(EvidenceStore.open(copy / SESSION)) as store:
            return tuple(contents.record_hashes(store))

    @contextmanager
    def _process(self) -> Iterator[subprocess.Popen[str]]:
        arguments = [
            *("record", "--headless", "--consent", "--server", self.url),
            *("--code", self.server.code, "--store", str(self.root)),
            *("--camera", f"file:{self.clip}", "--microphone", f"file:{self.clip}"),
            *("--screen", "none", "--wait", str(END_BOUND_S)),
        ]
        with subprocess.Popen(
            [*_RECORDER, *arguments],
            env={**os.environ, "INVIGIL_SPREAD_S": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            children: list[psutil.Process] = []
            try:
                yield child
            finally:
                if child.poll() is None:
                    children = psutil.Process(child.pid).children(recursive=True)
                    child.kill()
                psutil.wait_procs(children, timeout=START_BOUND_S)


_RECORDER = [str(Path(sys.executable).parent / "invigil-recorder")]


def _now() -> int:
    return now_ns() // 1000


def wait_until_recording(child: subprocess.Popen[str]) -> int:
    """Wait for the line *recording*; the evidence clock when it came, microseconds.

    Raises:
        AssertionError: the recorder ended without it.
    """
    assert child.stderr is not None
    said: list[str] = []
    for line in child.stderr:
        if line.strip() == "recording":
            return _now()
        said.append(line)
    raise AssertionError("the recorder said:\n" + "".join(said))
