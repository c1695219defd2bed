"""The server is killed in the middle of a session and comes back: nothing is lost."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest
from demo.machine import virtual_display
from demo.programs import Programs, records_in
from support.clips import make_clip

from shared.records import Close, Incident
from shared.verify import verify_bundle

# How long the server is away, in seconds; the full figure is half a minute.
AWAY_S = float(os.environ.get("INVIGIL_SERVER_AWAY_S", "6"))


def test_killing_the_server_in_mid_session_loses_nothing(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=2, size=(320, 240))
    pause = threading.Event()
    with ExitStack() as stack:
        programs = Programs(tmp_path, display=stack.enter_context(virtual_display()))
        demo = programs.demo()
        with programs.server() as server:
            recorder = stack.enter_context(
                programs.recorder(
                    *("--server", demo["server"], "--code", demo["code"]),
                    *("--camera", f"file:{clip}", "--microphone", f"file:{clip}"),
                    *("--duration", str(10 + AWAY_S)),
                )
            )
            recorder.wait_until_recording()
            pause.wait(4)
            kill_all(server)
            with pytest.raises(httpx.NetworkError):
                httpx.get(f"{demo['server']}/health")
        pause.wait(AWAY_S)
        stack.enter_context(programs.server())
        result = recorder.result()
        bundle = programs.export(str(result["session"]))

    bodies = [record.body for record in records_in(bundle)]
    assert result["delivered"] is True
    assert verify_bundle(bundle, demo["key"]).holds
    assert isinstance(bodies[-1], Close)
    assert len(bodies) == result["records"]
    assert not any(isinstance(b, Incident) and b.kind == "gap" for b in bodies)


def kill_all(server: subprocess.Popen[str]) -> None:
    """Kill the server and its worker at once, as a power loss would."""
    workers = psutil.Process(server.pid).children(recursive=True)
    for one in [*workers, server]:
        one.kill()
    server.wait()
    psutil.wait_procs(workers, timeout=30)
