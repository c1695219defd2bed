"""How long the window's event loop is ever held up while a minute is recorded behind it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Row, at_most, noted
from bench.recording import SCREEN
from demo import sample
from demo.machine import process, virtual_display
from msgspec.structs import replace
from support.evidence_server import EvidenceServer
from support.sessions import Keys, make_policy

from shared.policy import Identity, Level, Lockdown

SECONDS = 60.0


def run() -> list[Row]:
    """Record a minute with the exam's page open."""
    keys = Keys()
    nothing_first = Identity(photo=False, calibration=False, voice=False)
    held = Lockdown(keys=Level.ENFORCE, clipboard=Level.ENFORCE)
    policy = replace(make_policy(keys), identity=nothing_first, lockdown=held)
    with tempfile.TemporaryDirectory() as folder:
        clip, voice = sample.make(Path(folder), fps=30)
        server = EvidenceServer(keys, policy)
        with server.listening() as address, virtual_display(SCREEN) as name:
            told = _minute([address, server.code, str(clip), str(voice)], name, folder)
    return [
        at_most("window, longest stall of its event loop", told["worst_ms"], 50, "ms"),
        at_most("quit: from the answer to the machine given back", told["quit_s"], 2, "s", 2),
        noted("window, stalls above 50 ms, of turns", f"{told['above']} of {told['looks']}"),
    ]


def _minute(arguments: list[str], display: str, folder: str) -> dict[str, float]:
    environment = {
        **os.environ,
        "DISPLAY": display,
        "INVIGIL_STORE": f"{folder}/store",
        "XDG_CONFIG_HOME": folder,
        "XDG_STATE_HOME": folder,
    }
    command = [sys.executable, "-m", "bench.window_minute", *arguments, str(SECONDS)]
    with process(command, env=environment, stdout=subprocess.PIPE) as program:
        return json.loads(program.stdout.readline())
